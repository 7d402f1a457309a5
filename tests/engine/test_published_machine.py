"""Events of two histories after they were published, in any order and while days pass: one sweep later, all is right.

A few examples in each run, and more in the one marked `long`;
`ALMANAC_EXAMPLES=500 pytest tests/engine/test_published_machine.py` tries others.
"""

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from almanac.defaults import load_messages
from almanac.engine.run import reconcile
from almanac.engine.sweep import reconcile_all
from almanac.errors import AlmanacError
from almanac.event.model import Event
from almanac.event.record import read_record
from almanac.forge.local.forge import LocalForge
from almanac.packaged import template
from almanac.proposal.command import CommentCommand
from almanac.proposal.marker import comment_state, pull_state
from almanac.proposal.names import branch_name
from almanac.proposal.state import Comment
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tests.breaking import Breaking
from tests.filing import body, full_form
from tests.forge.worlds import LocalWorld
from tests.machine import EXAMPLES, run_machine
from tests.people import pick
from tests.scenes import CONFIG, Scene, change_form

START = datetime(2026, 3, 4, 12, tzinfo=UTC)
HISTORIES = ("", "lyon")
LABELS = {"": "event", "lyon": "lyon"}
PAGES = {"": "events.md", "lyon": "lyon.md"}
RECORDS = {"": "_data/events", "lyon": "_data/lyon"}
CALENDARS = {"": "events.ics", "lyon": "lyon.ics"}
FORMS = {history: f".github/ISSUE_TEMPLATE/{history or 'new-event'}.yml" for history in HISTORIES}
SETTINGS = f"""page: {PAGES[""]}
calendar: {CALENDARS[""]}
recordings: ask
pull_requests: {{labels: [proposed, absent], reviewers: [grace, absent], draft: true, title: "{{action}}: {{title}}"}}
histories:
  lyon:
    page: {PAGES["lyon"]}
    calendar: {CALENDARS["lyon"]}
    records: {RECORDS["lyon"]}
    form: {FORMS["lyon"]}
"""
ASKS = "Is there a recording of this event?"
VIDEO, DECK = "https://video.example.org/", "https://slides.example.org/1"
MOST_EVENTS, MOST_CHANGES = 4, 3
COMMANDS = ("cancel", "postpone", "recording", "slides", "reschedule", "remove")
STATUS = {"cancel": "cancelled", "postpone": "postponed", "reschedule": "rescheduled"}
which = st.integers(0, MOST_EVENTS + MOST_CHANGES - 1)
hears = st.booleans()


class SmallForge(LocalForge):
    """A clone whose clock people set, and that has not each label and person."""

    def __init__(self, folder: Path) -> None:
        """Let it be the first day."""
        self.time = START
        super().__init__(folder, lambda: self.time)

    def add_labels(self, pull: int, labels: Sequence[str]) -> tuple[str, ...]:
        """Add those that there are."""
        super().add_labels(pull, [label for label in labels if label != "absent"])
        return tuple(label for label in labels if label == "absent")

    def request_reviews(self, pull: int, people: Sequence[str], teams: Sequence[str]) -> tuple[str, ...]:
        """Ask those that there are."""
        super().request_reviews(pull, [name for name in people if name != "absent"], teams)
        return tuple(name for name in people if name == "absent")


