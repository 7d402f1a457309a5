"""The checks of `almanac doctor` on calendars, feed and structured data: whether readers get them."""

import re
from collections.abc import Iterator

from almanac.commands.checks import Finding, ok
from almanac.commands.left_out import left_out
from almanac.jekyll import Jekyll, read_jekyll
from almanac.paths import joined
from almanac.patterns import regex
from almanac.site import Site

_FEED_PLUGIN = "jekyll-feed"
_GEM = regex(rf"^[ \t]*gem[ (]+[\"']{_FEED_PLUGIN}[\"']", re.MULTILINE)


def check_views(site: Site) -> list[Finding]:
    """Look for what would keep these files out of the built site, or what they would take the place of.

    Raises:
        UserError: Jekyll's config is not YAML.
    """
    config = site.config
    served = [*config.calendar, *([config.feed] if config.feed else [])]
    if not (served or config.data):
        return []
    jekyll = read_jekyll(site.text, site.files.names, config.page)
    found = [finding for path in served for finding in _served(jekyll, path)]
    if config.feed:
        found += _of_another(site, jekyll, config.feed)
    if config.data:
        found += _included(jekyll, config.data)
    if served and site.publisher.address is None:
        message = "Where readers find the site is not known, so what they subscribe to has no links to it."
        remedy = "Set `url` (and `baseurl`) in Jekyll's config, or the `url` of `organizer` in Almanac's."
        found.append(Finding("views", "warning", message, remedy, jekyll.file or None))
    return found or [ok("views", "Readers get the calendar, the feed and the structured data that the config names.")]


def _served(jekyll: Jekyll, path: str) -> Iterator[Finding]:
    """Check that Jekyll copies a file, which it does with what is in its folder and not left out."""
    folder = joined(jekyll.root, jekyll.source)
    if folder and not path.startswith(f"{folder}/"):
        message = f"Jekyll builds the folder {folder}, and this file is not in it, so readers never get it."
        yield Finding("views", "error", message, f"Write `{folder}/{path}` in Almanac's config.", path)
        return
    yield from left_out("views", jekyll, path, "this file")


def _of_another(site: Site, jekyll: Jekyll, path: str) -> Iterator[Finding]:
    """Find the plugin that writes a feed of posts: where there is a file of its name, it writes none."""
    if not writes_feed_of_posts(site, jekyll):
        return
    settings = jekyll.settings.get("feed")
    theirs = settings.get("path") if isinstance(settings, dict) else None
    theirs = str(theirs or "feed.xml").lstrip("/")
    if path == joined(jekyll.root, jekyll.source, theirs):
        message = (
            f"The plugin {_FEED_PLUGIN} writes the feed of your posts to {theirs}, too. With a file of that name it "
            "leaves its own out, so people who read your posts would get events instead."
        )
        remedy = f"Give Almanac's another name, such as `feed: {joined(jekyll.root, jekyll.source, 'events.xml')}`."
        yield Finding("views", "error", message, remedy, path)


def writes_feed_of_posts(site: Site, jekyll: Jekyll) -> bool:
    """Tell whether the site has the plugin that writes a feed of its posts."""
    plugins = [*jekyll.strings("plugins"), *jekyll.strings("gems")]
    return _FEED_PLUGIN in plugins or bool(_GEM.search(site.text(joined(jekyll.root, "Gemfile")) or ""))


def _included(jekyll: Jekyll, path: str) -> Iterator[Finding]:
    """Check that structured data that are to be included are where Jekyll looks for that."""
    folder = joined(jekyll.root, jekyll.source, jekyll.path("includes_dir", "_includes"))
    if "_includes" in path.split("/") and not path.startswith(f"{folder}/"):
        message = f"Jekyll includes files from the folder {folder}, and this one is not in it."
        remedy = f"Write `data: {folder}/{path.rpartition('/')[2]}` in Almanac's config."
        yield Finding("views", "error", message, remedy, path)
