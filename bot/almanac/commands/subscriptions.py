"""What `almanac init` offers besides: a calendar and a feed that readers can subscribe to."""

from collections.abc import Mapping

import typer

from almanac import config as configs
from almanac.commands.build import build_files
from almanac.commands.places import has_other_generator
from almanac.commands.planned import Adoption
from almanac.commands.takeover import Overlay
from almanac.commands.view_checks import writes_feed_of_posts
from almanac.jekyll import read_generator, read_jekyll
from almanac.paths import joined
from almanac.site import Site
from almanac.sitefiles import SiteFiles

_TYPES = {"calendar": "text/calendar", "feed": "application/atom+xml"}


def ask_for_subscriptions(site: Site) -> dict[str, str]:
    """Ask whether there is to be a calendar and a feed; return their paths, by their keys in the config."""
    places = free_places(site)
    names = {"calendar": "a calendar", "feed": "a feed"}
    shown = " and ".join(f"{names[key]} ({path})" for key, path in places.items())
    wanted = places and typer.confirm(f"\nAlso write {shown} for readers to subscribe to?", default=False, err=True)
    return places if wanted else {}


def free_places(site: Site) -> dict[str, str]:
    """Return where they can be, if nothing else has these names: where files are published as they are."""
    jekyll = read_jekyll(site.text, site.files.names, site.config.page)
    folder = joined(jekyll.root, jekyll.source)
    if not jekyll.file:
        generator = read_generator(site.text, site.files.names)
        if generator is None and has_other_generator(site):
            return {}  # nobody knows here which of its files are published
        folder = generator.static if generator else folder
    names = {"calendar": ("events.ics",), "feed": ("feed.xml", "events.xml")}
    if writes_feed_of_posts(site, jekyll):
        names["feed"] = ("events.xml",)
    found = {}
    for key, choices in names.items():
        paths = (joined(folder, name) for name in choices)
        if path := next((path for path in paths if site.text(path) is None), None):
            found[key] = path
    return found


def subscribe(plan: Adoption, files: SiteFiles, places: Mapping[str, str]) -> None:
    """Have a calendar and a feed written with the files that are planned for a site."""
    plan.subscribed = dict(places)
    if places:
        plan.files[configs.PATH] += _settings_text(places)
        built = build_files(Site(Overlay(files, plan.written)))
        for path in places.values():
            plan.files[path], plan.states[path] = built.files[path] or "", "new"


def _settings_text(places: Mapping[str, str]) -> str:
    """Write the keys of the config."""
    lines = ["# What readers can subscribe to.", *(f"{key}: {path}" for key, path in places.items())]
    return "\n".join(lines) + "\n"


def head_text(site: Site, places: Mapping[str, str]) -> str:
    """Write what a layout's head needs, so that browsers and feed readers find them."""
    jekyll = read_jekyll(site.text, site.files.names, site.config.page)
    source = f"{jekyll.source}/" if jekyll.source else ""
    return "\n".join(
        f'<link rel="alternate" type="{_TYPES[key]}" title="Events" '
        f"href=\"{{{{ '/{jekyll.inside(path).removeprefix(source)}' | absolute_url }}}}\">"
        for key, path in places.items()
    )
