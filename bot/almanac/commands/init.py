"""`almanac init`: finds out everything that a site needs, shows it, and writes it without losing anything."""

import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import typer

from almanac import config as configs
from almanac.commands import starter
from almanac.commands.adoption import plan_adoption
from almanac.commands.build import (
    imported_values,
)
from almanac.commands.discovery import Checkout, read_checkout
from almanac.commands.finding import ask_for_page
from almanac.commands.origin import checked_action, read_origin
from almanac.commands.planned import Adoption
from almanac.commands.shapes import (
    ask_for_shape,
    print_shape,
    shape_values,
)
from almanac.commands.subscriptions import ask_for_subscriptions, head_text, subscribe
from almanac.commands.takeover import (
    Overlay,
    print_takeover,
    takeover_values,
)
from almanac.commands.workflow import WORKFLOW, workflow_text
from almanac.config import Config, Language
from almanac.errors import Problem, UserError
from almanac.forge.git import Git
from almanac.output import errors_as_json, print_json, print_message, print_problems, print_text, problem_values
from almanac.page.importer import Imported
from almanac.site import Site
from almanac.sitefiles import Folder
from almanac.text import counted

_RECORDS_SHOWN = 3
_STATES = {"new": "new", "replaced": "replaced", "completed": "completed", "kept": "yours", "same": "there"}


def init_site(  # noqa: PLR0913 -- one for each option
    site: Path,
    page: Path | None,
    shape: str | None,
    action: str | None = None,
    history: str | None = None,
    *,
    today: date,
    new: bool,
    force: bool,
    yes: bool,
    dry_run: bool,
    as_json: bool,
    language: Language | None = None,
) -> int:
    """Set up a site, or add a history to one; nothing is written that would lose anything."""
    asks = not (yes or dry_run or as_json) and sys.stdin.isatty() and sys.stdout.isatty()
    with errors_as_json({"written": False}, as_json=as_json):
        folder = Folder(site)
        checkout = _top_checkout(folder.root)
        action = checked_action(action) if action else read_origin().action
        with _told_of_no_repository(folder, checkout, is_named=page is not None or new):
            plan = plan_adoption(
                Site(folder),
                [*folder.paths()],
                checkout.branch,
                today=today,
                language=language,
                page=_path_in_site(folder, page) if page else None,
                history=history,
                new=new,
                force=force,
                shape=shape,
                ask=ask_for_page if asks and checkout.top else None,
                choose=ask_for_shape if asks else None,
                root=folder.root,
                action=action,
            )
        if shape and plan.taken:
            message = "A new one is written like the newest here. To have it written otherwise, edit its template."
            raise UserError(
                Problem(message, "--shape", shape, file=plan.config.file_template or plan.config.list_template)
            )
        if not dry_run:
            replaced = {path for path, state in plan.states.items() if state == "replaced"} - {configs.PATH}
            folder.refuse_to_lose(sorted(replaced))
    if not as_json:
        _print_plan(plan)
    agreed = not dry_run
    if asks and plan.written:
        _offer_subscriptions(plan, folder, partial(workflow_text, checkout.branch, action))
        agreed = typer.confirm("\nWrite these files?", default=True, err=True)
    if agreed:
        with errors_as_json({"written": False}, as_json=as_json):
            folder.write(plan.written)
    steps = next_steps(plan, checkout, is_saved=_is_saved(plan, checkout))
    if as_json:
        print_json(_values(plan, steps, written=agreed))
    elif agreed:
        print_text("\nDone. Three steps are left:\n" if plan.written else "\nEverything is set up. The next steps:\n")
        for number, step in enumerate(steps, 1):
            print_text(f"  {number}. " + step.replace("\n", "\n     "))
        if plan.subscribed:
            print_text("\nTo let browsers find calendar and feed, put this into the <head> of your layout:\n")
            print_text(head_text(Site(folder), plan.subscribed))
        print_text()
    else:
        print_text("\nNothing was written" + (" (--dry-run)." if dry_run else "."))
    return int(bool(plan.problems))


@contextmanager
def _told_of_no_repository(folder: Folder, checkout: Checkout, *, is_named: bool) -> Iterator[None]:
    """Say of what cannot be set up that it is no clone, if so: all that looks like events there is of no use then."""
    try:
        yield
    except UserError as error:
        if checkout.top or is_named:
            raise
        message = (
            "This folder is not in a git repository. Go to the clone of your site, or name it with `--site DIR`. If "
            "the site is in this folder, name its page with `--page PAGE`."
        )
        raise UserError([Problem(message, file=str(folder.root)), *error.problems[:1]]) from None


def _top_checkout(root: Path) -> Checkout:
    """Ask git about the site's folder, which has to be the top of its clone."""
    checkout = read_checkout(root)
    if checkout.top and checkout.top != root:
        message = "GitHub reads workflows and forms only in a repository's top folder. Run this with that folder."
        raise UserError(Problem(message, file=str(root), accepted=f"almanac init --site {checkout.top}"))
    if root in Path.cwd().parents:
        print_message(f"note: the site is {root}, the top folder of this clone.")
    return checkout


def _path_in_site(folder: Folder, page: Path) -> str:
    # A path is looked for in the current folder first, then in the site.
    return folder.inside(page if page.exists() else folder.root / page)


