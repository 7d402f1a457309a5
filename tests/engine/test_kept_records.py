"""A record that a person wrote keeps its comments, its order of keys and its quotes, at every door."""

import pytest
from almanac.commands.build import import_files

from tests.memory import memory_site
from tests.page.formatted import prettier
from tests.scenes import DEMO_DAY, PAGE, RECORD, Scene

FULL = {**DEMO_DAY, "location": "Paris", "agenda": "Hello\nBye"}


def restyled(record: str) -> str:
    """Write a record as a person might: the title first, comments, blank lines, other quotes, a list in brackets."""
    lines = [line for line in record.splitlines() if not line.startswith(("title:", "agenda:", "  - "))]
    head = "# our own notes\ntitle: 'Demo Day'   # short, please\n\nagenda: [Hello, 'Bye']\n\n"
    return head + "\n".join(lines).replace('location: "Paris"', "location: Paris # the old town hall") + "\n"


def untouched(before: str, after: str, *, but: tuple[str, ...] = ()) -> bool:
    """Tell whether all lines but those of some keys, and of `rendered`, are as they were."""
    skipped = tuple(f"{key}:" for key in (*but, "rendered"))
    kept = [[line for line in text.splitlines() if not line.startswith(skipped)] for text in (before, after)]
    return kept[0] == kept[1]


@pytest.fixture
def published(scene: Scene) -> int:
    """An event that is on the base, its record in a person's own style."""
    number = scene.proposed(**FULL)
    scene.world.merge(scene.pull(number).number)
    scene.run(number)
    scene.world.commit({RECORD: restyled(base(scene, RECORD)).encode()})
    return number


def base(scene: Scene, path: str) -> str:
    return scene.world.files(scene.world.forge.base().commit)[path].decode()


def test_an_issue_that_is_edited_after_the_merge(scene: Scene, published: int) -> None:
    before = base(scene, RECORD)
    scene.edit(published, **{**FULL, "location": "Lyon"})
    assert scene.run(published).plan.outcome == "created"
    after = scene.record(published)
    assert untouched(before, after, but=("location",))
    assert 'location: "Lyon" # the old town hall' in after


def test_a_record_on_a_branch(scene: Scene) -> None:
    number = scene.proposed(**FULL)
    written = restyled(scene.record(number))
    scene.by_hand(number, {RECORD: written.encode()})
    scene.run(number)
    assert untouched(written, scene.record(number))
    scene.edit(number, **{**FULL, "location": "Lyon"})
    scene.run(number)
    assert untouched(written, scene.record(number), but=("location",))
    scene.edit_page(number, "- Location: Lyon", "- Location: Nice")
    scene.run(number)
    assert untouched(written, scene.record(number), but=("location",))
    assert 'location: "Nice" # the old town hall' in scene.record(number)


def test_what_a_person_writes_into_the_record_on_the_base_comes_to_the_branch(scene: Scene, published: int) -> None:
    scene.edit(published, **{**FULL, "location": "Lyon"})
    scene.run(published)
    scene.by_hand(published, {RECORD: scene.record(published).replace("[Hello, 'Bye']", "[Hello, Talks]").encode()})
    before = base(scene, RECORD)
    scene.world.commit({RECORD: before.replace("# our own notes", "# our own notes\n# see the wiki").encode()})
    scene.run(published)
    after = scene.record(published)
    assert after.startswith("# our own notes\n# see the wiki\ntitle: 'Demo Day'   # short, please\n")
    assert 'location: "Lyon" # the old town hall' in after
    assert "agenda: [Hello, Talks]" in after


def test_records_that_cannot_be_merged_by_lines_stay_as_the_branch_has_them(scene: Scene, published: int) -> None:
    scene.edit(published, **{**FULL, "location": "Lyon"})
    scene.run(published)
    scene.by_hand(published, {RECORD: scene.record(published).replace("# our own notes", "# theirs").encode()})
    scene.world.commit({RECORD: base(scene, RECORD).replace("# our own notes", "# ours").encode()})
    scene.run(published)
    assert scene.record(published).startswith("# theirs\n")
    assert 'location: "Lyon" # the old town hall' in scene.record(published)


@pytest.mark.usefixtures("published")
def test_an_edit_of_the_page_that_a_sweep_takes_in(scene: Scene) -> None:
    before = base(scene, RECORD)
    scene.world.commit({PAGE: prettier(base(scene, PAGE)).replace("Location: Paris", "Location: Nice").encode()})
    scene.sweep()
    after = scene.world.files(scene.world.head("almanac/sync") or "")[RECORD].decode()
    assert untouched(before, after, but=("location",))
    assert 'location: "Nice" # the old town hall' in after


@pytest.mark.usefixtures("published")
def test_an_import_once_more(scene: Scene) -> None:
    files = scene.world.files(scene.world.forge.base().commit)
    page = prettier(files[PAGE].decode())
    written, _ = import_files(memory_site({path: data.decode() for path, data in files.items()}), PAGE, page)
    assert written == {}


def test_a_key_that_both_add_is_in_the_record_once(scene: Scene) -> None:
    number = scene.proposed(**DEMO_DAY)
    scene.world.merge(scene.pull(number).number)
    scene.run(number)
    scene.edit(number, **DEMO_DAY, agenda="Hello\nBye")
    scene.run(number)
    scene.by_hand(number, {RECORD: f"# theirs\n{scene.record(number)}location: Paris\n".encode()})
    scene.world.commit({RECORD: base(scene, RECORD).replace("issue:", "location: Paris\nissue:").encode()})
    scene.run(number)
    assert scene.record(number).startswith("# theirs\n")
    assert scene.record(number).count("location:") == 1
