"""The one glue: look at an issue, plan what should be true, make it so. It knows the forge protocol, no adapter."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal, assert_never

from bot import config as configs
from bot.config import Config
from bot.errors import AlmanacError, ConfigError, ForgeError, Problem, Raced, UserError
from bot.events.event import Event
from bot.events.records import SUFFIX, read_record, record_path
from bot.events.submission import site_config, submit
from bot.forge.base import Forge
from bot.intake.form import Form, read_form
from bot.intake.parser import parse
from bot.pages.section import section_renderer
from bot.proposals.marker import comment_marker, imprint, read_state, with_state
from bot.proposals.messages import Messages
from bot.proposals.plan import Render, identity, proposed
from bot.proposals.state import (
    CloseIssue,
    DeleteBranch,
    EditPull,
    Filed,
    Issue,
    Look,
    OpenPull,
    Plan,
    Pull,
    PutBranch,
    PutComment,
    Site,
)
from bot.proposals.triage import settled, triage, withdrawn

_TRIES = 3


@dataclass(frozen=True)
class Kit:
    """What a door hands in.

    Attributes:
        section: The source of the house's section template.
        messages: Writes the comments and pull requests.
        own_renderer: Makes a renderer of a site's own section template, given its source and path; it has to keep that
            template from doing harm.
    """

    section: str
    messages: Messages
    own_renderer: Callable[[str, str], Render]

    def renderer(self, template: str | None, path: str | None) -> Render:
        """Return what writes a section: the site's own template where it has one, else the house's."""
        return section_renderer(self.section) if template is None else self.own_renderer(template, path or "")


@dataclass
class Snapshot:
    """The site's files at one commit, each read when it is first asked for and once."""

    forge: Forge
    commit: str
    _texts: dict[str, str | None] = field(default_factory=dict)

    def text(self, path: str) -> str | None:
        """Read a file as text; None where there is none.

        Raises:
            ConfigError: It is not UTF-8.
        """
        if path not in self._texts:
            data = self.forge.read(self.commit, path)
            try:
                self._texts[path] = None if data is None else data.decode()
            except UnicodeDecodeError:
                raise ConfigError(Problem("This file is no text in UTF-8, so it cannot be read.", file=path)) from None
        return self._texts[path]

    def config(self) -> Config:
        """Read the site's config."""
        return site_config(self.text(configs.PATH))

    def form(self, config: Config) -> Form:
        """Read the site's form."""
        text = self.text(config.form)
        if text is None:
            raise ConfigError(
                Problem("The issue form is missing; `form` in the config names another.", file=config.form)
            )
        return read_form(text, config.form)


def carries_label(issue: Issue, form: Form, config: Config) -> bool:
    """Tell whether an issue carries one of the labels that the config, else the form, names."""
    labels = {label.casefold() for label in (config.labels or form.labels)}
    return any(label.casefold() in labels for label in issue.labels)


def has_headings(body: str, form: Form) -> bool:
    """Tell whether a body holds the headings of all required fields: a label alone proves nothing."""
    lines = {line.rstrip(" #\r") for line in body.split("\n")}
    return all(f"### {field.label}".rstrip(" #") in lines for field in form.fields if field.required)


def decide(number: int, forge: Forge, kit: Kit) -> tuple[Plan, Look]:
    """Look at one issue and decide what is to be done, reading no more than that needs.

    Raises:
        UserError: The site's config, form, page or records are in the way.
        ForgeError: The forge is.
    """
    look = forge.look(number)
    return _decide(number, look, forge, kit), look


def _decide(number: int, look: Look, forge: Forge, kit: Kit) -> Plan:
    issue, known = look.issue, look.proposal.pull or look.proposal.comment
    # An issue without any label, or a closed one that we never answered, cannot be ours: nothing more is read.
    if issue is None or not (known or (issue.labels and issue.state == "open")):
        return withdrawn(number, look)
    site = Snapshot(forge, look.base.commit)
    config = site.config()
    form = site.form(config)
    ours = carries_label(issue, form, config) and bool(known or has_headings(issue.body, form))
    plan = triage(number, look, ours=ours)
    if plan:
        return plan
    submission = submit(parse(issue.body, form), form, config, issue.number)
    plan = settled(number, look, submission)
    if plan or not submission.event:
        return plan or withdrawn(number, look)
    return _propose(Filed(look, issue, submission.event, submission.warnings), site, config, kit)


