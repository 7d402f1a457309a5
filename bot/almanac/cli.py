"""The command `almanac`: its commands and their options.

Each command imports the module that does its work only when it is called, so that `almanac parse` starts quickly. It
returns the exit status.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from almanac.usage import Application

app = Application(
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Turn 'New event' issue forms into a community's event history.",
)


def _site_folder(given: Path) -> Path:
    from almanac.commands.locate import site_folder

    return site_folder(given)


SiteOption = Annotated[
    Path,
    typer.Option(
        "--site",
        metavar="DIR",
        callback=_site_folder,
        help="The site's folder.",
        show_default="the site that this folder is in",
    ),
]
RepoOption = Annotated[
    str | None,
    typer.Option(
        "--repo",
        metavar="OWNER/NAME",
        help="The repository on GitHub, or its address.",
        show_default="the remote of this clone",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Only print what would be done.")]
IssueArgument = Annotated[
    str,
    typer.Argument(
        metavar="ISSUE",
        help="An issue as GitHub's REST API returns it: a JSON file, or - for standard input; or the number or address "
        "of one on GitHub.",
    ),
]


def _series_names(incomplete: str) -> list[str]:
    from almanac.commands.next import known_series

    return known_series(incomplete)


def _version(value: bool) -> None:
    if value:
        from almanac.commands.origin import read_origin

        typer.echo(f"almanac {read_origin()}")
        raise typer.Exit


@app.callback()
def _almanac(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None: ...


@app.command()
def demo(
    folder: Annotated[
        Path | None,
        typer.Option("--dir", metavar="DIR", help="Where to put the site.", show_default="a new temporary folder"),
    ] = None,
) -> int:
    """Show the whole process on this machine."""
    from almanac.demo import run

    return run(folder)


@app.command()
def playground(
    site: Annotated[
        Path | None,
        typer.Option("--site", metavar="DIR", help="A clone to play with a copy of.", show_default="the demo's site"),
    ] = None,
    port: Annotated[
        int, typer.Option("--port", metavar="PORT", min=1, max=65535, help="The port to listen on.")
    ] = 8000,
    public: Annotated[
        bool, typer.Option("--public", help="Serve it to everyone who can reach this machine: a site for each visitor.")
    ] = False,
) -> int:
    """Play the whole process in a browser, without an account."""
    from almanac.playground.serve import run

    return run(site, port, public=public)


@app.command()
def parse(
    body: Annotated[str, typer.Argument(metavar="BODY", help="An issue's body: a file, or - for standard input.")],
    form: Annotated[Path, typer.Option("--form", metavar="FORM", help="The issue form with which it was filed.")],
    as_json: JsonOption = False,
) -> int:
    """Read one issue's body with its form."""
    from almanac.commands.reading import parse_body

    return parse_body(body, form, as_json=as_json)


@app.command()
def when(
    date: Annotated[str, typer.Argument(metavar="DATE", help="The event's date, such as 2021-11-08.")],
    line: Annotated[str, typer.Argument(metavar="LINE", help="The times, such as '9am ET, 3pm CET'.")],
    site: SiteOption = Path(),
    as_json: JsonOption = False,
) -> int:
    """Check a line of times, and show it in each time zone."""
    from almanac.commands.reading import read_times

    return read_times(date, line, site, as_json=as_json)


@app.command()
def preview(
    issue: IssueArgument, site: SiteOption = Path(), repo: RepoOption = None, as_json: JsonOption = False
) -> int:
    """Show the section that an issue would add to the page."""
    from almanac.commands.reading import preview_issue

    return preview_issue(issue, site, repo, as_json=as_json)


