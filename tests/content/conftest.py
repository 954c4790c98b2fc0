from pathlib import Path

import pytest

from echobot.content.knowledge_folder import load
from echobot.core.knowledge import Knowledge

ENTRY = """\
entries:
  - id: fediverse
    asked: {en: [what is the fediverse]}
    answer: {en: Many networks in one.}
    sources: [https://example.org/fediverse]
"""


def cases(name: str) -> list:
    """Files and what is said of them, from a text file: name, content, "----", one line a problem."""
    blocks = (Path(__file__).parent / name).read_text(encoding="utf-8").split("==== ")[1:]
    return [_case(block) for block in blocks]


def _case(block: str):
    name, _, rest = block.partition("\n")
    content, _, sentences = rest.partition("\n----\n")
    return pytest.param(content + "\n", sentences.strip("\n").split("\n"), id=name)


class Folder:
    """A folder of files that a test writes and loads; problems come back as the lines that a curator reads."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, name: str, content: str | bytes) -> Path:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def load(self) -> tuple[Knowledge | None, list[str]]:
        knowledge, problems = load(self.path)
        return knowledge, [str(problem) for problem in problems]

    def problems(self, content: str | bytes) -> list[str]:
        """What is wrong with a file of this content, beside nothing else."""
        self.write("a.yaml", content)
        return self.load()[1]

    def places(self, content: str | bytes) -> list[str]:
        """Only where."""
        return [line.split(": ")[0] for line in self.problems(content)]


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Folder:
    monkeypatch.chdir(tmp_path)
    return Folder(Path())
