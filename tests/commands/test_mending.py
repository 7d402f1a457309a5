"""What `almanac doctor --fix` does to files: a few lines are changed, all others stay, and what is doubtful is left."""

from collections.abc import Callable
from functools import partial

import pytest
from almanac.commands.mending import (
    allow,
    ignore_lines,
    included,
    let_finish,
    not_excluded,
    require,
    spread_textareas,
    top_key,
    watch,
)
from almanac.form.schema import lint, read_form

HEAD = "name: x\n# ours\nbody:\n"


def question(name: str, kind: str = "textarea", more: str = "") -> str:
    return f"  - type: {kind}\n    id: {name}\n    attributes:\n      label: {name.upper()}  # as asked\n{more}"


INTRO = "  - type: markdown\n    attributes:\n      value: Hello\n"
REQUIRED = "    validations:\n      required: true\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a:i b:t c:t d:i e:i f:t", "a b d c e f"),  # a line that comes later is moved up
        ("a:i b:i c:i d:i e:t f:t", "a b d e c f"),  # or one that comes earlier, but not what is needed
        ("a:i b:i e:t f:t", None),  # there is none to spare
    ],
)
def test_textareas_are_kept_apart(before: str, after: str | None) -> None:
    kinds = {"t": "textarea", "i": "input"}
    pairs = [pair.split(":") for pair in before.split()]
    text = HEAD + INTRO + "".join(question(name, kinds[kind]) for name, kind in pairs) + "# the end\n"
    mended = spread_textareas(text)
    if after is None:
        assert mended == text
        return
    form = read_form(mended)
    assert lint(form) == ()
    assert " ".join(field.id for field in form.fields) == after
    assert sorted(mended.split("\n")) == sorted(text.split("\n"))
    assert mended.startswith(HEAD + INTRO)


CONCURRENCY = "concurrency:\n  group: a\n  cancel-in-progress: {} # x\n"
EXCLUDE = 'exclude:\n  - a.md\n  - "b.md"\ntitle: x\n'
JOB = 'on:\n  push:\n    paths:\n      - "a"\njobs:\n  a:\n    permissions:\n      contents: read\n    steps: []\n'


@pytest.mark.parametrize(
    ("change", "before", "after"),
    [
        (partial(top_key, "labels: [event]"), HEAD, "name: x\n# ours\nlabels: [event]\nbody:\n"),
        (partial(top_key, 'labels: ["\u00e9v\\n"]'), HEAD, 'name: x\n# ours\nlabels: ["\u00e9v\\n"]\nbody:\n'),
        (partial(top_key, "labels: [event]"), f"labels:\n{HEAD}", None),
        (partial(require, "a"), HEAD + question("a"), HEAD + question("a", more=REQUIRED)),
        (
            partial(require, "a"),
            HEAD + question("a", more=REQUIRED.replace("true", "false")) + question("b"),
            HEAD + question("a", more=REQUIRED) + question("b"),
        ),
        (partial(require, "z"), HEAD + question("a"), None),
        (partial(require, "a"), "body: [{type: input, id: a, attributes: {label: A}}]\n", None),
        (partial(not_excluded, "b.md"), EXCLUDE, "exclude:\n  - a.md\ntitle: x\n"),
        (partial(not_excluded, "b.md"), "exclude: [a.md, b.md, c.md]\n", "exclude: [a.md, c.md]\n"),
        (partial(not_excluded, "b.md"), "exclude: &x\n    [a.md,\n    b.md]\n", None),
        (partial(not_excluded, "b.md"), f"include:\n  - b.md\nx: !other y\n{EXCLUDE}", None),
        (partial(not_excluded, "b.md"), "exclude:\n  - b.md\n", "exclude:\n"),
        (partial(included, "_x"), "", 'include: ["_x"]\n'),
        (partial(included, "_x"), "title: x\n", 'title: x\ninclude: ["_x"]\n'),
        (partial(included, "_x"), "include: [a]\n", None),
        (
            partial(allow, "a", ["contents", "issues"]),
            JOB,
            JOB.replace("contents: read\n", "contents: write\n      issues: write\n"),
        ),
        (
            partial(allow, "a", ["contents"]),
            JOB.replace("permissions:\n      contents: read", "permissions: read-all"),
            None,
        ),
        (partial(watch, ["b/**"]), JOB, JOB.replace('- "a"\n', '- "a"\n      - "b/**"\n')),
        (partial(allow, "b", ["contents"]), f"{JOB}  b:\n    permissions: {{}}\n", None),  # the lines are another job's
        (
            partial(watch, ["b"]),
            f'"{JOB}'.replace("on:", 'on":', 1),
            f'"{JOB}'.replace("on:", 'on":', 1).replace('- "a"\n', '- "a"\n      - "b"\n'),
        ),
        (partial(watch, ["b/**"]), "on: push\n", None),
        (partial(watch, ["b/**"]), JOB.replace("push:", "push: {paths: [x]}\n  pull_request:"), None),
        (let_finish, CONCURRENCY.format("true"), CONCURRENCY.format("false")),
        (let_finish, f"jobs:\n  a:\n    {CONCURRENCY}".replace("  cancel", "      cancel").format("true"), None),
    ],
)
def test_a_few_lines_are_changed_or_none(change: Callable[[str], str], before: str, after: str | None) -> None:
    assert change(before) == (before if after is None else after)


def test_only_what_is_needed_is_taken_out_of_what_git_ignores() -> None:
    assert [*ignore_lines("a.md", "a.md", is_folder=False)] == ["!/a.md"]
    assert [*ignore_lines("a/b/c", "a", is_folder=True)] == [
        *("!/a/", "/a/*", "!/a/b/", "/a/b/*", "!/a/b/c/", "!/a/b/c/*.yml")
    ]
