"""Finds out where readers have an event, from the site's own settings."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date
from urllib.parse import quote

from almanac.config import Config
from almanac.dates import heading_date
from almanac.errors import UserError
from almanac.event.following import clocks_differ, form_link, next_event
from almanac.event.model import Event, safe_slug
from almanac.jekyll import Jekyll, has_usual_ids, page_path, read_jekyll, site_address
from almanac.paths import joined
from almanac.phrases import in_calendar
from almanac.proposal.published import Following, Published, file_address, repository_of
from almanac.proposal.state import Look
from almanac.site import Site
from almanac.views.generated import ID, SERIES
from almanac.views.protocol import View, places

_DAY = len("2021-11-08")


def published(site: Site, look: Look, event: Event, views: Sequence[View]) -> Published:
    """Return where an event is to be seen: in the first file that shows it. What cannot be known is left out."""
    issue = look.issue.url if look.issue else ""
    has_page = site.config.has_page
    view, path = next(places(views, event)) if has_page else (None, site.config.list or site.store.path(event.id))
    file = file_address(issue, look.base.branch, path)
    here = Published(path, file, following=_following(site, issue, event), changes=site.has_change_form)
    try:
        text = site.text(path)
        jekyll = read_jekyll(site.text, site.files.names, path)
        root = _root(site, issue, jekyll)
        place = _place(site, jekyll, path, text) if root and text is not None else None
        anchor = view.anchor(path, text, event) if view and text and place and has_usual_ids(jekyll) else None
    except UserError:  # a file cannot be read: nothing is claimed
        return here
    url = f"{root}{place}" if place else None
    subscribed = tuple(f"{root}/{quote(jekyll.inside(one))}" for one in _subscribed(site.config, event)) if root else ()
    return replace(here, url=f"{url}#{quote(anchor)}" if url and anchor else url, subscribed=subscribed)


def _root(site: Site, issue: str, jekyll: Jekyll) -> str | None:
    cname = site.text(joined(jekyll.root, jekyll.source, "CNAME"))
    return site_address(jekyll, cname, repository_of(issue))


def _place(site: Site, jekyll: Jekyll, path: str, text: str) -> str | None:
    return page_path(jekyll, site.text(jekyll.file) or "" if jekyll.file else "", path, text)


def _subscribed(config: Config, event: Event) -> Iterator[str]:
    """Give the calendars and the feed that hold an event."""
    series = safe_slug(event.series or "")
    for path in config.calendar:
        if ID not in path and (SERIES not in path or series):
            yield path.replace(SERIES, series)
    if config.feed:
        yield config.feed


def _following(site: Site, issue: str, event: Event) -> Following | None:
    settings, repository = site.config.settings_of(event.series), repository_of(issue)
    # Where Almanac opens issues for the next dates, nobody need do that.
    if settings is None or settings.rhythm is None or settings.drafts or repository is None:
        return None
    zones, today = site.config.zones(event.series), site.files.now().astimezone(UTC).date()
    following = next_event(event, settings.rhythm, settings.skipped.union(_taken(site, event)), zones, today)
    if following is None:
        return None
    day = date.fromisoformat(following.date)
    link = form_link(repository, site.config.form, site.form, following)
    return Following(
        in_calendar(f"{day:%A}, {heading_date(following.date)}", "full date", following.date),
        link,
        clocks_differ(event, following, zones),
    )


def _taken(site: Site, event: Event) -> Iterator[date]:
    """Give the days for which the series has a record, by their names: no record is read."""
    end = f"-{safe_slug(event.series or '')}"
    names = site.ids if site.has_record_folder else ()
    for day, name in ((one[:_DAY], one[_DAY:]) for one in names):
        if name.startswith(end):
            with suppress(ValueError):
                yield date.fromisoformat(day)
