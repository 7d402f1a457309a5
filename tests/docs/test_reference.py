"""The reference that is made from the code says all of it."""

import json
import re

import pytest
import typer
import yaml
from almanac.cli import app
from almanac.form.schema import read_form
from almanac.packaged import template

from tests.docs.blocks import ROOT
from website.reference import SCHEMAS, commands_page, config_page, forms_page, record_page, workflow_page


def test_each_command_and_each_of_its_options_is_in_the_reference() -> None:
    page, readme = commands_page(), (ROOT / "README.md").read_text()
    group = typer.main.get_command(app)
    assert isinstance(group, typer.core.TyperGroup)
    for name, command in group.commands.items():
        _, _, part = page.partition(f"## `almanac {name}`\n")
        part = part.partition("\n## ")[0]
        assert f"`almanac {name}" in readme
        for parameter in command.params:
            shown = parameter.metavar if parameter.param_type_name == "argument" else parameter.opts[0]
            assert parameter.name == "help" or f"{shown}" in part, name
    assert "### `almanac jobs retry`" in page
    assert "almanac when [OPTIONS] DATE LINE" in page


@pytest.mark.parametrize(("make", "file"), [(config_page, "config.json"), (record_page, "event.json")])
def test_each_key_is_in_the_reference_also_those_of_nested_values(make: object, file: str) -> None:
    assert callable(make)
    page, schema = make(), json.loads((SCHEMAS / file).read_text())
    for properties in (schema["properties"], *(each["properties"] for each in schema["$defs"].values())):
        for key in properties:
            assert f"| `{key}` |" in page


def test_what_a_key_takes_is_said_in_words() -> None:
    page = config_page()
    assert "| `moves` | `pull-request` or `commit` | `pull-request` |" in page
    assert "| `labels` | a list of text | none |" in page
    assert "| `drafts` | a whole number from 1 to 8 | none |" in page
    assert "| `organizer` | [these keys](#organizer) | none |" in page
    assert "| `title` | text | required |" in record_page()


def test_both_forms_are_there_in_each_language_with_the_same_ids() -> None:
    forms = [read_form(part.partition("````")[0]) for part in forms_page().split("````yaml\n")[1:]]
    assert [form.name for form in forms[::2]] == ["New event", "Neuer Termin", "Nuevo evento", "Nouvel événement"]
    ids = [[field.id for field in form.fields] for form in forms]
    assert ids == ids[:2] * 4


def test_the_workflow_is_there_as_init_writes_it_and_runs_one_version() -> None:
    shown = yaml.safe_load(workflow_page().partition("```yaml\n")[2].partition("```")[0])
    ours = yaml.safe_load(template("site/almanac.yml"))
    used = shown["jobs"]["almanac"]["steps"][-1].pop("uses")
    ours["jobs"]["almanac"]["steps"][-1].pop("uses")
    assert shown == ours
    assert re.fullmatch(r"[\w.-]+/[\w.-]+@([0-9a-f]{40}|v\d+\.\d+\.\d+)", used)
