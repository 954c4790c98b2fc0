import asyncio
import os
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
import structlog

from echobot import repository
from echobot.errors import ProblemsFound, RepositoryError
from echobot.following import Following
from echobot.repository import FollowedBranch
from echobot.settings import Repository

ENTRY = 'entries: [{id: fediverse, asked: {en: ["what is the fediverse", "the fediverse"]}, answer: {en: "ANSWER"}}]\n'
MISTAKE = ENTRY.replace("answer:", "awnser:")
AS_SOMEBODY = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgSign=false")


class Server:
    """A repository that curators push to; `address` is where the bot fetches it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.address = f"file://{folder}"
        folder.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str, said: str = "") -> str:
        command = ("git", "-C", str(self.folder), *AS_SOMEBODY, *arguments)
        return subprocess.run(command, check=True, capture_output=True, text=True, input=said).stdout.strip()

    def push(self, text: str, file: str = "entries.yaml") -> str:
        """A commit with one file written anew, and its name."""
        (self.folder / file).parent.mkdir(exist_ok=True)
        (self.folder / file).write_text(text)
        return self.commit()

    def commit(self, *how: str) -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message=Edit", *how)
        return self.git("rev-parse", "HEAD")

    def vanish(self) -> None:
        self.folder.rename(self.folder.with_name("gone"))

    def come_back(self) -> None:
        self.folder.with_name("gone").rename(self.folder)


@pytest.fixture
def server(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    made = Server(tmp_path / "server")
    made.push(ENTRY.replace("ANSWER", "first"))
    return made


@pytest.fixture
def place(tmp_path):
    return tmp_path / "echobot-knowledge"


@pytest.fixture
async def begin(server, place):
    """Start the bot's knowledge, as often as wanted; the one before is stopped."""
    running = []

    async def stop():
        for task in running:
            task.cancel()
            assert isinstance((await asyncio.gather(task, return_exceptions=True))[0], asyncio.CancelledError)
        running.clear()

    async def begin(**differently):
        await stop()
        wanted = {"address": server.address, "every": timedelta(milliseconds=20), **differently}
        following = await Following.begin(FollowedBranch(Repository(**wanted), place))
        running.append(asyncio.create_task(following.follow()))
        return following

    yield begin
    await stop()


def said(following):
    return following().answer("what is the fediverse").text


def kept(place):
    return sorted(path.name for path in place.glob("*/*"))


async def eventually(condition):
    for _ in range(600):
        if condition():
            return
        await asyncio.sleep(0.05)
    pytest.fail("it did not happen")


async def test_the_first_start_fetches_the_branch(server, begin, place):
    following = await begin()

    assert said(following) == "first"
    assert kept(place) == [server.git("rev-parse", "HEAD")]


async def test_a_new_commit_is_followed_and_the_old_state_removed(server, begin, place, tmp_path):
    following = await begin()
    second = server.push(ENTRY.replace("ANSWER", "second"))

    await eventually(lambda: said(following) == "second" and kept(place) == [second])
    assert len(list((tmp_path / "cache" / "echobot").iterdir())) == 1


async def test_after_a_commit_with_a_mistake_the_last_good_one_goes_on_until_it_is_mended(server, begin, place):
    following = await begin()
    with structlog.testing.capture_logs() as logs:
        server.push(MISTAKE)
        await eventually(lambda: logs)

    assert said(following) == "first"
    assert "entries.yaml:1:84: fediverse: unknown key `awnser` — did you mean `answer`?" in following.problems.split(
        "\n"
    )
    assert logs[0]["problems"] == following.problems
    assert str(place) not in following.problems
    server.push(ENTRY.replace("ANSWER", "mended"))
    await eventually(lambda: said(following) == "mended" and not following.problems)


async def test_a_commit_that_is_taken_back_is_no_problem_any_more(server, begin):
    following = await begin()
    server.push(MISTAKE)
    await eventually(lambda: following.problems)
    server.git("reset", "--quiet", "--hard", "HEAD~1")

    await eventually(lambda: not following.problems)
    assert said(following) == "first"


