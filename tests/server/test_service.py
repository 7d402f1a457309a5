"""What becomes of a delivery: jobs, and what is remembered of installations and sites."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from almanac.forge.github.app import AppRepository
from almanac.proposal.command import CommentCommand
from almanac.server.host import Service
from almanac.server.jobs import MAINTENANCE, Job, job_about
from almanac.server.settings import read_settings
from almanac.server.telemetry import Metrics
from almanac.server.webhook import Delivery, InstallationChange
from almanac.triggers import NOTHING, Target

from tests.proxy import Answer, Proxy, Request
from tests.server.serving import app_environment, wait_for

SITE = AppRepository(1, "Octo/Site", "main")
DELIVERY = Delivery("guid", "issues", "edited", "ada", SITE, 9, "octo", Target(12))


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that runs; its GitHub knows who the App is, and nothing else."""
    github = Proxy()

    def answer(request: Request) -> Answer:
        return Answer(200, {"slug": "almanac-test"}) if request.path == "/app" else Answer(404)

    github.trouble = answer
    folder = tmp_path_factory.mktemp("service")
    settings = read_settings(app_environment(GITHUB_API_URL=github.url, ALMANAC_DATA_DIR=str(folder)))
    credentials = settings.credentials()
    assert credentials
    made = Service(settings, credentials, Metrics(), str)
    made.start()
    wait_for(lambda: github.requests, what="asking who the App is")
    yield made
    made.stop(0)
    github.close()


def jobs(service: Service, guid: str) -> list[Job]:
    """Return the jobs that a delivery has given."""
    store = service.jobs.store
    found = [*store.waiting(), *store.running(), *store.recent(1000), *store.failed()]
    return [kept.job._replace(guid="", run=0) for kept in found if kept.job.guid == guid]


def test_a_delivery_becomes_a_job_and_its_site_is_known(service: Service) -> None:
    # Of a repository of its own: the jobs of other tests find that GitHub does not have theirs.
    assert service.take(replace(DELIVERY, guid="one", repository=SITE._replace(id=2, name="Octo/Known")))
    assert jobs(service, "one") == [Job("octo/known", "12")]
    site = service.registry.site("octo/KNOWN")
    assert site
    assert (site.id, site.name, site.installation, site.branch) == (2, "Octo/Known", 9, "main")
    assert service.registry.installation(9).account == "octo"


def test_one_that_looks_at_nothing_leaves_nothing(service: Service) -> None:
    other = SITE._replace(id=77, name="octo/unknown")
    assert not service.take(replace(DELIVERY, guid="none", target=NOTHING, repository=other))
    assert jobs(service, "none") == []
    assert service.registry.site("octo/unknown") is None


def test_what_we_did_ourselves_is_no_news(service: Service) -> None:
    assert not service.take(replace(DELIVERY, guid="own", sender="almanac-test[bot]"))
    assert service.take(replace(DELIVERY, guid="other", sender="another[bot]"))
    assert jobs(service, "own") == []


def test_a_command_is_a_job_of_its_own(service: Service) -> None:
    said = CommentCommand(34, "grace", "/almanac retry", 13)
    service.take(replace(DELIVERY, guid="said", target=Target(12, said)))
    assert jobs(service, "said") == [job_about("octo/site", 12, 34)]


def test_a_push_to_the_base_is_about_all_and_notes_the_head(service: Service) -> None:
    service.take(replace(DELIVERY, guid="push", event="push", action="", target=Target(None), head="abc"))
    assert jobs(service, "push") == [job_about("octo/site", None)]
    site = service.registry.site("octo/site")
    assert site
    assert site.head == "abc"


def test_a_renamed_repository_keeps_what_is_known_of_it(service: Service) -> None:
    service.take(replace(DELIVERY, guid="before", repository=AppRepository(5, "octo/old", "main")))
    service.registry.update(5, watermark="2026-03-04T00:00:00+00:00")
    new = AppRepository(5, "octo/new", "main")
    change = InstallationChange(added=(new,))
    assert service.take(
        replace(DELIVERY, guid="renamed", event="repository", repository=new, target=NOTHING, change=change)
    )
    assert service.registry.site("octo/old") is None
    site = service.registry.site("octo/new")
    assert site
    assert site.watermark == "2026-03-04T00:00:00+00:00"
    # Jobs that wait under the old name look at nothing any more.
    assert job_about("octo/new", None) in jobs(service, "renamed")


def test_an_installation_comes_with_its_repositories_and_is_swept(service: Service) -> None:
    added = (AppRepository(21, "grace/a"), AppRepository(22, "grace/b"))
    base = Delivery(
        "came", "installation", "created", installation=20, account="grace", change=InstallationChange("active", added)
    )
    assert service.take(base)
    assert [site.name for site in service.registry.sites(20)] == ["grace/a", "grace/b"]
    assert jobs(service, "came") == [Job(MAINTENANCE, "sweep")]
    assert service.take(replace(base, guid="less", change=InstallationChange(removed=(21,))))
    assert [site.name for site in service.registry.sites(20)] == ["grace/b"]
    for guid, state in (("off", "suspended"), ("gone", "removed")):
        assert service.take(replace(base, guid=guid, change=InstallationChange(state)))  # type: ignore[arg-type]
        assert service.registry.installation(20).state == state
        assert jobs(service, guid) == []


def test_it_is_ready_and_counts(service: Service, tmp_path: Path) -> None:
    assert service.is_ready()
    assert b"almanac_jobs_kept" in service.figures()
    assert tmp_path.exists()
