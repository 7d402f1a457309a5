"""A model of how GitHub writes a form's answers into an issue, and strategies for forms and answers."""

from dataclasses import dataclass

from almanac.form.elements import Value
from almanac.form.schema import Field, Form, Kind, Option
from hypothesis import strategies as st

BLANK = "_No response_"
LABELS = ("Date", "Title", "Notes", "Date ", "C#", "What? [x]")
OPTIONS = ("A", "B", "A, B", "B, C", "### Date", "Date", "- [x] A")
TRICKY_OPTIONS = (*OPTIONS, "None", BLANK)
WORDS = (
    "word",
    "A",
    " ",
    "> x",
    "- [x] A",
    "- [ ] B",
    "None",
    BLANK,
    "```",
    "```text",
    "~~~",
    "####",
    "<b>",
    "a\u2028b",
)
HEADINGS = (*(f"### {label}" for label in LABELS), "### ", "### Other", "## Date", " ### Date", "### Date ##")


@dataclass(frozen=True)
class Answer:
    """What was typed into one field: its value, and what GitHub makes of it."""

    value: Value
    text: str


def texts(words: tuple[str, ...]) -> st.SearchStrategy[str]:
    """Give texts of several lines, with blank lines anywhere."""
    lines = st.lists(st.tuples(st.sampled_from(words), st.sampled_from(("\n", "\n\n", "\n\n\n"))), max_size=8)
    whole = lines.map(lambda pairs: "".join(word + joint for word, joint in pairs))
    return st.tuples(st.sampled_from(("", "\n", "\n\n")), whole, st.booleans()).map(
        lambda made: made[0] + (made[1] if made[2] else made[1].rstrip("\n"))
    )


@st.composite
def fields(draw: st.DrawFn, key: str, options: tuple[str, ...]) -> Field:
    """Give a field of any kind."""
    kinds: tuple[Kind, ...] = ("input", "textarea", "textarea", "dropdown", "checkboxes", "upload")
    kind = draw(st.sampled_from(kinds))
    chosen = draw(st.lists(st.sampled_from(options), min_size=1, max_size=4, unique=True))
    return Field(
        key,
        draw(st.sampled_from(LABELS)),
        kind,
        options=tuple(map(Option, chosen)) if kind in {"dropdown", "checkboxes"} else (),
        multiple=kind == "dropdown" and draw(st.booleans()),
        render=draw(st.sampled_from((None, "text"))) if kind == "textarea" else None,
    )


@st.composite
def forms(draw: st.DrawFn, options: tuple[str, ...] = TRICKY_OPTIONS) -> Form:
    """Give forms, sensible or not."""
    count = draw(st.integers(1, 5))
    return Form("A form", (), tuple(draw(fields(f"f{number}", options)) for number in range(count)))


@st.composite
def answers(draw: st.DrawFn, field: Field, words: tuple[str, ...]) -> Answer:
    """Give an answer to a field, in either rendering."""
    old = draw(st.booleans())
    match field.kind:
        case "input":
            return _typed(draw(st.sampled_from(("", *words))))
        case "textarea":
            typed = draw(texts(words))
            answer = _typed(typed, crlf=old)
            return answer if field.render is None else _fenced(typed, answer, field.render, old=old)
        case "upload":
            names = draw(st.lists(st.sampled_from(("a.png", "b [1].pdf")), max_size=3))
            lines = [f"![{name}](https://github.com/user-attachments/assets/{name[0]})" for name in names]
            return _typed("\n".join(lines))
        case "checkboxes":
            state = {option.label: draw(st.booleans()) for option in field.options}
            tick = "X" if old else "x"
            return Answer(dict(state), "\n".join(f"- [{tick if on else ' '}] {label}" for label, on in state.items()))
        case "dropdown":
            labels = [option.label for option in field.options]
            picked = draw(st.lists(st.sampled_from(labels), max_size=3 if field.multiple else 1, unique=True))
            text = ", ".join(picked) or (BLANK if old else "None")
            return Answer((picked if field.multiple else picked[0]) if picked else None, text)


def _typed(typed: str, *, crlf: bool = False) -> Answer:
    text = typed or BLANK
    # Typed with a newline after them, these words are the same in a body that was saved as a file.
    return Answer(None if text.removesuffix("\n") == BLANK else typed, text.replace("\n", "\r\n") if crlf else text)


def _fenced(typed: str, answer: Answer, language: str, *, old: bool) -> Answer:
    if old and not typed:
        return Answer(None, BLANK)
    inner = "" if not typed else answer.text
    return Answer(typed or None, f"```{language}\n{inner}\n```" + ("\n" if old else ""))


@st.composite
def filed(
    draw: st.DrawFn, words: tuple[str, ...], options: tuple[str, ...] = TRICKY_OPTIONS
) -> tuple[Form, dict[str, Value], str]:
    """Give a form, the values typed into it, and the body that GitHub makes of them."""
    form = draw(forms(options))
    given = [draw(answers(field, words)) for field in form.fields]
    body = "\n\n".join(f"### {field.label}\n\n{answer.text}" for field, answer in zip(form.fields, given, strict=True))
    return form, {field.id: answer.value for field, answer in zip(form.fields, given, strict=True)}, body