class Later(RuleBasedStateMachine):
    """One site with two histories, a few events in each, and what people do with them."""

    site: Path
    first: Mapping[int, tuple[str, dict[str, str]]]

    @initialize(days=st.integers(0, 9))
    def begin(self, days: int) -> None:
        """Copy the site, which has one event in each history, some days later."""
        self.folder = Path(tempfile.mkdtemp()) / "site"
        shutil.copytree(self.site, self.folder)
        self.world = LocalWorld(self.folder)
        self.forge = self.world.forge = SmallForge(self.folder)
        self.forge.time += timedelta(days=days)
        self.scene = Scene(self.world)
        self.answers: dict[int, dict[str, str]] = {}
        self.label: dict[int, str] = {}  # an issue -> the history whose label it has
        self.about: dict[int, int] = {}  # an issue that asks for a change -> that of the event
        self.home: dict[int, str] = {}  # an issue whose event was merged -> the history to which it went
        self.facts: dict[int, dict[str, object]] = {}  # what the record on the base says by now
        self.wanted: dict[int, dict[str, object]] = {}  # and what an issue's proposal makes of it
        self.removed: set[int] = set()
        self.bare: set[int] = set()  # pull requests off which somebody took what they had
        self.tokens = count(1)
        for number, (history, answers) in self.first.items():
            self.answers[number], self.label[number], self.home[number] = dict(answers), history, history
            self.facts[number], self.wanted[number] = {}, {}

    def teardown(self) -> None:
        """End with a sweep."""
        if hasattr(self, "folder"):
            self.sweep()
            shutil.rmtree(self.folder.parent)

    # ------------------------------------------------------------ what there is

    @property
    def numbers(self) -> list[int]:
        """All issues."""
        return [*self.answers, *self.about]

    @property
    def published(self) -> list[int]:
        """The issues whose events are on the base."""
        return [number for number in self.home if number not in self.removed]

    def opened(self) -> list[int]:
        """Return the issues with an open proposal."""
        pulls = ((number, self.forge.newest_pull(branch_name(number))) for number in self.numbers)
        return [number for number, pull in pulls if pull and pull.state == "open"]

    def event_of(self, number: int) -> int:
        """Return the issue of the event that an issue is about."""
        return self.about.get(number, number)

    def is_free(self, number: int, field: str) -> bool:
        """Tell whether no other issue wants something else of a field: people do not contradict each other."""
        event = self.event_of(number)
        others = [one for one in self.numbers if one != number and self.event_of(one) == event]
        return all(field not in self.wanted[one] and "remove" not in self.wanted[one] for one in others)

    # ------------------------------------------------------------ what people do

    @precondition(lambda self: len(self.answers) < MOST_EVENTS)
    @rule(history=st.sampled_from(HISTORIES), days=st.integers(-6, 2), status=st.sampled_from(["", "", "Cancelled"]))
    def file(self, history: str, days: int, status: str) -> None:
        """Someone files an event with one of the forms, which ask for its status too; Almanac hears of it."""
        day = self.forge.time + timedelta(days=days)
        answers = {"title": f"Event token{next(self.tokens)}x", "date": f"{day:%Y-%m-%d}", "status": status}
        text = body(full_form(), **answers)
        number = self.world.file_issue("New event", text, labels=(LABELS[history],))
        self.answers[number], self.label[number] = answers, history
        self.facts[number], self.wanted[number] = {}, {"status": "cancelled"} if status else {}
        self.scene.run(number)

    @precondition(lambda self: len(self.about) < MOST_CHANGES and self.published)
    @rule(index=which, change=st.sampled_from(["Cancelled", "Postponed", "Recording or slides"]), heard=hears)
    def ask(self, index: int, change: str, heard: bool) -> None:
        """Someone asks for a change with the form for that."""
        event = pick(self.published, index)
        assert event
        field, value = ("recording", f"{VIDEO}{next(self.tokens)}") if " " in change else ("status", change.lower())
        if self.is_free(0, field) and field not in self.wanted[event] and "remove" not in self.wanted[event]:
            more = {"recording": value} if field == "recording" else {}
            number = self.scene.ask(event=f"#{event}", change=change, **more)
            self.about[number], self.wanted[number] = event, {field: value}
            self.maybe(heard, number)

    @rule(index=which, command=st.sampled_from(COMMANDS))
    def say(self, index: int, command: str) -> None:
        """A maintainer gives a command on the issue of a published event, or on one that asks to change it."""
        number = pick([one for one in self.numbers if self.event_of(one) in self.published], index)
        field = "status" if command in STATUS else command
        if not number or not self.is_free(number, field):
            return
        value: object = {"recording": f"{VIDEO}{next(self.tokens)}", "slides": DECK, "remove": True}.get(command)
        day = self.forge.time + timedelta(days=-4)
        words = f"{day:%Y-%m-%d}" if command == "reschedule" else value if isinstance(value, str) else ""
        text = f"/almanac {command} {words}"
        said = CommentCommand(self.world.comment(number, "grace", text), "grace", text, number)
        before = number in self.opened()
        reconcile(number, self.forge, load_messages(), comment=said)
        if number not in self.opened():
            self.wanted[number] = {} if before else self.wanted[number]
        elif "proposes it" in self.scene.comment(number):
            self.wanted[number].pop("remove", None)
            self.wanted[number][field] = STATUS.get(command, value)

    @rule(index=which, heard=hears)
    def edit(self, index: int, heard: bool) -> None:
        """The author edits the issue."""
        if number := pick([*self.answers], index):
            self.answers[number]["location"] = f"Place {next(self.tokens)}"
            self.world.edit_issue(number, body=body(full_form(), **self.answers[number]))
            self.maybe(heard, number)

    @rule(index=which, heard=hears)
    def move(self, index: int, heard: bool) -> None:
        """A maintainer gives an issue the label of the other history."""
        if number := pick([*self.answers], index):
            self.label[number] = "" if self.label[number] else "lyon"
            self.world.label(number, LABELS[self.label[number]])
            self.maybe(heard, number)

    @rule(index=which)
    def strip(self, index: int) -> None:
        """A maintainer takes the label and the reviewer off a pull request."""
        number = pick(self.opened(), index)
        pull = self.scene.pull(number).number if number else None
        if number and pull and self.told(number) == pull:
            self.world.put_pull(self.world.stored_pull(pull).model_copy(update={"labels": None, "reviewers": None}))
            self.bare.add(pull)

    def told(self, number: int) -> int | None:
        """Return the pull request that our comment names: then nothing is left to be done for a new one."""
        found = [one for one in self.world.comments(number) if one.ours and f"issue-{number} -->" in one.body]
        return comment_state(Comment(0, found[0].body)).pull if found else None

    @rule(index=which, heard=hears)
    def merge(self, index: int, heard: bool) -> None:
        """A maintainer merges, where git can."""
        number = pick(self.opened(), index)
        if not number or not self.joined(branch_name(number)):
            return
        if number not in self.about:
            self.home.setdefault(number, self.scene.memory(number).history)
        self.scene.run(number)
        event, wanted = self.event_of(number), self.wanted[number]
        if wanted.pop("remove", None):
            self.removed.add(event)
        self.facts[event] |= wanted
        self.wanted[number] = {}
        self.maybe(heard)

    def joined(self, branch: str) -> bool:
        """Merge, unless git cannot."""
        try:
            self.world.repo.git("merge-tree", "--write-tree", "main", branch)
        except AssertionError:
            return False
        self.world.repo.git("merge", "--quiet", "--no-ff", "--no-edit", branch)
        return True

    @rule(index=which, heard=hears)
    def reject(self, index: int, heard: bool) -> None:
        """A maintainer says no to a change of what is published."""
        if number := pick([one for one in self.opened() if self.event_of(one) in self.home], index):
            self.world.close_pull(self.scene.pull(number).number)
            self.wanted[number] = {}
            self.scene.run(number)
            self.maybe(heard)

    @rule(days=st.integers(1, 5))
    def wait(self, days: int) -> None:
        """Days pass."""
        self.forge.time += timedelta(days=days)

    # ------------------------------------------------------------ what Almanac does

    def maybe(self, heard: bool, number: int | None = None) -> None:
        """Almanac hears of what happened, or not."""
        if heard and number:
            self.scene.run(number)
        elif heard:
            self.sweep()

    @rule(at=st.integers(0, 7), after=st.booleans())
    def crash(self, at: int, after: bool) -> None:
        """Almanac is killed while it looks at all."""
        try:
            list(reconcile_all(Breaking(self.forge, at=at, after=after), load_messages()))
        except AlmanacError:
            return

    @rule()
    def sweep(self) -> None:
        """Almanac looks at all, and has nothing left to do; then everything is as it should be."""
        before = {number: self.questions(number) for number in self.answers}
        for done in self.scene.sweep():
            assert done.error is None
        again = Breaking(self.forge)
        list(reconcile_all(again, load_messages()))
        assert again.written == []
        files, opened = self.world.files(self.forge.base().commit), self.opened()
        events = {number: self.check_place(number, files) for number in self.answers}
        changing = {self.event_of(number) for number in opened}
        for number, event in events.items():
            self.check_question(number, event, before[number], changing=number in changing)
        for number in opened:
            self.check_pull(number)
            self.check_branch(number)

    def questions(self, number: int) -> int:
        """Return how often the recording of an event was asked for."""
        return sum(ASKS in one.body for one in self.world.comments(number) if one.ours)

    def check_place(self, number: int, files: dict[str, bytes]) -> Event | None:
        """An event is on the page, in the records and in the calendar of one history, and nowhere else; or nowhere."""
        home = None if number in self.removed else self.home.get(number)
        records = {history: [*events_in(files, history, number)] for history in HISTORIES}
        assert {history: len(found) for history, found in records.items()} == {one: one == home for one in HISTORIES}
        word = self.answers[number]["title"].encode()
        for place in (PAGES, CALENDARS):
            assert {history for history in HISTORIES if word in files.get(place[history], b"")} == {home} - {None}
        if home is None:
            return None
        for field, value in self.facts[number].items():
            check_field(records[home][0], field, value)
        return records[home][0]

    def check_question(self, number: int, event: Event | None, before: int, *, changing: bool) -> None:
        """A recording is asked for at most once, and just where there may be one."""
        now = self.questions(number)
        age = (self.forge.time - datetime.fromisoformat(f"{event.date}T12:00Z")).days if event else 0
        none = event is None or event.recording or event.status in ("cancelled", "postponed")
        due = not (none or changing) and 4 <= age <= 10  # from the end of the day in the last place on Earth
        assert now <= 1
        assert before == now or due
        assert now or not due

    def check_pull(self, number: int) -> None:
        """A pull request has what the settings say and the repository has, unless somebody took it off."""
        pull = self.world.stored_pull(self.scene.pull(number).number)
        bare = pull.number in self.bare
        assert (pull.labels, pull.reviewers, pull.draft) == (
            None if bare else ["proposed"],
            None if bare else ["grace"],
            True,
        )
        does = (
            "Remove" if "remove" in self.wanted[number] else "Change" if self.event_of(number) in self.home else "Add"
        )
        assert pull.title == f"{does}: {self.answers[self.event_of(number)]['title']}"

    def check_branch(self, number: int) -> None:
        """A branch changes files of one history, that of its event; its record says what was asked for."""
        head, event, wanted = self.scene.head(number), self.event_of(number), self.wanted[number]
        home = self.home.get(event, self.label.get(event))
        assert home is not None
        assert pull_state(self.forge.newest_pull(branch_name(number))).history == home
        fork = self.world.files(self.world.repo.git("merge-base", self.forge.base().commit, head))
        files = self.world.files(head)
        changed = {path for path in {*fork, *files} if fork.get(path) != files.get(path)}
        assert all(path in (PAGES[home], CALENDARS[home]) or path.startswith(f"{RECORDS[home]}/") for path in changed)
        found = [*events_in(files, home, event)]
        assert len(found) == ("remove" not in wanted)
        for field, value in wanted.items() if found else ():
            check_field(found[0], field, value)


