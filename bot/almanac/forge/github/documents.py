"""What several proposals write at the same step, sent in one GraphQL document, as many as GitHub does quickly."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, NamedTuple

from almanac.errors import ForgeError
from almanac.forge.github.client import GitHubClient
from almanac.forge.github.mutations import LARGEST, Mutation, in_order
from almanac.forge.github.request import GRAPHQL, RefusedError, Request, explain

_FIRST, _MOST = 4, 16
_QUICK, _SLOW = 3.0, 6.0  # seconds; GitHub ends a request after ten


class Writes:
    """What one proposal writes at one step, one after the other, and the words for an error message about it."""

    def __init__(self, doing: str, needs: str, *mutations: Mutation) -> None:
        """Take what it is for and the permission that it takes, as a `Request` has them."""
        self.request, self.mutations = Request("POST", GRAPHQL, doing, needs), mutations

    @cached_property
    def size(self) -> int:
        """How many bytes it takes, about."""
        return sum(len(json.dumps(one.input)) for one in self.mutations)


class Effects(NamedTuple):
    """What came of several writes, by their names `m0`, `m1` and so on: what each gave, and why others failed."""

    given: Mapping[str, Any]
    failed: Mapping[str, RefusedError]


class Documents:
    """Sends the writes of several proposals at once.

    Attributes:
        most: For how many proposals to write at once. That follows how long GitHub takes: it ends a request after ten
            seconds, and what was done of it until then has to be found out.
    """

    most = _FIRST

    def __init__(self, client: GitHubClient) -> None:
        self._client = client

    def send(self, several: Sequence[Writes]) -> list[Effects | ForgeError]:
        """Send them once, and return what came of each; an error if that is not known, or nothing was done.

        What GitHub refuses as a whole is sent for each proposal apart, so that one of them cannot hold up the others.
        """
        if len(several) > 1 and sum(one.size for one in several) > LARGEST:
            half = len(several) // 2
            return [*self.send(several[:half]), *self.send(several[half:])]
        mutations = [mutation for one in several for mutation in one.mutations]
        request = several[0].request
        if len(several) > 1:
            request = replace(request, doing="write several proposals")
        try:
            given, failed = self._client.mutate(replace(request, body=in_order(mutations)), len(mutations))
        except ForgeError as error:
            if len(several) > 1 and not error.passing:
                return [effects for one in several for effects in self.send([one])]
            self._follow(len(several), None)
            return [error] * len(several)
        self._follow(len(several), self._client.took)
        effects, start, now = list[Effects | ForgeError](), 0, time.time()
        for one in several:
            names = {f"m{start + at}": f"m{at}" for at in range(len(one.mutations))}
            why = {
                own: explain(failed[name], one.request, self._client.name, now)
                for name, own in names.items()
                if name in failed
            }
            effects.append(Effects({own: given[name] for name, own in names.items() if name in given}, why))
            start += len(one.mutations)
        return effects

    def _follow(self, count: int, seconds: float | None) -> None:
        """Send more at once if that was quick, and fewer if it was slow or failed (None)."""
        if seconds is None or seconds > _SLOW:
            self.most = max(1, count // 2)
        elif seconds < _QUICK and count >= self.most:
            self.most = min(_MOST, 2 * self.most)
