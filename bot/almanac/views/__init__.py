"""Whatever shows an event: each way is a view, and a site has the views that its config names."""

from typing import TYPE_CHECKING

from almanac.config import Config
from almanac.views.protocol import View

if TYPE_CHECKING:
    from almanac.page.section import Renderer


def views_of(config: Config, render: "Renderer", index: "Renderer | None" = None) -> tuple[View, ...]:
    """Return the views of a site.

    `render` writes an event's section, with the site's own template or ours, and `index` its line in a second list of
    the page, if there is one.
    """
    # Here, so that what only needs the protocol does not load what the views are made with.
    from almanac.views.indexed import IndexedPageView  # noqa: PLC0415
    from almanac.views.page import PageView  # noqa: PLC0415

    page = IndexedPageView(config, render, index) if index else PageView(config, render)
    return (page,)
