"""Sweeps: what nobody delivered is found, once, and what GitHub could not deliver is asked for again."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from almanac.errors import ForgeError
from almanac.forge.github.app import AppRepository, DeliveryAttempt
from almanac.proposal.hidden import with_state
from almanac.server.children import Children
from almanac.server.database import KnownSite
from almanac.server.jobs import Job, job_about
from almanac.server.sweeps import ATTEMPTS, DAY, Sweeps, turn_of, undelivered

from tests.emulated import OWNER
from tests.proxy import Answer, Request
from tests.server.github import INSTALLATION, AppWorld
from tests.server.test_worker import Bench

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


def sent(number: int, guid: str, *, arrived: bool = False, minutes: float = 0) -> DeliveryAttempt:
    return DeliveryAttempt(number, guid, NOW + timedelta(minutes=minutes), arrived)


def this_second() -> str:
    """Return the second that has just ended: GitHub counts in whole ones."""
    return (datetime.now(UTC) - timedelta(seconds=1)).replace(microsecond=0).isoformat()


class TestMissing:
    def test_what_never_arrived_is_missing_by_its_last_try(self) -> None:
        tries = [sent(3, "a", minutes=2), sent(2, "b", arrived=True), sent(1, "a")]
        assert undelivered(iter(tries)) == [tries[0]]

    def test_what_arrived_at_last_is_not(self) -> None:
        assert undelivered(iter([sent(2, "a", arrived=True), sent(1, "a")])) == []

    def test_what_was_tried_often_enough_is_left(self) -> None:
        assert undelivered(sent(number, "a") for number in range(ATTEMPTS)) != []
        assert undelivered(sent(number, "a") for number in range(ATTEMPTS + 1)) == []

    def test_the_oldest_comes_first(self) -> None:
        tries = [sent(2, "b", minutes=5), sent(1, "a")]
        assert [one.guid for one in undelivered(iter(tries))] == ["a", "b"]


class SweepBench(Bench):
    """A site, and sweeps of it."""

    def __init__(self, world: AppWorld, folder: Path, children: Children) -> None:
        super().__init__(world, folder, children)
        self.put: list[tuple[Job, str]] = []
        self.sweeps = Sweeps(self.app, self.registry, self.worker.connect, self.take)

    def take(self, job: Job, guid: str, *, background: bool) -> None:
        assert background
        self.put.append((job, guid))

    def sweep(self) -> list[Job]:
        """Sweep, and return what was asked for."""
        self.put.clear()
        self.sweeps.sweep()
        return [job for job, _ in self.put]

    def known(self) -> None:
        """Have swept a moment ago, and have looked at all issues."""
        self.sweep()
        self.registry.update(self.id, full_at=time.time(), watermark=this_second())


@pytest.fixture
def bench(world: AppWorld, tmp_path: Path, children: Children) -> SweepBench:
    return SweepBench(world, tmp_path, children)


@pytest.mark.emulator
class TestSites:
    def all(self, bench: SweepBench) -> Job:
        return job_about(bench.world.name, None)

    def test_a_new_site_gets_a_look_at_all_issues(self, bench: SweepBench) -> None:
        assert set(bench.sweep()) == {self.all(bench)}

    def test_where_nothing_changed_nothing_is_done(self, bench: SweepBench) -> None:
        bench.known()
        assert bench.sweep() == []

    def test_a_change_is_found_and_called_the_same_each_time(self, bench: SweepBench) -> None:
        bench.known()
        site = bench.registry.site(bench.world.name)
        assert site
        before, number = site.watermark, bench.file()
        assert bench.sweep() == [job_about(bench.world.name, number)]
        first = list(bench.put)
        # The last change of all is within the next sweep's time again; the emulated GitHub leaves it out.
        bench.registry.update(bench.id, watermark=before)
        assert bench.sweep() == [job_about(bench.world.name, number)]
        assert bench.put == first

    def test_a_closure_is_found(self, bench: SweepBench) -> None:
        number = bench.file()
        bench.known()
        time.sleep(2.1)
        bench.registry.update(bench.id, watermark=this_second())
        bench.world.edit_issue(number, state="closed")
        assert bench.sweep() == [job_about(bench.world.name, number)]

    def test_a_pull_request_of_ours_stands_for_its_issue(self, bench: SweepBench) -> None:
        bench.known()
        at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        ours = {"number": 9, "pull_request": {}, "body": with_state("Adds.", {"issue": 7}), "updated_at": at}
        other = {"number": 8, "pull_request": {}, "body": "Fixes #3", "updated_at": at}

        def answer(request: Request) -> Answer | None:
            return Answer(200, [other, ours]) if request.path.endswith("/issues") else None

        bench.proxy.trouble = answer
        assert bench.sweep() == [job_about(bench.world.name, 7)]

    def test_a_command_that_was_not_delivered_is_found(self, bench: SweepBench) -> None:
        bench.known()
        number = bench.file()
        said = {"id": 34, "user": {"login": OWNER, "type": "User"}, "issue_url": f"https://x/issues/{number}"}
        comments = [
            {**said, "body": "/almanac retry"},
            {**said, "id": 35, "body": "Thank you"},
            {**said, "id": 36, "body": "/almanac retry", "user": {"login": "x[bot]", "type": "Bot"}},
        ]

        def answer(request: Request) -> Answer | None:
            return Answer(200, comments) if request.path.endswith("/issues/comments") else None

        bench.proxy.trouble = answer
        found = bench.sweep()
        assert job_about(bench.world.name, number, 34) in found
        assert not {job.comment for job in found} & {35, 36}

    def test_a_base_that_moved_gets_a_look_at_all_issues(self, bench: SweepBench) -> None:
        bench.known()
        bench.world.commit({"README.md": b"Another text.\n"})
        assert bench.sweep() == [self.all(bench)]
        assert bench.sweep() == []

    def test_once_a_day_all_is_looked_at_a_few_sites_at_a_time(self, bench: SweepBench) -> None:
        bench.known()
        bench.registry.update(bench.id, full_at=time.time() - DAY - 1)
        assert bench.sweep() == [self.all(bench)]
        # 100 sites are due at the same time: after a long pause, say.
        others = [AppRepository(1_000_000 + number, f"octo/other-{number}", "main") for number in range(100)]
        bench.registry.add(others, INSTALLATION)
        for other in others:
            bench.registry.update(other.id, full_at=1.0, watermark=this_second())
        assert 1 <= len(bench.sweep()) < 10

    def test_sites_that_github_lists_are_met_and_others_forgotten(self, bench: SweepBench) -> None:
        new = AppWorld(bench.world.emulator, bench.world.hook)
        listed = [{"id": new.ask("GET")["id"], "full_name": new.name, "default_branch": "main"}]
        bench.trouble("/installation/repositories", Answer(200, {"repositories": listed}))
        assert set(bench.sweep()) == {job_about(new.name, None)}
        assert [site.name for site in bench.registry.sites()] == [new.name]

    def test_an_installation_that_is_gone_is_not_swept(self, bench: SweepBench) -> None:
        bench.trouble("/app/installations", Answer(200, b"[]"))
        assert bench.sweep() == []
        assert bench.registry.installation(INSTALLATION).state == "removed"

    def test_a_paused_installation_is_left_alone(self, bench: SweepBench) -> None:
        bench.registry.pause(INSTALLATION, time.time() + 60)
        bench.sweep()
        assert [request.path for request in bench.proxy.requests] == ["/app/installations"]

    @pytest.mark.parametrize(("status", "paused"), [(429, True), (500, False)])
    def test_trouble_with_one_is_no_trouble_for_others(self, bench: SweepBench, status: int, paused: bool) -> None:
        bench.trouble("/repos/", Answer(status, {"message": "no"}, {"Retry-After": "60"} if paused else {}))
        bench.sweep()
        assert (bench.registry.installation(INSTALLATION).paused_until > time.time() + 30) is paused

    def test_where_even_the_installations_cannot_be_listed_the_sweep_fails(self, bench: SweepBench) -> None:
        bench.trouble("/app/installations", Answer(401, {"message": "A JSON web token could not be decoded"}))
        with pytest.raises(ForgeError):
            bench.sweep()


@pytest.mark.emulator
class TestDeliveries:
    def listed(self, bench: SweepBench, rows: list[dict[str, Any]]) -> None:
        def answer(request: Request) -> Answer | None:
            if request.path == "/app/hook/deliveries":
                return Answer(200, rows)
            return Answer(202, {}) if request.path.endswith("/attempts") else None

        bench.proxy.trouble = answer

    def row(self, number: int, guid: str, status: int, hours: float = 1) -> dict[str, Any]:
        at = (datetime.now(UTC) - timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {"id": number, "guid": guid, "delivered_at": at, "status_code": status}

    def asked(self, bench: SweepBench) -> list[str]:
        return [request.path for request in bench.proxy.requests if request.method == "POST"]

    def test_failures_of_the_last_three_days_are_asked_for(self, bench: SweepBench) -> None:
        rows = [self.row(4, "a", 502), self.row(3, "b", 202), self.row(2, "c", 0, 70), self.row(1, "d", 500, 73)]
        self.listed(bench, rows)
        bench.sweeps.redeliver()
        assert self.asked(bench) == ["/app/hook/deliveries/2/attempts", "/app/hook/deliveries/4/attempts"]

    def test_what_was_seen_before_is_not_read_again(self, bench: SweepBench) -> None:
        self.listed(bench, [self.row(1, "a", 202)])
        bench.sweeps.redeliver()
        bench.proxy.requests.clear()
        self.listed(bench, [self.row(2, "b", 500, hours=2)])
        bench.sweeps.redeliver()
        assert self.asked(bench) == []

    def test_where_github_does_not_tell_nothing_happens(self, bench: SweepBench) -> None:
        bench.trouble("/app/hook/deliveries", Answer(404))
        assert bench.sweeps.redeliver()["outcome"] == "checked"
        assert self.asked(bench) == []


class TestMany:
    """Installations with more sites than their limit has requests for, and many installations."""

    def sites(self, count: int, watermark: str | None = "2026-03-04T12:00:00+00:00") -> list[KnownSite]:
        return [KnownSite(number, f"octo/site-{number}", 1, "main", watermark) for number in range(count)]

    @pytest.mark.parametrize("count", [0, 1, 10, 11, 95])
    def test_each_site_has_its_turn_and_no_sweep_has_more_than_its_share(self, count: int) -> None:
        sites, seen = self.sites(count), set[int]()
        for turn in range(7, 7 + 10):
            chosen = turn_of(sites, turn, 10)
            assert len(chosen) <= 10
            seen |= {site.id for site in chosen}
        assert seen == {*range(count)}

    def test_a_new_site_does_not_wait_for_its_turn(self) -> None:
        new = KnownSite(99, "octo/new", 1, "main", None)
        assert all(new in turn_of([*self.sites(95), new], turn, 10) for turn in range(10))
