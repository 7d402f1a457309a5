"""Doing jobs on the emulated GitHub, and all that can be in the way of one."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from almanac.errors import ForgeError
from almanac.forge.github.app import AppRepository, GitHubApp
from almanac.forge.github.files import BlobCache
from almanac.server.children import Children
from almanac.server.database import Registry, make_tables, open_engine
from almanac.server.jobs import Job, PermanentError, Postponed, job_about
from almanac.server.telemetry import Metrics
from almanac.server.worker import Worker

from tests.emulated import OWNER
from tests.filing import GOVERNMENTS_ANSWERS, body
from tests.proxy import Answer, Request
from tests.server.github import INSTALLATION, AppWorld
from tests.server.serving import APP_ID, private_key

pytestmark = pytest.mark.emulator


class Bench:
    """A site, and what is needed to look at it."""

    def __init__(self, world: AppWorld, folder: Path, children: Children) -> None:
        self.world, self.proxy = world, world.emulator.proxy
        engine = open_engine(f"sqlite:///{folder / 'registry.sqlite'}")
        make_tables(engine)
        self.registry, self.more = Registry(engine), list[Job]()
        self.id = int(world.ask("GET")["id"])
        self.app = GitHubApp(APP_ID, private_key(), world.emulator.url)
        self.worker = Worker(
            app=self.app,
            registry=self.registry,
            children=children,
            cache=BlobCache(folder / "cache", 1 << 24),
            metrics=Metrics(),
            put=lambda job, _guid: self.more.append(job),
            api_url=world.emulator.url,
            pause=0,
        )
        self.registry.add_installation(INSTALLATION, OWNER)
        self.registry.add([AppRepository(self.id, world.name, "main")], INSTALLATION)
        self.proxy.clear()

    def file(self) -> int:
        return self.world.file_issue("New event", body(**GOVERNMENTS_ANSWERS), labels=("event",))

    def look(self, issue: int | None, guid: str = "guid") -> dict[str, Any]:
        return dict(self.worker.perform(job_about(self.world.name, issue)._replace(guid=guid)))

    def trouble(self, at: str, answer: Answer) -> None:
        def make(request: Request) -> Answer | None:
            return answer if at in request.path or request.path == "/graphql" else None

        self.proxy.trouble = make

    def site_is_known(self) -> bool:
        return self.registry.site(self.world.name) is not None


@pytest.fixture
def bench(world: AppWorld, tmp_path: Path, children: Children) -> Bench:
    return Bench(world, tmp_path, children)


def test_an_issue_is_proposed_and_then_left_alone(bench: Bench) -> None:
    number = bench.file()
    assert bench.look(number)["outcome"] == "created"
    assert [pull.head for pull in bench.world.pulls()] == [f"almanac/issue-{number}"]
    assert bench.look(number)["outcome"] == "unchanged"
    figures = bench.worker.metrics.text().decode()
    assert 'almanac_jobs_total{outcome="created"} 1.0' in figures
    assert 'almanac_jobs_total{outcome="unchanged"} 1.0' in figures
    assert "almanac_github_requests_total" in figures


def test_all_requests_carry_a_token_of_this_repository_only(bench: Bench) -> None:
    bench.look(bench.file())
    asked = next(request for request in bench.proxy.requests if request.path.endswith("/access_tokens"))
    assert asked.body["repository_ids"] == [bench.id]
    others = {request.authorization for request in bench.proxy.requests if request.path == "/graphql"}
    assert len(others) == 1


def test_a_token_of_one_repository_cannot_write_to_another(bench: Bench) -> None:
    other = AppWorld(bench.world.emulator, bench.world.hook)
    number = other.file_issue("An issue", "Of somebody else's.")
    site = bench.registry.site(bench.world.name)
    assert site
    token = bench.app.token(INSTALLATION, bench.id)
    forge = bench.worker.connect(token, site)
    assert forge.base().branch == "main"
    forge.close()
    elsewhere = bench.worker.connect(token, type(site)(site.id, other.name, INSTALLATION, "main"))
    with pytest.raises(ForgeError):
        elsewhere.create_comment(number, "Not ours to say.")
    elsewhere.close()
    assert other.comments(number) == []


def test_once_warm_a_job_costs_no_more_than_three_requests(bench: Bench) -> None:
    bench.look(bench.file())
    number = bench.file()
    bench.proxy.requests.clear()
    assert bench.look(number)["outcome"] == "created"
    assert len(bench.proxy.requests) <= 3


def test_all_issues_are_looked_at_and_the_site_s_head_is_noted(bench: Bench) -> None:
    numbers = [bench.file() for _ in range(2)]
    assert bench.look(None)["outcome"] == "all"
    assert sorted(pull.head for pull in bench.world.pulls()) == [f"almanac/issue-{number}" for number in numbers]
    site = bench.registry.site(bench.world.name)
    assert site
    assert site.head == bench.world.head("main")
    assert site.full_at
    assert bench.more == []


def test_an_issue_that_fails_among_all_is_tried_by_itself(bench: Bench) -> None:
    number = bench.file()
    bench.trouble("/git/commits", Answer(500))
    bench.look(None)
    assert bench.more == [job_about(bench.world.name, number)]


class TestCommands:
    def say(self, bench: Bench, number: int, text: str, author: str = OWNER) -> dict[str, Any]:
        comment = bench.world.comment(number, author, text)
        return dict(bench.worker.perform(job_about(bench.world.name, number, comment)._replace(guid="guid")))

    def test_a_command_is_read_and_carried_out(self, bench: Bench) -> None:
        number = bench.file()
        bench.look(number)
        assert self.say(bench, number, "/almanac cancel")["outcome"] == "closed"
        assert bench.world.issue_state(number)[0] == "closed" or bench.world.pulls()[0].state == "closed"

    def test_who_may_not_write_is_not_obeyed(self, bench: Bench) -> None:
        number = bench.file()
        bench.look(number)
        self.say(bench, number, "/almanac cancel", author="mallory")
        assert bench.world.pulls()[0].state == "open"

    def test_a_comment_that_is_gone_is_only_a_look(self, bench: Bench) -> None:
        number = bench.file()
        job = job_about(bench.world.name, number, 999_999)
        assert bench.worker.perform(job._replace(guid="guid"))["outcome"] == "created"


class TestInTheWay:
    def test_an_unknown_site_is_skipped(self, bench: Bench) -> None:
        bench.registry.remove([bench.id])
        assert bench.look(1)["outcome"] == "skipped"
        assert bench.proxy.requests == []

    def test_an_installation_that_no_delivery_named_is_found(self, bench: Bench) -> None:
        bench.registry.remove([bench.id])
        bench.registry.add([AppRepository(bench.id, bench.world.name, "main")], None)
        assert bench.look(bench.file())["outcome"] == "created"

    @pytest.mark.parametrize("state", ["suspended", "removed"])
    def test_a_site_of_an_inactive_installation_is_skipped(self, bench: Bench, state: Any) -> None:
        bench.registry.add_installation(INSTALLATION, state=state)
        assert state in bench.look(1)["reason"]
        assert bench.proxy.requests == []

    @pytest.mark.parametrize(
        ("answer", "seconds"),
        [
            (Answer(429, {"message": "slow down"}, {"Retry-After": "120"}), 120),
            (
                Answer(
                    403,
                    {"message": "API rate limit exceeded"},
                    {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "RESET"},
                ),
                600,
            ),
            (Answer(403, {"message": "You have exceeded a secondary rate limit"}), 60),
        ],
    )
    def test_a_rate_limit_pauses_the_installation_and_no_other(
        self, bench: Bench, answer: Answer, seconds: float
    ) -> None:
        reset = str(int(time.time() + 600))
        headers = {name: value.replace("RESET", reset) for name, value in answer.headers.items()}
        bench.trouble("/issues/", Answer(answer.status, answer.body, headers))
        for issue in (1, None):
            if issue is None:
                bench.registry.pause(INSTALLATION, 0)
                bench.file()
                bench.trouble("/git/trees", Answer(answer.status, answer.body, headers))
            with pytest.raises(Postponed) as caught:
                bench.look(issue)
            assert abs(caught.value.seconds - seconds) < 5
        assert abs(bench.registry.installation(INSTALLATION).paused_until - time.time() - seconds) < 5
        bench.proxy.clear()
        with pytest.raises(Postponed):
            bench.look(1)
        assert bench.proxy.requests == []
        assert bench.registry.installation(INSTALLATION + 1).paused_until == 0

    def test_a_suspended_installation_is_remembered(self, bench: Bench) -> None:
        bench.trouble("/access_tokens", Answer(403, {"message": "This installation has been suspended"}))
        assert bench.look(1)["outcome"] == "skipped"
        assert bench.registry.installation(INSTALLATION).state == "suspended"

    @pytest.mark.parametrize("status", [404, 422])
    def test_a_repository_that_is_out_of_reach_is_forgotten(self, bench: Bench, status: int) -> None:
        bench.trouble("installation", Answer(status, {"message": "Not Found"}) if status == 404 else Answer(404))
        if status == 422:
            bench.proxy.trouble = _by({"/access_tokens": Answer(422), "/installation": Answer(404)})
        assert bench.look(1)["outcome"] == "skipped"
        assert not bench.site_is_known()

    def test_a_transferred_repository_is_looked_at_through_its_new_installation(self, bench: Bench) -> None:
        bench.proxy.trouble = _by({"/access_tokens": Answer(422), "/installation": Answer(200, {"id": 5})})
        assert bench.look(1)["outcome"] == "skipped"
        site = bench.registry.site(bench.world.name)
        assert site
        assert site.installation == 5
        assert bench.more == [job_about(bench.world.name, 1)]

    def test_a_renamed_repository_is_looked_at_under_its_new_name(self, bench: Bench) -> None:
        place = {"id": bench.id, "full_name": "octo/new-name", "default_branch": "main"}
        bench.proxy.trouble = _by(
            {"/repositories/": Answer(200, place), "/repos/": Answer(404), "/graphql": Answer(404)}
        )
        assert bench.look(7)["outcome"] == "skipped"
        assert bench.more == [job_about("octo/new-name", 7)]
        assert not bench.site_is_known()
        assert bench.registry.site("octo/new-name")

    def test_a_token_that_github_no_longer_takes_is_replaced(self, bench: Bench) -> None:
        number = bench.file()
        bench.trouble("/repos/", Answer(401, {"message": "Bad credentials"}))
        with pytest.raises(ForgeError):
            bench.look(number)
        bench.proxy.clear()
        assert bench.look(number)["outcome"] == "created"
        assert any(request.path.endswith("/access_tokens") for request in bench.proxy.requests)

    def test_a_broken_config_fails_for_good_until_it_is_fixed(self, bench: Bench) -> None:
        number = bench.file()
        bench.world.commit({".github/almanac.yml": b"pages: [\n"})
        with pytest.raises(PermanentError):
            bench.look(number)

    def test_a_file_too_large_to_read_stops_this_site_only(self, bench: Bench) -> None:
        bench.world.commit({"past-working-groups.md": b"x" * ((8 << 20) + 1)})
        with pytest.raises(PermanentError, match="has 8 MiB, and Almanac reads no more than 2 MiB"):
            bench.look(bench.file())


class TestGivingUp:
    def gave_up(self, bench: Bench, number: int) -> None:
        bench.worker.gave_up(job_about(bench.world.name, number)._replace(guid="guid"), "RuntimeError: secret detail")

    def test_the_issue_gets_one_plain_comment_with_a_reference(self, bench: Bench) -> None:
        number = bench.file()
        for _ in range(2):
            self.gave_up(bench, number)
        comments = bench.world.comments(number)
        assert len(comments) == 1
        assert job_about(bench.world.name, number)._replace(guid="guid").reference in comments[0].body
        assert "secret detail" not in comments[0].body

    def test_the_next_run_that_works_says_what_is_true_again(self, bench: Bench) -> None:
        number = bench.file()
        bench.look(number)
        before = bench.world.comments(number)
        self.gave_up(bench, number)
        assert bench.world.comments(number) != before
        bench.look(number)
        assert bench.world.comments(number) == before

    @pytest.mark.parametrize("kind", ["not ours", "closed", "gone", "config broken"])
    def test_no_other_issue_gets_a_comment(self, bench: Bench, kind: str) -> None:
        number = (
            bench.world.file_issue("A bug", "It does not work.", labels=("event",))
            if kind == "not ours"
            else bench.file()
        )
        if kind == "closed":
            bench.world.edit_issue(number, state="closed")
        if kind == "config broken":
            bench.world.commit({".github/almanac.yml": b"pages: [\n"})
        self.gave_up(bench, number + 1000 if kind == "gone" else number)
        assert bench.world.comments(number) == []

    def test_maintenance_and_looks_at_all_issues_get_no_comment(self, bench: Bench) -> None:
        bench.worker.gave_up(job_about(bench.world.name, None)._replace(guid="guid"), "reason")
        bench.worker.gave_up(Job("almanac-chores", "sweep", "guid"), "reason")
        assert bench.proxy.requests == []


def _by(answers: dict[str, Answer]) -> Callable[[Request], Answer | None]:
    """Answer by the first of these that stands in the path."""
    return lambda request: next((answer for part, answer in answers.items() if part in request.path), None)
