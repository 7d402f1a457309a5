"""The shapes in which a page can get its new events, each tried with a sample; and which of the form's answers show."""

import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from almanac.catalogues import load_tongue
from almanac.commands.questions import choose_number
from almanac.config import Config, Language
from almanac.dates import UNKNOWN_YEAR
from almanac.errors import Problem, UserError
from almanac.event.model import Event, Extra, Image
from almanac.event.submission import NEEDED, own_questions
from almanac.form.schema import Form
from almanac.output import print_message, print_problems, print_text
from almanac.page.imitate import imitate, lands, samples
from almanac.page.items import named_items
from almanac.page.lines import plain, split_lines
from almanac.page.match import words
from almanac.page.outline import Page, Section
from almanac.page.section import Renderer
from almanac.page.tables import observe_table
from almanac.page.template import INTRODUCTION, section_renderer
from almanac.phrases import Tongue, joined, said, say
from almanac.renderer import house_renderer
from almanac.times.check import check_imported
from almanac.times.zones import Zones
from almanac.views import Renderers, page_view
from almanac.views.protocol import unshown

SHAPES = {
    "like": say("like the page's own events"),
    "plain": say("only a first line, like the page's own, without what stands below"),
    "house": say("in Almanac's own style"),
}
"""What each shape is, by its name."""
_PARTS = {"duration": "when", "people_label": "people", "image_alt": "image"}
"""Questions that are a part of another one."""
_RARELY_SHOWN = {"tags": ("Sample tag",), "image": Image(path="images/sample.png")}
_LONG = timedelta(minutes=90)
_SHOWN_LINES = 32
_SHOWN_CHARACTERS = 240


@dataclass(frozen=True)
class Shape:
    """One shape of new events: its template (None for the house style), and a sample of an event with everything.

    `index` is the template of their lines in a second list, if the page has one. The shape is proven if there are no
    `doubts`: samples were found on the page again as what they are, and changed nothing.
    """

    name: str
    template: str | None
    event: Event
    index: str | None = None
    doubts: tuple[Problem, ...] = ()

    @property
    def render(self) -> Renderer:
        return house_renderer() if self.template is None else section_renderer(self.template)

    @property
    def sample(self) -> str:
        return self.render(self.event).strip("\n")

    @property
    def line(self) -> str:
        """The sample's line in the second list."""
        return section_renderer(self.index)(self.event).strip("\n") if self.index else ""

    def doubts_of(self, page: Page, event: Event, file: str) -> Iterator[Problem]:
        """Put an event onto the page, and look for what is doubtful about that."""
        section = self.render(event)
        # Where the same names come again, they are of series. A table without a column for titles is as people want it.
        nameless = "title" in (hidden := unshown(event, section)) and (not event.series or "series" in hidden)
        if nameless and page.alive_list[0].style.family != "row":
            yield Problem(say("The title of a new event would not be shown."), file=file)
        elif any(words(plain(line)).count(words(event.title).strip()) > 1 for line in split_lines(section)):
            yield Problem(say("The title of a new event would be shown twice."), file=file)
        index = section_renderer(self.index) if self.index else None
        view = page_view(Config(page=file), Renderers(self.render, index))
        if not lands(page, event, section):
            yield Problem(
                say("A sample of it would not be found on the page again as one event of its day."), file=file
            )
        elif found := view.doubt(file, page.text, view.put(file, page.text, event, None)):
            yield found


class Unproven(UserError):  # noqa: N818 -- a question, and nobody's error
    """On this page no shape is proven, so a person has to choose one."""


Choose = Callable[[Page, Sequence[Shape]], Shape]
"""Asks a person which shape new events are to have."""


def shapes_of(  # noqa: PLR0913 -- what is known of the page
    page: Page,
    is_house: Sequence[bool],
    file: str,
    index: str | None = None,
    unsure: Sequence[Problem] = (),
    *,
    language: Language = "en",
) -> list[Shape]:
    """Return the shapes that new events can have on a page with events, the best one first.

    `is_house` tells of each section whether the house style writes it. If it writes most of them, it is the best.
    `index` is the template for a second list; `unsure` is what makes it doubtful that the page was understood at all.
    `language` is the site's.
    """
    own = imitate(page, is_house, language)
    like, *_, plain = [INTRODUCTION + source for source in [*own.sources] * 2]
    full = samples(page.alive_list, load_tongue(language))[1]
    untried = [Shape("like", own.template or like, full, index), Shape("plain", plain, full, index)]
    house = Shape("house", None, full, index)
    if own.proven and own.template is None:
        untried[0] = house
    else:
        other = Problem(say("The events on the page are written in another style."), file=file)
        untried.append(replace(house, doubts=(other,)))
    tried = [_tried(replace(shape, doubts=(*unsure, *shape.doubts)), page, file) for shape in untried]
    # What is written alike is one shape.
    shapes: dict[str, Shape] = {}
    for shape in filter(None, tried):
        shapes.setdefault(shape.sample, shape)
    return sorted(shapes.values(), key=lambda shape: bool(shape.doubts))


