"""Lines of people and links, in the spellings that volunteers use."""

import pytest
from almanac.errors import Problem
from almanac.event.model import Link, Person
from almanac.event.people import entries, read_links, read_people
from hypothesis import given
from hypothesis import strategies as st

ADA = Person(name="Ada Lovelace", url="https://example.org/ada", affiliation="Analytical Society")


@pytest.mark.parametrize(
    ("line", "person"),
    [
        ("[Ada Lovelace](https://example.org/ada), Analytical Society", ADA),
        ("- [Ada Lovelace](https://example.org/ada), Analytical Society", ADA),
        ("Ada Lovelace | Analytical Society | https://example.org/ada", ADA),
        ("Ada Lovelace, Analytical Society, https://example.org/ada", ADA),
        ("[Ada Lovelace](https://example.org/ada)", ADA.model_copy(update={"affiliation": None})),
        ("Ada Lovelace | https://example.org/ada", ADA.model_copy(update={"affiliation": None})),
        ("Ada Lovelace | | https://example.org/ada", ADA.model_copy(update={"affiliation": None})),
        ("Ada Lovelace, https://example.org/ada", ADA.model_copy(update={"affiliation": None})),
        ("Ada Lovelace, Analytical Society", ADA.model_copy(update={"url": None})),
        ("Ada Lovelace | Analytical Society", ADA.model_copy(update={"url": None})),
        ("Ada Lovelace", Person(name="Ada Lovelace")),
        ("Ada Lovelace,", Person(name="Ada Lovelace")),
        ("Martin Luther King, Jr. | SCLC", Person(name="Martin Luther King, Jr.", affiliation="SCLC")),
        ("Ada, Society, London", Person(name="Ada", affiliation="Society, London")),
        ("[A](https://e.org/x_(y)), B", Person(name="A", url="https://e.org/x_%28y%29", affiliation="B")),
        ("[A] [B](https://e.org/), C", Person(name="A] [B", url="https://e.org/", affiliation="C")),
        ("[Ada](https://example.org) the First, B", None),
        ("Ada Lovelace (Analytical Society)", ADA.model_copy(update={"url": None})),
        ("[Ada Lovelace](https://example.org/ada) (Analytical Society)", ADA),
        ("[Ada Lovelace](https://example.org/ada) - Analytical Society", ADA),
        ("Dr. Ada Lovelace - Analytical Society", Person(name="Dr. Ada Lovelace", affiliation="Analytical Society")),
        ("Ada Lovelace – Society, London", Person(name="Ada Lovelace – Society", affiliation="London")),  # noqa: RUF001
        ("Ada Lovelace, Professor at Society", Person(name="Ada Lovelace", affiliation="Professor at Society")),
        ("Ada Lovelace (she/her)", Person(name="Ada Lovelace", role="she/her")),
        ("Ada (Chair), Society", Person(name="Ada", role="Chair", affiliation="Society")),
        ("Ada (Countess) Lovelace", Person(name="Ada (Countess) Lovelace")),
        ("Anne - Marie", Person(name="Anne - Marie")),
        ("@ada-l", Person(name="@ada-l", url="https://github.com/ada-l")),
        ("Ada Lovelace (@ada)", Person(name="Ada Lovelace", url="https://github.com/ada")),
        ("Ada Lovelace, @ada", Person(name="Ada Lovelace", url="https://github.com/ada")),
        ("@ada@example.social", Person(name="@ada@example.social")),
        ("[Ada - Lovelace (Society)](https://e.org)", Person(name="Ada - Lovelace (Society)", url="https://e.org")),
        ("[@ada](https://e.org)", Person(name="@ada", url="https://e.org")),
        ("Ada (Society, London)", Person(name="Ada", affiliation="Society, London")),
        ("Ada Lovelace (https://example.org/ada)", ADA.model_copy(update={"affiliation": None})),
        ("Ada Lovelace: <https://example.org/ada>", ADA.model_copy(update={"affiliation": None})),
        ("**Ada Lovelace**, _Analytical Society_", ADA.model_copy(update={"url": None})),
        ("Ada Lovelace @ Analytical Society", ADA.model_copy(update={"url": None})),
        ("Ada Lovelace (she/her) - Navy", Person(name="Ada Lovelace", role="she/her", affiliation="Navy")),
        ("@ada (Ada Lovelace)", Person(name="Ada Lovelace", url="https://github.com/ada")),
        ("@ada, Navy", Person(name="@ada", url="https://github.com/ada", affiliation="Navy")),
        ("@ada_l", Person(name="@ada_l")),
        ("\u25aa Ada\uff0cNavy", Person(name="Ada", affiliation="Navy")),
        ("\u2013 [x] Ada", Person(name="Ada")),
    ],
)
def test_each_spelling_is_read(line: str, person: Person | None) -> None:
    people, problems = read_people(line)
    assert (people, bool(problems)) == (((person,) if person else ()), person is None)


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Ada Lovelace, Society; Grace Hopper, Navy;", ["Ada Lovelace", "Grace Hopper"]),
        ("Ada Lovelace and Grace Hopper", ["Ada Lovelace", "Grace Hopper"]),
        ("Ada; Vincent van Gogh and Dr. Grace B. Hopper (Navy)", ["Ada", "Vincent van Gogh", "Dr. Grace B. Hopper"]),
        ("[Ada](https://e.org/a;b) and @grace", ["Ada", "@grace"]),
        ("Ada Lovelace & Grace Hopper", ["Ada Lovelace", "Grace Hopper"]),
        ("Ada Lovelace (Navy, UK), Grace Hopper (US)", ["Ada Lovelace", "Grace Hopper"]),
        ("@ada, @grace and @alan", ["@ada", "@grace", "@alan"]),
        ("\u674e\u660e\u3001\u738b\u82b3", ["\u674e\u660e", "\u738b\u82b3"]),
        # One for all that is known.
        ("Ada Lovelace, Grace Hopper", ["Ada Lovelace"]),
        ("Ada and Grace Hopper", ["Ada and Grace Hopper"]),
        ("Centre for Science and Technology Studies", ["Centre for Science and Technology Studies"]),
        ("Ada Lovelace, Science and Technology Studies", ["Ada Lovelace"]),
        ("Ada Lovelace | Arts; Sciences", ["Ada Lovelace"]),
    ],
)
def test_several_people_on_a_line(line: str, names: list[str]) -> None:
    people, problems = read_people(line)
    assert ([person.name for person in people], problems) == (names, [])


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("| B | https://e.org", "no name"),
        (", Society", "no name"),
        ("[](https://e.org)", "no name"),
        ("Ada, B (https://example.org/ada)", "around the name"),
        ("[Ada](ftp://example.org)", "https://"),
        ("Ada | B | example.org", "https://"),
        ("[Ada](javascript:alert(1)), B", "https://"),
        ("x" * 201, "limit is 200"),
        ("Ada, " + "x" * 301, "limit is 300"),
    ],
)
def test_a_line_that_cannot_be_used_is_a_problem_with_what_was_typed(line: str, words: str) -> None:
    people, [problem] = read_people(line)
    assert people == ()
    assert words in problem.message
    assert problem.typed == line


