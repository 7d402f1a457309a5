"""Calls side by side, without anything that they would send it to."""

from collections.abc import Callable, Sequence

import pytest
from almanac.errors import ForgeError
from almanac.forge.rounds import Rounds


class Post:
    """Notes what is sent at once, and answers with it in capitals; `broken` is refused."""

    def __init__(self) -> None:
        self.sent: list[list[str]] = []
        self.rounds = Rounds(self.send)

    def send(self, several: Sequence[str]) -> list[str | ForgeError]:
        self.sent.append(list(several))
        return [ForgeError("No.") if one == "broken" else one.upper() for one in several]

    def asking(self, *texts: str) -> Callable[[], str]:
        return lambda: "".join(self.rounds.ask(text) for text in texts)


@pytest.fixture
def post() -> Post:
    return Post()


def test_what_they_send_at_the_same_step_goes_out_at_once_in_their_order(post: Post) -> None:
    assert post.rounds.run([post.asking("a", "b"), post.asking(), post.asking("c", "d", "e")]) == ["AB", "", "CDE"]
    assert post.sent == [["a", "c"], ["b", "d"], ["e"]]


def test_one_alone_needs_nobody(post: Post) -> None:
    assert post.rounds.ask("a") == "A"
    assert post.rounds.run([post.asking("b", "c")]) == ["BC"]
    assert post.rounds.run([]) == []
    assert post.rounds.run([lambda: None, lambda: None]) == [None, None]
    assert post.sent == [["a"], ["b"], ["c"]]


def test_an_error_is_of_one_alone_who_may_go_on_after_it(post: Post) -> None:
    def careful() -> str:
        with pytest.raises(ForgeError):
            post.rounds.ask("broken")
        return post.rounds.ask("d")

    first, second, third = post.rounds.run([post.asking("a", "b"), post.asking("broken", "c"), careful])
    assert (first, str(second), third) == ("AB", "No.", "D")
    assert post.sent == [["a", "broken", "broken"], ["b", "d"]]


def test_a_bug_ends_all_of_them_where_they_are(post: Post) -> None:
    ended = []

    def waiting() -> None:
        try:
            post.rounds.ask("a")
            post.rounds.ask("b")
        finally:
            ended.append("waiting")

    def buggy() -> None:
        post.rounds.ask("c")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        post.rounds.run([waiting, buggy])
    assert (ended, post.sent) == (["waiting"], [["a", "c"]])
    assert post.rounds.ask("d") == "D"