def _tried(shape: Shape, page: Page, file: str) -> Shape | None:
    """Try a shape with a short and a full sample, and note what is doubtful; None if its template cannot write them."""
    try:
        found = [one for event in samples(page.alive_list) for one in shape.doubts_of(page, event, file)]
    except UserError:
        return None
    return replace(shape, doubts=tuple(dict.fromkeys([*shape.doubts, *found])))


def choose_shape(page: Page, shapes: Sequence[Shape], wanted: str | None, ask: Choose | None, file: str) -> Shape:
    """Return the shape that a person wants, or else the best one, if that is proven.

    Raises:
        Unproven: It is not, and there is no one to ask.
        UserError: This page has no such shape.
    """
    best = shapes[0]
    commands = tuple(f"almanac init --page {shlex.quote(file)} --shape {shape.name}" for shape in shapes)
    if wanted:
        found = next((one for one in shapes if one.name == wanted), best if wanted == "like" else None)
        if found is None:
            message = f"The shape `{wanted}` cannot be had on this page, or is the same as another one."
            raise UserError(Problem(message, file=file, choices=commands))
        return found
    if ask and (best.doubts or best.template):
        return ask(page, shapes)
    if not best.doubts:
        return best
    message = "It is not certain how a new event should be written here, so nothing was written. Choose a shape:"
    looks = (
        Problem(f"This is a sample of `--shape {one.name}`: {SHAPES[one.name]}.", example=one.sample) for one in shapes
    )
    raise Unproven([Problem(message, file=file, choices=commands), *best.doubts, *looks])


# ------------------------------------------------------------------------------- what a person sees of them


def ask_for_shape(page: Page, shapes: Sequence[Shape]) -> Shape:
    """Show samples of all shapes, and ask for one; only one that is proven is offered as the answer."""
    _print_newest(page)
    print_text("\nHow are new events to be written? Here is a sample of each way.")
    for number, shape in enumerate(shapes, 1):
        print_text(f"\n  {number}  {shape.name}: {SHAPES[shape.name]}\n")
        print_entry(shape.sample)
        print_problems(shape.doubts, "doubtful")
    print_message("")
    return shapes[choose_number(len(shapes), offered=not shapes[0].doubts) - 1]


def print_shape(page: Page, shape: Shape, form: Form | None) -> None:
    """Show the page's newest event, and a sample of a new one with the answers to all questions of the form."""
    _print_newest(page)
    print_text(f"\nA new event will be written {SHAPES[shape.name]}. A sample, with an answer to each question:\n")
    event, section = answered(shape, form)
    print_entry(section)
    if shape.line:
        print_text("\nand in the second list:\n")
        print_entry(shape.line)
    print_problems(shape.doubts, "warning")
    if form:
        print_text(f"\n{said_of_questions(form, event, section, partial(map, shape.render))}")


def shape_values(shape: Shape, form: Form | None) -> dict[str, object]:
    """Return the same for a JSON document."""
    event, section = answered(shape, form)
    kept = questions(form, event, section, partial(map, shape.render))[1] if form else []
    line = {"sample_line": shape.line} if shape.line else {}
    return {"shape": shape.name, "sample": section, **line, "only_in_record": kept}


def answered(
    shape: Shape, form: Form | None, render: Renderer | None = None, tongue: Tongue | None = None
) -> tuple[Event, str]:
    """Return a sample with an answer to each question of a form, and how it is written, by `render` if given."""
    event = with_answers(shape.event, form, tongue) if form else _timed(shape.event)
    return event, (render or shape.render)(event).strip("\n")


def newest_of(page: Page) -> Section:
    """Return the newest event of the list that events are added to."""
    return max(page.alive_list, key=lambda section: (not section.date.startswith(UNKNOWN_YEAR), section.date))


def _print_newest(page: Page) -> None:
    newest = newest_of(page)
    print_text(f"\nThe newest event of the list, on line {newest.line}:\n")
    print_entry(newest.text)


def print_entry(text: str) -> None:
    """Show the lines of one event, indented; a long one is cut."""
    lines = split_lines(text)
    for line in lines[:_SHOWN_LINES]:
        print_text(f"    {line[:_SHOWN_CHARACTERS]}".rstrip())
    if len(lines) > _SHOWN_LINES:
        print_text("    ...")


# ------------------------------------------------------------------------------- the form's questions


