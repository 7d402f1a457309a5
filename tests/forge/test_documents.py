"""What goes out in one document, and how many proposals' writes that is: with a client that only notes it."""

from collections.abc import Callable, Mapping
from typing import Any, cast

import pytest
from almanac.errors import ForgeError
from almanac.forge.github.client import GitHubClient
from almanac.forge.github.documents import Documents, Effects, Writes
from almanac.forge.github.mutations import LARGEST, Mutation
from almanac.forge.github.request import ErrorAnswer, RefusedError, Request

Answered = tuple[Mapping[str, Any], Mapping[str, ErrorAnswer]]


class Client:
    """Says yes to each write, after so many seconds, unless something else was put in its place."""

    name = "octo/site"

    def __init__(self) -> None:
        self.took, self.sent = 0.1, list[list[str]]()
        self.answer: Callable[[list[str]], Answered] = lambda names: ({name: {"id": name} for name in names}, {})

    def mutate(self, request: Request, writes: int) -> Answered:
        assert request.body
        names = [*request.body["variables"]]
        assert len(names) == writes
        self.sent.append([one["body"][:8] for one in request.body["variables"].values()])
        return self.answer(names)


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def documents(client: Client) -> Documents:
    return Documents(cast("GitHubClient", client))


def writes(name: str, *bodies: str) -> Writes:
    return Writes(f"write {name}", "issues: write", *(Mutation("addComment", {"body": body}) for body in bodies))


def test_each_gets_what_came_of_its_own_writes(client: Client, documents: Documents) -> None:
    why = ErrorAnswer(422, "Not this one", {})
    client.answer = lambda _: ({"m0": 1, "m1": 2, "m3": 4}, {"m2": why})
    first, second, third = documents.send([writes("a", "x", "y"), writes("b", "z"), writes("c", "u", "v")])
    assert client.sent == [["x", "y", "z", "u", "v"]]
    assert first == Effects({"m0": 1, "m1": 2}, {})
    assert isinstance(second, Effects)
    assert (second.given, str(second.failed["m0"])) == (
        {},
        "GitHub would not let us write b in octo/site: Not this one (status 422).",
    )
    assert third == Effects({"m0": 4}, {})  # of the other one, nothing is known


def test_what_is_refused_as_a_whole_is_sent_for_each_apart(client: Client, documents: Documents) -> None:
    def answer(names: list[str]) -> Answered:
        if "bad" in client.sent[-1]:
            raise RefusedError("No.", ErrorAnswer(422, "No", {}))
        return dict.fromkeys(names, 1), {}

    client.answer = answer
    good, bad = documents.send([writes("a", "x"), writes("b", "bad")])
    assert (good, str(bad)) == (Effects({"m0": 1}, {}), "No.")
    assert client.sent == [["x", "bad"], ["x"], ["bad"]]


def test_what_may_have_been_done_is_not_sent_again(client: Client, documents: Documents) -> None:
    def answer(_: list[str]) -> Answered:
        raise ForgeError("Nobody knows.", passing=True)

    client.answer = answer
    assert [str(one) for one in documents.send([writes("a", "x"), writes("b", "y")])] == ["Nobody knows."] * 2
    assert client.sent == [["x", "y"]]
    assert documents.most == 1


def test_what_is_too_large_for_one_goes_in_several(client: Client, documents: Documents) -> None:
    large = "x" * (LARGEST // 2)
    documents.send([writes("a", large), writes("b", large), writes("c", "small")])
    assert client.sent == [["x" * 8], ["x" * 8, "small"]]


def test_how_many_at_once_follows_how_long_it_takes(client: Client, documents: Documents) -> None:
    found = []
    for took in (0.1, 0.1, 0.1, 4.0, 7.0, 7.0, 0.1):
        client.took = took
        documents.send([writes(str(number), "x") for number in range(documents.most)])
        found.append(documents.most)
    assert found == [8, 16, 16, 16, 8, 4, 8]
    documents.send([writes("one", "x")])
    assert documents.most == 8
