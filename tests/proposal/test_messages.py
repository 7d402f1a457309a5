"""Each text that people read, for each state, as it is in `tests/cases/messages/`.

`python -m tests.proposal.test_messages` writes them again.
"""

import re
from pathlib import Path
from typing import cast

import pytest
from almanac.defaults import load_messages
from almanac.errors import ConfigError, Problem
from almanac.proposal.messages import MAX_CHARACTERS, Messages, OwnTemplate, code, problem_text, write_text
from almanac.proposal.samples import DATE, PROPOSED, PULL, SAMPLES
from almanac.proposal.state import DeleteBranch, Draft, EditPull, OpenPull, Plan, PutComment

DOCS = Path(__file__).parent.parent.parent / "docs/proposals.md"
CASES = Path(__file__).parent.parent / "cases" / "messages"
TEMPLATES = Path(__file__).parents[2] / "templates" / "messages"


def written(name: str) -> str:
    draft, pull = SAMPLES[name]
    return load_messages().write(draft, pull=pull) + "\n"


@pytest.mark.parametrize("name", SAMPLES)
def test_a_message_reads_as_agreed(name: str) -> None:
    assert written(name) == (CASES / f"{name}.md").read_text()


def test_every_message_and_every_file_has_its_case() -> None:
    assert {draft.template for draft, _ in SAMPLES.values()} == {
        path.name.removesuffix(".md.j2") for path in TEMPLATES.iterdir()
    }
    assert {path.stem for path in CASES.iterdir()} == SAMPLES.keys()


def test_the_documentation_names_every_message_and_what_it_can_use() -> None:
    documented = {
        name: set(re.findall(r"`(\w+)`", values))
        for names, values in re.findall(r"^\| (`\w+\.md\.j2`.*?) \|.*\|(.*)\|$", DOCS.read_text(), re.MULTILINE)
        for name in re.findall(r"`(\w+)\.md\.j2`", names)
    }
    assert documented == {draft.template: set(draft.values) for draft, _ in SAMPLES.values()}


@pytest.mark.parametrize("name", SAMPLES)
def test_no_message_has_gaps_or_loose_ends(name: str) -> None:
    text = written(name)
    assert "\n\n\n" not in text
    assert text == text.strip() + "\n"
    assert all(line == line.rstrip() for line in text.split("\n"))


@pytest.mark.parametrize("name", [name for name, (draft, _) in SAMPLES.items() if draft.template == "problems"])
def test_a_site_s_own_message_tells_problems_as_ours_do(name: str) -> None:
    draft, _ = SAMPLES[name]
    own = load_messages().of_site({"problems": OwnTemplate("{{ problems[0] | problem }}", "texts/problems.md.j2")})
    assert own.write(draft) == problem_text(cast(tuple[Problem, ...], draft.values["problems"])[0])


def test_a_section_that_is_too_long_is_left_out() -> None:
    draft = Draft("proposed", {**PROPOSED, "preview": "x" * MAX_CHARACTERS, "revises": False})
    text = load_messages().write(draft, pull="#13")
    assert "too long to be shown" in text
    assert "pull request #13" in text


def test_a_text_that_is_still_too_long_is_cut() -> None:
    warnings = tuple(Problem("w" * 1000) for _ in range(70))
    draft = Draft("proposed", {**PROPOSED, "warnings": warnings, "preview": "x", "revises": False})
    assert len(load_messages().write(draft, pull="#13")) == MAX_CHARACTERS


