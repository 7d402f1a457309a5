"""The playground's addresses: plain pages and forms, which work without JavaScript."""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.responses import Response
from starlette.convertors import IntegerConvertor, register_url_convertor

from almanac.form.elements import BLANK
from almanac.form.schema import Form
from almanac.matching import changed_lines
from almanac.packaged import template
from almanac.playground.asked import asked, default_title, sample_issue, title_of
from almanac.playground.builds import shown
from almanac.playground.desk import Desk, Visit
from almanac.playground.rendering import comment_html
from almanac.playground.visitors import Visitors
from almanac.playground.world import AUTHOR, MAINTAINER, World
from almanac.proposal.marker import pull_state
from almanac.proposal.names import issue_of

_INERT = "default-src 'none'; style-src 'unsafe-inline' 'self'; img-src 'self' data:; font-src 'self'; sandbox"
"""For what the site itself shows: nothing in it runs, and nothing is fetched from elsewhere."""
_EXAMPLES = ("12", "13")
_DAYS = {"1": 1, "7": 7, "30": 30}


class _Number(IntegerConvertor):
    """The number of an issue or pull request in an address; Python refuses to read one of thousands of digits."""

    regex = "[0-9]{1,9}"


def create_app(visitors: Visitors, hosts: frozenset[str] | None) -> FastAPI:
    """Return the application; `hosts` are the names by which it may be asked, None for any.

    A page elsewhere could otherwise get at it by a name of its own that leads to this machine.
    """
    register_url_convertor("number", _Number())
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)

    @app.middleware("http")
    async def only_here(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        if hosts is not None and request.url.hostname not in hosts:
            return Response("This is a playground on its owner's machine.", HTTPStatus.FORBIDDEN)
        return await call_next(request)

    desk = Desk(visitors)
    for path, look in (
        ("/", _site),
        ("/files/{path:path}", _file),
        ("/built/{commit}/{path:path}", _built),
        ("/issues/new/{name}", _form),
        ("/issues/{number:number}", _issue),
        ("/pulls/{number:number}", _pull),
    ):
        app.add_route(path, desk.shows(look))
    for path, act in (
        ("/days", _pass_days),
        ("/again", desk.leave),
        ("/issues/new/{name}", _file_issue),
        ("/issues/{number:number}/{action}", _change_issue),
        ("/pulls/{number:number}/{action}", _change_pull),
    ):
        app.add_route(path, desk.does(act), methods=["POST"])
    return app


# ---------------------------------------------------------------- the site


def _site(visit: Visit) -> Response:
    world = visit.world
    newest = next((pull_state(pull).event for pull in world.pulls() if pull.merged), None)
    return visit.page(
        "site",
        issues=[(issue, world.pull_of(issue.number)) for issue in world.issues()],
        pulls=world.pulls(),
        forms=_forms(world),
        files=_own_files(world),
        address=visit.room.page_address(world.forge.base().commit, newest),
    )


def _file(visit: Visit) -> Response:
    path = visit.params["path"]
    text = visit.world.site.text(path)
    return visit.message(f"There is no file {path} here.") if text is None else visit.page("file", path=path, text=text)


def _built(visit: Visit) -> Response:
    found = shown(
        visit.room.files(visit.params["commit"]), visit.params["path"], has_jekyll=visit.room.built.has_jekyll
    )
    if found is None:
        return visit.message("The built site has no such page.")
    data, kind = found
    return Response(
        data, media_type=kind, headers={"Content-Security-Policy": _INERT, "X-Content-Type-Options": "nosniff"}
    )


def _pass_days(visit: Visit) -> str:
    visit.world.pass_days(_DAYS.get(visit.fields.get("days", ""), 1))
    return "/"


def _forms(world: World) -> list[tuple[str, str]]:
    """Return the site's issue forms: the name of each file, and what it is called; that of new events comes first."""
    folder, _, own = world.site.config.form.rpartition("/")
    names = [name for name in world.site.files.names(folder) if name.endswith((".yml", ".yaml"))]
    names = sorted((name for name in names if name != "config.yml"), key=lambda name: (name != own, name))
    return [(name, title_of(world.site.text(f"{folder}/{name}") or "") or name) for name in names]


def _own_files(world: World) -> list[str]:
    """Return the files that Almanac writes on this site: page, calendar and so on, and records."""
    site = world.site
    paths = [site.config.page] if site.config.has_page else []
    paths += [path for path in (*site.config.calendar, site.config.feed, site.config.data) if path and "{" not in path]
    return [*(path for path in paths if site.text(path) is not None), *site.record_texts]


# ---------------------------------------------------------------- issues


def _form(visit: Visit) -> Response:
    form, text = visit.world.form(_form_path(visit))
    title, answers, chosen = default_title(text), dict[str, str](), visit.request.query_params.get("example")
    if chosen in _EXAMPLES:
        title, answers = sample_issue(chosen, form)
    return visit.page(
        "form",
        form=form,
        file=visit.params["name"],
        parts=asked(text, form, answers),
        title=title,
        examples=text == template("site/new-event.yml"),
    )


def _file_issue(visit: Visit) -> str:
    path, fields = _form_path(visit), visit.fields
    answers = _answers(visit.world.form(path)[0], fields)
    return f"/issues/{visit.world.file(path, fields.get('title', ''), answers)}"


def _issue(visit: Visit) -> Response:
    world, number = visit.world, visit.params["number"]
    issue = world.issue(number)
    if issue is None:
        return visit.message(f"There is no issue {number} here.")
    pull, comments = world.pull_of(number), world.comments(number)
    onward = ("Read its answer", "#newest") if comments else None
    if pull and pull.state == "open":
        onward = ("Look at the pull request", f"/pulls/{pull.number}")
    return visit.page(
        "issue",
        onward=onward,
        issue=issue,
        body=comment_html(issue.body.replace(BLANK, f"*{BLANK.strip('_')}*")),
        comments=[(one.author, comment_html(one.body)) for one in comments],
        pull=pull,
        maintainer=MAINTAINER,
        author=AUTHOR,
    )


def _change_issue(visit: Visit) -> str:
    world, number, text = visit.world, visit.params["number"], visit.fields.get("text", "")
    match visit.params["action"]:
        case "edit":
            world.edit(number, text)
        case "comment":
            world.say(number, text, AUTHOR if visit.fields.get("as") == AUTHOR else MAINTAINER)
        case "close":
            world.close(number)
        case "reopen":
            world.reopen(number)
    return f"/issues/{number}"


def _form_path(visit: Visit) -> str:
    return f"{visit.world.site.config.form.rpartition('/')[0]}/{visit.params['name']}"


def _answers(form: Form, fields: Mapping[str, str]) -> dict[str, str]:
    """Return what was answered, by the questions' ids; of boxes, the labels of those that are ticked, a line each."""
    answers = {field.id: fields.get(f"answer-{field.id}", "") for field in form.fields}
    for field in form.fields:
        if field.kind == "checkboxes":
            ticked = [one.label for at, one in enumerate(field.options) if f"answer-{field.id}-{at}" in fields]
            answers[field.id] = "\n".join(ticked)
    return answers


# ---------------------------------------------------------------- pull requests


def _pull(visit: Visit) -> Response:
    world, number = visit.world, visit.params["number"]
    pull = world.forge.pull(number)
    if pull is None:
        return visit.message(f"There is no pull request {number} here.")
    changed, head = world.changed(pull), world.head(pull)
    return visit.page(
        "pull",
        onward=("See the site as it is now", "/") if pull.merged else None,
        pull=pull,
        issue=issue_of(world.branch(pull)),
        body=comment_html(pull.body),
        diffs=[(path, difference(*texts)) for path, texts in changed.items()],
        files={path: after for path, (_, after) in changed.items() if after},
        address=visit.room.page_address(head, pull_state(pull).event) if head else None,
    )


def _change_pull(visit: Visit) -> str:
    world, number = visit.world, visit.params["number"]
    match visit.params["action"]:
        case "merge":
            world.merge(number)
        case "close":
            world.refuse(number)
        case "commit":
            world.commit(number, visit.fields.get("path", ""), visit.fields.get("text", ""))
    return f"/pulls/{number}"


def difference(before: str, after: str) -> list[tuple[str, str]]:
    """Return the lines of a difference, each with the class that it has in the style sheet."""
    kinds = {"+": "added", "-": "removed", "@": "place"}
    return [(kinds.get(line[:1], ""), line) for line in changed_lines(before, after)]
