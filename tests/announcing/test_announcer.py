"""What is posted when, where and how often, from the first start to the last edit."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from echobot.core.announcement import Lateness, Poster
from echobot.ports import Revision
from tests.announcing.office import LATE_WITH_NOTE, NOON, PARIS, PUBLIC, VISITS, ZAGREB, Office, free, visit
from tests.samples import EN

REMINDER = datetime(2027, 2, 28, 10, tzinfo=ZAGREB)
START = datetime(2027, 3, 14, 10, tzinfo=ZAGREB)


@pytest.fixture
async def office():
    office = Office()
    await office.look()  # the first start
    yield office
    await office.stop()


# On time, once


async def test_a_visit_is_announced_when_it_is_published_and_reminded_of_and_thanked_for(office):
    office.publish(visit())
    await office.look(timedelta(minutes=1))
    for at in (REMINDER, START - timedelta(hours=1), datetime(2027, 3, 15, 18, tzinfo=ZAGREB)):
        await office.look(at - timedelta(seconds=1))
        await office.look(at)
        await office.look(at + timedelta(seconds=30))

    assert [text.splitlines()[0] for text in office.rooms.texts] == [
        "New: Visit to Zagreb",
        "Coming up: Visit to Zagreb",
        "Coming up: Visit to Zagreb",
        "Thank you: Visit to Zagreb.",
    ]


async def test_a_post_is_made_in_each_language_of_its_destination_in_that_order(office):
    office.publish(visit(when=["at publication"]))
    await office.look()
    (posted,) = office.rooms.standing.values()

    assert posted.texts == (
        (
            "New: Visit to Zagreb\n"
            "When and where: March 14, 2027, 10:00–16:00 (Central European Standard Time), Zagreb."
            "\n\nHow schools share what they make."
        ),
        (
            "New: Posjet: Zagreb\nWhen and where: 14. ožujka 2027., 10:00–16:00 (srednjoeuropsko standardno vrijeme), "
            "Zagreb.\n\nHow schools share what they make."
        ),
    )


async def test_it_can_be_told_what_comes_next(office):
    office.publish(
        visit(), visit("visit-off", START - timedelta(days=1), cancelled=True), free(when="2027-03-01 18:30")
    )

    async def next_after(at):
        await office.look(at)
        due = office.announcer.coming()
        return due and (due.slot.announcement, due.slot.destination, due.occasion.due_at)

    assert await next_after(NOON) == ("visit-zagreb", VISITS, REMINDER)
    assert await next_after(REMINDER) == ("help-evening", VISITS, datetime(2027, 3, 1, 18, 30, tzinfo=PARIS))
    assert (await next_after(START + timedelta(days=2))) is None


async def test_before_its_first_look_it_does_not_know_what_comes_next():
    office = Office()
    office.publish(visit())
    assert office.announcer.coming() is None
    await office.stop()


async def test_nothing_is_posted_at_the_first_start():
    office = Office()
    office.publish(visit(), visit("visit-past", datetime(2026, 12, 1, 10, tzinfo=PARIS)), free())
    await office.look()
    await office.look(timedelta(minutes=5))

    assert office.rooms.texts == []
    assert await office.troubles() == []
    await office.look(REMINDER)
    assert len([text for text in office.rooms.texts if "Coming up" in text]) == 1
    await office.stop()


async def test_what_recurs_is_posted_each_time(office):
    office.publish(free(when="every tuesday at 18:30 except 2027-01-19"))
    for day in range(28):
        await office.look(NOON + timedelta(days=day, hours=6))

    assert office.rooms.ever == 3


async def test_a_reminder_whose_time_was_over_before_anybody_knew_is_neither_posted_nor_missed(office):
    office.publish(visit(starts=datetime(2027, 1, 12, 10, tzinfo=ZAGREB), when=["14 days before at 10:00"]))
    await office.look(timedelta(minutes=1))

    assert (office.rooms.texts, await office.troubles()) == ([], [])


async def test_each_destination_gets_its_own_post(office):
    office.publish(visit(to=(VISITS, PUBLIC), when=["at publication"]))
    await office.look()

    assert (office.rooms.ever, office.toots.ever) == (1, 1)


async def test_a_language_that_an_announcement_lacks_is_left_out_and_without_any_it_is_told(office):
    office.publish(free(when="2027-01-10 13:30", to=(VISITS, PUBLIC), text={"hr": "Večer pomoći!"}))
    await office.look(NOON + timedelta(minutes=31))

    assert office.rooms.texts == ["Večer pomoći!"]
    assert office.toots.texts == []
    (told,) = await office.troubles()
    assert "was not posted: it says nothing in en" in told


# Once, whatever happens


@pytest.mark.parametrize("made", [True, False])
async def test_a_connection_that_breaks_makes_no_second_post(office, made):
    office.rooms.breaks.append(made) if not made else office.rooms.breaks.extend([True, True])
    office.publish(visit(when=["at publication"]))
    await office.look()
    for _ in range(5):
        await office.look(timedelta(minutes=2))

    assert office.rooms.ever == 1
    assert len(office.rooms.standing) == 1


async def test_a_restart_posts_nothing_twice(office):
    office.publish(visit())
    await office.look()
    office.restart()
    await office.look(timedelta(seconds=10))
    office.restart()
    await office.look(REMINDER)
    office.restart()
    await office.look(timedelta(minutes=1))

    assert office.rooms.ever == 2


async def test_two_processes_on_one_database_post_each_once(office):
    office.publish(visit(), free(when="2027-01-10 13:30"))
    first, second = office.announcer, office._announcer()
    await first.look()
    await second.look()
    office.clock.now = NOON + timedelta(minutes=31)
    await second.look()
    await first.look()
    await office.deliver()

    assert office.rooms.ever == 2


async def test_a_server_that_was_down_gets_the_post_when_it_is_back(office):
    office.rooms.down = True
    office.publish(visit(when=["at publication"]))
    await office.look()
    office.rooms.down = False
    await office.look(timedelta(hours=3))

    assert office.rooms.ever == 1


async def test_a_store_from_yesterdays_backup_doubles_nothing(tmp_path):
    office = Office(f"sqlite:///{tmp_path}/echobot.db")
    await office.look()
    await office.stop()  # only then is everything in one file
    backup = (tmp_path / "echobot.db").read_bytes()
    office.start()
    office.publish(visit(), free(when="2027-01-11 10:00", lateness=LATE_WITH_NOTE))
    await office.look(timedelta(minutes=1))
    await office.look(NOON + timedelta(hours=21))
    assert office.rooms.ever == 2
    await office.stop()

    (tmp_path / "echobot.db").write_bytes(backup)
    office.start()
    await office.look(NOON + timedelta(hours=26))

    assert office.rooms.ever == 2
    await office.stop()


async def test_a_clock_that_is_put_back_and_forth_posts_nothing_twice(office):
    office.publish(free(when="2027-01-10 14:00"))
    await office.look(NOON + timedelta(hours=1))
    await office.look(NOON - timedelta(hours=1))
    office.restart()
    await office.look(NOON + timedelta(hours=1, minutes=1))

    assert office.rooms.ever == 1


# Late


async def down_until(office, at):
    """Nobody looks meanwhile."""
    office.restart()
    await office.look(at)


async def test_what_is_a_little_late_is_posted_as_it_is(office):
    office.publish(free(when="2027-01-11 10:00"))
    await down_until(office, datetime(2027, 1, 11, 10, 50, tzinfo=UTC))

    assert office.rooms.texts == ["Help evening!"]


async def test_what_is_too_late_is_told_and_not_posted(office):
    office.publish(free(when="2027-01-11 10:00", lateness=Lateness(timedelta(minutes=30))))
    await down_until(office, datetime(2027, 1, 11, 10, 0, tzinfo=UTC))
    await office.look(timedelta(minutes=1))

    assert office.rooms.texts == []
    assert await office.troubles() == [
        (
            "help-evening, 2027-01-11T10:00, was not posted: "
            "it was due at 2027-01-11 09:00 UTC and may not be later than 0:30:00"
        )
    ]


async def test_what_was_missed_is_told_for_two_weeks_by_a_bot_that_goes_on(office):
    office.publish(free(when="2027-01-11 10:00", lateness=Lateness(timedelta(minutes=30))))
    await down_until(office, datetime(2027, 1, 11, 10, 0, tzinfo=UTC))
    await office.look(timedelta(days=13))
    assert len(await office.troubles()) == 1

    await office.look(timedelta(days=2))
    assert await office.troubles() == []


async def test_what_is_too_late_may_be_posted_with_a_note(office):
    office.publish(free(when="2027-01-11 10:00", lateness=LATE_WITH_NOTE))
    await down_until(office, datetime(2027, 1, 13, 10, 0, tzinfo=UTC))

    assert office.rooms.texts == ["(Meant for January 11, 2027, 10:00.)\n\nHelp evening!"]


async def test_of_what_was_missed_again_and_again_the_last_is_posted_and_the_others_are_told(office):
    office.publish(free(when="every day at 18:30", lateness=LATE_WITH_NOTE))
    await down_until(office, NOON + timedelta(days=3))

    assert office.rooms.texts == ["(Meant for January 12, 2027, 18:30.)\n\nHelp evening!"]
    (told,) = await office.troubles()
    assert "a later one of its posts takes its place" in told


async def test_a_reminder_is_not_posted_once_its_event_has_begun(office):
    office.publish(visit(when=["1 hour before"], lateness=LATE_WITH_NOTE))
    await down_until(office, START + timedelta(minutes=1))

    assert office.rooms.texts == []
    assert "its event had begun before it could be posted" in (await office.troubles())[0]


# Good manners


async def test_reminders_that_are_due_together_are_one_post(office):
    when = ["14 days before at 10:00"]
    office.publish(
        visit(when=when), visit("visit-split", START + timedelta(hours=2), when, place="Split", name="Visit to Split")
    )
    await office.look(REMINDER)

    assert office.rooms.texts == [
        (
            "To come:\n"
            "- Visit to Zagreb: March 14, 2027, 10:00–16:00 (Central European Standard Time), Zagreb\n"
            "- Visit to Split: March 14, 2027, 12:00–18:00 (Central European Standard Time), Split"
        )
    ]


async def test_no_more_is_posted_in_a_day_than_the_settings_allow_and_the_rest_waits():
    office = Office(most_a_day=2)
    await office.look()
    office.publish(*(visit(f"visit-{n}", START + timedelta(days=n), ["at publication"]) for n in range(3)))
    await office.look()
    await office.look(timedelta(hours=1))
    assert office.rooms.ever == 2

    await office.look(NOON + timedelta(hours=25))
    assert office.rooms.ever == 3
    await office.stop()


async def test_what_waits_too_long_because_enough_was_posted_is_told():
    office = Office(most_a_day=1)
    await office.look()
    office.publish(visit(when=["at publication"]), free(when="2027-01-10 13:30"))
    await office.look()
    await office.look(NOON + timedelta(minutes=31))
    office.restart()
    await office.look(NOON + timedelta(hours=3))

    assert office.rooms.ever == 1
    assert len(await office.troubles()) == 1
    await office.stop()


async def test_after_one_public_post_the_next_ones_are_unlisted_for_six_hours(office):
    office.publish(
        free("one", "2027-01-10 14:00", to=(PUBLIC,)),
        free("two", "2027-01-10 15:00", to=(PUBLIC,)),
        free("three", "2027-01-10 21:00", to=(PUBLIC,)),
    )
    for hours in (1, 2, 8):
        await office.look(NOON + timedelta(hours=hours))

    assert [each.visibility for each in office.toots.standing.values()] == ["public", "unlisted", "public"]


# Changes


async def announced(office, **changes):
    office.publish(visit(**changes))
    await office.look(timedelta(minutes=1))


async def test_a_mended_typo_edits_the_post_and_posts_nothing(office):
    await announced(office, about="How schols share.")
    await announced(office, about="How schools share.")
    (posted,) = office.rooms.standing.values()

    assert (office.rooms.ever, posted.edits) == (1, 1)
    assert "How schools share." in posted.texts[0]


TRAM = Poster("/tram.png", {EN: "A tram."}, "yellow")


@pytest.mark.parametrize(
    ("poster", "shown"),
    [
        (replace(TRAM, digest="blue"), "/tram.png"),  # another picture in the same file
        (replace(TRAM, file="/moved.png", alt={EN: "A yellow tram."}), "/moved.png"),
        (None, ""),
    ],
)
async def test_another_picture_or_another_description_of_it_is_brought_to_the_post(office, poster, shown):
    await announced(office, poster=TRAM)
    await announced(office, poster=poster)
    (posted,) = office.rooms.standing.values()

    assert (office.rooms.ever, posted.edits, posted.picture) == (1, 1, shown)
    await announced(office, poster=poster)
    assert posted.edits == 1


async def test_a_picture_that_comes_later_is_brought_to_the_post(office):
    await announced(office)
    await announced(office, poster=TRAM)

    assert [posted.picture for posted in office.rooms.standing.values()] == ["/tram.png"]


async def test_a_picture_that_only_lies_elsewhere_changes_no_post_and_a_typo_leaves_it_alone(office):
    await announced(office, poster=TRAM)
    await announced(office, poster=replace(TRAM, file="/elsewhere.png"))
    assert [posted.edits for posted in office.rooms.standing.values()] == [0]

    await announced(office, poster=replace(TRAM, file="/elsewhere.png"), about="How schools share.")
    assert [(posted.edits, posted.picture) for posted in office.rooms.standing.values()] == [(1, "/tram.png")]


async def test_of_a_picture_that_nobody_noted_nothing_is_changed_until_another_one_comes(office):
    await announced(office, poster=TRAM)
    (posting,) = (await office.store.ledger()).postings.values()
    await office.store.revise(Revision(replace(posting, revision=2, picture=None), []), office.clock())
    office.restart()
    await announced(office, poster=replace(TRAM, digest="blue"))
    assert [posted.edits for posted in office.rooms.standing.values()] == [0]

    await announced(office, poster=replace(TRAM, digest="blue"), about="How schools share.")
    await announced(office, poster=replace(TRAM, digest="red"), about="How schools share.")
    assert [posted.edits for posted in office.rooms.standing.values()] == [2]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"starts": START + timedelta(days=7)}, "Changed: Visit to Zagreb\nWhen and where: March 21, 2027"),
        ({"place": "Split"}, "Changed: Visit to Zagreb\nWhen and where: March 14, 2027"),
        ({"cancelled": True}, "Cancelled: Visit to Zagreb\nCancelled: March 14, 2027"),
    ],
)
async def test_another_date_or_place_edits_the_post_and_is_told_once_in_its_thread(office, changes, said):
    await announced(office)
    await announced(office, **changes)
    office.restart()
    await office.look(timedelta(minutes=1))
    first, note = office.rooms.standing.items()

    assert first[1].edits == 1
    assert note[1].to == first[0]
    assert note[1].texts[0].startswith(said)


async def test_a_change_is_told_below_the_latest_post_only(office):
    await announced(office)
    await office.look(REMINDER)
    await announced(office, starts=START + timedelta(days=7))
    first, reminder, note = office.rooms.standing.values()

    assert (first.edits, reminder.edits) == (1, 1)
    assert note.to == "room-bot-2"


async def test_a_visit_on_another_day_is_reminded_of_before_that_day(office):
    await announced(office, when=["14 days before at 10:00"])
    await office.look(REMINDER)
    await announced(office, when=["14 days before at 10:00"], starts=START + timedelta(days=28))
    await office.look(REMINDER + timedelta(days=28))

    assert [text.splitlines()[0] for text in office.rooms.texts] == [
        "Coming up: Visit to Zagreb",
        "Changed: Visit to Zagreb",
        "Coming up: Visit to Zagreb",
    ]


async def test_a_date_that_changes_before_its_post_is_due_moves_the_post(office):
    await announced(office, when=["1 hour before"])
    await announced(office, when=["1 hour before"], starts=START + timedelta(days=1))
    await office.look(START - timedelta(hours=1))
    assert office.rooms.texts == []

    await office.look(START + timedelta(hours=23))
    assert office.rooms.ever == 1


async def test_a_date_that_changes_while_its_post_is_under_way_is_mended_behind_it(office):
    office.rooms.down = True
    await announced(office)
    await announced(office, place="Split")
    office.rooms.down = False
    await office.look(timedelta(hours=1))
    await office.look(timedelta(hours=1))
    first, note = office.rooms.standing.values()

    assert "Split" in first.texts[0]
    assert note.texts[0].startswith("Changed")


async def test_a_cancelled_visit_is_reminded_of_no_more_and_is_no_miss(office):
    await announced(office)
    await announced(office, cancelled=True)
    for at in (REMINDER, START - timedelta(hours=1), START + timedelta(days=1, hours=9)):
        await office.look(at)

    assert office.rooms.ever == 2
    assert await office.troubles() == []


async def test_what_vanishes_from_the_knowledge_stays_as_it_was_posted(office):
    await announced(office)
    office.publish()
    await office.look(timedelta(minutes=1))

    assert [each.edits for each in office.rooms.standing.values()] == [0]


async def test_what_is_withdrawn_is_taken_away_everywhere_and_does_not_come_back(office):
    office.publish(visit(to=(VISITS, PUBLIC), when=["at publication"]))
    await office.look()
    await office.store.withdraw("visit-zagreb")
    await office.look(timedelta(seconds=30))
    assert (office.rooms.standing, office.toots.standing) == ({}, {})

    office.publish(visit(to=(VISITS, PUBLIC), when=["at publication"], place="Split"))
    office.restart()
    await office.look(timedelta(seconds=30))
    assert (office.rooms.ever, office.toots.ever) == (1, 1)
    assert await office.store.to_withdraw() == []


async def test_of_a_post_about_two_visits_only_what_is_withdrawn_goes(office):
    when = ["14 days before at 10:00"]
    office.publish(visit(when=when), visit("visit-split", START, when, place="Split", name="Visit to Split"))
    await office.look(REMINDER)
    await office.store.withdraw("visit-zagreb")
    await office.look(timedelta(seconds=30))

    assert [text.splitlines()[0] for text in office.rooms.texts] == ["Coming up: Visit to Split"]


async def test_a_destination_that_the_settings_do_not_name_is_told_until_it_is_mended(office):
    office.publish(visit(to=(VISITS, "vistis")))
    await office.look()
    assert await office.troubles() == ["the settings have no destination vistis: what is to be posted there is not"]

    office.publish(visit())
    await office.look()
    assert await office.troubles() == []


async def test_a_post_can_be_changed_long_after_other_ids_are_forgotten(office):
    await announced(office)
    office.clock.now += timedelta(days=50)
    await office.store.forget(office.clock.now, office.clock.now, office.clock.now, office.clock.now)
    await office.store.forget_slots(office.clock.now)
    await announced(office, place="Split")

    assert "Split" in office.rooms.texts[0]


async def test_what_nobody_needs_any_more_is_forgotten(office):
    await announced(office)
    later = START + timedelta(days=70)
    await office.store.forget_slots(later)
    await office.store.forget(later, later, later, later)
    book = await office.store.ledger()

    assert (book.slots, book.postings) == ({}, {})
    assert await office.store.outbox(office.rooms.account, later, 100) == []


async def test_a_destination_that_is_added_to_the_settings_gets_what_is_due_from_then_on(office):
    toots = dict(office.destinations)
    office.destinations = {VISITS: toots[VISITS]}
    office.publish(visit(to=[VISITS, PUBLIC], when=["14 days before at 10:00"]))
    await office.look()
    assert await office.troubles() == ["the settings have no destination public: what is to be posted there is not"]

    office.destinations = toots
    await office.look(timedelta(minutes=1))
    assert await office.troubles() == []
    await office.look(REMINDER)
    assert len(office.toots.texts) == len(office.rooms.texts) == 1
