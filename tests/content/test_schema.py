import json

import jsonschema
import pytest
import yaml

from echobot.content.schema import KINDS, schema
from echobot.errors import EchobotError
from echobot.shipped import shipped_folder
from tests.content.conftest import ENTRY
from tests.content.test_announcements import ANNOUNCED
from tests.content.test_settings_file import SETTINGS


@pytest.mark.parametrize("kind", ["knowledge", "language", "questions"])
def test_the_schema_beside_the_knowledge_is_current(kind):
    """`echobot schema KIND > knowledge/schema/KIND.json` makes it so."""
    written = (shipped_folder() / "schema" / f"{kind}.json").read_text(encoding="utf-8")
    assert json.loads(written) == schema(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_is_valid_and_describes_every_key(kind):
    made = schema(kind)
    jsonschema.Draft202012Validator.check_schema(made)
    for part in (made, *made.get("$defs", {}).values()):
        for key, value in part["properties"].items():
            assert value.get("description"), key


@pytest.mark.parametrize(("kind", "text"), [("knowledge", ENTRY), ("knowledge", ANNOUNCED), ("settings", SETTINGS)])
def test_a_file_that_is_right_fits_its_schema(kind, text):
    jsonschema.validate(yaml.load(text, yaml.BaseLoader) | {}, _texts(schema(kind)))


def test_a_key_that_does_not_exist_fits_no_schema():
    with pytest.raises(jsonschema.ValidationError, match="awnser"):
        jsonschema.validate({"entries": [{"id": "a", "awnser": {}}]}, schema("knowledge"))


def test_a_schema_that_does_not_exist_is_told():
    with pytest.raises(EchobotError, match=r'^there is no schema "recipes"; there are knowledge, language'):
        schema("recipes")


def _texts(made):
    """Numbers and truths are read as texts here."""
    written = json.dumps(made)
    for kind in ("integer", "boolean"):
        written = written.replace(f'"type": "{kind}"', '"type": "string"')
    return json.loads(written)
