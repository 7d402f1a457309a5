"""`almanac new`: an event, by the questions of the site's form, proposed in the clone, filed on GitHub, or linked to.

Nothing is written before all answers are right, and nothing that others can see before a person has said yes.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

import typer

from almanac.commands.discovery import open_site, readable_text
from almanac.commands.locate import TAKE_TOKEN, GitHubAccess, github_access, repository_for
from almanac.commands.questions import Answers, FormWords, ask, choose_number, form_words, given_answers
from almanac.commands.reading import why_refused
from almanac.errors import ForgeError, Problem, UserError, together
from almanac.event.model import Event
from almanac.event.submission import needed_in, read_answers, submit_body
from almanac.forge.github.request import RefusedError, Request
from almanac.forge.local.forge import LocalForge
from almanac.form.filled import filled_in, issue_body
from almanac.form.schema import Field
from almanac.output import (
    diff_lines,
    errors_as_json,
    print_json,
    print_message,
    print_problems,
    print_text,
    problem_values,
    progress,
)
from almanac.proposal.names import branch_name
from almanac.proposal.state import Issue
from almanac.site import Site
from almanac.sitefiles import CommitFiles

Way = Literal["local", "github", "link"]
"""What is done with the answers: propose them in the clone, file them on GitHub, or only give the form's address."""
_LONGEST_TITLE = 256  # on GitHub
_WAYS: Mapping[Way, str] = {
    "link": "open the form in a browser, filled in, at {web}: you send it there",
    "github": "file an issue at {web}/issues, where everyone who sees the repository sees it",
    "local": "propose it in this clone alone: a branch, and files in .almanac/",
}


@dataclass(frozen=True)
class Options:
    """What a command line says about how a new event is made."""

    history: str | None = None
    way: Way | None = None
    repository: str | None = None
    yes: bool = False
    as_json: bool = False


def new_event(folder: Path, given: Mapping[str, Sequence[str]], pairs: Sequence[str], options: Options) -> int:
    """Make a new event of the answers that options give, and of those that a person gives at the terminal.

    `given` and `pairs` are those of `given_answers`.
    """
    with errors_as_json({"outcome": None}, as_json=options.as_json):
        return _Making(folder, options).run(given, pairs)


