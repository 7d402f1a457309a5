"""What is to come on the page that `almanac init` adopts: the heading below which it is listed, and in which shape."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from almanac.commands.build import build_files
from almanac.commands.takeover import Overlay
from almanac.errors import UserError
from almanac.event.ending import is_over
from almanac.page.imitate import samples, suits, write_templates
from almanac.page.importer import Imported
from almanac.page.outline import Page, Section
from almanac.page.section import Renderer
from almanac.page.template import INTRODUCTION, section_renderer
from almanac.site import Site


@dataclass(frozen=True)
class Coming:
    """The list of what is to come: the words and the line (from 1) of its heading, and which sections are below it.

    `template` writes its sections, where they have a shape of their own.
    """

    heading: str
    line: int
    listed: tuple[Section, ...]
    template: str | None = None

    @property
    def setting(self) -> str:
        return f"#{self.heading}"

    def merged(self, page: Page, imported: Imported, own: Imported) -> Imported:
        """Return what was imported from a page, with what is to come as another import of the page has it."""
        starts = {section.start for section in self.listed}
        both = zip(page.sections, imported.events, own.events, strict=True)
        events = tuple(other if section.start in starts else event for section, event, other in both)
        verbatim = sum(event.markdown is not None for event in events)
        return replace(imported, events=events, structured=len(events) - verbatim, verbatim=verbatim)

    def over(self, site: Site, page: Page, imported: Imported) -> int:
        """Return how many of its events are over."""
        starts = {section.start for section in self.listed}
        both = zip(page.sections, imported.events, strict=True)
        listed = (event for section, event in both if section.start in starts)
        return sum(is_over(event, site.files.now(), site.config.time_zone) for event in listed)


def coming_of(page: Page, render: Renderer, language: str = "en") -> Coming | None:
    """Find the list of what is to come; None if the page has none, or none to which an event could be added.

    `render` writes the page's sections otherwise; `language` is as in `write_templates`.
    """
    heading = page.heading_ahead
    if heading is None:
        return None
    listed = page.below(heading)
    found = Coming(heading.text, heading.line + 1, tuple(listed))
    if not listed:
        # The first row would have no head.
        return None if page.alive_list[0].style.family in ("row", "html") else found
    if not _has_own_shape(page, listed, render):
        return found
    own = next((one for one in write_templates(page, listed, language) if suits(page, listed, one)), None)
    if own:
        return replace(found, template=INTRODUCTION + own)
    return found if _is_alike(page, listed) else None


def _has_own_shape(page: Page, listed: Sequence[Section], render: Renderer) -> bool:
    """Tell whether what is to come is written in another way than what was; of the same kind, one alone is no way."""
    if not _is_alike(page, listed):
        return True
    if len(listed) == 1 or listed[0].style.family == "heading":
        return False
    bare = samples(listed)[0]
    return section_renderer(write_templates(page, listed)[0])(bare).strip() != render(bare).strip()


def _is_alike(page: Page, listed: Sequence[Section]) -> bool:
    return len({(one[0].style.family, one[0].style.level) for one in (page.alive_list, listed)}) == 1


def is_in_place(site: Site, found: Coming, files: Mapping[str, str], templates: Mapping[str, str]) -> bool:
    """Tell whether a site with this setting, and these files, is what will be built of it: nothing has to move."""
    planned = Site(Overlay(site.files, files), history=site.history)
    planned.config = site.config.model_copy(update={**templates, "upcoming": found.setting})
    try:
        built = build_files(planned)
    except UserError:
        return False
    return not (built.files or built.problems)
