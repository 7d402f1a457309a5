"""The pull request "Adopt Almanac" is for people with a browser only: what it says to all kinds of sites."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

import pytest
from almanac import config as configs
from almanac.config import Language
from almanac.defaults import load_messages
from almanac.entries.inyaml import YamlList
from almanac.entries.template import EntryTemplate
from almanac.errors import Problem, UserError
from almanac.event.model import Event, Link
from almanac.proposal.onboarding import AdoptionOffer, not_offered

from tests.commands.test_survey import SIGHTED
from tests.docs.blocks import ROOT, blocks
from tests.entries.learned import CASES, parts
from tests.memory import Files
from tests.offers import offer_of, text_of
from tests.page.house import PAGES

_JEKYLL = {"_config.yml": "title: Club\n"}
_CORPORA: dict[str, Mapping[str, Files]] = {
    "files and lists": {name: parts(case)[0] for name, case in CASES.items()},
    "what cannot be read": {name: case[0] for name, case in SIGHTED.items()},
    "pages": {name: {"events.md": text} for name, text in [*PAGES.items()][::3]},
}
_TERMINAL = re.compile(r"`almanac [a-z]|(?<![\w<!-])--[a-z]")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_CODE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
_TALKS = "# Talks\n\n- 2025-06-02: Owls\n- 2025-05-02: Bats\n"
_OVER = "# Talks\n\n## Upcoming\n\n- 2025-07-02: Moths\n\n## Past\n\n- 2025-06-02: Owls\n- 2025-05-02: Bats\n"


def _told(files: Files, written: Mapping[str, str] | None = None) -> list[AdoptionOffer] | tuple[Problem, ...]:
    """Return what a site is told: with the App and with a workflow, and also with what is doubtful chosen."""
    try:
        offer = offer_of(files, written=written)
        if offer is None:
            return []
        boxes = [box for group in offer.groups for box in group.boxes if box.doubts]
        chosen = (offer_of(files, {**offer.choices, box.option: box.value}) for box in boxes[:1])
        return [offer, replace(offer, follows=False), *filter(None, chosen)]
    except UserError as error:
        return not_offered(error.problems).problems


def _texts(told: list[AdoptionOffer] | tuple[Problem, ...], language: Language) -> list[str]:
    if isinstance(told, list):
        return [text_of(one, language) for one in told]
    said = load_messages().of_site({}, language).said(told)
    return ["\n".join((one.message, *one.choices)) for one in said]


def _commands(texts: Iterable[str]) -> list[str]:
    lines = (line for text in texts for line in _CODE.sub("", _COMMENT.sub("", text)).split("\n"))
    return [line for line in lines if _TERMINAL.search(line)]


@pytest.mark.long
@pytest.mark.parametrize("corpus", _CORPORA)
def test_no_site_is_told_a_command(corpus: str) -> None:
    told = {name: _told({**_JEKYLL, **files}) for name, files in _CORPORA[corpus].items()}
    found = {name: _commands([*_texts(one, "en"), *_texts(one, "de")]) for name, one in told.items()}
    assert {name: lines for name, lines in found.items() if lines} == {}
    assert all(told.values())


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize(
    ("files", "written", "words"),
    [
        (
            {"talks.md": _TALKS},
            {configs.PATH: "page: talks.md\nimages: img\n"},
            {"en": "Put the line `section_template:"},
        ),
        (
            {"talks.md": _OVER},
            {},
            {"en": "a pull request then moves it.", "de": "unter \u201eUpcoming\u201c (Zeile 3)"},
        ),
        ({"talks.md": _TALKS}, {configs.PATH: "page: walks.md\n"}, {"en": "Correct `page`."}),
        ({"talks.html": "<p>x</p>"}, {configs.PATH: "page: talks.md\n"}, {"en": "would have the same address"}),
    ],
    ids=["without a template", "what is over", "without its page", "of one address"],
)
def test_what_takes_a_command_elsewhere_has_a_way_in_a_browser(
    files: Files, written: Mapping[str, str], words: Mapping[Language, str], language: Language
) -> None:
    texts = _texts(_told({**_JEKYLL, **files}, written), language)
    assert not _commands(texts)
    assert words.get(language, "") in "".join(texts)
    assert language == "en" or words["en"] not in "".join(texts)


def test_nothing_is_printed_beside_the_offer(capsys: pytest.CaptureFixture[str]) -> None:
    loop = "# Events\n\n{% for one in site.data.meetups %}\n- {{ one.date }}\n{% endfor %}\n"
    assert offer_of({**_JEKYLL, "talks.md": _TALKS, "meetups.md": _TALKS, "events.md": loop})
    assert capsys.readouterr() == ("", "")


def test_the_page_to_play_with_is_taken_as_it_is() -> None:
    [page] = [block.text for block in blocks(ROOT / "docs/adopt-app.md") if block.lang == "markdown"]
    offer = offer_of({"README.md": "# Play\n", "past-events.md": page})
    assert offer
    text = text_of(offer)
    assert "`past-events.md`: 2 events" in text
    assert "**Where:** Room 1" in offer.sample
    assert [*offer.problems, *offer.warnings, *offer.doubts] == []


_ROWS = '- title: "A"\n  date: 2026-03-12\n  ort: "C"\n- title: "D"\n  date: 2026-02-12\n  ort: "F"\n'
_KEYS = '+++\ntitle = "X {0}"\ndate = 2026-0{0}-12\nort = "Y {0}"\nlevel = "{0}"\n+++\n\nX {0}.\n'
_FILES = {f"content/events/x-{number}.md": _KEYS.format(number) for number in (1, 2, 3)}
_LISTED = "| Datum | Thema | Ort | Stufe |\n|---|---|---|---|\n| {0} | A | B | C |\n| {1} | D | E | F |\n"
_DATED = {
    "de": ("12. M\u00e4rz 2026", "5. Mai 2026"),
    "es": ("12 de marzo de 2026", "5 de mayo de 2026"),
    "fr": ("12 mars 2026", "5 mai 2026"),
}
_MADE_UP = re.compile(r"```text\n(.*?)\n```", re.DOTALL)
_ENGLISH = re.compile(r"sample|A para|a point|Room|Some |Sample Ins|[Aa]nother|New_York|\bET\b|9am|was\b")


@pytest.mark.parametrize("language", _DATED)
def test_the_made_up_event_and_its_template_are_in_the_language_of_the_site(language: str) -> None:
    days = [*_DATED[language]]
    sites: list[Files] = [
        {"events.md": _LISTED.format(*days)},
        {"events.md": "# X\n\n## {}: A\n\n**Z:** Q\n\nQ.\n\n## {}: B\n\n**Z:** W\n\nW.\n".format(*days)},
        {"_config.yml": f"lang: {language}\n", "_data/events.yml": _ROWS},
        {"hugo.toml": f"languageCode = '{language}-XX'\n", **_FILES},
        {"mkdocs.yml": f"theme:\n  name: x\n  language: {language}\n", "docs/events.md": "# X\n\n" + _TALKS},
        {"_config.yml": f"title: X\nlang: {language}\n"},
    ]
    for files in sites:
        offer = offer_of(files)
        assert offer
        assert offer.language == language
        shown = _MADE_UP.findall(text_of(offer))[-1]
        assert not _ENGLISH.search(shown.replace("9:00 ET", "")), shown
        templates = [text for path, text in offer.files.items() if path.endswith(".j2")]
        assert all(f'"{language}' in text for text in templates)


_SLIDES = "".join(f"- title: X {at}\n  date: 2026-0{at}-12\n  slides: https://x.org/{at}\n" for at in (1, 2, 3))


@pytest.mark.parametrize(("language", "label"), [("de", "Folien"), ("es", "Diapositivas"), ("fr", "Diapositives")])
def test_slides_are_known_by_their_name_in_the_language_of_the_site(language: str, label: str) -> None:
    offer = offer_of({"_config.yml": f"lang: {language}\n", "_data/talks.yml": _SLIDES})
    assert offer
    source = offer.files[".github/almanac/entry.yml.j2"]
    template = EntryTemplate(source, YamlList(), "x")
    for name in (label, "Slides"):
        links = (Link(label="X", url="https://x.org/x"), Link(label=name, url="https://x.org/s"))
        event = Event(id="2026-04-12-x", title="X", date="2026-04-12", links=links)
        assert template.entry(event).data["slides"] == "https://x.org/s"
