"""Calls that go on side by side: what they send at the same step goes out at once."""

from collections.abc import Callable, Sequence
from queue import SimpleQueue
from threading import Thread
from typing import Generic, TypeVar

from almanac.errors import AlmanacError, ForgeError

T = TypeVar("T")
Asked = TypeVar("Asked")
Answered = TypeVar("Answered")


def attempted(call: Callable[[], T]) -> T | AlmanacError:
    """Make a call, and return what it gives, or the error that ended it."""
    try:
        return call()
    except AlmanacError as error:
        return error


class Rounds(Generic[Asked, Answered]):
    """Lets several calls go on until each has something to send or is done, sends all of that at once, and so on.

    What sends knows nothing of the others. Each call has a thread, so that it can wait anywhere, but only one of them
    goes on at a time, and none while something is sent: nothing that they use has to be made for threads.
    """

    def __init__(self, send: Callable[[Sequence[Asked]], Sequence[Answered | ForgeError]]) -> None:
        """Take what sends several things at once, and gives for each its answer or what went wrong."""
        self._send = send
        self._turn: _Course[Asked, Answered] | None = None  # the call that goes on now

    def ask(self, asked: Asked) -> Answered:
        """Send something: alone, or from one of several calls with what the others send at this step."""
        answer = self._turn.wait_for(asked) if self._turn else self._send([asked])[0]
        if isinstance(answer, ForgeError):
            raise answer
        return answer

    def run(self, calls: Sequence[Callable[[], T]]) -> list[T | AlmanacError]:
        """Make these calls, and return what each gave, or the error that ended it."""
        if len(calls) == 1:
            return [attempted(calls[0])]
        results = dict[int, T | AlmanacError]()

        def keep(at: int) -> None:
            results[at] = attempted(calls[at])

        courses = [_Course[Asked, Answered](lambda at=at: keep(at)) for at in range(len(calls))]  # type: ignore[misc]
        try:
            for course in courses:
                self._go_on(course, None)
            while waiting := [(course, course.asked) for course in courses if course.asked is not None]:
                answers = self._send([asked for _, asked in waiting])
                for (course, _), answer in zip(waiting, answers, strict=True):
                    self._go_on(course, answer)
        finally:
            for course in courses:
                course.end()
        return [results[at] for at in range(len(calls))]

    def _go_on(self, course: "_Course[Asked, Answered]", answer: Answered | ForgeError | None) -> None:
        self._turn = course
        try:
            course.go_on(answer)
        finally:
            self._turn = None


class _EndedError(BaseException):
    """The other calls cannot go on, so this one does not either."""


class _Course(Generic[Asked, Answered]):
    """One of several calls; `asked` is what it waits for, or None if it is done."""

    asked: Asked | None = None

    def __init__(self, call: Callable[[], object]) -> None:
        self._call = call
        self._answers: SimpleQueue[Answered | ForgeError | None] = SimpleQueue()
        self._steps: SimpleQueue[Asked | None] = SimpleQueue()
        self._bug: BaseException | None = None
        self._thread = Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        try:
            self._call()
        except BaseException as error:  # noqa: BLE001 -- it is raised where all of them were begun
            self._bug = error
        finally:
            self._steps.put(None)

    def go_on(self, answer: Answered | ForgeError | None) -> None:
        """Give it the answer for which it waits, or let it begin; come back when it waits for another one, or ends."""
        if self._thread.ident is None:
            self._thread.start()
        else:
            self._answers.put(answer)
        self.asked = self._steps.get()
        if self._bug:
            raise self._bug

    def wait_for(self, asked: Asked) -> Answered | ForgeError:
        """Within the call: wait for an answer."""
        self._steps.put(asked)
        answer = self._answers.get()
        if answer is None:
            raise _EndedError
        return answer

    def end(self) -> None:
        """Let it end where it waits, if it does."""
        if self.asked is not None:
            self.asked = None
            self._answers.put(None)
            self._thread.join()
