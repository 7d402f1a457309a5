"""Bodies whose right reading was written by hand, one folder each."""

import json
from pathlib import Path

import pytest
from almanac.form.body import parse, reading_to_json
from almanac.form.schema import read_form

CASES = sorted((Path(__file__).parents[1] / "cases" / "parse").iterdir())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_body_is_read_as_expected(case: Path) -> None:
    form = read_form((case / "form.yml").read_bytes())
    body = (case / "body.md").read_bytes().decode()

    reading = reading_to_json(parse(body, form))

    assert reading == json.loads((case / "expected.json").read_text(encoding="utf-8"))
    ids = [field.id for field in form.fields]
    assert [key for key in ids if key in parse(body, form).fields] == list(parse(body, form).fields)


def test_there_are_cases() -> None:
    assert len(CASES) >= 15
