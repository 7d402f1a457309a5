"""`almanac init`: shows everything that a site needs, and writes it without losing anything."""

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from almanac import config as configs
from almanac.commands.adoption import Adoption, plan_adoption
from almanac.commands.discovery import Candidate, Clone, markdown_files, read_clone
from almanac.commands.starter import SWITCH, TEMPLATE, WORKFLOW
from almanac.errors import Problem, UserError
from almanac.output import errors_as_json, print_json, print_problems, print_text, problem_values
from almanac.site import Folder, Site

_RECORDS_SHOWN = 3
_CANDIDATES_SHOWN = 9
_STATES = {"new": "new", "replaced": "replaced", "kept": "yours", "same": "there"}
_PURPOSES = {
    configs.PATH: "the settings",
    TEMPLATE: "how a new event is written on your page",
    WORKFLOW: "runs Almanac on GitHub",
}


def init_site(  # noqa: PLR0913 -- one for each option
    site: Path, page: Path | None, *, new: bool, force: bool, yes: bool, dry_run: bool, as_json: bool
) -> int:
    """Set up a site; nothing is written that would lose anything."""
    asks = not (yes or dry_run or as_json) and sys.stdin.isatty() and sys.stdout.isatty()
    with errors_as_json({"written": False}, as_json=as_json):
        folder = Folder(site)
        clone = read_clone(folder.root)
        if clone.top and clone.top != folder.root:
            message = "GitHub reads workflows and forms only in a repository's top folder. Run this with that folder."
            raise UserError(Problem(message, file=str(folder.root), accepted=f"almanac init --site {clone.top}"))
        path = None if page is None else _path_in_site(folder, page)
        plan = plan_adoption(
            Site(folder),
            markdown_files(folder.root),
            clone.branch,
            page=path,
            new=new,
            force=force,
            ask=_ask_for_page if asks else None,
        )
        replaced = {path for path, state in plan.states.items() if state == "replaced"} - {configs.PATH}
        if not dry_run:
            folder.refuse_to_lose(sorted(replaced))
    if not as_json:
        _print_plan(plan)
    agreed = not dry_run
    if asks and plan.written:
        agreed = typer.confirm("\nWrite these files?", default=True, err=True)
    if agreed:
        with errors_as_json({"written": False}, as_json=as_json):
            folder.write(plan.written)
    steps = next_steps(plan, clone)
    if as_json:
        print_json(_values(plan, steps, written=agreed))
    elif agreed:
        print_text("\nDone. Three steps are left:\n" if plan.written else "\nEverything is set up. The next steps:\n")
        for number, step in enumerate(steps, 1):
            print_text(f"  {number}. " + step.replace("\n", "\n     "))
        print_text()
    else:
        print_text("\nNothing was written" + (" (--dry-run)." if dry_run else "."))
    return int(bool(plan.problems))


def _path_in_site(folder: Folder, page: Path) -> str:
    # A path is looked for in the current folder first, then in the site.
    path = folder.inside(page if page.exists() else folder.root / page)
    if (folder.root / path).is_dir():
        raise UserError(Problem("This is a folder; name the page in it.", file=path))
    return path


def _ask_for_page(candidates: Sequence[Candidate]) -> Candidate:
    offered = candidates[:_CANDIDATES_SHOWN]
    print_text("Which page has the history?")
    for number, candidate in enumerate(offered, 1):
        print_text(f"  {number}  {candidate.path} ({_counted(candidate.events)})")
    chosen = 0
    while not 1 <= chosen <= len(offered):
        chosen = typer.prompt("Its number", default=1, type=int, err=True)
    return offered[chosen - 1]


def _counted(events: int) -> str:
    return f"{events} event" + "s" * (events != 1)


def _print_plan(plan: Adoption) -> None:
    page, imported = plan.config.page, plan.imported
    if imported:
        print_problems(imported.warnings, "warning")
        print_text(
            f"{page}: {_counted(len(imported.events))}; {imported.structured} split into fields, "
            f"{imported.verbatim} kept word for word."
        )
        print_text("Written again from its records, the page is the same byte for byte. It is not changed.")
    if plan.style and plan.style.template:
        shapes = {"bullet": "a bullet", "row": "a row of the table"}
        print_text(f"A new event will be {shapes.get(plan.style.family, 'a section in the shape of your page')}.")
    for note in plan.notes:
        print_text(f"Note: {note}")
    print_text()
    for path, state in plan.states.items():
        purpose = _PURPOSES.get(path) or ("the history page" if path == page else "the form that people fill in")
        # Settings are replaced only if they do no more than name the page, as an import leaves them.
        word = "completed" if (path, state) == (configs.PATH, "replaced") else _STATES[state]
        print_text(f"  {word:<9} {path}  ({purpose})")
    for path in list(plan.records)[:_RECORDS_SHOWN]:
        print_text(f"  new       {path}")
    more = len(plan.records) - _RECORDS_SHOWN
    if more > 0:
        print_text(f"  new       ... and {more} more record{'s' * (more != 1)}")
    if any(state == "kept" for state in plan.states.values()):
        print_text("\nFiles that exist already stay as they are; `--force` replaces them, except for the settings.")
    print_problems(plan.problems)


def next_steps(plan: Adoption, clone: Clone) -> list[str]:
    """Return what people do next, as three steps of one or more lines."""
    config, web = plan.config, clone.web or "https://github.com/OWNER/NAME"
    paths = [".github", config.page, *([config.records] if plan.has_records else [])]
    if clone.top is None:
        push = (
            "Push. This folder is not in a git repository yet: put the site on GitHub first, for example with GitHub "
            f"Desktop.\nThese files belong to Almanac: {', '.join(paths)}"
        )
    else:
        push = (
            "Commit and push:\n"
            f"    git add {' '.join(map(shlex.quote, paths))}\n"
            '    git commit -m "Adopt Almanac"\n'
            "    git push"
        )
        if clone.current and clone.current != clone.branch:
            push += f"\nThen merge {clone.current} into {clone.branch}, where Almanac looks."
    switch = (
        f"On GitHub, open {web}/settings/actions\n"
        f'and tick "{SWITCH}", at the bottom. Save.\n'
        f"Then create a label called `{next(iter(plan.labels), 'event')}` at {web}/labels, if there is none."
    )
    test = (
        f"File a test issue: {web}/issues/new?template={config.form.rpartition('/')[2]}\n"
        "A minute later there is a pull request with the event. Merge it, or close the issue to withdraw it.\n"
        f"If nothing happens, `almanac doctor --repo {clone.repository or 'OWNER/NAME'}` says why."
    )
    return [push, switch, test]


def _values(plan: Adoption, steps: Sequence[str], *, written: bool) -> dict[str, Any]:
    imported = plan.imported
    return {
        "page": plan.config.page,
        "events": len(imported.events) if imported else 0,
        "structured": imported.structured if imported else 0,
        "verbatim": imported.verbatim if imported else 0,
        "section_template": TEMPLATE if plan.section_template else None,
        "files": plan.states | dict.fromkeys(plan.records, "new"),
        "written": written,
        "warnings": [problem_values(warning) for warning in imported.warnings] if imported else [],
        "notes": plan.notes,
        "problems": [problem_values(problem) for problem in plan.problems],
        "next": list(steps),
    }
