from datetime import date, time

import pytest

from echobot.core.schedule import NotUnderstood, Recurrence, parse_recurrence
from echobot.core.schedule.days import LAST, EveryDay, EveryWeek, EveryWeeks, MonthDay, MonthWeekday, Weekday


@pytest.mark.parametrize(
    ("text", "recurrence"),
    [
        ("every day at 08:00", Recurrence(EveryDay(), time(8))),
        ("every monday at 18:30", Recurrence(EveryWeek(Weekday.MONDAY), time(18, 30))),
        ("every week on sunday at 00:00", Recurrence(EveryWeek(Weekday.SUNDAY), time(0))),
        ("every first tuesday at 18:30", Recurrence(MonthWeekday(1, Weekday.TUESDAY), time(18, 30))),
        ("every second tuesday of the month at 18:30", Recurrence(MonthWeekday(2, Weekday.TUESDAY), time(18, 30))),
        ("every last friday at 09:00", Recurrence(MonthWeekday(LAST, Weekday.FRIDAY), time(9))),
        ("every month on the 1st at 10:00", Recurrence(MonthDay(1), time(10))),
        ("every month on the 12th at 10:00", Recurrence(MonthDay(12), time(10))),
        ("every month on the 23rd at 10:00", Recurrence(MonthDay(23), time(10))),
        ("every month on the last day at 10:00", Recurrence(MonthDay(LAST), time(10))),
        ("every 2 weeks on thursday at 19:00 from 2026-12-03",
         Recurrence(EveryWeeks(2, date(2026, 12, 3)), time(19), date(2026, 12, 3))),
        ("every monday at 18:30 from 2026-12-01 until 2027-06-30",
         Recurrence(EveryWeek(Weekday.MONDAY), time(18, 30), date(2026, 12, 1), date(2027, 6, 30))),
        ("every monday at 18:30 except 2026-12-28, 2027-01-04 and 2027-01-11",
         Recurrence(EveryWeek(Weekday.MONDAY), time(18, 30),
                    without=frozenset({date(2026, 12, 28), date(2027, 1, 4), date(2027, 1, 11)}))),
        ("  Every  MONDAY\nat 18:30 ", Recurrence(EveryWeek(Weekday.MONDAY), time(18, 30))),
    ],
)  # fmt: skip
def test_a_recurrence_is_read_from_what_people_write(text, recurrence):
    assert parse_recurrence(text) == recurrence


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", '"" is not a rule — write "every day at 18:30"'),
        ("monday at 18:30", '"monday at 18:30" is not a rule — write "every day at 18:30"'),
        ("0 9 * * 1", '"0 9 * * 1" is not a rule — write "every day'),
        ("every monday", '"every monday" does not say at what time — add it after the days, as in "at 18:30"'),
        ("every monday 18:30", "does not say at what time"),
        ("every monday at", "has parts in another order, too many of them or empty ones — write a time"),
        ("every 1 at 18:30",
         '"1" is a number and not a weekday — write its name, as in "monday", because some count from Monday'),
        ("every first 2 at 18:30", '"2" is a number and not a weekday'),
        ("every 2 weeks on 4 at 18:30 from 2026-12-03", '"4" is a number and not a weekday'),
        ("every 1st tuesday at 18:30", '"every 1st tuesday" does not name days — write "every day'),
        ("every munday at 18:30", '"munday" is not a weekday — did you mean sunday or monday?'),
        ("every fryday at 18:30", '"fryday" is not a weekday — did you mean friday'),
        ("every mon at 18:30", '"mon" is not a weekday — did you mean monday?'),
        ("every lundi at 18:30", '"lundi" is not a weekday — write monday, tuesday,'),
        ("every monday and thursday at 18:30", '"every monday and thursday" does not name days — write'),
        ("every week at 18:30", '"every week" does not name days — write'),
        ("every month at 18:30", '"every month" does not name days — write'),
        ("every hour at 18:30", '"every hour" does not name days — write'),
        ("every 3 days at 18:30", '"every 3 days" does not name days — write'),
        ("every second tuesday at 18:30",
         'can be read in two ways — write "every second tuesday of the month", or "every 2 weeks on tuesday"'),
        ("every other tuesday at 18:30", 'does not say from when to count — write "every 2 weeks on tuesday"'),
        ("every fifth tuesday at 18:30", 'not every month has a fifth tuesday — write "every last tuesday"'),
        ("every month on the 31st at 10:00", 'not every month has a 31st — write "every month on the last day"'),
        ("every month on the 29th at 10:00", "not every month has a 29th"),
        ("every month on the 15 at 10:00", '"15" is not a day of the month — write it as in "15th"'),
        ("every month on the 11st at 10:00", '"11st" is not a day of the month — write it as in "11th"'),
        ("every month on the 00th at 10:00", '"00th" is not a day of the month — write it as in "15th"'),
        ("every month on the 32nd at 10:00", '"32nd" is not a day of the month'),
        ("every 2 weeks on thursday at 19:00", 'does not say from when to count — add the date of the first'),
        ("every 2 weeks on thursday at 19:00 from 2026-12-04",
         '2026-12-04 is a friday, not a thursday — write "from 2026-12-03" or "from 2026-12-10"'),
        ("every 1 weeks on monday at 18:30", '1 is not a number of weeks to wait — write 2 to 52, or "every monday"'),
        ("every 53 weeks on monday at 18:30", "53 is not a number of weeks to wait"),
        ("every monday at 9:00", '"9:00" is not a time of day — write two digits for the hour (00 to 23)'),
        ("every monday at 24:00", '"24:00" is not a time of day'),
        ("every monday at 1110", '"1110" is not a time of day'),
        ("every monday at 18:30 and 20:30", "has parts in another order, too many of them or empty ones"),
        ("every monday from 2026-12-07 at 18:30", 'write a time after "at", and behind it, if wanted, "from"'),
        ("every monday at 18:30 until 2027-12-06 from 2026-12-07", "has parts in another order"),
        ("every monday at 18:30 from", "has parts in another order, too many of them or empty ones"),
        ("every monday at 18:30 from 2026-12-07 from 2026-12-14", "has parts in another order, too many of them"),
        ("every monday at 18:30 from tomorrow", '"tomorrow" is not a date — write year, month and day'),
        ("every monday at 18:30 from 07.12.2026", '"07.12.2026" is not a date — write year, month and day'),
        ("every monday at 18:30 from 20261207", '"20261207" is not a date'),
        ("every monday at 18:30 from 2027-02-29", '"2027-02-29" is not a date'),
        ("every monday at 18:30 from 0206-12-07", '"0206-12-07" is not a date'),
        ("every monday at 18:30 except", "has parts in another order, too many of them or empty ones"),
        ("every monday at 18:30 except christmas", '"christmas" is not a date'),
        ("every monday at 18:30 except 2026-12-25",
         '2026-12-25, a friday, stands after "except", but the rule has nothing on that day — correct the date'),
        ("every monday at 18:30 from 2027-01-01 except 2026-12-28", "the rule has nothing on that day"),
        ("every monday at 18:30 from 2026-12-08 until 2026-12-13",
         'from 2026-12-08 until 2026-12-13 this never happens — write a later date after "until"'),
        ("every day at 18:30 from 2026-12-08 until 2026-12-07", "this never happens"),
        ("every day at 18:30 from 2026-12-08 until 2026-12-09 except 2026-12-08, 2026-12-09", "this never happens"),
        ("every " + "x" * 10_000 + " at 18:30", f'"{"x" * 60}…" is not a weekday'),
    ],
)  # fmt: skip
def test_what_is_unclear_is_a_sentence_that_says_what_to_write(text, sentence):
    with pytest.raises(NotUnderstood) as refused:
        parse_recurrence(text)

    assert sentence in str(refused.value)
