"""Proposals that an earlier version made: they are read, brought up to date once, and nothing of anybody's is lost."""

import pytest
from almanac.proposal.hidden import with_state
from almanac.proposal.marker import comment_marker, pull_entries, text_digest
from almanac.proposal.state import Pull

from tests.scenes import DEMO_DAY, Scene, both_forges

TITLE = "Add event: 2022-01-20 Demo Day (#{0})"
TEXT = """\
This adds the event of #{0}: the record `_data/events/2022-01-20-demo-day.yml` and its section of the page.

Checked:

- [x] the form could be read
- [x] no other event looks like this one

Closes #{0}"""
COMMENT = """\
Thank you! Your event is ready for a maintainer to review: pull request #{1}.

It will look like this on the page:

```text
### January 20th, 2022:  Demo Day
```

To change something, edit the first message of this issue. I will update everything here."""


@pytest.fixture
def number(scene: Scene) -> int:
    """Make a proposal, and put in the place of its texts what the version before had written."""
    number = scene.proposed()
    pull = scene.pull(number)
    _, entries = pull_entries(Pull(pull.number, pull.title, pull.body))
    title, text = TITLE.format(number), TEXT.format(number)
    old = {"says": "0123456789abcdef", "told": "0123456789abcdef", "digest": "0" * 32}
    entries |= {**old, "title": text_digest(title), "text": text_digest(text)}
    scene.world.forge.edit_pull(pull.number, title=title, body=with_state(text, entries))
    state = {"told": "proposed", "says": "0123456789abcdef", "pull": pull.number}
    comment = with_state(f"{comment_marker(number)}\n{COMMENT.format(number, pull.number)}", state)
    ours = scene.world.forge.look(number).proposal.comment
    assert ours
    scene.world.forge.edit_comment(number, ours.id, comment)
    return number


@both_forges
def test_it_is_brought_up_to_date_once(scene: Scene, number: int) -> None:
    before = scene.pull(number)
    assert scene.run(number).plan.outcome == "updated"
    pull = scene.pull(number)
    assert pull.number == before.number
    assert pull.title == f"Add event: Thu, Jan 20, 2022 \u2013 Demo Day #{number}"
    assert pull.body.startswith("| What | Demo Day |")
    assert "> ### January 20th, 2022:  Demo Day" in scene.comment(number)
    assert scene.alerts(number) == []
    assert scene.run(number).plan.writes == ()


def test_what_people_changed_of_it_stays(scene: Scene, number: int) -> None:
    pull = scene.pull(number)
    scene.world.forge.edit_pull(pull.number, title="Our demo day", body=f"I looked at it.\n\n{pull.body}")
    scene.edit(number, **DEMO_DAY, location="Paris")
    assert scene.run(number).plan.outcome == "updated"
    assert scene.pull(number).title == "Our demo day"
    assert scene.pull(number).body.startswith("I looked at it.\n\nThis adds the event")
    assert scene.run(number).plan.writes == ()


def test_an_edit_that_spoils_it_is_told_and_its_end_is_as_ever(scene: Scene, number: int) -> None:
    scene.edit(number, title="Demo Day", date="soon")
    scene.run(number)
    assert len(scene.alerts(number)) == 1
    assert scene.pull(number).title == TITLE.format(number)
    scene.world.close_pull(scene.pull(number).number)
    assert scene.run(number).plan.outcome == "refused"


def test_a_sweep_does_the_same(scene: Scene, number: int) -> None:
    assert {done.plan.issue: done.plan.outcome for done in scene.sweep()}[number] == "updated"
    assert [done.plan.writes for done in scene.sweep()] == [()]