def events_in(files: dict[str, bytes], history: str, number: int) -> Iterator[Event]:
    """Give the records of an issue's event in one history."""
    for path, text in files.items():
        if path.startswith(f"{RECORDS[history]}/"):
            event = read_record(text.decode(), path)
            if event.issue == number:
                yield event


def check_field(event: Event, field: str, value: Any) -> None:
    """See that a record says what people want."""
    assert (value in [link.url for link in event.links]) if field == "slides" else getattr(event, field) == value


def set_site(folder: Path) -> None:
    """Make the site with which each example begins."""
    world = LocalWorld(folder / "site")
    form = template("site/new-event.yml") + template("site/more-questions.yml")
    files = {CONFIG: SETTINGS, ".github/ISSUE_TEMPLATE/change-event.yml": change_form()}
    files |= {FORMS[one]: form.replace("labels: [event]", f"labels: [{LABELS[one]}]") for one in HISTORIES}
    files |= {PAGES[one]: f"# Events {one}\n" for one in HISTORIES}
    world.commit({path: text.encode() for path, text in files.items()})
    world.let_in("grace")
    scene, Later.first, Later.site = Scene(world), {}, folder / "site"
    world.forge = SmallForge(Later.site)
    for history in HISTORIES:
        answers = {"title": f"The {history or 'first'} event", "date": "2026-03-02"}
        number = world.file_issue("New event", body(full_form(), **answers), labels=(LABELS[history],))
        Later.first = {**Later.first, number: (history, answers)}
        scene.run(number)
        world.merge(scene.pull(number).number)
        scene.run(number)


@pytest.mark.parametrize(("examples", "steps"), [(2, 25), pytest.param(EXAMPLES or 20, 50, marks=pytest.mark.long)])
def test_what_becomes_of_published_events_in_any_order(examples: int, steps: int, tmp_path: Path) -> None:
    set_site(tmp_path)
    run_machine(Later, examples=examples, steps=steps)
