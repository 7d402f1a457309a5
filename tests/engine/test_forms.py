"""Which version of the form an issue is read with: on sites in memory, whose forms change while issues are open."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

import pytest
from almanac.config import Config
from almanac.engine.forms import Forms
from almanac.errors import ConfigError, ForgeError
from almanac.event.model import Event
from almanac.event.submission import Submission, submit_body
from almanac.forge.protocol import Forge
from almanac.packaged import template
from almanac.proposal.marker import PullState
from almanac.proposal.state import FileVersion, Issue
from almanac.site import Site

from tests.filing import body
from tests.memory import memory_site

FORM, CONFIG = ".github/ISSUE_TEMPLATE/new-event.yml", ".github/almanac.yml"
HOUSE = template("site/new-event.yml")
ANSWERS = {
    "title": "Demo Day",
    "date": "2022-01-20",
    "when": "9am ET",
    "people": "Ada Lovelace, Analytical Society",
    "description": "Come and see.\n\n- one\n- two",
    "url": "https://example.org/register",
    "agenda": "Welcome",
    "links": "[Slides](https://example.org/slides)",
}
BODY = body(**ANSWERS)
NO_STATE = PullState()


def question(name: str) -> str:
    """Return a question of the house form, as it stands in the file."""
    found = re.search(rf"  - type: \w+\n    id: {name}\n(?:    .*\n)+", HOUSE)
    assert found
    return found[0]


def own(name: str, rest: str = "") -> str:
    return f"  - type: input\n    id: {name}\n    attributes:\n      label: {name.title()}\n{rest}"


REQUIRED = "    validations:\n      required: true\n"
SERIES = question("series")
CHANGES = {
    "a question is dropped": HOUSE.replace(question("url"), ""),
    "a required question is dropped": HOUSE.replace(question("title"), ""),
    "a label has another name": HOUSE.replace("label: Title", "label: Event title"),
    "an optional question is added": HOUSE.replace(question("url"), own("price") + question("url")),
    "a required question is added": HOUSE.replace(question("url"), own("price", REQUIRED) + question("url")),
    "an optional question is required": HOUSE.replace(question("location"), question("location") + REQUIRED),
    "the order is another one": HOUSE.replace(question("date"), "").replace(SERIES, question("date") + SERIES),
    "a question is of another type": HOUSE.replace(question("people"), question("people").replace("textarea", "input")),
    "a question gets options": HOUSE.replace(
        question("when"), "  - {type: dropdown, id: when, attributes: {label: When, options: [noon, midnight]}}\n"
    ),
}


def sha(number: int) -> str:
    return f"{number:040}"


def day(number: int) -> str:
    return f"2026-01-{number:02}T12:00:00Z"


@dataclass
class ChangingSite:
    """A site whose form was committed on these days; None for a form that was deleted then."""

    forms: dict[int, str | None]
    paths: dict[int, str] = field(default_factory=dict)  # where it is from then on, if not in the usual place
    broken: Sequence[int] = ()  # when the config could not be read
    asked: list[str] = field(default_factory=list)  # which histories were read, and which commits

    def site(self, commit: str) -> Site:
        self.asked.append(commit)
        number = int(commit)
        path = self.path(number)
        files = {CONFIG: "frm: x\n" if number in self.broken else f"form: {path}\n"}
        text = self.forms[max((day for day in self.forms if day <= number), default=max(self.forms))]
        return memory_site(files | ({path: text} if text is not None else {}))

    def path(self, number: int) -> str:
        return next((path for since, path in sorted(self.paths.items(), reverse=True) if since <= number), FORM)

    def versions(self, commit: str, path: str) -> Iterator[FileVersion]:
        self.asked.append(f"history of {path}")
        for number in sorted(self.forms, reverse=True):
            if number <= int(commit) and self.path(number) == path:
                since = datetime.fromisoformat(day(number))
                yield FileVersion(sha(number), since, sha(number - 1) if number > min(self.forms) else None)

    def at(self, number: int) -> Forms:
        return Forms(cast("Forge", self), self.site, sha(number))


def read(forms: Forms, text: str, opened: int | None, state: PullState = NO_STATE) -> Submission:
    issue = Issue(1, "New event", text, ("event",), created_at=day(opened) if opened else None)
    return submit_body(text, forms.of(issue, state).form, Config(), 1)


def noted(forms: Forms, text: str, opened: int) -> PullState:
    """Return what a proposal remembers of the form that its issue was read with."""
    version = forms.of(Issue(1, "New event", text, created_at=day(opened)), NO_STATE)
    return PullState(form=version.digest, form_at=version.commit)


def event(text: str = BODY, form: str = HOUSE) -> Event:
    found = read(ChangingSite({1: form}).at(1), text, None)
    assert found.event, found.problems
    return found.event


class TestAFormThatChanges:
    @pytest.mark.parametrize("change", CHANGES)
    def test_an_unanswered_issue_is_read_with_the_version_that_it_was_filed_with(self, change: str) -> None:
        assert CHANGES[change] != HOUSE
        forms = ChangingSite({1: HOUSE, 10: CHANGES[change]}).at(20)
        assert read(forms, BODY, 5).event == event()

    @pytest.mark.parametrize("change", [*CHANGES.values(), "name: broken", None])
    def test_what_was_proposed_keeps_its_answers_without_a_look_at_the_history(self, change: str | None) -> None:
        site = ChangingSite({1: HOUSE, 10: change})
        state = noted(site.at(5), BODY, 5)
        site.asked.clear()
        assert read(site.at(20), BODY, 5, state).event == event()
        assert set(site.asked) <= {sha(20), sha(5)}

    @pytest.mark.parametrize("change", CHANGES)
    def test_an_edit_of_the_text_is_read_with_that_version_too(self, change: str) -> None:
        site = ChangingSite({1: HOUSE, 10: CHANGES[change]})
        state = noted(site.at(5), BODY, 5)
        edited = BODY.replace("Demo Day", "Demo Night")
        for kept in (NO_STATE, state):
            found = read(site.at(20), edited, 5, kept)
            assert found.event
            assert (found.event.title, found.event.url) == ("Demo Night", ANSWERS["url"])

    def test_a_new_issue_is_read_with_todays_form_at_no_cost(self) -> None:
        site = ChangingSite({1: HOUSE.replace("label: Title", "label: Name"), 10: HOUSE})
        assert read(site.at(20), BODY, 15).event == event()
        assert set(site.asked) == {sha(20)}

    def test_an_option_that_is_retired_stays_chosen(self) -> None:
        before, after = (
            HOUSE.replace(
                SERIES, f"  - {{type: dropdown, id: series, attributes: {{label: Series, options: [{one}]}}}}\n"
            )
            for one in ("Spring 2025, Autumn 2025", "Spring 2026, Autumn 2026")
        )
        text = body(**ANSWERS, series="Autumn 2025")
        found = read(ChangingSite({1: before, 10: after}).at(20), text, 5).event
        assert found == event(text, before)

    def test_an_answer_to_an_own_question_that_was_dropped_stays(self) -> None:
        before = HOUSE.replace(question("url"), own("price") + question("url"))
        text = BODY.replace("### Registration link", "### Price\n\n5 EUR\n\n### Registration link")
        found = read(ChangingSite({1: before, 10: HOUSE}).at(20), text, 5).event
        assert found
        assert found.extra == {"price": "5 EUR"}

    def test_of_several_versions_it_is_the_one_of_its_day(self) -> None:
        first, second = (HOUSE.replace("label: Title", f"label: {name}") for name in ("Name", "Topic"))
        site = ChangingSite({1: first, 5: second, 10: HOUSE})
        for opened, label in ((3, "Name"), (5, "Topic"), (7, "Topic"), (12, "Title")):
            text = BODY.replace("### Title", f"### {label}")
            assert read(site.at(20), text, opened).event == event()
        assert read(site.at(20), BODY.replace("### Title", "### Name"), 7).event is None

    def test_one_that_was_put_right_for_todays_form_is_read_with_that(self) -> None:
        before = HOUSE.replace("label: Title", "label: Name")
        site = ChangingSite({1: before, 10: HOUSE})
        state = noted(site.at(5), BODY.replace("### Title", "### Name"), 5)
        assert read(site.at(20), BODY, 5).event == event()
        assert read(site.at(20), BODY, 5, state).event == event()

    def test_a_problem_is_told_in_the_words_that_its_author_sees(self) -> None:
        site = ChangingSite(
            {1: HOUSE, 10: HOUSE.replace("label: Date", "label: Day").replace("label: Title", "label: Name")}
        )
        text = body(**{**ANSWERS, "date": "soon"}).replace("### Title", "### Titel")
        for state in (NO_STATE, noted(site.at(5), BODY, 5)):
            assert {problem.field for problem in read(site.at(20), text, 5, state).problems} == {"Title", "Date"}

    def test_a_form_that_moved_is_followed_to_where_it_was(self) -> None:
        site = ChangingSite({1: HOUSE, 10: CHANGES["a question is dropped"]}, {1: "old.yml", 10: "new.yml"})
        assert read(site.at(20), BODY, 5).event == event()
        assert read(site.at(20), BODY, 5, noted(site.at(5), BODY, 5)).event == event()

    def test_a_config_that_was_broken_for_a_while_hides_no_version(self) -> None:
        site = ChangingSite({1: HOUSE, 10: CHANGES["a question is dropped"]}, broken=range(1, 10))
        assert read(site.at(20), BODY, 5).event == event()
        moved = ChangingSite(
            {1: HOUSE, 10: CHANGES["a question is dropped"]}, {1: "old.yml", 10: "new.yml"}, range(8, 10)
        )
        assert read(moved.at(20), body(title="X", date="soon"), 5).event is None

    def test_a_history_that_was_cut_short_is_asked_for_again(self) -> None:
        site = ChangingSite({1: HOUSE, 10: CHANGES["a label has another name"]})
        forms, whole = site.at(20), site.versions

        def cut(commit: str, path: str) -> Iterator[FileVersion]:
            yield next(whole(commit, path))
            raise ForgeError("The connection broke.")

        site.versions = cut  # type: ignore[method-assign]
        with pytest.raises(ForgeError):
            read(forms, BODY, 5)
        site.versions = whole  # type: ignore[method-assign]
        assert read(forms, BODY, 5).event == event()

    def test_what_was_broken_or_deleted_for_a_while_is_left_out(self) -> None:
        site = ChangingSite({1: HOUSE, 3: None, 6: "name: broken", 10: CHANGES["a label has another name"]})
        assert read(site.at(20), BODY, 4).event == event()
        assert read(site.at(20), BODY, 7).event == event()

    def test_an_issue_that_is_older_than_any_form_has_the_first(self) -> None:
        site = ChangingSite({10: HOUSE, 15: CHANGES["a label has another name"]})
        assert read(site.at(20), BODY, 5).event == event()

    def test_a_version_that_cannot_make_an_event_gives_way_to_one_that_can(self) -> None:
        text = BODY.replace("### Title\n\nDemo Day\n\n", "")
        site = ChangingSite({1: CHANGES["a required question is dropped"], 10: HOUSE})
        assert [problem.field for problem in read(site.at(20), text, 5).problems] == ["Title"]
        with pytest.raises(ConfigError, match="needs a field with this id"):
            read(ChangingSite({1: CHANGES["a required question is dropped"]}).at(20), text, 5)

    def test_without_a_history_or_a_time_todays_form_is_all_there_is(self) -> None:
        site = ChangingSite({1: HOUSE})
        site.versions = lambda *_: iter(())  # type: ignore[method-assign]
        assert [problem.field for problem in read(site.at(1), body(title="X", date=""), 1).problems] == ["Date"]

    def test_what_is_too_long_is_so_for_every_version(self) -> None:
        site = ChangingSite({1: HOUSE})
        [problem] = read(site.at(1), "x" * 300_000, 1).problems
        assert "too long" in problem.message
        assert set(site.asked) == {sha(1)}

    def test_the_history_is_read_once_and_no_further_than_needed(self) -> None:
        forms: dict[int, str | None] = {
            number: HOUSE.replace("label: Title", f"label: {number}") for number in range(1, 31)
        }
        site = ChangingSite(forms)
        at_end = site.at(30)
        for _ in range(3):
            assert read(at_end, BODY.replace("### Title", "### 25"), 25).event == event()
        assert site.asked.count(f"history of {FORM}") == 1
        assert set(site.asked) == {f"history of {FORM}", *map(sha, range(25, 31))}
        read(at_end, BODY.replace("### Title", "### 1"), 1)
        assert sha(11) in site.asked
        assert sha(10) not in site.asked


class TestForgery:
    TYPED = "Come.\n\n### Registration link\n\nhttps://evil.example/"

    def test_the_heading_of_a_dropped_question_stays_text_under_the_newer_form(self) -> None:
        after = CHANGES["a question is dropped"]
        section = "### Registration link\n\n" + ANSWERS["url"] + "\n\n"
        text = BODY.replace(section, "").replace(ANSWERS["description"], self.TYPED)
        found = read(ChangingSite({1: HOUSE, 10: after}).at(20), text, 15).event
        assert found
        assert (found.url, found.description) == (None, self.TYPED)

    def test_an_unasked_time_leaves_it_text_too(self) -> None:
        section = "### Registration link\n\n" + ANSWERS["url"] + "\n\n"
        text = BODY.replace(section, "").replace(ANSWERS["description"], self.TYPED)
        found = read(ChangingSite({1: HOUSE, 10: CHANGES["a question is dropped"]}).at(20), text, None).event
        assert found
        assert found.url is None

    @pytest.mark.parametrize("change", ["a required question is added", "an optional question is required"])
    def test_a_question_that_is_required_is_not_left_out_by_an_older_version(self, change: str) -> None:
        found = read(ChangingSite({1: HOUSE, 10: CHANGES[change]}).at(20), BODY, 15)
        assert found.event is None

    def test_a_box_that_has_to_be_ticked_is_not_left_out_by_an_older_version(self) -> None:
        box, must = (
            "  - type: checkboxes\n    id: rules\n    attributes:\n      label: Rules\n"
            f"      options:\n        - label: I agree\n          required: {must}\n"
            for must in ("false", "true")
        )
        text = f"{BODY}\n\n### Rules\n\n- [ ] I agree"
        site = ChangingSite({1: HOUSE + box, 10: HOUSE + must})
        assert read(site.at(20), text, 5).event
        assert [problem.field for problem in read(site.at(20), text, 15).problems] == ["Rules"]
        assert read(site.at(20), text.replace("[ ]", "[X]"), 15).event
        assert read(site.at(20), BODY, 15).event is None

    def test_a_marker_with_the_digest_of_another_file_says_nothing(self) -> None:
        site = ChangingSite({1: HOUSE, 10: CHANGES["a required question is added"]})
        for state in (
            PullState(form="0" * 16, form_at=sha(1)),
            PullState(form="0" * 16),
            PullState(form_at=sha(1)),
        ):
            assert read(site.at(20), BODY, 15, state).event is None


class TestAnUnknownTime:
    """An issue in a file that a person wrote: the newest version that fits."""

    @pytest.mark.parametrize("change", sorted({*CHANGES} - {"a question is dropped", "a required question is dropped"}))
    def test_the_newest_that_fits_is_taken(self, change: str) -> None:
        forms = ChangingSite({1: HOUSE, 10: CHANGES[change]}).at(20)
        assert read(forms, BODY, None).event == event()

    def test_if_none_fits_it_is_the_newest_of_which_all_headings_are_there(self) -> None:
        forms = ChangingSite({1: HOUSE, 10: CHANGES["a label has another name"]}).at(20)
        text = body(**{**ANSWERS, "date": "soon"}) + "\n\n### More\n\nx\n\n### When\n\n"
        problems = read(forms, text, None).problems
        assert "Event title" not in {problem.field for problem in problems}
        assert "Date" in {problem.field for problem in problems}

    @pytest.mark.parametrize("written", ["soon", "2026-01-05", "2026-01-05T12:00:00"])
    def test_what_is_no_time_is_not_known_and_one_without_a_zone_is_utc(self, written: str) -> None:
        forms = ChangingSite({1: HOUSE, 10: CHANGES["a label has another name"]}).at(20)
        issue = Issue(1, "New event", BODY, created_at=written)
        assert forms.of(issue, NO_STATE).form.fields[0].label == "Title"


def test_an_issue_with_all_of_our_questions_is_read_on_a_site_with_fewer() -> None:
    short = HOUSE.replace(question("location"), "").replace(SERIES, "")
    forms = ChangingSite({1: short, 10: short.replace("label: When", "label: Times")}).at(20)
    for opened in (5, 15, None):
        text = body(**ANSWERS, location="Paris")
        assert read(forms, text, opened).event == event(text)
    state = noted(forms, BODY, 5)
    assert state.form_at == sha(1)
    assert read(forms, BODY, 5, state).event == event()


def test_one_in_the_order_of_earlier_versions_stays_as_it_was_when_such_a_form_drops_a_question() -> None:
    series = "### Series\n\n_No response_\n\n"
    text = series + BODY.replace(series, "")
    earlier = HOUSE.replace(SERIES, "").replace(question("title"), SERIES + question("title"))
    forms = ChangingSite({1: HOUSE.replace(question("people_label"), ""), 10: earlier.replace(question("url"), "")})
    assert read(forms.at(20), text, 5).event == event()
    assert read(forms.at(20), text, 5, noted(forms.at(5), text, 3)).event == event()


class TestLabels:
    @staticmethod
    def counts(forms: Forms, *labels: str, state: PullState = NO_STATE, answered: bool = False) -> bool:
        issue = Issue(1, "New event", BODY, labels, created_at=day(5))
        return forms.is_labelled(issue, state, answered=answered or state != NO_STATE)

    def test_the_configs_go_before_the_forms(self) -> None:
        files = {CONFIG: "labels: [meeting]\n", FORM: HOUSE}
        forms = Forms(cast("Forge", None), lambda _: memory_site(files), "1")
        assert self.counts(forms, "Meeting")
        assert not self.counts(forms, "event", answered=True)

    def test_todays_count_and_those_of_the_form_by_which_an_issue_was_answered(self) -> None:
        site = ChangingSite({1: HOUSE, 10: HOUSE.replace("[event]", "[meetup]"), 15: HOUSE.replace("[event]", "[x]")})
        state = noted(site.at(5), BODY, 5)
        assert self.counts(site.at(12), "meetup")
        assert not self.counts(site.at(12), "event")
        assert self.counts(site.at(12), "event", state=state)
        assert self.counts(site.at(20), "event", answered=True)
        assert not self.counts(site.at(20), "meetup", answered=True)
        assert not self.counts(site.at(20), "meetup", state=state)

    def test_without_a_form_it_is_those_of_the_proposals(self) -> None:
        site = ChangingSite({1: HOUSE, 15: None})
        state = noted(site.at(5), BODY, 5)
        assert self.counts(site.at(20), "event", state=state)
        with pytest.raises(ConfigError, match="form is missing"):
            self.counts(site.at(20), "event")
        with pytest.raises(ConfigError, match="form is missing"):
            read(site.at(20), BODY, 5)

    def test_where_no_label_is_left_no_history_is_read(self) -> None:
        site = ChangingSite({1: HOUSE})
        assert not self.counts(site.at(5), answered=True)
        assert not [one for one in site.asked if one.startswith("history")]
