"""After the merge: the comment links the event as readers have it, as far as that can be known."""

import pytest

from tests.scenes import CONFIG, DEMO_DAY, PAGE, Scene, both_forges

PLACE = "past-working-groups.html#january-20th-2022--demo-day"


def merged(scene: Scene, **files: str) -> str:
    """Return the comment after a merge, on a site with these files."""
    scene.world.commit({name.replace("__", "."): text.encode() for name, text in files.items()} or {"x.txt": b"x"})
    number = scene.proposed()
    scene.world.merge(scene.pull(number).number)
    scene.run(number)
    assert scene.run(number).plan.writes == ()
    return scene.comment(number)


@both_forges
def test_it_is_where_the_config_says(scene: Scene) -> None:
    text = merged(scene, _config__yml="url: https://e.org\nbaseurl: /club\n")
    assert f"The event is published. [See it on the site](https://e.org/club/{PLACE})" in text


def test_the_site_may_have_a_domain_of_its_own(scene: Scene) -> None:
    assert f"(https://club.example.org/{PLACE})" in merged(scene, CNAME="club.example.org\n", _config__yml="title: x\n")


def test_without_the_usual_ids_it_is_the_page(scene: Scene) -> None:
    text = merged(scene, _config__yml="url: https://e.org\nmarkdown: CommonMark\n")
    assert "(https://e.org/past-working-groups.html)" in text


@pytest.mark.parametrize("config", ["title: x\n", "a: [\n"])
def test_where_nothing_is_known_it_is_the_file(scene: Scene, config: str) -> None:
    text = merged(scene, _config__yml=config)
    assert f"The event is in `{PAGE}` now." in text
    assert "published" not in text


def test_a_bullet_has_no_place_of_its_own(scene: Scene) -> None:
    template = '- {{ date | like("Nov 8, 2021") }}: {{ title | text }}\n'
    config = "page: talks.md\nsection_template: section.md.j2\n"
    page = "---\ntitle: x\n---\n# Past\n\n- Nov 8, 2021: Cats\n- Nov 1, 2021: Dogs\n"
    files = {CONFIG: config, "talks.md": page, "section.md.j2": template, "_config.yml": "url: https://e.org\n"}
    text = merged(scene, **files)
    assert "(https://e.org/talks.html)" in text


def test_a_record_that_is_gone_leaves_the_page(scene: Scene) -> None:
    scene.world.commit({"_config.yml": b"url: https://e.org\n"})
    number = scene.proposed()
    scene.world.merge(scene.pull(number).number)
    scene.world.commit({"_data/events/2022-01-20-demo-day.yml": None})
    scene.run(number)
    assert f"The event is in `{PAGE}` now." in scene.comment(number)


def test_a_duplicate_is_linked_where_readers_have_it(scene: Scene) -> None:
    scene.world.commit({"_config.yml": b"url: https://e.org\n"})
    number = scene.file(series="Governments & Agencies", title="Another", date="2021-11-08")
    [warning] = scene.run(number).plan.warnings
    assert warning.url == "https://e.org/past-working-groups.html#november-8th-2021--governments--agencies"
    assert f"({warning.url})" in scene.comment(number)


def test_an_edit_without_effect_after_the_merge_writes_nothing(scene: Scene) -> None:
    merged(scene, _config__yml="url: https://e.org\n")
    scene.edit(1, **DEMO_DAY, links="TBD")
    assert scene.run(1).plan.writes == ()
