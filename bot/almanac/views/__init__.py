"""Whatever shows an event: each way is a view, and a site has the views that its config names."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from almanac.config import Config
    from almanac.entries.template import EntryTemplate
    from almanac.event.model import Event
    from almanac.page.section import Renderer
    from almanac.views.generated import Publisher
    from almanac.views.page import PageView
    from almanac.views.protocol import View


@dataclass(frozen=True)
class Renderers:
    """What writes an event, with the site's own templates or ours.

    `section` writes its section of the history page, `index` its line in a second list of that page, if there is one,
    and `coming` its section in the list of what is to come, if that has a template of its own. `shown` is what a site's
    own file or entry shows of it, None where records are not shown, and `rows` its row in a list that is beside them.
    `spelt` gives a new section the marks that the history page has by now.
    """

    section: "Renderer"
    index: "Renderer | None" = None
    coming: "Renderer | None" = None
    shown: "Callable[[Event], Event | None]" = lambda _: None
    rows: "EntryTemplate | None" = None
    spelt: "Callable[[str], str]" = str


def page_view(config: "Config", renderers: Renderers) -> "PageView":
    """Return the history page as a view."""
    # Here, so that what only needs the protocol does not load what the views are made with.
    from almanac.views.indexed import IndexedPageView  # noqa: PLC0415
    from almanac.views.page import PageView  # noqa: PLC0415

    if renderers.index:
        return IndexedPageView(config, renderers.section, renderers.index, renderers.spelt)
    return PageView(config, renderers.section, renderers.spelt)


def views_of(publisher: "Publisher", renderers: Renderers) -> "tuple[View, ...]":
    """Return the views of a site; what other views are made with is not loaded."""
    from almanac.views.own import OwnEntryView  # noqa: PLC0415

    config = publisher.config
    views: list[View] = [OwnEntryView(renderers.section, renderers.shown)]
    if config.has_page:
        views = [page_view(config, renderers)]
    if config.has_page and config.upcoming:
        from almanac.views.timeline import TimelineView  # noqa: PLC0415

        views = [TimelineView(publisher, page_view(config, renderers), renderers)]
    if config.list and renderers.rows:
        from almanac.entries.incsv import CsvList  # noqa: PLC0415
        from almanac.views.entries import EntryListView  # noqa: PLC0415

        views.append(EntryListView(config.list, renderers.rows, CsvList(), remembers=not config.has_page))
    if config.calendar:
        from almanac.views.calendar import CalendarView  # noqa: PLC0415

        views += (CalendarView(path, publisher) for path in config.calendar)
    if config.feed:
        from almanac.views.feed import FeedView  # noqa: PLC0415

        views.append(FeedView(config.feed, publisher))
    if config.data:
        from almanac.views.structured import StructuredView  # noqa: PLC0415

        views.append(StructuredView(config.data, publisher))
    return tuple(views)