def _offer_subscriptions(plan: Adoption, folder: Folder, workflow: Callable[[Config], str]) -> None:
    """Ask whether calendar and feed are to be written, too, if the settings are new."""
    if plan.history or plan.states.get(configs.PATH) not in ("new", "replaced"):
        return
    places = ask_for_subscriptions(Site(Overlay(folder, plan.written)))
    subscribe(plan, folder, places)
    if plan.states.get(WORKFLOW) in ("new", "replaced"):
        plan.files[WORKFLOW] = workflow(*Site(Overlay(folder, plan.written)).histories.values())
    for path in places.values():
        print_text(f"  {'new':<9} {path}")


def _print_plan(plan: Adoption) -> None:
    page, imported = plan.config.page, plan.imported
    if plan.taken and plan.form:
        print_takeover(plan.taken, plan.form)
    if imported:
        print_problems(imported.warnings, "warning")
        print_text(
            f"{page}: {counted(len(imported.events))}; {imported.structured} split into fields, "
            f"{imported.verbatim} kept word for word."
        )
        print_text("Written again from its records, the page is the same byte for byte. It is not changed.")
    if plan.page and plan.shape:
        print_shape(plan.page, plan.shape, plan.form)
    for note in plan.notes:
        print_text(f"Note: {note}")
    print_text()
    for path, state in plan.states.items():
        # Settings are replaced only if they do no more than name the page, as an import leaves them.
        word = "completed" if (path, state) == (configs.PATH, "replaced") else _STATES[state]
        print_text(f"  {word:<9} {path}  ({plan.purpose(path)})")
    for path in list(plan.records)[:_RECORDS_SHOWN]:
        print_text(f"  new       {path}")
    more = len(plan.records) - _RECORDS_SHOWN
    if more > 0:
        print_text(f"  new       ... and {more} more record{'s' * (more != 1)}")
    if any(state == "kept" for state in plan.states.values()):
        print_text("\nFiles that exist already stay as they are; `--force` replaces them, except for the settings.")
    print_problems(plan.problems)


def _ours(plan: Adoption) -> list[str]:
    """Return the files and folders that belong to Almanac."""
    config = plan.config
    paths = [".github", *([config.page] if config.has_page else []), *([config.records] if plan.has_records else [])]
    return [*paths, *plan.subscribed.values()]


def _is_saved(plan: Adoption, checkout: Checkout) -> bool:
    """Tell whether git has all that belongs to Almanac."""
    if plan.written or checkout.top is None:
        return False
    return not Git(checkout.top).text("status", "--porcelain", "--", *_ours(plan))


def next_steps(plan: Adoption, checkout: Checkout, *, is_saved: bool = False) -> list[str]:
    """Return what people do next, as three steps of one or more lines; `is_saved` tells that all is committed."""
    config, web, paths = plan.config, checkout.web or "https://github.com/OWNER/NAME", _ours(plan)
    if checkout.top is None:
        push = (
            "Push. This folder is not in a git repository yet: put the site on GitHub first, for example with GitHub "
            f"Desktop.\nThese files belong to Almanac: {', '.join(paths)}"
        )
    elif is_saved:
        push = "Push what is committed, if you have not yet:\n    git push"
    else:
        push = (
            "Commit and push:\n"
            f"    git add {' '.join(map(shlex.quote, paths))}\n"
            f'    git commit -m "{f"Add the history {plan.history}" if plan.history else "Adopt Almanac"}"\n'
            "    git push"
        )
    if checkout.top and checkout.current and checkout.current != checkout.branch:
        push += f"\nThen merge {checkout.current} into {checkout.branch}, where Almanac looks."
    named = "" if checkout.web else "Where it says OWNER/NAME here, put the names of your own account and repository.\n"
    switch = (
        f"{named}On GitHub, open {web}/settings/actions\n"
        f'and tick "{starter.SWITCH}", at the bottom. Save.\n'
        f"Then create a label called `{next(iter(plan.labels), 'event')}` at {web}/labels, if there is none."
    )
    test = (
        f"File a test issue: {web}/issues/new?template={config.form.rpartition('/')[2]}\n"
        "A minute later there is a pull request with the event. Merge it, or close the issue to withdraw it.\n"
        f"If nothing happens, `almanac doctor --repo {checkout.repository or 'OWNER/NAME'}` says why."
    )
    return [push, switch, test]


def _values(plan: Adoption, steps: Sequence[str], *, written: bool) -> dict[str, Any]:
    return {
        "page": plan.config.page if plan.config.has_page else None,
        **(takeover_values(plan.taken) if plan.taken else {}),
        **imported_values(plan.imported or Imported((), 0, 0, ())),
        "section_template": plan.templates.get("section_template"),
        "index_template": plan.templates.get("index_template"),
        "upcoming": plan.coming and plan.coming.setting,
        "upcoming_template": plan.templates.get("upcoming_template"),
        **(shape_values(plan.shape, plan.form) if plan.shape else {}),
        "files": plan.states | dict.fromkeys(plan.records, "new"),
        "written": written,
        "notes": plan.notes,
        "problems": problem_values(plan.problems),
        "next": list(steps),
    }
