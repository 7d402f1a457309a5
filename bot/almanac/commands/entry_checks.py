"""What `almanac doctor` checks of events that are kept in a site's own files or list."""

from collections.abc import Collection, Iterator

from almanac.commands.checks import Finding, ok
from almanac.commands.discovery import jekyll_of
from almanac.commands.known import known_events
from almanac.commands.places import Place, find_places
from almanac.commands.takeover import said_of_form, take_over
from almanac.entries.incsv import mark_of
from almanac.form.schema import Form
from almanac.jekyll import read_generator
from almanac.phrases import say
from almanac.site import Site


def check_entries(site: Site, paths: Collection[str], form: Form | None) -> Iterator[Finding]:
    """Read all events, and try a sample of a new one."""
    for problem in known_events(site).warnings:
        remedy = "Delete one of the two." if "same event" in problem.message else "Correct it, if it is an event."
        yield Finding("events", "warning", problem.message, remedy, problem.file)
    where = site.store.place
    place = next((one for one in find_places(site, paths) if one.path == where), None)
    if place is None:
        yield Finding("events", "warning", "There is no event here yet.", "Look at the first pull request well.", where)
    else:
        taken = take_over(site, place, form, site.files.now().date()) if form else None
        said = f" {said_of_form(taken, form)}" if taken and form else ""
        yield ok("events", f"{place.path} holds {place.seen}.{said}")
        yield from check_shown(site, place)


def check_shown(site: Site, place: Place) -> Iterator[Finding]:
    """Warn where Jekyll or Hugo leaves out events that are to come, or cannot tell the columns of a table."""
    jekyll = jekyll_of(site, "")
    is_data = jekyll.file and place.path.startswith(f"{jekyll.data}/")
    if is_data and place.is_table and mark_of(place.text) != ",":
        message = say(
            "Jekyll reads each row of this table as one column, as it knows only commas between them (`site.data`)."
        )
        remedy = say("Save the table with commas, unless the site reads it in another way.")
        yield Finding("jekyll", "warning", message, remedy, place.path)
    is_page = place.files and place.path.rpartition("/")[2].startswith("_") and place.suffix not in (".yml", ".yaml")
    if jekyll.file and is_page and jekyll.settings.get("future") is not True:
        message = say(
            "Jekyll leaves out an event that is to come until its day, as `future: true` is not in its config."
        )
        yield Finding(
            "jekyll", "warning", message, say("Add that line, if the site lists what is to come."), jekyll.file
        )
    hugo = None if jekyll.file else read_generator(site.text, site.files.names)
    if (
        hugo
        and hugo.name == "Hugo"
        and place.path.startswith("content/")
        and hugo.settings.get("buildfuture") is not True
    ):
        line = "`buildFuture = true`" if hugo.file.endswith(".toml") else "`buildFuture: true`"
        message = say(
            "Hugo leaves out an event that is to come until its day, as {line} is not in its config.", line=line
        )
        remedy = say("Add that line at its top, if the site lists what is to come.")
        yield Finding("hugo", "warning", message, remedy, hugo.file)
