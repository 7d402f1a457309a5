"""An issue form as GitHub draws it: what it says of each question, which Almanac itself does not need."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from almanac.errors import UserError
from almanac.forge.local.store import read_issue
from almanac.form.body import parse
from almanac.form.schema import Field, Form
from almanac.packaged import example
from almanac.playground.rendering import comment_html
from almanac.yamlfile import load


@dataclass(frozen=True)
class Asked:
    """One element of a form: a question, or a text as HTML where there is no `field`."""

    html: str  # the text, or the question's description
    field: Field | None = None
    placeholder: str = ""
    value: str = ""


def asked(text: str, form: Form, answers: Mapping[str, str]) -> list[Asked]:
    """Return the elements of a form, given its text and what was read of it, with some answers filled in."""
    return [*_parts(text, form, answers)]


def _parts(text: str, form: Form, answers: Mapping[str, str]) -> Iterator[Asked]:
    fields = iter(form.fields)
    for element in _top(text).get("body") or ():
        about = element.get("attributes") or {}
        if element.get("type") == "markdown":
            yield Asked(comment_html(str(about.get("value") or "")))
            continue
        words = (str(about.get(name) or "") for name in ("description", "placeholder", "value"))
        description, placeholder, value = words
        field = next(fields)
        yield Asked(comment_html(description), field, placeholder, answers.get(field.id, value))


def title_of(text: str) -> str:
    """Return what a form is called."""
    return str(_top(text).get("name") or "")


def default_title(text: str) -> str:
    """Return how the titles of a form's issues begin."""
    return str(_top(text).get("title") or "")


def sample_issue(number: str, form: Form) -> tuple[str, dict[str, str]]:
    """Return the title of one of the demo's issues, and its answers, for the form that it was filed with."""
    name = f"ospo/issue-{number}.json"
    issue = read_issue(example(name).encode(), name)
    read = parse(issue.body, form)
    return issue.title, {key: answer for key, answer in read.fields.items() if isinstance(answer, str)}


def _top(text: str) -> dict[str, Any]:
    try:
        data = load(text, "form").data
    except UserError:
        return {}
    return data if isinstance(data, dict) else {}
