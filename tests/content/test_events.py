"""Visits and workshops with a date, as the files say them."""

from datetime import UTC, date, datetime

import pytest

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
  - id: visit-athens
    name: {en: Visit to Athens}
    asked: {en: ["the visit to athens"]}
    about: {en: "About the commons."}
    starts: 2027-05
    ends: 2027-05
    zone: Europe/Athens
    place: {en: "Athens (Greece)"}
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


def one_visit(folder, times, zone="Europe/Brussels"):
    text = AGENDA.replace("starts: 2027-05-03", times).replace("Europe/Rome", zone)
    folder.write("a.yaml", text)
    return folder.load()[0].entries["visit-rome"].event


@pytest.mark.parametrize(
    ("times", "first", "last"),
    [
        ("starts: 2023-06", date(2023, 6, 1), date(2023, 6, 30)),
        ("starts: 2023-06\n    ends: 2023-06", date(2023, 6, 1), date(2023, 6, 30)),
        ("starts: 2023-11\n    ends: 2024-02", date(2023, 11, 1), date(2024, 2, 29)),
    ],
)
def test_a_month_alone_is_all_of_its_days(folder, times, first, last):
    visit = one_visit(folder, times)

    assert (visit.whole_months, visit.whole_days) == (True, True)
    assert (visit.starts.date(), visit.ends.date()) == (first, last)


def test_whole_days_may_begin_where_the_clocks_leave_out_midnight(folder):
    visit = one_visit(folder, "starts: 2027-03-28", "Asia/Beirut")

    assert (visit.starts.date(), visit.whole_days) == (date(2027, 3, 28), True)


def test_an_id_of_a_visit_is_nobody_elses(folder):
    folder.write("a.yaml", AGENDA.replace("id: visit-rome", "id: next-visit"))

    assert any("the id `next-visit` is already that of an entry" in problem for problem in folder.load()[1])
