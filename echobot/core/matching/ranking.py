from dataclasses import dataclass
from echobot.core.knowledge import EntryId, Language
@dataclass(frozen=True, slots=True)
class Phrasing:
    entry: EntryId
    language: Language
    text: str
class Ranker: ...
