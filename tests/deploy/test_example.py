"""The example for operators explains every setting that there is."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from echobot.content.schema import schema
from echobot.content.settings_file import load_settings

FILE = Path(__file__).parents[2] / "deploy" / "settings.example.yaml"
EXAMPLE = FILE.read_text(encoding="utf-8")
LINES = EXAMPLE.splitlines()


def settings_in(shape: dict[str, Any], whole: dict[str, Any], at: str = "") -> Iterator[str]:
    """Every key of the schema with where it stands: `accounts.matrix.prefix`."""
    for each in (shape, *shape.get("anyOf", ())):
        if "$ref" in each:
            yield from settings_in(whole["$defs"][each["$ref"].split("/")[-1]], whole, at)
        for named_by_the_operator in each.get("patternProperties", {}).values():
            yield from settings_in(named_by_the_operator, whole, at)
        for name, inner in each.get("properties", {}).items():
            yield f"{at}{name}"
            yield from settings_in(inner, whole, f"{at}{name}.")


ALL = sorted(set(settings_in(schema("settings"), schema("settings"))))


def is_explained(name: str) -> bool:
    """By a comment on its line, or on the line above it."""
    line_of = re.compile(rf"[# ]*{name}:(?P<value>[^#]*)(?P<comment>#.*)?(\".*\")?$")
    found = [(number, match) for number, line in enumerate(LINES) if (match := line_of.match(line))]
    return bool(found) and all(match["comment"] or LINES[number - 1].startswith("#") for number, match in found)


@pytest.mark.parametrize("setting", ALL)
def test_every_setting_is_explained(setting):
    assert is_explained(setting.split(".")[-1])


def test_all_kinds_of_settings_are_looked_at():
    assert {"accounts.poll_every", "accounts.invites.rooms", "knowledge.branch", "limits.bot_per_minute"} <= set(ALL)


def test_what_is_commented_out_is_right_too(tmp_path):
    shown = re.sub(r"^# knowledge: knowledge$", "", EXAMPLE, flags=re.MULTILINE)
    block = re.search(r"(^# knowledge:\n(#   .*\n)+)", shown, flags=re.MULTILINE)[1]
    (tmp_path / "settings.yaml").write_text(shown.replace(block, re.sub("^# ", "", block, flags=re.MULTILINE)))

    assert load_settings(tmp_path / "settings.yaml").knowledge.folder == "knowledge"


def test_the_values_that_are_not_examples_are_the_defaults(tmp_path):
    (tmp_path / "settings.yaml").write_text("accounts: {}\n")
    shown, default = load_settings(FILE), load_settings(tmp_path / "settings.yaml")

    for name in ("answer_within", "limits", "keep_messages_for", "keep_gaps_for", "most_posts_a_day"):
        assert getattr(shown, name) == getattr(default, name)
    assert yaml.safe_load(EXAMPLE)["store"] == "sqlite:///echobot.db"
