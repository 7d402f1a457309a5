"""Jobs' names."""

import pytest
from almanac.server.ledger import Job, Name, job_about, read_name
from hypothesis import given
from hypothesis import strategies as st

GUIDS = st.from_regex(r"[A-Za-z0-9._-]{1,40}", fullmatch=True)


@given(st.sampled_from(["12", "all", "sweep"]), GUIDS, st.integers(1, 99), st.integers(0, 99))
def test_names_come_back(what: str, guid: str, again: int, turn: int) -> None:
    name = Name(Job("octo/site", what), guid, again, turn)
    assert read_name(str(name)) == name


def test_the_first_name_is_plain() -> None:
    name = Name(job_about("Octo/Site", 12), "GUID")
    assert str(name) == "octo/site#12/GUID"
    assert str(name.successor) == "octo/site#12/GUID+1"
    assert str(name._replace(round=2)) == "octo/site#12/GUID/2"
    assert str(Name(job_about("octo/site", None), "GUID")) == "octo/site#all/GUID"


def test_turns_share_a_reference_and_rounds_do_not() -> None:
    name = Name(job_about("octo/site", 12), "GUID")
    assert name.reference == name.successor.reference
    assert name.reference != name._replace(round=2).reference


@pytest.mark.parametrize("text", ["", "octo/site", "octo/site#12", "octo/site#12/", "octo/site#12/a/b/c", "#1/x"])
def test_anything_else_is_no_name(text: str) -> None:
    with pytest.raises(ValueError, match="no job's name"):
        read_name(text)


def test_a_command_is_a_job_of_its_own() -> None:
    job = job_about("octo/site", 12, 34)
    assert (job.issue, job.comment) == (12, 34)
    assert str(Name(job, "GUID")) == "octo/site#12.said.34/GUID"
    assert read_name("octo/site#12.said.34/GUID").job == job
    assert job_about("octo/site", 12).comment is None


def test_only_issues_have_a_number() -> None:
    assert job_about("a/b", 3).issue == 3
    assert job_about("a/b", None).issue is None
    assert Job("almanac-chores", "sweep").issue is None
