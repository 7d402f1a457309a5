"""Each catalogue says all that Almanac says, and nothing that it does not say any more.

`python -m tests.test_catalogues` brings the catalogues up to date: new texts are left open, and stale ones go.
"""

import re
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from string import Formatter
from typing import Any, get_args

import pytest
from almanac.catalogues import Translated, read_catalogue
from almanac.form.translated import form_words
from almanac.packaged import template
from babel.messages import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import write_po

ROOT = Path(__file__).parent.parent
CODE, TEMPLATES = ROOT / "bot/almanac", ROOT / "templates"
FORMS = ("new-event.yml", "more-questions.yml", "change-event.yml")
KEYWORDS: dict[str, Any] = {"say": None, "say_number": (1, 2)}
JINJA = {"trim_blocks": "true", "lstrip_blocks": "true", "newstyle_gettext": "true", "silent": "false"}
COMMAND = "python -m tests.test_catalogues"
LANGUAGES = get_args(Translated)
PLURALS = {
    language: f"nplurals=2; plural=(n {test});" for language, test in (("de", "!= 1"), ("es", "!= 1"), ("fr", "> 1"))
}
_CODE = re.compile(r"`(/almanac \w+|[\w.]+:)")
_JINJA_NAME = re.compile(r"%\((\w+)\)[sd]")


def _extracted() -> Iterator[tuple[str, str | tuple[str, ...]]]:
    for path in sorted(CODE.rglob("*.py")):
        for _, words, _, _ in extract("python", BytesIO(path.read_bytes()), keywords=KEYWORDS):
            yield path.relative_to(ROOT).as_posix(), words
    keywords = {"_": None, "gettext": None, "ngettext": (1, 2)}
    for path in sorted([*TEMPLATES.glob("messages/*.j2"), TEMPLATES / "server/failed.md.j2"]):
        found = extract("jinja2.ext:babel_extract", BytesIO(path.read_bytes()), keywords=keywords, options=JINJA)
        for _, words, _, _ in found:
            yield path.relative_to(ROOT).as_posix(), words
    for name in FORMS:
        for word in form_words(template(f"site/{name}")):
            yield f"templates/site/{name}", word


@cache
def source() -> Catalog:
    """Return all that Almanac says, with the files that say it."""
    catalog = Catalog(project="Almanac", charset="utf-8", fuzzy=False)
    for path, words in _extracted():
        catalog.add(words, locations=[(path, 0)])
    return catalog


def _names(text: str) -> set[str]:
    if _JINJA_NAME.search(text):
        return set(_JINJA_NAME.findall(text)) - {"num"}
    try:
        return {name for _, name, _, _ in Formatter().parse(text) if name}
    except ValueError:
        return set()


def _texts(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _ends(text: str) -> tuple[bool, bool]:
    # A mark that French sets apart may begin a text.
    return text[:1].isspace() and text.lstrip()[:1] not in ";:?!", text.endswith((" ", "\n"))


def _mistakes(message: Message, known: Catalog) -> Iterator[str]:
    said = known.get(message.id)
    if said is None or not all(_texts(said.string)):
        yield "has no translation"
        return
    sources, texts = _texts(message.id), _texts(said.string)
    if said.fuzzy:
        yield "is fuzzy"
    if any(_names(text) - _names(sources[-1]) - _names(sources[0]) for text in texts):
        yield "has names that the source has not"
    if any(_ends(text) != _ends(source) for text, source in zip(texts, sources, strict=False)):
        yield "begins or ends with another space"
    if any(text.count("`") % 2 or text.count("**") % 2 for text in texts):
        yield "does not close what it opens"
    if any(set(_CODE.findall(source)) - set(_CODE.findall(text)) for text, source in zip(texts, sources, strict=False)):
        yield "names another command or key"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_is_complete(language: str) -> None:
    known = read_catalogue(language)
    wrong = [f"{mistake}: {message.id}" for message in source() if message.id for mistake in _mistakes(message, known)]
    wrong += [f"is not said any more: {one.id}" for one in known if one.id and source().get(one.id) is None]
    assert not wrong, f"Run `{COMMAND}`, and translate what is open in bot/almanac/locales/{language}."


def update(language: str) -> None:
    """Bring a catalogue up to date, with the translations that there are."""
    known, new = read_catalogue(language), Catalog(locale=language, project="Almanac", charset="utf-8", fuzzy=False)
    new.mime_headers = [("Plural-Forms", PLURALS[language])]
    for message in source():
        if message.id:
            there = known.get(message.id)
            new.add(message.id, there.string if there else "", locations=sorted(set(message.locations)))
    file, body = CODE / "locales" / language / "LC_MESSAGES/almanac.po", BytesIO()
    write_po(body, new, width=120, sort_by_file=True, include_lineno=False, omit_header=True)
    head = [f"Language: {language}", f"Plural-Forms: {PLURALS[language]}", "Content-Type: text/plain; charset=utf-8"]
    lines = ['msgid ""', 'msgstr ""', *(f'"{line}\\n"' for line in head), "", ""]
    file.write_bytes("\n".join(lines).encode() + body.getvalue().lstrip())


if __name__ == "__main__":
    for name in LANGUAGES:
        update(name)
