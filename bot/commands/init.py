"""`almanac init`: everything that a site needs, shown first, and nothing lost."""

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot import config as configs
from bot.commands.clone_facts import CloneFacts, look_at
from bot.commands.setup import prepare
from bot.commands.setup_plan import Choices, Setup
from bot.commands.site_files import TEMPLATE, WORKFLOW
from bot.commands.site_search import Candidate
from bot.config import Config
from bot.folder import Folder
from bot.show import document, problem_values, problems, refusals, say

_SWITCH = "Allow GitHub Actions to create and approve pull requests"
_SHOWN = 3
_DOES = {
    configs.PATH: "the settings",
    TEMPLATE: "how a new event is written on your page",
    WORKFLOW: "runs Almanac on GitHub",
}


def init_site(  # noqa: PLR0913 -- one for each option
    site: Path, page: Path | None, *, new: bool, force: bool, yes: bool, dry_run: bool, as_json: bool
) -> int:
    """Set a site up; nothing is written that would lose anything."""
    asks = not (yes or dry_run or as_json) and sys.stdin.isatty() and sys.stdout.isatty()
    with refusals({"written": False}, as_json=as_json):
        folder = Folder(site)
        facts = look_at(folder.root)
        setup = prepare(folder, facts, Choices(page, new=new, force=force, ask=_which if asks else None))
        replaced = {path for path, state in setup.states.items() if state == "replaced"} - {configs.PATH}
        if not dry_run:
            folder.refuse_to_lose(sorted(replaced))
    if not as_json:
        _show(setup)
    agreed = not dry_run and (not asks or not setup.written or _agreed())
    if agreed:
        folder.write(setup.written)
    steps = next_steps(setup, facts, folder.config())
    if as_json:
        document(_values(setup, steps, written=agreed))
    elif agreed:
        _tell_steps(steps, wrote=bool(setup.written))
    else:
        say("\nNothing was written" + (" (--dry-run)." if dry_run else "."))
    return int(bool(setup.problems))


def _which(candidates: Sequence[Candidate]) -> Candidate:
    import typer

    offered = candidates[:9]
    say("Which page holds the history?")
    for number, one in enumerate(offered, 1):
        say(f"  {number}  {one.path} ({_events(one.events)})")
    chosen = 0
    while not 1 <= chosen <= len(offered):
        chosen = typer.prompt("Its number", default=1, type=int, err=True)
    return offered[chosen - 1]


def _agreed() -> bool:
    import typer

    return typer.confirm("\nWrite these files?", default=True, err=True)


def _events(count: int) -> str:
    return f"{count} event" + "s" * (count != 1)


# ------------------------------------------------------------------------------- what is shown


def _show(setup: Setup) -> None:
    imported = setup.imported
    if imported:
        problems(imported.warnings, "warning")
        say(
            f"{setup.page}: {_events(len(imported.events))}, {imported.structured} of them taken apart into fields, "
            f"{imported.verbatim} kept word by word."
        )
        say("Written again from its records, the page is the same byte for byte. It is not changed.")
    if setup.style and setup.style.template:
        kind = {"bullet": "a bullet", "row": "a row of the table"}.get(
            setup.style.family, "a section in the page's own shape"
        )
        say(f"A new event will be {kind}.")
    for note in setup.notes:
        say(f"Note: {note}")
    say()
    for path, state in setup.states.items():
        why = _DOES.get(path) or ("the history page" if path == setup.page else "the form that people fill in")
        # Settings are replaced only where they do no more than name the page, as an import leaves them.
        word = "completed" if (path, state) == (configs.PATH, "replaced") else _STATES[state]
        say(f"  {word:<9} {path}  ({why})")
    for path in list(setup.records)[:_SHOWN]:
        say(f"  new       {path}")
    more = len(setup.records) - _SHOWN
    if more > 0:
        say(f"  new       ... and {more} more records")
    kept = [path for path, state in setup.states.items() if state == "kept" and path != configs.PATH]
    if kept:
        say("\nFiles that are there already stay as they are; `--force` replaces them, except for the settings.")
    problems(setup.problems)


_STATES = {"new": "new", "replaced": "replaced", "kept": "yours", "same": "there"}


def _tell_steps(steps: Sequence[str], *, wrote: bool) -> None:
    say("\nDone. Three steps are left:\n" if wrote else "\nEverything is there already. What comes after it:\n")
    for number, step in enumerate(steps, 1):
        say(f"  {number}. " + step.replace("\n", "\n     "))
    say()


def next_steps(setup: Setup, facts: CloneFacts, config: Config) -> list[str]:
    """Return what a person does next, as three steps of one or more lines."""
    web = facts.web or "https://github.com/OWNER/NAME"
    return [_push(setup, facts, config), _switch(web, setup), _try(web, facts, config)]


def _push(setup: Setup, facts: CloneFacts, config: Config) -> str:
    paths = [".github", setup.page, *([config.records] if setup.has_records else [])]
    if facts.top is None:
        named = ", ".join(paths)
        return (
            "Push. This folder is in no git repository yet: put the site on GitHub first, for example with GitHub "
            f"Desktop.\nThese belong to Almanac: {named}"
        )
    away = facts.current and facts.current != facts.branch
    lines = [
        "Commit and push:",
        f"    git add {' '.join(map(shlex.quote, paths))}",
        '    git commit -m "Adopt Almanac"',
        "    git push",
        *([f"Then merge {facts.current} into {facts.branch}: Almanac looks there."] if away else []),
    ]
    return "\n".join(lines)


def _switch(web: str, setup: Setup) -> str:
    label = next(iter(setup.labels), "event")
    return (
        f"On GitHub, open {web}/settings/actions\n"
        f'and tick "{_SWITCH}", at the bottom. Save.\n'
        f"Then make a label called `{label}` at {web}/labels, if there is none."
    )


def _try(web: str, facts: CloneFacts, config: Config) -> str:
    name = config.form.rpartition("/")[2]
    doctor = f"almanac doctor --repo {facts.repository or 'OWNER/NAME'}"
    return (
        f"File a test issue: {web}/issues/new?template={name}\n"
        "A minute later there is a pull request with the event. Merge it, or close the issue to take it back.\n"
        f"If nothing happens, `{doctor}` says why."
    )


def _values(setup: Setup, steps: Sequence[str], *, written: bool) -> dict[str, Any]:
    imported, style = setup.imported, setup.style
    return {
        "page": setup.page,
        "events": len(imported.events) if imported else 0,
        "structured": imported.structured if imported else 0,
        "verbatim": imported.verbatim if imported else 0,
        "section_template": TEMPLATE if style and style.template else None,
        "files": setup.states | dict.fromkeys(setup.records, "new"),
        "written": written,
        "warnings": [problem_values(warning) for warning in imported.warnings] if imported else [],
        "notes": setup.notes,
        "problems": [problem_values(problem) for problem in setup.problems],
        "next": list(steps),
    }