class TestOwn:
    def kit(self, source: str, name: str = "held") -> Messages:
        return load_messages().of_site({name: OwnTemplate(source, f"texts/{name}.md.j2")})

    def test_it_takes_the_place_of_ours_and_knows_the_same_filters(self) -> None:
        own = self.kit("{{ problems[0] | problem }}|{{ pull }}|{{ 'a`b' | code }}|{{ 'x' | fence }}", "problems")
        text = own.write(Draft("problems", {"problems": (DATE,)}), pull="#13")
        assert text == problem_text(DATE) + "|#13|`a?b`|```text\nx\n```"
        assert own.write(SAMPLES["closed"][0]) + "\n" == written("closed")

    @pytest.mark.parametrize(
        ("source", "line", "words"),
        [
            ("\n{% if %}", 2, "cannot be read"),
            ("\n\n{{ nothing }}", 3, "there is no value `nothing`. These are known: "),
            ("{{ limit // 0 }}", 1, "division"),
            ("{{ ''.__class__.__mro__ }}", 1, "fails"),
        ],
    )
    def test_a_broken_one_is_named_with_its_line(self, source: str, line: int, words: str) -> None:
        with pytest.raises(ConfigError) as caught:
            self.kit(source).write(SAMPLES["held"][0])
        problem = caught.value.problems[0]
        assert (problem.file, problem.line) == ("texts/held.md.j2", line)
        assert words in problem.message

    def test_one_that_never_ends_is_stopped(self) -> None:
        nested = "{% for a in range(99999) %}{% for b in range(99999) %}{{ a }}{% endfor %}{% endfor %}"
        with pytest.raises(ConfigError, match=r"stopped|fails"):
            self.kit(nested).write(SAMPLES["held"][0])

    def test_all_texts_of_a_plan_are_tried_before_the_first_is_written(self) -> None:
        broken, fine = Draft("held", {"limit": 10}), Draft("closed")
        writes = (
            (PutComment(1, None, broken, {}),),
            (PutComment(1, 2, "kept", {}, (broken,)),),
            (OpenPull("b", "main", "T", broken, {}),),
            (DeleteBranch("b", "x"), EditPull(3, broken, {})),
        )
        own = self.kit("{{ nothing }}")
        for each in writes:
            with pytest.raises(ConfigError):
                own.rehearse(Plan(1, "created", "", each))
        own.rehearse(Plan(1, "created", "", (EditPull(3, "kept", {}), PutComment(1, 2, fine, {}))))

    @pytest.mark.parametrize(("name", "words"), [("propsed", "Did you mean `proposed.md.j2`"), ("zzz", "no message")])
    def test_a_name_that_is_no_message_is_refused(self, name: str, words: str) -> None:
        with pytest.raises(ConfigError, match=words):
            self.kit("x", name)


def test_typed_text_stands_only_inside_a_fence() -> None:
    typed = "```\n@everyone closes #5\n````"
    text = problem_text(Problem("Wrong.", "Title", typed, typed))
    assert text.count("`````text\n```\n@everyone closes #5\n````\n`````") == 2


def test_a_file_s_name_is_code_in_which_nothing_acts() -> None:
    assert code("a`b`") == "`a?b?`"


def test_our_own_templates_are_named_like_a_site_s_own() -> None:
    with pytest.raises(ConfigError) as caught:
        write_text("{{ nothing }}", {}, "held.md.j2")
    assert caught.value.problems[0].file == "held.md.j2"


if __name__ == "__main__":
    for each in SAMPLES:
        (CASES / f"{each}.md").write_text(written(each))


def test_the_names_of_files_and_of_their_fields_mention_nobody() -> None:
    problem = Problem("There is no such key.", "@octocat\n\n#12 `x", file="a`b\n@octocat.yml", line=4)
    assert problem_text(problem) == r"`a?b\n@octocat.yml`, line 4: `@octocat\n\n#12 ?x`: There is no such key."


def test_problems_that_have_no_room_are_told_later() -> None:
    many = tuple(Problem(f"Problem {number}.", "People", typed="x" * 900) for number in range(100))
    text = load_messages().write(Draft("problems", {"problems": many}), pull=None)
    assert MAX_CHARACTERS // 3 < len(text) <= MAX_CHARACTERS
    assert "Problem 0." in text
    assert "Problem 99." not in text
    assert text.count("There is more to fix") == 1
    assert text.endswith("I will then look again automatically.")
    one = load_messages().write(Draft("problems", {"problems": (Problem("X", typed="x" * 70_000),)}), pull=None)
    assert len(one) == MAX_CHARACTERS


def test_a_site_s_own_pull_request_can_use_the_table_and_the_entry() -> None:
    rows = "{% for row in summary %}{{ row.name }}={{ row.text }};{% endfor %}"
    source = f"{rows}\n\n{{{{ preview | quotation }}}}\n{{{{ '@x' | inert }}}}"
    own = load_messages().of_site({"pull": OwnTemplate(source, "texts/pull.md.j2")})
    text = own.write(Draft("pull", {**PULL, "doubts": ()}))
    assert text.startswith("What=Soup &#124; Salad (Food);Date=Monday, November 8, 2021;")
    assert "\n> ### November 8th, 2021:  Soup\n" in text
    assert text.endswith("\n@&#8203;x")