def with_answers(event: Event, form: Form, tongue: Tongue | None = None) -> Event:
    """Return a sample with answers to the questions of a form that are the site's own, too."""
    event, own = _timed(event), own_questions(form)
    # A noun has a capital in German wherever it stands.
    labels = {field.id: field.label if tongue else field.label.lower() for field in own}
    answers: dict[str, Extra] = {name: said(say("Some {label}", label=label), tongue) for name, label in labels.items()}
    chosen: dict[str, Extra] = {field.id: field.options[0].label for field in own if field.options}
    return event.model_copy(update={"extra": answers | chosen})


def _timed(event: Event) -> Event:
    """Return a sample with the moments that its line says and, as its duration is answered, the end that it does not.

    A page may show the time alone.
    """
    starts = event.starts or check_imported(event.date, event.when or "", Zones.of()).starts
    ends = event.ends or (datetime.fromisoformat(starts) + _LONG).isoformat() if starts else None
    return event.model_copy(update={"starts": starts, "ends": ends})


Render = Callable[[Sequence[Event]], Iterable[str]]
"""Writes the sections of events."""


def questions(
    form: Form, event: Event, section: str, render: Render = lambda _: ()
) -> tuple[list[str], list[str], dict[str, str]]:
    """Return the labels of the questions that a section shows the answers to, and of those that it never does.

    The event has an answer to each. Besides, those whose answer is written in place of another one that is empty, as
    that to `title` is where a page names series: label -> label of the other.
    """
    hidden = unshown(event, section)
    asked = {field.id: field.label for field in form.fields if field.id not in _PARTS or field.id in hidden}
    shown = [name for name in asked if name not in hidden]
    others = [name for name in shown if name in Event.model_fields and name not in NEEDED] if hidden else []
    without = [event.model_copy(update={name: Event.model_fields[name].default}) for name in others]
    instead: dict[str, str] = {}
    try:
        written = [*render(without)] if without else []
    except UserError:  # a template of the site's own that needs one of them
        written = []
    for other, one, text in zip(others, without, written, strict=False):
        still = unshown(one, text)
        instead |= {asked[name]: asked[other] for name in hidden if name in asked and name not in still}
    kept = [asked[name] for name in asked if name in hidden and asked[name] not in instead]
    return [asked[name] for name in shown], kept, instead


def unasked(page: Page | None, events: Sequence[Event], render: Renderer) -> set[str]:
    """Return the questions of ours that a form need not ask, as the page does not show the answers.

    What the people are called, whether an event takes place and how many days it has can be seen on any page. That is
    asked only where the page's own events differ in it, or say so.
    """
    sample = samples(page.alive_list if page else ())[1]
    moment = f"{sample.date}T09:00:00-05:00"
    sample = sample.model_copy(update={"starts": moment, "people_label": "Sample guests", **_RARELY_SHOWN})
    try:
        hidden = {*unshown(sample, render(sample))}
    except UserError:  # a template of the site's own that needs something else
        hidden = {*_RARELY_SHOWN}
    hidden |= {part for part, whole in _PARTS.items() if whole in hidden}
    called = {event.people_label for event in events if event.people}
    labels = _labels(page)
    if len(called) <= 1 and len(labels.get("people", ())) <= 1:
        hidden.add("people_label")
    if not any(event.status for event in events) and "status" not in labels:
        hidden.add("status")
    if not any(event.end_date for event in events):
        hidden.add("end_date")
    return hidden.difference(NEEDED)


def _labels(page: Page | None) -> dict[str, set[str]]:
    """Return the words with which a page's entries introduce each field; those for one and for several are the same."""
    sections = page.alive_list if page else []
    if page and sections and sections[0].style.family == "row":
        named = [(column.field, column.name) for column in observe_table(page, sections).columns]
    else:
        named = [(item.field, item.name) for items in named_items(sections, ()) for item in items]
    labels: dict[str, set[str]] = {}
    for field, name in named:
        if field and name:
            labels.setdefault(field, set()).add(name.casefold().rstrip("s()"))
    return labels


def said_of_questions(form: Form, event: Event, section: str, render: Render = lambda _: ()) -> str:
    """Say in words what of a form's answers the page shows, and what only the record keeps: see `questions`."""
    shown, kept, instead = questions(form, event, section, render)
    if not (kept or instead):
        return say("The page shows the answers to all questions of the form.")
    sentences = [say("The page shows {shown}.", shown=", ".join(shown))]
    sentences += [
        say("Where {other} is left empty, it shows {name} instead.", other=other, name=name)
        for name, other in instead.items()
    ]
    return joined([*sentences, *([say("Only the record keeps {kept}.", kept=", ".join(kept))] if kept else [])])
