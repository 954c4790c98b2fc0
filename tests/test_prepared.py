import os

import pytest

from echobot import prepared
from echobot.errors import ProblemsFound
from tests.samples import ENTRY


@pytest.fixture
def folder(small_knowledge):
    return small_knowledge


def said(folder):
    return prepared.answerer(folder).answer("what is the fediverse").text


def kept(folder):
    (file,) = (folder.parent / "cache" / "echobot").iterdir()
    return file


def test_what_was_kept_answers_the_same(folder):
    first = said(folder)
    made_at = kept(folder).stat().st_mtime_ns

    assert said(folder) == first == "ANSWER"
    assert kept(folder).stat().st_mtime_ns == made_at


def test_an_edit_is_seen_at_once(folder):
    said(folder)
    (folder / "entries.yaml").write_text(ENTRY.replace("ANSWER", "answer"))

    assert said(folder) == "answer"


def test_a_new_file_is_seen_at_once(folder):
    said(folder)
    (folder / "more.yaml").write_text("entries: [{id: fediverse}]\n")

    with pytest.raises(ProblemsFound):
        said(folder)


WITH_POSTER = """\
announcements:
  - {id: party, text: {en: A party.}, when: 2027-03-01 18:30, zone: Europe/Paris, to: visits,
     poster: {file: party.png, alt: {en: Balloons}}}
"""


def test_another_picture_is_seen_at_once_though_no_text_has_changed(folder):
    (folder / "party.yaml").write_text(WITH_POSTER)
    digests = set()
    for picture in (b"one", b"another"):
        (folder / "party.png").write_bytes(b"\x89PNG\r\n\x1a\n" + picture)
        digests.add(prepared.answerer(folder).knowledge.announcements["party"].poster.digest)

    assert len(digests) == 2


@pytest.mark.parametrize(
    "damage", [lambda file: file.write_bytes(b""), lambda file: file.write_bytes(file.read_bytes()[:-9])]
)
def test_a_damaged_cache_is_made_again(folder, damage):
    said(folder)
    damage(kept(folder))

    assert said(folder) == "ANSWER"


def test_a_cache_that_others_can_write_is_not_believed(folder):
    said(folder)
    kept(folder).chmod(0o666)
    inode = kept(folder).stat().st_ino

    assert said(folder) == "ANSWER"
    assert kept(folder).stat().st_ino != inode


def test_nobody_else_can_read_what_is_kept(folder):
    said(folder)

    assert kept(folder).stat().st_mode & 0o077 == 0
    assert kept(folder).parent.stat().st_mode & 0o077 == 0


def test_only_the_last_few_knowledge_bases_are_kept(folder):
    for number in range(12):
        other = folder.parent / f"knowledge-{number}"
        other.mkdir()
        (other / "entries.yaml").write_text(ENTRY)
        said(other)

    assert len(list((folder.parent / "cache" / "echobot").iterdir())) == 8


def test_what_another_process_throws_away_meanwhile_is_not_missed(folder):
    cache = folder.parent / "cache" / "echobot"
    cache.mkdir(mode=0o700, parents=True)
    (cache / "listed but gone.pickle").symlink_to("nowhere")  # what it looks like between the listing and the look

    assert said(folder) == "ANSWER"


def test_a_cache_that_cannot_be_written_is_done_without(folder):
    os.close(os.open(folder.parent / "cache", os.O_CREAT))

    assert said(folder) == "ANSWER"


MORE = ['{id: one, asked: {en: ["the fediverse"]}, answer: {en: "third"}}']


def many(answer, more=()):
    """Enough phrasings for an edit of one to be little."""
    asked = ", ".join(f'"what is the {thing} number {number}"' for number in range(20) for thing in ("lamp", "boat"))
    entries = [f'{{id: things, asked: {{en: [{asked}]}}, answer: {{en: "{answer}"}}}}', *more]
    return f"entries: [{', '.join(entries)}]\n"


def learnt(folder):
    return prepared.answerer(folder).matcher.trust


def test_an_edit_goes_on_with_what_was_learnt_before_it(folder):
    (folder / "entries.yaml").write_text(many("first"))
    before = learnt(folder)
    (folder / "entries.yaml").write_text(many("second", MORE))
    after = learnt(folder)

    assert (after.count, after.asked.tolist()) == (before.count, before.asked.tolist())
    assert prepared.answerer(folder).answer("the fediverse").text == "third"


def test_another_state_of_a_followed_repository_goes_on_with_it_as_well(folder):
    (folder / "entries.yaml").write_text(many("first"))
    before = learnt(folder)
    state = folder.parent / "another commit"
    state.mkdir()
    (state / "entries.yaml").write_text(many("second", MORE))

    assert learnt(state).count == before.count


def test_what_others_could_have_written_is_not_gone_on_with(folder):
    (folder / "entries.yaml").write_text(many("first"))
    learnt(folder)
    kept(folder).chmod(0o666)
    (folder / "entries.yaml").write_text(many("second", MORE))

    assert learnt(folder).count == 41
