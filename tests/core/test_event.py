"""Visits and workshops: past and to come told apart by the day, narrowed by place and month."""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from echobot.core.event import Event, EventKind, meant
from echobot.core.layout import months, stretch
from tests.content.test_events import AGENDA

BERLIN, ZAGREB = ZoneInfo("Europe/Berlin"), ZoneInfo("Europe/Zagreb")


def at(*moment, zone=BERLIN):
    return datetime(*moment, tzinfo=zone)


def event(starts, ends, place, *, whole_days=True):
    return Event(EventKind.VISIT, starts, ends, place, whole_days)


TO_BERLIN = event(at(2027, 3, 27), at(2027, 3, 31), {"en": "Berlin (Germany)", "hr": "Berlin (Njemačka)"})
TO_ZAGREB = event(at(2027, 12, 30, zone=ZAGREB), at(2028, 1, 2, zone=ZAGREB), {"en": "Zagreb (Croatia)"})
BOTH = [TO_BERLIN, TO_ZAGREB]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("is there a visit?", BOTH),
        ("a visit in berlin?", [TO_BERLIN]),
        ("imate li nešto u ožujku?", [TO_BERLIN]),
        ("etwas im März?", [TO_BERLIN]),
        ("y a-t-il une visite en janvier", [TO_ZAGREB]),
        ("in december in berlin", [TO_ZAGREB]),
        ("c'è una visita a luglio?", []),
        ("a visit in Njemacka", [TO_BERLIN]),
        ("is it for students", BOTH),
    ],
)
def test_a_question_names_places_and_months_in_any_language(asked, found):
    assert meant(BOTH, asked, months()) == found


def test_an_event_is_not_over_on_its_last_day():
    assert not TO_BERLIN.is_over(date(2027, 3, 31))
    assert TO_BERLIN.is_over(date(2027, 4, 1))


@pytest.mark.parametrize(
    ("language", "days", "hours"),
    [
        ("en", "March 27, 2027 – March 31, 2027", "March 27, 2027, 10:00–12:30 (Central European Standard Time)"),
        ("fr", "27 mars 2027 – 31 mars 2027", "27 mars 2027, 10:00–12:30 (heure normale d’Europe centrale)"),
        (
            "hr",
            "27. ožujka 2027. – 31. ožujka 2027.",
            "27. ožujka 2027., 10:00–12:30 (srednjoeuropsko standardno vrijeme)",
        ),
    ],
)
def test_times_are_written_as_the_language_writes_them_with_the_clocks_that_are_meant(language, days, hours):
    session = event(at(2027, 3, 27, 10), at(2027, 3, 27, 12, 30), {}, whole_days=False)

    assert (stretch(TO_BERLIN, language), stretch(session, language)) == (days, hours)


def test_one_day_is_one_date_and_one_hour_one_hour():
    assert stretch(event(at(2027, 3, 27), at(2027, 3, 27), {}), "en") == "March 27, 2027"
    begins = event(at(2027, 7, 1, 18), at(2027, 7, 1, 18), {}, whole_days=False)
    assert stretch(begins, "en") == "July 1, 2027, 18:00 (Central European Summer Time)"


IN_JUNE = Event(
    EventKind.VISIT, at(2023, 6, 1), at(2023, 6, 30), {"en": "Brussels (Belgium)"}, whole_days=True, whole_months=True
)


@pytest.mark.parametrize(
    ("language", "one", "several"),
    [
        ("en", "June 2023", "June 2023 – July 2023"),
        ("fr", "juin 2023", "juin 2023 – juillet 2023"),
        ("de", "Juni 2023", "Juni 2023 – Juli 2023"),
        ("it", "giugno 2023", "giugno 2023 – luglio 2023"),
        ("hr", "lipanj 2023.", "lipanj 2023. – srpanj 2023."),
        ("nl", "juni 2023", "juni 2023 – juli 2023"),
        ("qqq", "2023-06", "2023-06 – 2023-07"),
    ],
)
def test_a_month_alone_is_written_once_and_without_a_day(language, one, several):
    two_months = replace(IN_JUNE, ends=at(2023, 7, 31))

    assert (stretch(IN_JUNE, language), stretch(two_months, language)) == (one, several)