async def test_a_branch_that_was_rewritten_is_followed(server, begin):
    following = await begin()
    (server.folder / "entries.yaml").write_text(ENTRY.replace("ANSWER", "rewritten"))
    server.commit("--amend")

    await eventually(lambda: said(following) == "rewritten")


async def test_another_branch_and_a_folder_inside_it_can_be_named(server, begin):
    server.git("checkout", "--quiet", "-b", "try/this")
    server.push(ENTRY.replace("ANSWER", "inside"), "texts/entries.yaml")
    server.push(MISTAKE)

    following = await begin(branch="try/this", folder="texts")

    assert said(following) == "inside"


async def test_an_outage_is_logged_once_and_what_came_meanwhile_is_followed(server, begin, monkeypatch):
    looks, git = [], repository._git
    monkeypatch.setattr(repository, "_git", lambda *arguments: looks.append(arguments) or git(*arguments))
    following = await begin()
    with structlog.testing.capture_logs() as logs:
        server.vanish()
        await eventually(lambda: logs)
        looks.clear()
        await eventually(lambda: len(looks) > 5)
        assert [log["event"] for log in logs] == ["the last good state of the knowledge goes on"]
        assert server.address in logs[0]["reason"]
        assert said(following) == "first"

        server.come_back()
        await eventually(lambda: logs[1:])
        assert logs[1]["event"] == "the repository of the knowledge is back"
    server.push(ENTRY.replace("ANSWER", "second"))
    await eventually(lambda: said(following) == "second")


async def test_a_start_during_an_outage_uses_the_earlier_copy(server, begin):
    await begin()
    server.vanish()

    following = await begin()

    assert said(following) == "first"
    server.come_back()
    server.push(ENTRY.replace("ANSWER", "second"))
    await eventually(lambda: said(following) == "second")


async def test_a_start_with_a_mistake_in_the_newest_commit_uses_the_earlier_copy(server, begin):
    await begin()
    server.vanish()
    again = Server(server.folder)
    again.push(MISTAKE)

    following = await begin()

    assert said(following) == "first"
    assert "unknown key `awnser`" in following.problems


async def test_a_first_start_with_a_mistake_is_refused(server, begin):
    server.push(MISTAKE)

    with pytest.raises(ProblemsFound, match="unknown key `awnser`"):
        await begin()


async def test_a_first_start_without_the_server_says_what_to_do(server, begin):
    server.vanish()

    with pytest.raises(RepositoryError) as refused:
        await begin()

    assert str(refused.value) == (
        f"the knowledge cannot be fetched from branch main of {server.address}: '{server.folder}' does not appear"
        " to be a git repository; there is no earlier copy to start from: look at `knowledge` in the settings, or try"
        " later"
    )


async def test_a_branch_that_does_not_exist_is_told(begin):
    with pytest.raises(
        RepositoryError, match=r"branch mian of file://\S+/server: there is no such branch; there is no"
    ):
        await begin(branch="mian")


async def test_a_folder_that_does_not_exist_is_told(begin):
    with pytest.raises(ProblemsFound, match="there is no such folder"):
        await begin(folder="nowhere")


