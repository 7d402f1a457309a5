"""The published JSON schemas are those of the models. `python -m tests.test_schemas` writes them again."""

import json
from pathlib import Path

import pytest
from almanac.event.model import Event
from almanac.histories import SiteConfig
from pydantic import BaseModel

FOLDER = Path(__file__).parent.parent / "docs" / "schema"
MODELS: dict[str, type[BaseModel]] = {"event.json": Event, "config.json": SiteConfig}


def schema_of(model: type[BaseModel]) -> str:
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema()}
    return json.dumps(schema, indent=2) + "\n"


@pytest.mark.parametrize("name", MODELS)
def test_the_published_schema_is_current(name: str) -> None:
    assert (FOLDER / name).read_text() == schema_of(MODELS[name]), "run `python -m tests.test_schemas`"


@pytest.mark.parametrize(("name", "page"), [("event.json", "records.md"), ("config.json", "configuration.md")])
def test_every_key_is_in_the_documentation(name: str, page: str) -> None:
    text = (FOLDER.parent / page).read_text()
    missing = [key for key in MODELS[name].model_fields if f"| `{key}` |" not in text]
    assert not missing


if __name__ == "__main__":
    for file, kind in MODELS.items():
        (FOLDER / file).write_text(schema_of(kind))
