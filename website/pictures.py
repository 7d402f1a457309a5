"""Makes the pictures of the documentation: `python -m website.pictures` plays in a real Chromium, and shoots.

It needs Node, Chromium and Jekyll. Look at what it made before you commit it.
"""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from almanac.commands.offered import adopt
from almanac.defaults import load_messages
from almanac.engine.offering import offer_adoption
from almanac.engine.planner import Planner
from almanac.engine.run import Done
from almanac.engine.sweep import reconcile_all
from almanac.form.filled import issue_body
from almanac.form.schema import read_form
from almanac.packaged import template
from almanac.playground.rendering import comment_html
from almanac.proposal.hidden import read_state
from almanac.proposal.state import Overview

from tests.browser import play
from tests.built import build
from tests.forge.worlds import LocalWorld
from tests.playground.playing import playground

IMAGES = Path(__file__).parent.parent / "docs/images"
TODAY = datetime(2021, 10, 25, 9, tzinfo=UTC)
FORM = "site/new-event.yml"
EVENT = {
    "title": "Open source in city halls",
    "date": "November 8th, 2021",
    "when": "11pm ET / 8am PT / 5pm CET",
    "series": "Universities & Academia",
    "people": "[Ada Lovelace](https://example.org/ada), Analytical Society\nGrace Hopper, US Navy",
    "description": "How do cities share what they build?\n\nBring *one example* of your own.",
}
"""An event with the mistake that was once on the page of the group."""
MENDED = {**EVENT, "when": "11am ET, 8am PT, 5pm CET"}
PAGE = "past-working-groups.md"
TALKS = """\
# Past talks

- Oct 8, 2025: Bats and their maps (Jon Lind)
- Sep 10, 2025: The swift's one summer (Ada Moor)
- Jun 4, 2025: Moths at the lamp (Noor Aziz)
"""
"""A page that Almanac is offered for."""
STYLE = """\
:root { color-scheme: light dark; }
body { max-width: 44rem; margin: 1.5rem auto; padding: 0 1.5rem; font: 16px/1.55 system-ui, sans-serif; }
li { margin: .2rem 0; } li p { margin: 0; } a { color: light-dark(#0a5cc2, #8ab4f8); }
"""
DESK, PHONE = [980, 760, 1.5], [390, 720, 1]


def main() -> int:
    """Take all pictures."""
    form = read_form(template(FORM), FORM)
    labels = {field.id: field.label for field in form.fields}
    answers = {labels[name]: answer for name, answer in EVENT.items()}
    steps: list[dict[str, Any]] = [
        {"size": DESK, "dark": False, "go": "/issues/new/new-event.yml"},
        {"fill": {"Add a title": f"New event: {EVENT['title']}", **answers}},
        *_shots("form"),
        {"press": "Create"},
        *_shots("problem", ".bot"),
        *_shots("problem-phone", ".bot", PHONE),
        {"size": DESK, "open": "Edit"},
        {"fill": {"The issue's text": issue_body(form, MENDED)}},
        {"press": "Update"},
        *_shots("comment", ".bot"),
        {"follow": "Add event"},
        {"size": [1180, 1000, 1.5]},
        *_shots("pull"),
        {"press": "Approve and merge"},
    ]
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        with playground(place, public=False, today=TODAY) as url:
            errors = play(url, steps, place / "profile")["errors"]
            [site] = (place / "sites").iterdir()
            page = (site / PAGE).read_text(encoding="utf-8")
        _shoot_page(place, page)
        _shoot_offer(place)
    sys.stderr.writelines(f"{error}\n" for error in errors)
    return int(bool(errors))


def _shoot_page(place: Path, page: str) -> None:
    """Build the history page as Jekyll does, in a plain layout, and shoot it from the new event on."""
    layout = f"<!doctype html><style>{STYLE}</style><main>{{{{ content }}}}</main>"
    built = build(place / "page", {PAGE: page, "_layouts/page.html": layout})
    anchor = "november-8th-2021--universities--academia"
    steps = [{"size": [760, 620, 1.5], "go": f"/{PAGE.removesuffix('.md')}.html#{anchor}"}, *_shots("page")]
    play(built.as_uri(), steps, place / "profile")


def _shoot_offer(place: Path) -> None:
    """Make the pull request "Adopt Almanac" for a page of talks, and shoot it as the playground shows pull requests."""
    world = LocalWorld(place / "site")
    world.commit({"past-talks.md": TALKS.encode(), "_config.yml": b"title: Talks\n"})

    def onboard(planner: Planner, overview: Overview) -> Done | None:
        return offer_adoption(planner, overview, adopt)

    list(reconcile_all(world.forge, load_messages(), onboard=onboard))
    [pull] = world.pulls()
    text = comment_html(read_state(pull.body)[0])
    for mark, state in (("x", " checked"), (" ", "")):
        text = text.replace(f"<li>[{mark}] ", f'<li><input type="checkbox"{state}> ')
    style = template("playground/style.css") + "li:has(input) { list-style: none; margin-left: -1.5rem; }"
    page = f'<!doctype html><meta charset="utf-8"><style>{style}</style>'
    page += f'<article class="paper bot"><div class="markdown">{text}</div></article>'
    (place / "offer.html").write_text(page, encoding="utf-8")
    play(place.as_uri(), [{"size": DESK, "go": "/offer.html"}, *_shots("adopt", ".bot")], place / "profile")


def _shots(name: str, of: str | None = None, size: Sequence[float] | None = None) -> Iterator[dict[str, Any]]:
    """Shoot the page that is open, or a part of it, light and dark."""
    if size:
        yield {"size": size}
    for dark, ending in ((False, ""), (True, "-dark")):
        yield {"dark": dark, "shoot": str(IMAGES / f"{name}{ending}.webp"), **({"of": of} if of else {"fold": True})}
    yield {"dark": False}


if __name__ == "__main__":
    sys.exit(main())
