"""The reference: pages made from the JSON schemas and from the command line itself, whenever the site is built."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import typer
from almanac.catalogues import load_tongue
from almanac.cli import app
from almanac.commands.origin import read_origin
from almanac.config import Language
from almanac.form.translated import translated_form
from almanac.packaged import template

SCHEMAS = Path(__file__).parent.parent / "docs/schema"
_TYPES = {"string": "text", "integer": "a whole number", "boolean": "`true` or `false`"}
_EXIT = """\
| exit status | means |
| --- | --- |
| 0 | done, or nothing to do |
| 1 | the input has problems; each is printed |
| 2 | wrong usage |
| 3 | a bug in Almanac |
| 130 | interrupted |
"""


def config_page() -> str:
    """Return the page of all keys of a site's config."""
    intro = (
        "All keys of `.github/almanac.yml`, from [the JSON schema](../schema/config.json) with which an editor checks\n"
        "it. [Configuration](../configuration.md) says more about each."
    )
    return _schema_page("All keys of the config", intro, "config.json")


def record_page() -> str:
    """Return the page of all keys of a record."""
    intro = (
        "All keys of a record, in their order, from [the JSON schema](../schema/event.json).\n"
        "[Records](../records.md) says more about each."
    )
    return _schema_page("All keys of a record", intro, "event.json")


def forms_page() -> str:
    """Return the page of both forms in each language, to be copied by those who have only a browser."""
    parts = ["# The forms in each language", "[Almanac in your language](../language.md) says what to do with them."]
    for language in get_args(Language):
        tongue = load_tongue(language)
        for name in ("new-event.yml", "change-event.yml"):
            form = translated_form(template(f"site/{name}"), tongue).rstrip()
            parts += [f"## `{name}`, `language: {language}`", f"````yaml\n{form}\n````"]
    return "\n\n".join(parts) + "\n"


def workflow_page() -> str:
    """Return the page of the workflow, to be copied by those who have only a browser; it runs this very Almanac."""
    workflow = template("site/almanac.yml").replace("OWNER/REPO@REF", read_origin().action).rstrip()
    intro = (
        "This is `.github/workflows/almanac.yml`, for a new site and for one that [upgrades](../upgrade.md).\n"
        "[Adopt in a browser](../adopt-app.md#with-a-workflow) says what to do with it. If your main branch is not\n"
        "called `main`, write its name into the line `branches`."
    )
    end = (
        "The last line names the Almanac that these pages describe. In a clone, `almanac init` writes the same,\n"
        "and in it the files that start it."
    )
    return "\n\n".join(["# The workflow", intro, f"```yaml\n{workflow}\n```", end]) + "\n"


def commands_page() -> str:
    """Return the page of all commands."""
    group: Any = typer.main.get_command(app)
    intro = (
        "What `almanac --help` and `almanac COMMAND --help` say. `python -m almanac` is the same as `almanac`. With\n"
        "`--json`, one JSON document is printed on standard output; messages go to standard error."
    )
    parts = ["# Commands", intro, _EXIT.rstrip()]
    for name, command in sorted(group.commands.items()):
        parts += _command(f"almanac {name}", command)
    return "\n\n".join(parts) + "\n"


def _command(name: str, command: Any, level: str = "##") -> Iterator[str]:
    """Yield the parts of one command, those of its own commands included."""
    context = command.make_context(name, [], resilient_parsing=True)
    rows, usage = [], [name, "[OPTIONS]"]
    for parameter in command.get_params(context):
        left, right = parameter.get_help_record(context) or ("", "")
        if parameter.param_type_name == "argument":
            left = parameter.metavar
            usage.append(left)
        if left and "--help" not in left:
            rows.append(f"| `{left}` | {_cell(right)} |")
    children = sorted(getattr(command, "commands", {}).items())
    usage += ["COMMAND"] if children else []
    yield f"{level} `{name}`"
    yield (command.help or "").strip()
    yield f"```text\n{' '.join(usage)}\n```"
    if rows:
        yield "\n".join(["| option or argument | means |", "| --- | --- |", *rows])
    for child, other in children:
        yield from _command(f"{name} {child}", other, level + "#")


def _schema_page(title: str, intro: str, file: str) -> str:
    schema = json.loads((SCHEMAS / file).read_text(encoding="utf-8"))
    parts = [f"# {title}", intro, _table(schema)]
    for key, described in schema["properties"].items():
        nested = _nested(described)
        if nested and nested != "Config":
            definition = schema["$defs"][nested]
            parts += [f"## `{key}`", f"{described['description']}.", _table(definition)]
    return "\n\n".join(parts) + "\n"


def _table(schema: Mapping[str, Any]) -> str:
    rows = ["| key | takes | default | is |", "| --- | --- | --- | --- |"]
    for key, described in schema["properties"].items():
        default = "required" if key in schema.get("required", ()) else _default(described.get("default"))
        examples = ", ".join(f"`{example}`" for example in described.get("examples", ()))
        meaning = described["description"] + (f", such as {examples}" if examples else "")
        rows.append(f"| `{key}` | {_takes(key, described)} | {default} | {_cell(meaning)} |")
    return "\n".join(rows)


def _takes(key: str, schema: Mapping[str, Any]) -> str:
    """Say in words what a key may hold."""
    if "anyOf" in schema:
        return " or ".join(_takes(key, each) for each in schema["anyOf"] if each.get("type") != "null")
    if "$ref" in schema:
        return "all of these keys" if schema["$ref"].endswith("/Config") else f"[these keys](#{key})"
    if "enum" in schema or "const" in schema:
        return " or ".join(f"`{each}`" for each in schema.get("enum", [schema.get("const")]))
    if schema["type"] == "array":
        return f"a list of {_takes(key, schema['items'])}"
    if schema["type"] == "object":
        return f"names, each with {_takes(key, schema['additionalProperties'])}"
    least, most = schema.get("minimum", schema.get("exclusiveMinimum")), schema.get("maximum")
    bounds = f" from {least} to {most}" if most is not None else ""
    return _TYPES[schema["type"]] + bounds


def _nested(schema: Mapping[str, Any]) -> str | None:
    """Return the name of the definition of what a key holds, or each entry of it."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    inner = [schema.get("items"), schema.get("additionalProperties"), *schema.get("anyOf", ())]
    return next(filter(None, (_nested(each) for each in inner if isinstance(each, dict))), None)


def _default(value: object) -> str:
    return f"`{value}`" if isinstance(value, str) else "`false`" if value is False else "none"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
