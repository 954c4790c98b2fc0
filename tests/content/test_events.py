"""Visits and workshops with a date, as the files say them."""

from datetime import UTC, datetime

from echobot.core.event import EventKind

AGENDA = """\
entries:
  - id: next-visit
    asked: {en: ["when is the next visit", "next study visit", "is there a visit soon", "is there a visit in may",
      "is there a visit in june"]}
    answer: {en: "No next visit is known."}
    lists: visits
    sources: [a]
visits:
  - id: visit-berlin
    name: {en: Visit to Berlin}
    asked: {en: ["the visit to berlin", "what is the visit to berlin about"]}
    about: {en: "About centralised networks."}
    starts: 2027-03-27
    ends: 2027-03-31
    zone: Europe/Berlin
    place: {en: "Berlin (Germany)"}
    link: https://example.org/berlin
    sources: [a]
  - id: visit-zagreb
    name: {en: Visit to Zagreb}
    asked: {en: ["the visit to zagreb", "what is the visit to croatia about"]}
    about: {en: "About inclusion."}
    starts: 2027-06-01 10:00
    ends: 2027-06-01 12:00
    zone: Europe/Zagreb
    place: {en: "Zagreb (Croatia)"}
    contact: ask@example.org
    sources: [a]
  - id: visit-rome
    name: {en: Visit to Rome}
    asked: {en: ["the visit to rome"]}
    about: {en: "About presence."}
    starts: 2027-05-03
    zone: Europe/Rome
    place: {en: "Rome (Italy)"}
    cancelled: true
    sources: [a]
"""


def test_times_are_those_of_the_place(folder):
    folder.write("a.yaml", AGENDA)
    knowledge, _ = folder.load()
    zagreb = knowledge.entries["visit-zagreb"].event

    assert (zagreb.kind, zagreb.whole_days, zagreb.cancelled) == (EventKind.VISIT, False, False)
    assert (zagreb.starts, zagreb.ends) == (datetime(2027, 6, 1, 8, tzinfo=UTC), datetime(2027, 6, 1, 10, tzinfo=UTC))


def test_a_day_without_an_end_is_one_whole_day(folder):
    folder.write("a.yaml", AGENDA)
    rome = folder.load()[0].entries["visit-rome"].event

    assert (rome.whole_days, rome.cancelled) == (True, True)
    assert rome.starts == rome.ends


def test_an_id_of_a_visit_is_nobody_elses(folder):
    folder.write("a.yaml", AGENDA.replace("id: visit-rome", "id: next-visit"))

    assert any("the id `next-visit` is already that of an entry" in problem for problem in folder.load()[1])
