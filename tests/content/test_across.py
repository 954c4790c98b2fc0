"""What is wrong between files, and what is only worth a look."""

import pytest

from tests.content.conftest import ENTRY

TOOLS = """\
tools:
  - id: nextcloud
    name: Nextcloud
    site: https://nextcloud.com
    licence: AGPL-3.0-or-later
    sentence: {en: keeps files}
    sources: [https://nextcloud.com]
"""
NEEDS = """\
needs:
  - id: share-files
    name: {en: share files}
    asked: {en: [how can we share files]}
    tools: [nextcloud]
    sources: [https://example.org]
"""
SERVICES = """\
services:
  - id: google-drive
    name: Google Drive
    needs: [share-files]
    tools: [nextcloud]
    sources: [https://example.org]
"""


@pytest.fixture
def catalogue(folder):
    folder.write("tools.yaml", TOOLS)
    folder.write("needs.yaml", NEEDS)
    folder.write("services.yaml", SERVICES)
    return folder


def test_a_whole_catalogue_has_no_problem(catalogue):
    knowledge, problems = catalogue.load()
    assert problems == []
    assert knowledge.services["google-drive"].tools == ("nextcloud",)
    assert knowledge.needs["share-files"].name == {"en": "share files"}
    assert knowledge.tools["nextcloud"].site == "https://nextcloud.com"


def test_one_file_may_hold_everything(folder):
    folder.write("a.yaml", TOOLS + NEEDS + SERVICES + ENTRY)
    knowledge, problems = folder.load()
    assert problems == []
    assert list(knowledge.entries) == ["fediverse"]


def test_an_id_is_used_once_over_all_kinds_and_files(catalogue):
    catalogue.write("z.yaml", ENTRY.replace("fediverse", "nextcloud"))
    knowledge, problems = catalogue.load()
    assert knowledge is None
    assert problems == [
        "z.yaml:2:9: nextcloud: the id `nextcloud` is already that of a tool (tools.yaml, line 2) — choose another id"
    ]


def test_an_id_that_is_used_thrice_is_told_twice(folder):
    item = "  - {id: a, asked: {en: %s}, answer: {en: b}, sources: [c]}\n"
    folder.write("a.yaml", "entries:\n" + item % "b" + item % "c" + item % "d")
    assert [line.split(" — ")[0] for line in folder.load()[1]] == [
        "a.yaml:3:10: a: the id `a` is already that of an entry (a.yaml, line 2)",
        "a.yaml:4:10: a: the id `a` is already that of an entry (a.yaml, line 2)",
    ]


LOST = {
    "tools: [nextclod]": "services.yaml:5:13: google-drive: there is no tool `nextclod` — did you mean `nextcloud`?",
    "tools: [nextcloud, firefox]": (
        "services.yaml:5:24: google-drive: there is no tool `firefox` — add it to the catalogue, or take it out"
    ),
    "tools: [share-files]": (
        "services.yaml:5:13: google-drive: `share-files` is a need, not a tool — write an id of a tool here"
    ),
}


@pytest.mark.parametrize("line", LOST)
def test_a_reference_that_leads_nowhere_is_told(catalogue, line):
    catalogue.write("services.yaml", SERVICES.replace("tools: [nextcloud]", line))
    knowledge, problems = catalogue.load()
    assert knowledge is None
    assert problems == [LOST[line]]


def test_a_reference_to_an_item_that_is_wrong_is_not_lost(catalogue):
    catalogue.write("tools.yaml", TOOLS.replace("licence", "license"))
    assert {line.split(":")[0] for line in catalogue.load()[1]} == {"tools.yaml"}


def test_the_same_words_under_two_entries_are_worth_a_look(folder):
    twin = "  - {id: twin, asked: {en: [a, 'Whát is the FEDIVERSE?']}, answer: {en: b}, sources: [c]}\n"
    folder.write("a.yaml", ENTRY + twin)
    knowledge, problems = folder.load()
    assert list(knowledge.entries) == ["fediverse", "twin"]
    same = '`fediverse` is asked for with the same words: "Whát is the FEDIVERSE?"'
    assert problems == [f"a.yaml:6:32: twin: warning: {same} — keep them in one of the two"]


def test_the_same_name_of_two_things_is_worth_a_look(catalogue):
    catalogue.write("services.yaml", SERVICES.replace("needs:", "other_names: [next-cloud, nextCloud]\n    needs:"))
    assert [line.split(" — ")[0] for line in catalogue.load()[1]] == [
        'tools.yaml:3:11: nextcloud: warning: `google-drive` is asked for with the same words: "Nextcloud"'
    ]


def test_the_same_words_twice_in_one_entry_are_no_problem(folder):
    folder.write("a.yaml", ENTRY.replace("[what", "[What is the Fediverse?, what"))
    assert folder.load()[1] == []


def test_an_entry_without_a_source_is_worth_a_look(folder):
    folder.write("a.yaml", ENTRY.replace("    sources: [https://example.org/fediverse]\n", ""))
    knowledge, problems = folder.load()
    assert knowledge is not None
    assert problems == [
        "a.yaml:2:5: fediverse: warning: it has no source — add `sources:`, so that people can see where it comes from"
    ]


def test_a_language_that_the_bot_does_not_speak_is_worth_one_look(folder):
    folder.write("a.yaml", ENTRY.replace("{en: Many networks in one.}", "{en: Many networks., eo: Multaj retoj.}"))
    unspoken = "the bot has no sentences of its own in eo — add languages/eo/, or mend the language"
    assert folder.load()[1] == [f"a.yaml:4:38: fediverse: warning: {unspoken}"]


def test_a_catalogue_text_that_lacks_a_language_of_the_others_is_worth_a_look(catalogue):
    catalogue.write("needs.yaml", NEEDS.replace("{en: share files}", "{en: share files, fr: partager, de: teilen}"))
    assert catalogue.load()[1] == [
        "needs.yaml:4:12: share-files: warning: `asked` is missing in de, fr — add a line for each language",
        "tools.yaml:6:15: nextcloud: warning: `sentence` is missing in de, fr — add a line for each language",
    ]


def test_an_entry_may_speak_fewer_languages_than_the_rest(catalogue):
    catalogue.write("a.yaml", ENTRY)
    assert catalogue.load()[1] == []