@pytest.mark.parametrize(
    ("line", "accepted"),
    [
        ("[X](https://x.example) Univ", "[X](https://x.example), Univ"),
        ("Ada, B https://example.org/ada", "[Ada](https://example.org/ada), B"),
        ("Ada, B \u2013 https://example.org/ada", "[Ada](https://example.org/ada), B"),
        ("[Ada](https://x.example), [B](https://y.example) and C", "[Ada](https://x.example), B and C"),
        ("![Ada](https://x.example/a.png) Ada", None),
        ("Ada (https://example.org/ada), Society", "[Ada](https://example.org/ada), Society"),
        ("see https://localhost/x", None),
        ("https://example.org", None),
    ],
)
def test_a_person_is_offered_as_probably_meant(line: str, accepted: str | None) -> None:
    [problem] = read_people(line)[1]
    assert problem.accepted == accepted
    assert not accepted or read_people(accepted)[1] == []


@pytest.mark.parametrize(
    ("line", "accepted"),
    [
        ("see https://x.example for Foo", "[see](https://x.example)"),
        ("[Foo](https://x.example) (PDF)", "[Foo](https://x.example)"),
        ("[Foo](x.example)", "[Foo](https://x.example)"),
        ("www.x.example", "https://www.x.example"),
        ("@somebody #1", None),
        ("a https://localhost", None),
    ],
)
def test_a_link_is_offered_as_probably_meant(line: str, accepted: str | None) -> None:
    [problem] = read_links(line)[1]
    assert problem.accepted == accepted
    assert not accepted or read_links(accepted)[1] == []


def test_the_numbers_of_a_list_are_no_part_of_a_name() -> None:
    assert read_people("1. Ada\n2) Grace")[0] == (Person(name="Ada"), Person(name="Grace"))


def test_every_bad_line_is_a_problem_of_its_own_and_good_ones_are_read() -> None:
    people, problems = read_people("Ada\n\n  * Grace, Navy\n[X](http:)\n| y")
    assert [person.name for person in people] == ["Ada", "Grace"]
    assert [problem.typed for problem in problems] == ["[X](http:)", "| y"]


def test_too_many_lines_are_one_problem_that_states_the_limit() -> None:
    [problem] = read_people("\n".join(f"P{n}" for n in range(101)))[1]
    assert "100" in problem.message
    [problem] = read_links("\n".join("https://e.org" for _ in range(51)))[1]
    assert "50" in problem.message


@pytest.mark.parametrize(
    ("line", "link"),
    [
        ("[Slides](https://example.org/s.pdf)", Link(label="Slides", url="https://example.org/s.pdf")),
        ("* Slides | https://example.org/s.pdf", Link(label="Slides", url="https://example.org/s.pdf")),
        ("https://www.example.org/s.pdf", Link(label="example.org", url="https://www.example.org/s.pdf")),
        ("[ ](https://example.org)", Link(label="example.org", url="https://example.org")),
    ],
)
def test_each_spelling_of_a_link_is_read(line: str, link: Link) -> None:
    assert read_links(line) == ((link,), [])


@pytest.mark.parametrize("line", ["Slides", "[Slides](data:text/html,x)", "Slides |", "x" * 301 + " | https://e.org"])
def test_a_line_without_a_good_link_is_a_problem(line: str) -> None:
    links, [problem] = read_links(line)
    assert links == ()
    assert problem.typed == line


def test_only_a_mark_at_the_start_of_a_line_is_a_bullet() -> None:
    assert entries("- a - b\n• c\n*d\n\n+ e") == ["a - b", "c", "*d", "e"]


@given(st.text(max_size=200))
def test_no_line_breaks_the_reading(text: str) -> None:
    people, problems = read_people(text)
    assert len(people) + len(problems) >= len(entries(text))
    assert all(isinstance(problem, Problem) for problem in problems + read_links(text)[1])
