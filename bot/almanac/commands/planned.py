"""What `almanac init` will do to a site, as it is planned, shown, and then written."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from almanac import config as configs
from almanac.commands.shapes import Shape
from almanac.commands.takeover import Takeover
from almanac.commands.upcoming import Coming
from almanac.commands.workflow import WORKFLOW
from almanac.config import Config
from almanac.errors import Problem
from almanac.form.schema import Form
from almanac.histories import MAIN
from almanac.page.importer import Imported
from almanac.page.outline import Page
from almanac.phrases import say

_PURPOSES = {
    configs.PATH: say("the settings"),
    configs.CHANGE_FORM: say("the form with which people ask for changes"),
    WORKFLOW: say("runs Almanac on GitHub"),
}
_TEMPLATES = {
    "section_template": say("how a new event is written on your page"),
    "file_template": say("how a new event is written"),
    "list_template": say("how a new event is written"),
    "index_template": say("how its line in the second list is written"),
    "upcoming_template": say("how it is written while it is to come"),
}

State = Literal["new", "replaced", "completed", "kept", "same"]


@dataclass
class Adoption:
    """What will be done to a site: path -> text of the records that will be written, and of the other files it needs.

    `files` has those that exist already, too; `states` says what becomes of each. `shape` is how new events will be
    written on the `page`, None where that was decided before; `form` is the one that the site will have, if it can be
    read. `coming` is the list of what is to come, where the settings will name it. `problems` have to be fixed in files
    of the site's own. `taken` is the folder or list that is taken over. `subscribed` are the paths of calendar and
    feed, and `templates` those of what is written, by their keys in the config.
    """

    config: Config
    records: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    states: dict[str, State] = field(default_factory=dict)
    imported: Imported | None = None
    page: Page | None = None
    shape: Shape | None = None
    house: str | None = None  # the template of the house style, where the site is to have that as a file
    form: Form | None = None
    index_template: str | None = None
    coming: Coming | None = None
    ahead: Coming | None = None  # the same list, also where people do not want it named
    shapes: Sequence[Shape] = ()  # all those that new events could have
    templates: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    taken: Takeover | None = None
    has_records: bool = False
    history: str = MAIN  # which of the site's histories is set up
    subscribed: dict[str, str] = field(default_factory=dict)

    @property
    def section_template(self) -> str | None:
        return self.shape.template if self.shape else None

    @property
    def sources(self) -> dict[str, str]:
        """The texts of the page's templates, by their keys in the config."""
        found = {
            "section_template": self.section_template or self.house,
            "index_template": self.index_template,
            "upcoming_template": self.coming.template if self.coming else None,
        }
        return {key: text for key, text in found.items() if text}

    @property
    def labels(self) -> tuple[str, ...]:
        return self.form.labels if self.form else ()

    def purpose(self, path: str) -> str:
        """Say what a file is for that is written."""
        if path in _PURPOSES:
            return _PURPOSES[path]
        template = next((key for key, one in self.templates.items() if one == path), None)
        if template:
            return _TEMPLATES[template]
        if path in (self.config.file_template, self.config.list_template):
            return say("how a new event is written")
        if path in self.subscribed.values():
            return say("what readers can subscribe to")
        return say("the history page") if path == self.config.page else say("the form that people fill in")

    @property
    def written(self) -> dict[str, str]:
        """What will be written, in the order in which it is shown: path -> text."""
        files = {
            path: text for path, text in self.files.items() if self.states[path] in ("new", "replaced", "completed")
        }
        return files | self.records
