"""Whatever shows an event: each way is a view, and a site has the views that its config names."""

from almanac.config import Config
from almanac.page.section import Renderer
from almanac.views.page import PageView
from almanac.views.protocol import View


def views_of(config: Config, render: Renderer) -> tuple[View, ...]:
    """Return the views of a site.

    Args:
        config: The site's config.
        render: Writes an event's section of the history page, with the site's own template or ours.
    """
    return (PageView(config, render),)