@app.command("import")
def import_(
    page: Annotated[Path, typer.Argument(metavar="PAGE", help="The hand-written history page.")],
    site: SiteOption = Path(),
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> int:
    """Import a hand-written page into records.

    Of a folder or list of events, it only says which they are: these stay where they are.
    """
    from almanac.commands.build import import_page

    return import_page(page, site, dry_run=dry_run, as_json=as_json)


@app.command()
def build(
    site: SiteOption = Path(),
    check: Annotated[
        bool, typer.Option("--check", help="Only compare; exit 1 and print a diff if they differ.")
    ] = False,
) -> int:
    """Bring the page and its records in sync."""
    from almanac.commands.build import build_site

    return build_site(site, check=check)


@app.command()
def init(  # noqa: PLR0913, PLR0917 -- one for each option
    site: SiteOption = Path(),
    page: Annotated[
        Path | None,
        typer.Option("--page", metavar="PAGE", help="The history page.", show_default="the most likely one"),
    ] = None,
    shape: Annotated[
        Literal["like", "plain", "house"] | None,
        typer.Option(
            "--shape",
            metavar="like|plain|house",
            help="How new events are written: like the page's own, like their first line, or in Almanac's own style.",
            show_default="like the page's own, where that is proven",
        ),
    ] = None,
    history: Annotated[
        str | None, typer.Option("--history", metavar="NAME", help="Add one more history to a site, with this name.")
    ] = None,
    new: Annotated[
        bool, typer.Option("--new", help="Start with a page without events; it is created if necessary.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a form or workflow that exists already.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask anything.")] = False,
    action: Annotated[
        str | None,
        typer.Option(
            "--action",
            metavar="OWNER/REPO@REF",
            help="What the workflow runs.",
            show_default="the Almanac that is installed here",
        ),
    ] = None,
    language: Annotated[
        Literal["en", "de", "es", "fr"] | None,
        typer.Option(
            "--language",
            metavar="en|de|es|fr",
            help="In which language Almanac speaks on GitHub.",
            show_default="that of the page",
        ),
    ] = None,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> int:
    """Set up a site: config, form, workflow and records."""
    from almanac.commands.init import init_site

    today = datetime.now(UTC).date()
    options = {"new": new, "force": force, "yes": yes, "dry_run": dry_run, "as_json": as_json}
    return init_site(site, page, shape, action, history, today=today, language=language, **options)


@app.command()
def doctor(  # noqa: PLR0913, PLR0917 -- one for each option
    site: SiteOption = Path(),
    repo: RepoOption = None,
    offline: Annotated[bool, typer.Option("--offline", help="Do not look at GitHub.")] = False,
    fix: Annotated[bool, typer.Option("--fix", help="Mend what can be mended, and say what was done.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before something changes on GitHub.")] = False,
    as_json: JsonOption = False,
) -> int:
    """Check everything that could make a first run fail.

    The repository on GitHub is checked as well, with GITHUB_TOKEN if it is set.
    """
    from almanac.commands.doctor import Wanted, examine

    return examine(site, Wanted(repo, offline=offline, fix=fix, yes=yes), as_json=as_json)


@app.command("next")
def next_(
    series: Annotated[
        str | None,
        typer.Argument(metavar="[SERIES]", help="The series; left out, each one.", autocompletion=_series_names),
    ] = None,
    site: SiteOption = Path(),
    as_json: JsonOption = False,
) -> int:
    """Print the link to a form for a series' next event.

    The form is filled in with the day and times that the series' rhythm gives.
    """
    from almanac.commands.next import show_next

    return show_next(series, site, today=datetime.now(UTC).date(), as_json=as_json)


def _answer(*names: str, what: str, several: str = "") -> typer.models.OptionInfo:
    more = f" It can be given several times, once for each {several}." if several else ""
    return typer.Option(*names, metavar="TEXT", help=f"{what}{more}")  # type: ignore[no-any-return]


@app.command()
def new(  # noqa: PLR0913, PLR0917 -- one for each option
    title: Annotated[str | None, _answer("--title", what="What the event is called.")] = None,
    date: Annotated[str | None, _answer("--date", what="Its day, such as 2026-11-08.")] = None,
    end_date: Annotated[str | None, _answer("--end-date", what="Its last day, if it has several.")] = None,
    when: Annotated[str | None, _answer("--when", what="Its times, such as '9am ET, 3pm CET'.")] = None,
    duration: Annotated[str | None, _answer("--duration", what="How long it takes, such as '90 minutes'.")] = None,
    series: Annotated[
        str | None,
        typer.Option("--series", metavar="TEXT", help="The series that it belongs to.", autocompletion=_series_names),
    ] = None,
    location: Annotated[str | None, _answer("--location", what="Where it is.")] = None,
    url: Annotated[str | None, _answer("--url", what="Where people register.")] = None,
    person: Annotated[list[str] | None, _answer("--person", what="Who speaks.", several="person")] = None,
    description: Annotated[str | None, _answer("--description", what="What it is about.")] = None,
    point: Annotated[list[str] | None, _answer("--agenda", what="What is on the agenda.", several="point")] = None,
    link: Annotated[list[str] | None, _answer("--link", what="Slides and the like.", several="link")] = None,
    recording: Annotated[str | None, _answer("--recording", what="The address of its recording.")] = None,
    tag: Annotated[list[str] | None, _answer("--tag", what="What it is filed under.", several="tag")] = None,
    field: Annotated[
        list[str] | None,
        typer.Option(
            "--field",
            metavar="QUESTION=ANSWER",
            help="The answer to any other question of the site's form, by its words or its id.",
        ),
    ] = None,
    local: Annotated[bool, typer.Option("--local", help="Propose it in this clone, and nowhere else.")] = False,
    github: Annotated[
        bool, typer.Option("--github", help="File it as an issue on GitHub, with the token in GITHUB_TOKEN.")
    ] = False,
    form: Annotated[bool, typer.Option("--form", help="Print the address of the site's form, filled in.")] = False,
    history: Annotated[
        str | None, typer.Option("--history", metavar="NAME", help="The history that it belongs to, of several.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before it is done.")] = False,
    site: SiteOption = Path(),
    repo: RepoOption = None,
    as_json: JsonOption = False,
) -> int:
    """Ask for a new event, check it, and propose it.

    It is proposed in this clone, filed on GitHub, or put into the address of the site's form. What options do not
    answer is asked for in the terminal, unless all that is required is answered. Each answer is checked at once.
    Nothing that others can see is written before you say yes.
    """
    from almanac.commands.new import Options, Way, new_event

    ways: dict[Way, bool] = {"local": local, "github": github, "link": form}
    chosen = [way for way, is_wanted in ways.items() if is_wanted]
    if len(chosen) > 1:
        raise typer.BadParameter("Only one of --local, --github and --form can be done.")
    one = {
        "title": title,
        "date": date,
        "end_date": end_date,
        "when": when,
        "duration": duration,
        "series": series,
        "location": location,
        "url": url,
        "description": description,
        "recording": recording,
    }
    several = {"people": person, "agenda": point, "links": link, "tags": tag}
    given = {name: [value] for name, value in one.items() if value is not None}
    given |= {name: values for name, values in several.items() if values}
    options = Options(history, next(iter(chosen), None), repo, yes=yes, as_json=as_json)
    return new_event(site, given, field or (), options)


@app.command()
def propose(
    issue: IssueArgument,
    site: SiteOption = Path(),
    repo: RepoOption = None,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> int:
    """Propose one issue's event in a local clone.

    An issue on GitHub is only read there; GITHUB_TOKEN is needed where the repository is private.
    """
    from almanac.commands.propose import propose_issue

    return propose_issue(issue, site, repo, dry_run=dry_run, as_json=as_json)


@app.command()
def reconcile(
    repo: RepoOption = None,
    issue: Annotated[int | None, typer.Option("--issue", metavar="N", min=1, help="Only this issue.")] = None,
    site: SiteOption = Path(),
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> int:
    """Propose events on GitHub, for one issue or for all.

    Reads GITHUB_TOKEN and GITHUB_API_URL.
    """
    from almanac.commands.propose import reconcile_repository

    return reconcile_repository(repo, issue, site, dry_run=dry_run, as_json=as_json)


@app.command()
def action() -> int:
    """Run as a step of a GitHub workflow."""
    from almanac.action import run

    return run()


@app.command()
def serve(
    host: Annotated[str, typer.Option("--host", metavar="ADDRESS", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", metavar="PORT", min=0, max=65535, help="The port to listen on; 0 for any free one.")
    ] = 8000,
) -> int:
    """Run the webhook server of a GitHub App.

    Reads its settings from the environment; docs/server.md lists them.
    """
    from almanac.server.serving import serve as run

    return run(host, port)


jobs = Application(invoke_without_command=True, rich_markup_mode=None)
app.add_typer(jobs, name="jobs")


@jobs.callback()
def _jobs(context: typer.Context, as_json: JsonOption = False) -> int:
    """Show the server's failed and waiting jobs."""
    if context.invoked_subcommand is not None:
        return 0
    from almanac.server.serving import list_jobs

    return list_jobs(as_json=as_json)


@jobs.command()
def retry(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ID]...", help="Failed jobs, by name or reference; without any, all of them."),
    ] = None,
) -> int:
    """Run failed jobs again."""
    from almanac.server.serving import retry_jobs

    return retry_jobs(names or [])


def run() -> int:
    """Run the command that the command line names, and return its exit status."""
    try:
        return int(app(standalone_mode=False) or 0)
    except typer.Abort:
        raise KeyboardInterrupt from None
