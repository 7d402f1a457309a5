"""Door 3: the command `almanac`. What each command does stands in `bot/commands/` and is imported when it is called."""

import sys
import traceback
from pathlib import Path
from typing import Annotated

import typer

from almanac import __version__

DONE, PROBLEMS, USAGE, BUG, INTERRUPTED = 0, 1, 2, 3, 130
REPORT = "This is a bug in Almanac, not your mistake. Please report it with all of the above:"
ISSUES = "https://github.com/almanac-events/almanac/issues"

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Turn 'New event' issue forms into a community's event history.",
)

Site = Annotated[Path, typer.Option("--site", metavar="DIR", help="The site's folder.", show_default="this folder")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only print what would be done.")]
IssueFile = Annotated[
    str,
    typer.Argument(
        metavar="ISSUE", help="An issue as GitHub's REST API gives it: a JSON file, or - for standard input."
    ),
]


def _version(value: bool) -> None:
    if value:
        typer.echo(f"almanac {__version__}")
        raise typer.Exit


@app.callback()
def _almanac(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None: ...


@app.command()
def demo(
    folder: Annotated[Path | None, typer.Option("--dir", metavar="DIR", help="Where to leave the site.")] = None,
) -> None:
    """Show the whole job on this machine."""
    from almanac.demo import run

    raise typer.Exit(run(folder))


@app.command()
def parse(
    body: Annotated[str, typer.Argument(metavar="BODY", help="An issue's body, as a file; - reads standard input.")],
    form: Annotated[Path, typer.Option("--form", metavar="FORM", help="The issue form that it was filed with.")],
    as_json: Json = False,
) -> None:
    """Read one issue's body with its form."""
    from almanac.commands.reading import parse_body

    raise typer.Exit(parse_body(body, form, as_json=as_json))


@app.command()
def when(
    date: Annotated[str, typer.Argument(metavar="DATE", help="The event's date, as in 2021-11-08.")],
    line: Annotated[str, typer.Argument(metavar="LINE", help="The times, as in '9am ET, 3pm CET'.")],
    site: Site = Path(),
    as_json: Json = False,
) -> None:
    """Check a line of times, and show it in each zone."""
    from almanac.commands.reading import read_times

    raise typer.Exit(read_times(date, line, site, as_json=as_json))


@app.command()
def preview(issue: IssueFile, site: Site = Path(), as_json: Json = False) -> None:
    """Show the section that an issue would give."""
    from almanac.commands.reading import preview_issue

    raise typer.Exit(preview_issue(issue, site, as_json=as_json))


@app.command("import")
def import_(
    page: Annotated[Path, typer.Argument(metavar="PAGE", help="The hand-written history page.")],
    site: Site = Path(),
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Make records of a hand-written page."""
    from almanac.commands.pages import import_page

    raise typer.Exit(import_page(page, site, dry_run=dry_run, as_json=as_json))


@app.command()
def build(
    site: Site = Path(),
    check: Annotated[
        bool, typer.Option("--check", help="Only compare; exit 1 and print a diff if they differ.")
    ] = False,
) -> None:
    """Bring the page and its records in line."""
    from almanac.commands.pages import build_site

    raise typer.Exit(build_site(site, check=check))


@app.command()
def init(  # noqa: PLR0913, PLR0917 -- one for each option
    site: Site = Path(),
    page: Annotated[
        Path | None, typer.Option("--page", metavar="PAGE", help="The history page.", show_default="the likeliest one")
    ] = None,
    new: Annotated[bool, typer.Option("--new", help="The page holds no events yet; it is made if need be.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a form or workflow that is there already.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing.")] = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Set a site up: config, form, workflow and records."""
    from almanac.commands.init import init_site

    raise typer.Exit(init_site(site, page, new=new, force=force, yes=yes, dry_run=dry_run, as_json=as_json))


@app.command()
def doctor(
    site: Site = Path(),
    repo: Annotated[
        str | None, typer.Option("--repo", metavar="OWNER/NAME", help="Check the repository on GitHub as well.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check all that makes a first run fail.

    With --repo it reads GITHUB_TOKEN and GITHUB_API_URL.
    """
    from almanac.commands.doctor import examine

    raise typer.Exit(examine(site, repo, as_json=as_json))


@app.command()
def propose(issue: IssueFile, site: Site = Path(), dry_run: DryRun = False, as_json: Json = False) -> None:
    """Propose one issue's event in a local clone."""
    from almanac.commands.proposals import propose_issue

    raise typer.Exit(propose_issue(issue, site, dry_run=dry_run, as_json=as_json))


@app.command()
def reconcile(
    repo: Annotated[str, typer.Option("--repo", metavar="OWNER/NAME", help="The repository on GitHub.")],
    issue: Annotated[int | None, typer.Option("--issue", metavar="N", min=1, help="Only this issue.")] = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Propose events on GitHub, of one issue or all.

    Reads GITHUB_TOKEN and GITHUB_API_URL.
    """
    from almanac.commands.proposals import reconcile_repository

    raise typer.Exit(reconcile_repository(repo, issue, dry_run=dry_run, as_json=as_json))


@app.command()
def action() -> None:
    """Run as a step of a GitHub workflow."""
    from almanac.action import run

    raise typer.Exit(run())


@app.command()
def serve(
    host: Annotated[str, typer.Option("--host", metavar="ADDRESS", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", metavar="PORT", min=0, max=65535, help="The port.")] = 8000,
) -> None:
    """Run the webhook server of a GitHub App.

    Reads its settings from the environment; docs/server.md lists them.
    """
    from almanac.commands.server import serve as run

    raise typer.Exit(run(host, port))


jobs = typer.Typer(invoke_without_command=True, rich_markup_mode=None)
app.add_typer(jobs, name="jobs")


@jobs.callback()
def _jobs(context: typer.Context, as_json: Json = False) -> None:
    """Show the server's failed and waiting jobs."""
    if context.invoked_subcommand is None:
        from almanac.commands.server import list_jobs

        raise typer.Exit(list_jobs(as_json=as_json))


@jobs.command()
def retry(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="Failed jobs, by name or reference; all if none.")
    ] = None,
) -> None:
    """Run failed jobs again."""
    from almanac.commands.server import retry_jobs

    raise typer.Exit(retry_jobs(names or []))


def main() -> None:
    """Run the command and leave with its exit status: 0 done, 1 problems, 2 usage, 3 a bug, 130 interrupted."""
    sys.exit(_run())


def _run() -> int:
    from almanac.errors import AlmanacError

    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character must not turn it into a crash.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        status = app(standalone_mode=False)
    except AlmanacError as error:
        from almanac.output import trouble

        trouble(error)
        status = PROBLEMS
    except (KeyboardInterrupt, typer.Abort):
        sys.stderr.write("Interrupted. Run the same command again to go on.\n")
        status = INTERRUPTED
    except Exception as error:  # noqa: BLE001 -- the last resort: whatever comes here is a wrong command line or a bug
        status = _explained(error)
    return int(status or DONE)


def _explained(error: Exception) -> int:
    """Show a wrong command line as Typer would; of a bug, everything, and where to report it."""
    show = getattr(error, "show", None)
    if show:
        show()
        return USAGE
    from almanac.output import tell

    tell(f"{traceback.format_exc()}\n{REPORT}\n{ISSUES}")  # an exception may quote what was typed
    return BUG
