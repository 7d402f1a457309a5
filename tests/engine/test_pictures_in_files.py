"""The picture of an event in a site's own file or entry, in the way in which the neighbours name theirs."""

import pytest
from almanac.packaged import template

from tests.engine.test_own_files import KINDS, STEMS, TEMPLATE, THERE
from tests.filing import body, full_form
from tests.pictures import GIF, PNG
from tests.scenes import CONFIG, FORM, PAGE, RECORDS, Scene

# How a site names its pictures, and what stands there then.
ROOTED = "{{ ('/' ~ image.path) if image.path else '' }}"
WAYS = {
    ROOTED: "/images/events/{}",
    "{{ image.path }}": "images/events/{}",
    "{{ image.path.split('/') | last }}": "{}",
}


def take_over(scene: Scene, kind: str, way: str) -> None:
    key, template_key, source, path = KINDS[kind]
    old = scene.world.files(scene.world.forge.base().commit)
    gone: dict[str, bytes | None] = {one: None for one in old if one.startswith(RECORDS) or one == PAGE}
    new = {
        "collection": source.replace("room:", f'image: "{way}"\nroom:'),
        "hugo": source.replace("room =", f'image = "{way.replace(" }}", " | plain }}")}"\nroom ='),
        "list": source.replace("  room:", f'  image: "{way}"\n  room:'),
        "json": source.replace('"room":', f'"image": "{way}", "room":'),
    }[kind]
    form = template("site/new-event.yml") + template("site/more-questions.yml")
    files = {CONFIG: f"{key}\n{template_key}: {TEMPLATE}\n", TEMPLATE: new, path: THERE[kind], FORM: form}
    scene.world.commit({**gone, **{one: text.encode() for one, text in files.items()}})


def answers(address: str, **more: str) -> str:
    picture = {"image": f"![x]({address})", "image_alt": "Three owls"} if address else {}
    return body(full_form(), **{**STEMS, **picture, **more})


def head_files(scene: Scene, number: int) -> tuple[dict[str, bytes], str]:
    """Return the pictures on the branch, and the text of what holds the event there."""
    base, head = scene.world.files(scene.world.forge.base().commit), scene.files(number)
    changed = {path: data for path, data in head.items() if base.get(path) != data}
    [text] = [data.decode() for path, data in changed.items() if not path.startswith("images/")]
    return {path: data for path, data in head.items() if path.startswith("images/")}, text


@pytest.mark.parametrize(
    ("kind", "way"), [*(("collection", way) for way in [*WAYS][1:]), *((kind, ROOTED) for kind in KINDS)]
)
def test_its_life(scene: Scene, kind: str, way: str) -> None:
    take_over(scene, kind, way)
    first = scene.world.attach(PNG)
    number = scene.world.file_issue("New event", answers(first), labels=("event",))
    assert scene.run(number).plan.outcome == "created"
    pictures, text = head_files(scene, number)
    [(path, data)] = pictures.items()
    assert data == PNG
    assert WAYS[way].format(path.rpartition("/")[2]) in text
    assert "Three owls" in text
    assert "no place for Picture" not in scene.comment(number)
    assert scene.run(number).plan.writes == ()

    # The base moves, and the issue is edited: the same picture, which is not fetched again.
    scene.world.attach(None, first)
    scene.move_base()
    scene.world.edit_issue(number, body=answers(first, location="Room 7"))
    assert scene.run(number).plan.outcome == "updated"
    assert head_files(scene, number)[0] == pictures
    assert "Room 7" in head_files(scene, number)[1]

    # Merged; then another picture takes its place, and then none.
    scene.world.merge(scene.pull(number).number)
    scene.run(number)
    assert all(done.plan.outcome in (None, "unchanged") for done in scene.sweep())
    second = scene.world.attach(GIF)
    scene.world.edit_issue(number, body=answers(second, location="Room 7"), state="open")
    assert scene.run(number).plan.outcome == "created"
    pictures, text = head_files(scene, number)
    assert list(pictures.values()) == [GIF]
    assert path.rpartition("/")[2] not in text
    scene.world.edit_issue(number, body=answers("", location="Room 7"))
    assert scene.run(number).plan.outcome == "updated"
    pictures, text = head_files(scene, number)
    assert pictures == {}
    assert "owls" not in text
    assert scene.run(number).plan.writes == ()
