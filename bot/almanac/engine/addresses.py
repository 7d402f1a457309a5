"""Finds out where readers have an event, from the site's own settings."""

from collections.abc import Sequence
from urllib.parse import quote

from almanac.errors import UserError
from almanac.event.model import Event
from almanac.jekyll import Jekyll, has_usual_ids, joined, page_path, read_jekyll, site_address
from almanac.proposal.published import Published, file_address, repository_of
from almanac.proposal.state import Look
from almanac.site import Site
from almanac.views.protocol import View, places


def published(site: Site, look: Look, event: Event, views: Sequence[View]) -> Published:
    """Return where an event is to be seen: in the first file that shows it. What cannot be known is left out."""
    issue = look.issue.url if look.issue else ""
    has_page = site.config.has_page
    view, path = next(places(views, event)) if has_page else (None, site.store.path(event.id))
    file = file_address(issue, look.base.branch, path)
    try:
        text = site.text(path)
        jekyll = read_jekyll(site.text, site.files.names, path)
        address = _address(site, issue, jekyll, path, text) if text is not None else None
        anchor = view.anchor(path, text, event) if view and text and address and has_usual_ids(jekyll) else None
    except UserError:  # a file cannot be read: nothing is claimed
        return Published(path, file)
    return Published(path, file, f"{address}#{quote(anchor)}" if address and anchor else address)


def _address(site: Site, issue: str, jekyll: Jekyll, path: str, text: str) -> str | None:
    config = site.text(jekyll.file) or "" if jekyll.file else ""
    cname = site.text(joined(jekyll.root, jekyll.source, "CNAME"))
    address, place = site_address(jekyll, cname, repository_of(issue)), page_path(jekyll, config, path, text)
    return f"{address}{place}" if address and place else None