class _Making:
    """One new event on its way."""

    def __init__(self, folder: Path, options: Options) -> None:
        self.options = options
        self.may_ask = sys.stdin.isatty() and not options.as_json
        self.asks = False  # whether questions are open that somebody answers at the terminal
        root, here = open_site(folder)
        self.folder = root.root
        self.access: GitHubAccess = github_access()
        self.told: tuple[Problem, ...] = ()  # warnings that were printed already
        self.repository = self._find_repository()
        if options.way == "github" and not self.access.token:
            message = f"To file an issue, a token is needed: `{TAKE_TOKEN}`. Or add --form to get the form's address."
            raise UserError(Problem(message, "GITHUB_TOKEN"))
        self.site = self._history(self._as_read(here))
        self.form = self.site.form
        if self.site.text(self.form.path) != readable_text(here, self.form.path):
            where = "on GitHub" if self.repository else "on the branch where proposals start"
            print_message(f"note: {self.form.path} is used as it is {where}, without the changes in this folder.")
        self.words: FormWords = form_words(self.site.text(self.site.config.form) or "", self.form)

    def run(self, given: Mapping[str, Sequence[str]], pairs: Sequence[str]) -> int:
        answers = given_answers(self.form, given, pairs)
        needed = [field for field in self.form.fields if field.required or field.id in needed_in(self.form)]
        self.asks = self.may_ask and any(field.id not in answers for field in needed)
        try:
            if self.asks:
                self._ask(answers)
            body = issue_body(self.form, answers)
            read = submit_body(body, self.form, self.site.config, 1)
            if read.event is None:
                raise UserError(read.problems)
            if not self.asks:
                print_problems(read.warnings, "warning")
            self.told = tuple(read.warnings)
            if not self.options.as_json:
                print_text(f"\n{self._shown(read.event)}\n")
            title = f"{self.words.title}{read.event.title}"[:_LONGEST_TITLE].strip()
            issue = Issue(1, title, body, self.form.labels)
            done = {"local": self._propose, "github": self._file, "link": self._link}[self._way()]
            values, status = done(issue, answers)
        except typer.Abort:
            print_message("\nNothing was written.")
            raise
        if self.options.as_json:
            print_json({**values, "warnings": problem_values(read.warnings)})
        return status

    def _shown(self, event: Event) -> str:
        """Write an event as the site will have it: on its page, or in a file or list of its own."""
        config = self.site.config
        if config.files or config.has_own_list:
            store, event = self.site.store, event.model_copy(update={"issue": None})  # it has no number yet
            path = store.path(event.id)
            before = self.site.text(path) if config.has_own_list else None
            changes = [*diff_lines({path: before}, {path: store.write(event, source=before)})]
            return "\n".join(line[1:] for line in changes[2:] if line.startswith("+"))
        return self.site.renderer()(event)

    # ------------------------------------------------------------ the site

    def _find_repository(self) -> str | None:
        """Return the repository that is named; else that of the clone, if it has one on GitHub and is to use it."""
        if self.options.way == "local":
            return None
        try:
            return repository_for(self.options.repository, self.folder, self.access)
        except (UserError, ForgeError):
            if self.options.repository or self.options.way:
                raise
        return None

    def _as_read(self, here: Site) -> Site:
        """Return the site as whatever reads the answers has it, which is not always what is in the folder.

        That is the branch where proposals start; for an issue on GitHub, the default branch there, as far as the clone
        knows it.
        """
        from almanac.commands.propose import refuse_unprepared

        try:
            forge = LocalForge(self.folder, lambda: datetime.now(UTC))
            base, pushed = forge.base(), forge.pushed()
        except ForgeError:
            if self.repository is None:
                raise
            return here  # it is no clone, and so nothing else is known
        if self.repository is None:
            refuse_unprepared(forge, self.folder)
        site = Site(CommitFiles(forge, base.commit if self.repository is None or pushed is None else pushed))
        lacking = [one.config.form for one in site.each() if site.text(one.config.form) is None]
        if lacking:
            message = (
                "This file is not on GitHub, as far as this clone knows. Commit and push it; if it is there, run "
                "`git fetch`. Or add --local to propose the event in this clone."
            )
            raise UserError([Problem(message, file=path) for path in lacking])
        return site

    def _history(self, site: Site) -> Site:
        each, name = {one.history: one for one in site.each()}, self.options.history
        if name is None and len(each) > 1 and self.may_ask:
            print_message(f"This site has several histories: {', '.join(each)}.")
            name = typer.prompt("Which one", default=next(iter(each)), err=True)
        if name is None and len(each) == 1:
            return next(iter(each.values()))
        if name in each:
            return each[name]
        if len(each) == 1:
            raise UserError(Problem("This site has only one history. Leave this option out.", "--history", typed=name))
        message = "Name the history that the event belongs to."
        raise UserError(Problem(message, "--history", typed=name, choices=tuple(each)))

    # ------------------------------------------------------------ the answers

    def _ask(self, answers: Answers) -> None:
        print_message("A new event, with the questions of the site's form. Ctrl-C ends it, and nothing is written.")
        ask(self.words, answers, self._check)
        for _ in range(len(self.form.fields)):
            # What is wrong only together with a later answer; what is asked again is checked again.
            read = submit_body(issue_body(self.form, answers), self.form, self.site.config, 1)
            if read.event is not None:
                return
            print_message("\nSomething does not go together yet:")
            print_problems(read.problems)
            labels = [
                field.label for field in self.form.fields for one in read.problems if field.label in (one.field or "")
            ]
            if not labels:
                return  # no answer of its own is wrong, which is told once more at the end
            ask(self.words, answers, self._check, only=labels)

    def _check(self, field: Field, answers: Answers) -> tuple[Sequence[Problem], Sequence[Problem]]:
        """Find what is wrong with one answer, beside the others so far, as for an issue with them."""
        reading = read_answers(issue_body(self.form, answers), self.form, self.site.config)
        reading.submission(1)

        def of_field(found: Sequence[Problem]) -> tuple[Problem, ...]:
            return together(one for one in found if one.field == field.label)

        return of_field(reading.problems), of_field(reading.warnings)

    # ------------------------------------------------------------ what becomes of them

    def _way(self) -> Way:
        if self.options.way:
            return self.options.way
        repository = self.repository
        if repository is None:
            return "local"
        if not self.asks:
            return "link"
        ways: list[Way] = ["github", "link", "local"] if self.access.token else ["link", "local"]
        print_message("What shall be done with it?")
        for number, way in enumerate(ways, 1):
            print_message(f"  {number}  {_WAYS[way].format(web=self._web(repository))}")
        return ways[choose_number(len(ways)) - 1]

    def _web(self, repository: str) -> str:
        return f"{self.access.web}/{repository}"

    def _agrees(self, question: str) -> bool:
        """Ask a person, unless the command line has said yes already; without a person there is no yes."""
        if self.options.yes:
            return True
        return self.may_ask and typer.confirm(question, default=self.asks, err=True)

    def _nothing(self) -> tuple[dict[str, Any], int]:
        print_text("Nothing was written.")
        return {"outcome": None}, 0

    def _link(self, _: Issue, answers: Answers) -> tuple[dict[str, Any], int]:
        address = filled_in(self._web(self.repository or ""), self.site.config.form, self.form, answers)
        carried = parse_qs(urlsplit(address).query)
        lacking = [field.label for field in self.form.fields if field.id in answers and field.id not in carried]
        if not self.options.as_json:
            print_text("This address opens the form with these answers; sending it there files the issue:\n")
            print_text(address)
        if lacking:
            print_message(f"\nAn address cannot hold all of them. Fill in there: {', '.join(lacking)}.")
        if self.asks and self._agrees("\nOpen it in your browser?"):
            typer.launch(address)
        return {"outcome": "link", "link": address, "left_out": lacking}, 0

    def _propose(self, issue: Issue, _: Answers) -> tuple[dict[str, Any], int]:
        from almanac.commands.propose import done_values, print_done, print_failures, propose_in
        from almanac.defaults import load_messages

        forge = LocalForge(self.folder, lambda: datetime.now(UTC))
        with forge.alone():
            number = max((one.number for one in forge.issues()), default=0) + 1
            if self.asks and not self._agrees(f"Propose it in this clone, as issue {number}?"):
                return self._nothing()
            messages = load_messages()
            created = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            issue = replace(issue, number=number, created_at=created)
            done = propose_in(forge, issue, self.folder, messages)
        if done.plan.outcome is None:  # the form there is another one
            base = Site(CommitFiles(forge, forge.base().commit))
            raise UserError(replace(why_refused("", issue, base), file=None))
        if not self.options.as_json:
            more = tuple(one for one in done.plan.warnings if one not in self.told)
            print_done(replace(done, plan=replace(done.plan, warnings=more)), messages, dry_run=False)
            if done.pull:
                branch = branch_name(number)
                print_text(f"To look at it: `git diff ...{branch}`. To accept it: `git merge {branch}`.")
        return done_values(done, messages), int(bool(print_failures([done]) or done.plan.problems))

    def _file(self, issue: Issue, answers: Answers) -> tuple[dict[str, Any], int]:
        from contextlib import closing

        from almanac.forge.github.client import Probe

        repository = self.repository or ""
        web = self._web(repository)
        if not self._agrees(f"File it as an issue at {web}/issues, for others to see?"):
            if self.may_ask:
                return self._nothing()
            raise UserError(Problem(f"This would file an issue at {web}/issues. Add --yes to do it.", "--github"))
        content = {"title": issue.title, "body": issue.body, "labels": list(issue.labels)}
        link = filled_in(web, self.site.config.form, self.form, answers)
        request = Request("POST", "issues", "file the issue", "issues: write", content, link=link)
        with closing(Probe(repository, self.access.token, self.access.api_url)) as probe, progress() as tell:
            tell(f"Filing the issue at {web} ...")
            try:
                _, made = probe.send(request)
            except RefusedError as error:
                remedy = f"{error.remedy or ''} Or send it with the form: {link}".strip()
                raise ForgeError(str(error), remedy=remedy) from None
            except ForgeError as error:
                remedy = f"{error.remedy or ''} Look at {web}/issues first: perhaps it was filed all the same.".strip()
                raise ForgeError(str(error), remedy=remedy) from None
        number, address = int(made["number"]), str(made.get("html_url") or f"{web}/issues/{made['number']}")
        labels = {str(one.get("name")).casefold() for one in made.get("labels") or ()}
        lacking = [name for name in issue.labels if name.casefold() not in labels]
        if not self.options.as_json:
            print_text(f"Issue #{number} is filed: {address}")
        if lacking:
            message = "GitHub left off the label by which Almanac knows it, as this account may not give labels."
            print_message(f"{message} Ask a maintainer to add it: {', '.join(lacking)}.")
        return {"outcome": "filed", "issue": number, "url": address, "missing_labels": lacking}, 0
