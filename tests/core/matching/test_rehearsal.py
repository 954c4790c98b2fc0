"""What a knowledge base learns about itself, and how long it goes on with that."""

from dataclasses import replace

from echobot.core.answer import Question
from echobot.core.knowledge import Entry, EntryId, Knowledge, Language
from echobot.core.matching import Matcher
from echobot.core.matching.confidence import Confidence
from echobot.core.matching.ranking import Ranker

EN = Language("en")
THINGS = [f"{kind} {thing}" for kind in ("garden", "kitchen", "winter", "paper") for thing in ("lamp", "table", "boat")]
WAYS = ("where is the {}", "how do I mend a {}", "who borrowed our {} yesterday", "a {} for beginners", "my {} broke")
QUESTIONS = ("where can I find the winter boat", "mend lamp", "is the paper table broken", "what about pizza")


def entry(thing, ways=WAYS):
    return Entry(EntryId(thing), {EN: tuple(way.format(thing) for way in ways)}, {EN: thing})


def knowledge(*changed):
    entries = {EntryId(thing): entry(thing) for thing in THINGS}
    return Knowledge(entries=entries | {one.id: one for one in changed})


def ranked(matcher):
    return [matcher.rank(Question(text, EN)) for text in QUESTIONS]


def test_after_an_edit_of_little_what_was_learnt_before_still_holds():
    learnt = Matcher(knowledge()).rehearse()
    after = Matcher(knowledge(entry("winter boat", [*WAYS[:-1], "our winter boat sank"])))

    assert after.rehearse([learnt]) is learnt


def test_after_an_edit_of_much_it_is_learnt_anew():
    learnt = Matcher(knowledge()).rehearse()
    rewritten = knowledge(*(entry(thing, [f"{way} please" for way in WAYS]) for thing in THINGS[:2]))
    grown = knowledge(*(entry(f"{thing} again") for thing in THINGS))

    assert Matcher(rewritten).rehearse([learnt]) is not learnt
    assert Matcher(grown).rehearse([learnt]) is not learnt


def test_many_small_edits_do_not_add_up_unseen():
    """Each goes on with what was learnt, but compares itself with the state in which that was."""
    known, learnt = knowledge(), []
    for number, thing in enumerate(THINGS):
        ways = (*WAYS[:-1], f"number {number} broke")
        known = replace(known, entries={**known.entries, EntryId(thing): entry(thing, ways)})
        learnt.append(Matcher(known).rehearse(learnt[-1:]))

    assert learnt[0] is learnt[1]
    assert learnt[-1] is not learnt[0]


def test_answers_after_an_edit_are_those_of_a_fresh_start_that_learnt_the_same():
    learnt = Matcher(knowledge()).rehearse()
    edited = knowledge(entry("winter boat", [*WAYS[:-1], "our winter boat sank"]))
    after, fresh = Matcher(edited), Matcher(edited)
    after.rehearse([learnt])
    order = [[match.entry for match in matches] for matches in ranked(fresh)]

    assert [[match.entry for match in matches] for matches in ranked(after)] == order
    fresh.rehearse([learnt])
    assert ranked(after) == ranked(fresh)


def test_a_matcher_that_was_never_told_to_rehearse_does_so_when_it_is_asked():
    told, untold = Matcher(knowledge()), Matcher(knowledge())
    told.rehearse()

    assert ranked(untold) == ranked(told)
    assert untold.found_at == told.found_at


def test_what_was_learnt_changes_how_sure_it_is_and_never_which_of_two_questions_is_the_surer():
    phrasings = list(knowledge().phrasings())
    usual, doubtful = Ranker(phrasings, {}), Ranker(phrasings, {})
    doubtful.rehearse([replace(usual.rehearse(), confidence=Confidence(-6.0))])
    scores = [[ranker.rank(text, EN, limit=1)[0].score for text in QUESTIONS[:3]] for ranker in (usual, doubtful)]

    assert all(high > low for high, low in zip(*scores, strict=True))
    assert sorted(range(3), key=scores[0].__getitem__) == sorted(range(3), key=scores[1].__getitem__)
