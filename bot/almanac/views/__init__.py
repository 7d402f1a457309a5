"""Whatever shows an event: each way is a view, and a site has the views that its config names."""

from typing import TYPE_CHECKING

from almanac.config import Config
from almanac.views.protocol import View

if TYPE_CHECKING:
    from almanac.page.section import Renderer
    from almanac.views.generated import Publisher


def page_view(config: Config, render: "Renderer", index: "Renderer | None" = None) -> View:
    """Return the history page as a view.

    `render` writes an event's section, with the site's own template or ours, and `index` its line in a second list of
    the page, if there is one.
    """
    # Here, so that what only needs the protocol does not load what the views are made with.
    from almanac.views.indexed import IndexedPageView  # noqa: PLC0415
    from almanac.views.page import PageView  # noqa: PLC0415

    return IndexedPageView(config, render, index) if index else PageView(config, render)


def views_of(publisher: "Publisher", render: "Renderer", index: "Renderer | None" = None) -> tuple[View, ...]:
    """Return the views of a site; `render` and `index` are as for the page."""
    from almanac.views.calendar import CalendarView  # noqa: PLC0415
    from almanac.views.feed import FeedView  # noqa: PLC0415
    from almanac.views.structured import StructuredView  # noqa: PLC0415

    config = publisher.config
    return (
        page_view(config, render, index),
        *(CalendarView(path, publisher) for path in config.calendar),
        *([FeedView(config.feed, publisher)] if config.feed else []),
        *([StructuredView(config.data, publisher)] if config.data else []),
    )
