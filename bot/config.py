"""The site's config, `.github/almanac.yml`: every key is optional, and an unknown one is refused with the nearest named."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

PATH = ".github/almanac.yml"
SitePath = Annotated[str, Field(min_length=1, pattern=r"^(?!/)(?!.*(^|/)\.\.(/|$))[^\\\x00-\x1f]+$")]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Series(_Section):
    """What is particular to one recurring series."""

    time_zones: Annotated[
        tuple[str, ...], Field(description="Letters from `time_zones`, in the order in which a When line shows them")
    ] = ()


class Config(_Section):
    """All that a site may say about itself."""

    page: Annotated[SitePath, Field(description="The history page")] = "events.md"
    records: Annotated[SitePath, Field(description="The folder of the event records")] = "_data/events"
    form: Annotated[SitePath, Field(description="The issue form")] = ".github/ISSUE_TEMPLATE/new-event.yml"
    labels: Annotated[
        tuple[str, ...], Field(description="An issue with one of these is looked at; left out: the form's own labels")
    ] = ()
    order: Annotated[
        Literal["newest", "oldest"] | None,
        Field(description="What stands first on the page; left out: as the page already has it"),
    ] = None
    time_zone: Annotated[
        str | None, Field(description="IANA zone suggested to somebody who states none; never assumed")
    ] = None
    time_zones: Annotated[
        dict[str, str], Field(description="The letters that the site uses and the IANA zone of each")
    ] = {}
    series: Annotated[dict[str, Series], Field(description="Settings of one series, by its name")] = {}
    section_template: Annotated[
        SitePath | None, Field(description="The site's own Jinja2 template of one event's section")
    ] = None
