"""The settings of one history in the site's config: every key optional."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo

from almanac.paths import leads_inside
from almanac.patterns import regex
from almanac.phrases import say
from almanac.times.rhythm import Rhythm, read_rhythm
from almanac.times.zones import Zones
from almanac.urls import check_url

PATH = ".github/almanac.yml"
CHANGE_FORM = ".github/ISSUE_TEMPLATE/change-event.yml"
"""Where a site has the second form, with which people ask for a change of an event."""


def _site_path(value: str) -> str:
    if not leads_inside(value) or not value.isprintable():
        raise ValueError(say("A path leads from the site's root to a file or folder in it, as in docs/events.md."))
    return value


YAML_SUFFIXES = (".yml", ".yaml")
DOCUMENT_SUFFIXES = (".md", ".markdown", ".mkd", ".mkdown", ".mdx", ".html", ".htm")
"""How documents end that have keys in front."""
KINDS = {
    "files": (
        (*DOCUMENT_SUFFIXES, *YAML_SUFFIXES),
        say("A file of one event is a document with keys in front (.md, .html), or YAML (.yml)."),
    ),
    "list": (
        (*YAML_SUFFIXES, ".json", ".csv"),
        say("A list of events is a file of YAML, JSON or CSV (.yml, .json, .csv)."),
    ),
}
"""How files end that these keys may name, and what to say of others."""

SitePath = Annotated[str, AfterValidator(_site_path)]
SiteFolder = Annotated[str, AfterValidator(lambda value: _site_path(value.removesuffix("/")))]


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def _every(value: str | None) -> str | None:
    if value is not None:
        read_rhythm(value)
    return value


def _with_every(value: int | None, info: ValidationInfo) -> int | None:
    if value is not None and info.data.get("every", "") is None:
        raise ValueError(say("Say how often the series meets, too, as in `every: 2 weeks`."))
    return value


def _day(value: str) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise ValueError(say("A day is written 2021-12-23.")) from None


Language = Literal["en", "de", "es", "fr"]
"""In which language Almanac speaks to people on GitHub."""


class Series(_Group):
    """What is particular to one recurring series."""

    time_zones: Annotated[
        tuple[str, ...], Field(description="Letters from `time_zones`, in the order in which a When line shows them")
    ] = ()
    every: Annotated[
        str | None,
        AfterValidator(_every),
        Field(description="How often it meets", examples=["2 weeks", "first Tuesday of the month"]),
    ] = None
    skip: Annotated[
        tuple[Annotated[str, AfterValidator(_day)], ...],
        Field(description="Days on which it does not meet, as 2021-12-23"),
    ] = ()

    drafts: Annotated[
        Annotated[int, Field(ge=1, le=8)] | None,
        AfterValidator(_with_every),
        Field(description="For how many of its next dates Almanac opens an issue; left out: none"),
    ] = None

    @property
    def rhythm(self) -> Rhythm | None:
        """How often it meets, if that is known."""
        return read_rhythm(self.every) if self.every else None

    @property
    def skipped(self) -> frozenset[date]:
        """The days on which it does not meet."""
        return frozenset(map(date.fromisoformat, self.skip))


_TITLE_WORDS = ("action", "date", "title", "series", "number")
_PLACE = regex(r"\{([^{}]*)\}")
# Typed words are made harmless one by one, so nothing that GitHub acts on may be put together around them.
_BESIDE = r"[^\s()\[\]:;,!?\"'\u2013\u2014|]"
_TYPED_JOINED = regex(rf"{_BESIDE}\{{(title|series)\}}|\{{(title|series)\}}{_BESIDE}")
_LONGEST_TITLE = 100


def _title(value: str | None) -> str | None:
    if value is None:
        return None
    unknown = next((word for word in _PLACE.findall(value) if word not in _TITLE_WORDS), None)
    if unknown is not None or {"{", "}"} & {*_PLACE.sub("", value)}:
        known = ", ".join(f"`{{{word}}}`" for word in _TITLE_WORDS)
        raise ValueError(say("In a title, these stand for the event's own words: {known}.", known=known))
    if _TYPED_JOINED.search(value):
        raise ValueError(
            say("Put a space, a bracket, a colon or a comma around {names}.", names="`{title}`, `{series}`")
        )
    if not value.strip() or not value.isprintable() or len(value) > _LONGEST_TITLE:
        raise ValueError(say("A title is one line of at most {cap} characters.", cap=_LONGEST_TITLE))
    return value


_Login = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$")]
_Team = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,100}$")]
_Label = Annotated[str, Field(min_length=1, max_length=50, pattern=r"^[^\x00-\x1f]*$")]


class PullRequests(_Group):
    """What each pull request gets when it is opened."""

    labels: Annotated[tuple[_Label, ...], Field(description="Labels, which the repository has")] = ()
    reviewers: Annotated[tuple[_Login, ...], Field(description="Who is asked for a review, by login")] = ()
    team_reviewers: Annotated[
        tuple[_Team, ...], Field(description="Which teams of the organization are, by the last part of their address")
    ] = ()
    draft: Annotated[bool, Field(description="Whether it is a draft")] = False
    title: Annotated[
        str | None,
        AfterValidator(_title),
        Field(
            description="Its title, and that of the commit: `{action}`, `{date}`, `{title}`, `{series}` and `{number}`",
            examples=["{action} event: {title}, {date} #{number}"],
        ),
    ] = None

    @property
    def asks(self) -> bool:
        """Whether something has to be asked for after it was opened."""
        return bool(self.labels or self.reviewers or self.team_reviewers)


class Organizer(_Group):
    """Who holds the events."""

    name: Annotated[str, Field(min_length=1, description="What they are called")]
    url: Annotated[Annotated[str, AfterValidator(check_url)] | None, Field(description="Their site")] = None


def _of_kind(value: str | None, info: ValidationInfo) -> str | None:
    """Refuse a path whose ending says that nobody could write such a file."""
    suffixes, message = KINDS[info.field_name or ""]
    if value is not None and not value.endswith(suffixes):
        raise ValueError(message)
    return value


def _list_place(value: str | None) -> str | None:
    return value if value is None or (value.startswith("#") and value.strip("# ")) else _site_path(value)


def _paths(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


class Config(_Group):
    """All that a site may say about one history."""

    page: Annotated[SitePath, Field(description="The history page")] = "events.md"
    records: Annotated[SitePath, Field(description="The folder of the event records")] = "_data/events"
    files: Annotated[
        SitePath | None,
        AfterValidator(_of_kind),
        Field(
            description="One file for each event, which is its record: `{date}`, `{year}`, `{month}`, `{day}`, "
            "`{slug}`, `{people}` and `{number}` stand for the event's own in its name and in folders",
            examples=["_events/{date}-{slug}.md", "content/events/{year}/{slug}/index.md"],
        ),
    ] = None
    file_template: Annotated[SitePath | None, Field(description="The Jinja2 template of such a file")] = None
    list: Annotated[
        SitePath | None,
        AfterValidator(_of_kind),
        Field(description="A data file of the site's own with one entry for each event", examples=["_data/events.yml"]),
    ] = None
    list_template: Annotated[SitePath | None, Field(description="The Jinja2 template of such an entry")] = None
    form: Annotated[SitePath, Field(description="The issue form")] = ".github/ISSUE_TEMPLATE/new-event.yml"
    labels: Annotated[
        tuple[str, ...], Field(description="An issue with one of these is looked at; left out: the form's own labels")
    ] = ()
    order: Annotated[
        Literal["newest", "oldest"] | None,
        Field(description="What comes first on the page; left out: as the page already has it"),
    ] = None
    images: Annotated[SiteFolder, Field(description="The folder of the pictures that come with a form")] = (
        "images/events"
    )
    time_zone: Annotated[
        str | None, Field(description="IANA zone suggested to someone who states none; never assumed")
    ] = None
    time_zones: Annotated[
        dict[str, str], Field(description="The letters that the site uses and the IANA zone of each")
    ] = {}
    series: Annotated[dict[str, Series], Field(description="Settings of one series, by its name")] = {}
    messages: Annotated[
        SitePath | None, Field(description="A folder with templates of the site's own in place of Almanac's messages")
    ] = None
    language: Annotated[
        Language, Field(description="In which language Almanac writes comments, pull requests and what is wrong")
    ] = "en"
    max_open_per_author: Annotated[
        int | None,
        Field(ge=1, description="How many open proposals one person without write access may have; left out: 10"),
    ] = None
    rebuild: Annotated[
        Literal["needed", "always"],
        Field(
            description="When an open proposal is built anew after the main branch has moved: `needed`: if merging it "
            "would conflict, or give something else than is intended; `always`, where branches have to be up to date"
        ),
    ] = "needed"
    pull_requests: Annotated[PullRequests, Field(description="What each pull request gets when it is opened")] = (
        PullRequests()
    )
    recordings: Annotated[
        Literal["ask"] | None,
        Field(description="`ask`: ask once, in an event's issue some days after it, whether there is a recording"),
    ] = None
    section_template: Annotated[
        SitePath | None, Field(description="The site's own Jinja2 template of one event's section")
    ] = None
    index_template: Annotated[
        SitePath | None,
        Field(description="The Jinja2 template of one event's line in a second list of the page, an index"),
    ] = None

    upcoming: Annotated[
        str | None,
        AfterValidator(_list_place),
        Field(
            description="Where events are listed until they are over: a page, or `#` and a heading of the history page",
            examples=["events.md", "#Upcoming Events"],
        ),
    ] = None
    upcoming_template: Annotated[
        SitePath | None, Field(description="The Jinja2 template of one event's section there; left out: as in `page`")
    ] = None
    moves: Annotated[
        Literal["pull-request", "commit"], Field(description="How past events get from `upcoming` to `page`")
    ] = "pull-request"
    calendar: Annotated[
        SitePath | tuple[SitePath, ...],
        AfterValidator(_paths),
        Field(description="An iCalendar file, or several; `{series}` or `{id}` in a path gives one for each"),
    ] = ()
    feed: Annotated[SitePath | None, Field(description="An Atom feed of the newest changes")] = None
    data: Annotated[SitePath | None, Field(description="A file of schema.org events in JSON-LD")] = None
    organizer: Annotated[
        Organizer | None, Field(description="Who holds the events, as calendar, feed and search results name them")
    ] = None

    @property
    def has_own_list(self) -> bool:
        """Whether the entries of a list are the records; a row of CSV cannot hold all that Almanac knows."""
        return self.list is not None and not self.list.endswith(".csv")

    @property
    def has_page(self) -> bool:
        """Whether there is a history page; a site that keeps files or a list has one only if it names one."""
        return "page" in self.model_fields_set or not (self.files or self.list)

    def zones(self, series: str | None = None) -> Zones:
        """Return the letters that the site uses, and which of them a When line of a series shows.

        Raises:
            ConfigError: A zone or letter is unknown; `almanac.histories.read_config` has made sure that none is.
        """
        settings = self.settings_of(series)
        shown = settings.time_zones if settings else ()
        return Zones.of(self.time_zones, shown, self.time_zone, self.language)

    def settings_of(self, series: str | None) -> Series | None:
        """Return the settings of a series, whatever the case of its name."""
        return {_folded(name): settings for name, settings in self.series.items()}.get(_folded(series or ""))


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()