async def test_without_git_there_is_one_sentence(begin, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(RepositoryError, match="the program git is not installed; on Debian, `apt install git`"):
        await begin()


async def test_a_server_that_says_nothing_is_given_up(begin, monkeypatch, tmp_path):
    program = tmp_path / "git"
    program.write_text(f"#!/bin/sh\nsleep 600 & echo $! > {tmp_path}/pid\nwait\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(repository, "_PATIENCE", 2.0)

    with pytest.raises(RepositoryError, match="no answer within 2 seconds"):
        await begin()

    await eventually(lambda: not is_running(int((tmp_path / "pid").read_text())))


async def test_a_clone_that_was_broken_off_is_made_anew(server, begin, place):
    """As a kill in the middle leaves it: git's own folder, and half of the files."""
    await begin()
    (state,) = place.glob("*/*")
    half = state.with_name("incoming-half")
    (half / ".git").mkdir(parents=True)
    (half / "entries.yaml").write_text("entries: [{id: fed")
    second = server.push(ENTRY.replace("ANSWER", "second"))

    following = await begin()

    assert said(following) == "second"
    await eventually(lambda: kept(place) == [second])


async def test_a_clone_that_was_broken_off_is_nothing_to_start_from(server, begin, place):
    await begin()
    (state,) = place.glob("*/*")
    state.rename(state.with_name("incoming-half"))
    server.vanish()

    with pytest.raises(RepositoryError, match="there is no earlier copy"):
        await begin()


async def test_a_clone_that_fails_leaves_nothing(server, begin, place):
    for damaged in (server.folder / ".git" / "objects").glob("??/*"):
        damaged.chmod(0o600)
        damaged.write_bytes(b"")

    with pytest.raises(RepositoryError):
        await begin()

    assert kept(place) == []


async def test_nothing_of_a_repository_runs_or_leads_out_of_it(server, begin, place, tmp_path, monkeypatch):
    (tmp_path / "secret.yaml").write_text("hunter2")
    (server.folder / "link.txt").symlink_to(tmp_path / "secret.yaml")
    hook = tmp_path / "template" / "hooks" / "post-checkout"
    hook.parent.mkdir(parents=True)
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    hook.chmod(0o755)
    monkeypatch.setenv("GIT_TEMPLATE_DIR", str(tmp_path / "template"))
    server.commit()

    await begin()

    (state,) = place.glob("*/*")
    assert not (state / "link.txt").is_symlink()
    assert not (state / ".git").exists()
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("ext::sh -c 'touch ran'", "transport 'ext' not allowed"),
        ("http://127.0.0.1:9/knowledge.git", "transport 'http' not allowed"),
        ("--upload-pack=touch ran", "strange pathname"),
    ],
)
async def test_an_address_that_could_run_something_is_not_asked(begin, address, reason, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    with pytest.raises(RepositoryError, match=reason):
        await begin(address=address)

    assert not (tmp_path / "ran").exists()


def is_running(pid):
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


async def too_much(place, server, **differently) -> str:
    """What is said of a repository that cannot be taken; nothing of it stays."""
    with pytest.raises(RepositoryError) as refused:
        await FollowedBranch(Repository(server.address, **differently), place).folders()
    assert not [*place.glob("*/*")]
    return str(refused.value)


async def test_a_repository_that_is_too_large_is_refused(server, place, monkeypatch):
    monkeypatch.setattr(repository, "MOST_BYTES", 3_000_000)
    (server.folder / "film.bin").write_bytes(os.urandom(4_000_000))
    server.commit()

    assert "it holds more than 20,000 files or 3 MB" in await too_much(place, server)


async def test_a_small_repository_that_unpacks_to_a_large_file_is_refused(server, place, monkeypatch):
    monkeypatch.setattr(repository, "MOST_BYTES", 20_000_000)
    (server.folder / "zeros.yaml").write_bytes(bytes(60_000_000))
    server.commit()

    assert "or 20 MB" in await too_much(place, server)


async def test_a_small_repository_that_unpacks_to_thousands_of_millions_of_files_is_left_in_the_middle(server, place):
    """Each folder holds ten times the same one: eight kilobytes for ten to the power of nine files."""
    mode, kind, name = "100644", "blob", server.git("hash-object", "-w", "/dev/null")
    for _ in range(9):
        name = server.git("mktree", said="".join(f"{mode} {kind} {name}\t{number}\n" for number in range(10)))
        mode, kind = "040000", "tree"
    commit = server.git("commit-tree", "-m", "Bomb", name)
    server.git("update-ref", "refs/heads/bomb", commit)

    assert "more branches or files than" in await too_much(place, server, branch="bomb")


async def test_a_server_that_tells_of_branches_without_end_is_not_listened_to(server, place, monkeypatch):
    monkeypatch.setattr(repository, "_MOST_SAID", 20_000)
    commit = server.git("rev-parse", "HEAD")
    refs = "".join(f"create refs/heads/x/{number}/refs/heads/main {commit}\n" for number in range(500))
    server.git("update-ref", "--stdin", said=refs)

    assert "more branches or files" in await too_much(place, server)