def _propose(filed: Filed, site: Snapshot, config: Config, kit: Kit) -> Plan:
    look = filed.look
    page = site.text(config.page)
    if page is None:
        raise ConfigError(Problem("The history page is missing; `page` in the config names it.", file=config.page))
    names = site.forge.names(site.commit, config.records)
    taken = frozenset(name.removesuffix(SUFFIX) for name in names if name.endswith(SUFFIX))
    path = record_path(config.records, identity(look, filed.event, taken))
    mine = path.rpartition("/")[2] in names
    previous = site.text(path) if mine else None
    known = _known(site, look.proposal.pull, path) if previous is not None else None
    template = site.text(config.section_template) if config.section_template else None
    if config.section_template and template is None:
        raise ConfigError(
            Problem("The section template that the config names is missing.", file=config.section_template)
        )
    parts = Site(config, page, taken, read_record(previous, path) if previous is not None else None, known)
    return proposed(filed, parts, kit.renderer(template, config.section_template))


def _known(site: Snapshot, pull: Pull | None, path: str) -> Event | None:
    """Read the record as Almanac last wrote it, if that commit is still there; anybody can edit where it is noted."""
    commit = read_state(pull.body)[1].get("commit") if pull else None
    try:
        text = Snapshot(site.forge, str(commit)).text(path) if commit else None
        return read_record(text, path) if text is not None else None
    except UserError:
        return None


@dataclass(frozen=True)
class Done:
    """What became of one issue.

    Attributes:
        plan: What was decided.
        pull: The pull request, where there is one.
        error: What kept Almanac from doing it, or None.
    """

    plan: Plan
    pull: Pull | None = None
    error: AlmanacError | None = None


def reconcile(number: int, forge: Forge, kit: Kit, *, dry_run: bool = False) -> Done:
    """Make true what should be true of one issue, and tell what was done.

    With `dry_run` nothing is written. Somebody else may write at the same time; then it looks again.

    Raises:
        UserError: The site's config, form, page or records are in the way.
        ForgeError: The forge refused or failed.
    """
    for remaining in reversed(range(_TRIES)):
        plan, look = decide(number, forge, kit)
        try:
            return Done(plan, look.proposal.pull if dry_run else apply(plan, look, forge, kit.messages))
        except Raced:
            if not remaining:
                raise
    raise AssertionError


def apply(plan: Plan, look: Look, forge: Forge, messages: Messages) -> Pull | None:
    """Write what was planned, in its order; return the pull request that there is then."""
    pull, commit = look.proposal.pull, None
    for write in plan.writes:
        match write:
            case PutBranch():
                commit = forge.put_branch(write)
            case OpenPull():
                text = messages.write(write.body)
                state = {**write.state, "commit": commit or look.proposal.head}
                state |= {"title": imprint(write.title), "text": imprint(text)}
                pull = forge.open_pull(write.branch, write.base, write.title, with_state(text, state))
            case EditPull():
                _edit_pull(write, commit, forge, messages)
            case PutComment():
                _put_comment(write, pull, forge, messages)
            case CloseIssue():
                forge.close_issue(write.number, write.reason)
            case DeleteBranch():
                forge.delete_branch(write.branch, write.expected)
            case _:
                assert_never(write)
    return pull


def _edit_pull(write: EditPull, commit: str | None, forge: Forge, messages: Messages) -> None:
    state = dict(write.state)
    text = write.text if isinstance(write.text, str) else messages.write(write.text)
    if commit:
        state["commit"] = commit
    if not isinstance(write.text, str):
        state["text"] = imprint(text)
    if write.title:
        state["title"] = imprint(write.title)
    closing: Literal["closed"] | None = "closed" if write.close else None
    forge.edit_pull(write.number, title=write.title, body=with_state(text, state), state=closing)


def _put_comment(write: PutComment, pull: Pull | None, forge: Forge, messages: Messages) -> None:
    state = dict(write.state)
    if state.get("told") == "proposed" and pull:
        state["pull"] = pull.number
    text = messages.write(write.body, pull=f"#{pull.number}" if pull else None)
    body = with_state(f"{comment_marker(write.issue)}\n{text}", state)
    if write.id is None:
        forge.create_comment(write.issue, body)
    else:
        forge.edit_comment(write.issue, write.id, body)


def reconcile_all(forge: Forge, kit: Kit, *, dry_run: bool = False) -> Iterator[Done]:
    """Look at every open issue, oldest first; a failure of one is told and does not keep the others waiting."""
    for issue in list(forge.open_issues()):
        try:
            yield reconcile(issue.number, forge, kit, dry_run=dry_run)
        except (UserError, ForgeError) as error:
            yield Done(Plan(issue.number, None, "It could not be done."), None, error)
