"""The names of jobs."""

import pytest
from almanac.server.jobs import Job, job_about, read_job
from hypothesis import given
from hypothesis import strategies as st

GUIDS = st.from_regex(r"[A-Za-z0-9._-]{1,40}", fullmatch=True)


@given(st.sampled_from(["12", "all", "sweep"]), GUIDS, st.integers(0, 99))
def test_a_name_is_read_back(what: str, guid: str, run: int) -> None:
    job = Job("octo/site", what, guid, run)
    assert read_job(str(job)) == job


def test_the_first_name_is_plain() -> None:
    name = job_about("Octo/Site", 12)._replace(guid="GUID")
    assert str(name) == "octo/site#12/GUID"
    assert str(name.successor) == "octo/site#12/GUID+1"
    assert str(job_about("octo/site", None)._replace(guid="GUID")) == "octo/site#all/GUID"


def test_all_runs_share_a_reference() -> None:
    name = job_about("octo/site", 12)._replace(guid="GUID")
    assert name.reference == name.successor.reference
    assert name.reference != job_about("octo/site", 12)._replace(guid="OTHER").reference


@pytest.mark.parametrize("text", ["octo/site#12/GUID/2", "octo/site#12/GUID/2+3"])
def test_a_name_from_an_earlier_version_is_read(text: str) -> None:
    job = read_job(text)
    assert (str(job), job.issue, job.guid) == (text, 12, "GUID/2")


@pytest.mark.parametrize("text", ["", "octo/site", "octo/site#12", "octo/site#12/", "octo/site#12/a/b/c", "#1/x"])
def test_anything_else_is_not_a_name(text: str) -> None:
    with pytest.raises(ValueError, match="not the name of a job"):
        read_job(text)


def test_a_command_is_a_job_of_its_own() -> None:
    job = job_about("octo/site", 12, 34)
    assert (job.issue, job.comment) == (12, 34)
    assert str(job._replace(guid="GUID")) == "octo/site#12.said.34/GUID"
    assert read_job("octo/site#12.said.34/GUID") == job._replace(guid="GUID")
    assert job_about("octo/site", 12).comment is None
    of_all = read_job(str(job_about("octo/site", None, 34)._replace(guid="GUID")))
    assert (of_all.issue, of_all.comment) == (None, 34)


def test_only_issues_have_a_number() -> None:
    assert job_about("a/b", 3).issue == 3
    assert job_about("a/b", None).issue is None
    assert Job("almanac-chores", "sweep").issue is None