def test_what_only_has_a_month_is_over_when_that_is_and_found_by_it():
    assert not IN_JUNE.is_over(date(2023, 6, 30))
    assert IN_JUNE.is_over(date(2023, 7, 1))
    assert (IN_JUNE.is_in(6), IN_JUNE.is_in(7)) == (True, False)
    assert meant([IN_JUNE, TO_ZAGREB], "una visita a giugno?", months()) == [IN_JUNE]


def test_whole_days_reach_to_the_midnight_behind_the_last_one_and_hours_to_their_end():
    assert TO_BERLIN.over_at == at(2027, 4, 1)
    assert IN_JUNE.over_at == at(2023, 7, 1)
    session = event(at(2027, 3, 27, 10), at(2027, 3, 27, 12), {}, whole_days=False)
    assert session.over_at == session.ends


def test_the_zone_of_an_event_is_that_of_its_place():
    assert TO_ZAGREB.zone is ZAGREB
    with pytest.raises(TypeError, match="carry their zone"):
        _ = event(datetime(2027, 6, 1, tzinfo=UTC), datetime(2027, 6, 1, tzinfo=UTC), {}).zone


@pytest.fixture
def answers(tmp_path):
    from echobot.content.knowledge_folder import load_or_refuse
    from echobot.core.answering import Answerer

    (tmp_path / "agenda.yaml").write_text(AGENDA)
    answerer = Answerer(load_or_refuse(tmp_path))
    return lambda text, today: answerer.answer(text, today=today).text


def test_what_is_to_come_is_listed_until_it_is_over(answers):
    question = "when is the next visit?"

    assert answers(question, date(2027, 3, 1)).splitlines() == [
        "To come:",
        "- Visit to Berlin: March 27, 2027 – March 31, 2027, Berlin (Germany)",
        "- Visit to Athens: May 2027, Athens (Greece)",
        "- Visit to Zagreb: June 1, 2027, 10:00–12:00 (Central European Summer Time), Zagreb (Croatia)",
    ]
    assert "Berlin" not in answers(question, date(2027, 4, 1))
    assert answers(question, date(2027, 6, 2)).startswith("No next visit is known.")


def test_a_month_in_the_question_narrows_the_list(answers):
    assert answers("is there a visit in june?", date(2027, 3, 1)).splitlines()[1:] == [
        "- Visit to Zagreb: June 1, 2027, 10:00–12:00 (Central European Summer Time), Zagreb (Croatia)"
    ]


def test_a_visit_is_told_as_to_come_and_afterwards_as_over(answers):
    question = "what is the visit to berlin about"

    assert answers(question, date(2027, 3, 1)).splitlines()[:2] == [
        "Visit to Berlin", "When and where: March 27, 2027 – March 31, 2027, Berlin (Germany).",
    ]  # fmt: skip
    assert "To enrol and to ask: https://example.org/berlin" in answers(question, date(2027, 3, 1))
    over = answers(question, date(2028, 1, 1))
    assert "This is over: March 27, 2027" in over
    assert "To enrol" not in over


def test_a_visit_of_which_only_the_month_is_known_is_told_so(answers):
    question = "is there a visit in may?"

    assert answers(question, date(2027, 5, 31)).splitlines()[1:] == ["- Visit to Athens: May 2027, Athens (Greece)"]
    assert "This is over: May 2027, Athens (Greece)." in answers("the visit to athens", date(2027, 6, 1))


def test_a_cancelled_visit_is_told_as_cancelled_and_is_not_to_come(answers):
    assert "Cancelled: May 3, 2027" in answers("the visit to rome", date(2027, 3, 1))
    assert "Rome" not in answers("when is the next visit?", date(2027, 3, 1))
