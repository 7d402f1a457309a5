"""What a site's files say: config, form, page, records and templates. This is the one reader of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING
from urllib.parse import quote

from almanac import config as configs
from almanac.caps import CONFIG, FORM, MESSAGES, PAGE, RECORDS, TEMPLATE, Cap, check_sizes
from almanac.catalogues import load_tongue
from almanac.config import CHANGE_FORM, Config
from almanac.errors import ConfigError, Problem, UserError
from almanac.event.model import Event
from almanac.event.record import SUFFIX, is_foreign, is_record_name
from almanac.event.records import RecordFolder, Records, RecordStore
from almanac.histories import MAIN, SiteConfig, read_config
from almanac.jekyll import CONFIGS as JEKYLL_CONFIGS
from almanac.jekyll import (
    Generator,
    Jekyll,
    hidden_files,
    is_data_file,
    jekyll_root,
    page_path,
    read_generator,
    read_jekyll,
    site_address,
)
from almanac.paths import joined, parents
from almanac.phrases import say
from almanac.sitefiles import OWN_FOLDER, SiteFiles, decoded
from almanac.text import first_few
from almanac.views import Renderers, views_of

if TYPE_CHECKING:
    from almanac.entries.formats import Format
    from almanac.entries.template import EntryTemplate
    from almanac.form.schema import Form
    from almanac.page.section import Renderer
    from almanac.page.spelling import Spelling
    from almanac.proposal.messages import OwnTemplate
    from almanac.views.generated import Publisher
    from almanac.views.protocol import View


class Site:
    """Reads the files of one site as one of its histories has them, each when it is first needed and only once."""

    def __init__(
        self,
        files: SiteFiles,
        *,
        default_form: str | None = None,
        watch: Callable[[str], object] = lambda _: None,
        history: str = MAIN,
    ) -> None:
        """Take the files, and the text of the form that a site without one is taken to have.

        `watch` is told the path of each file, or of the folder of all records, before its text is worked on. Where the
        config does not know the `history`, as before it was added, all is as what stands above the histories says.
        """
        self.files, self._watch, self.history = files, watch, history
        self._default_form = default_form
        self._texts: dict[str, str | None] = {}
        self._not_text: list[Problem] = []
        self._named = {history: self}

    def of(self, history: str) -> "Site":
        """Return the same site as another of its histories has it."""
        if history not in self._named:
            other = Site(self.files, default_form=self._default_form, watch=self._watch, history=history)
            other._texts, other._named = self._texts, self._named
            self._named[history] = other
        return self._named[history]

    def each(self) -> tuple["Site", ...]:
        """Return the site as each of its histories has it; most have one."""
        return tuple(map(self.of, self.histories))

    def with_config(self, **changes: object) -> "Site":
        """Return the site as it would be with other settings."""
        planned = Site(self.files, history=self.history)
        planned.config = self.config.model_copy(update=changes)
        return planned

    def text(self, path: str, cap: Cap = PAGE) -> str | None:
        """Read a file as text, every byte kept; None if there is none."""
        self._watch(path)
        if path not in self._texts:
            data = self.files.read(path, CONFIG if path == configs.PATH else cap)
            self._texts[path] = None if data is None else decoded(data, path)
        return self._texts[path]

    @cached_property
    def whole_config(self) -> SiteConfig:
        return read_config(self.text(configs.PATH))

    @cached_property
    def histories(self) -> Mapping[str, Config]:
        """The settings of each history, by its name."""
        return self.whole_config.each()

    @cached_property
    def config(self) -> Config:
        return self.histories.get(self.history, self.whole_config)

    @cached_property
    def form(self) -> "Form":
        return self.form_at(self.config.form)

    @property
    def has_change_form(self) -> bool:
        folder, _, name = CHANGE_FORM.rpartition("/")
        return name in self.files.names(folder)

    @cached_property
    def change_form(self) -> "Form | None":
        """The form for changes of events that are published; None if the site has none."""
        return None if self.text(CHANGE_FORM, FORM) is None else self.form_at(CHANGE_FORM)

    def form_at(self, path: str) -> "Form":
        """Read one of the site's forms.

        Raises:
            ConfigError: There is none, or it cannot be read.
        """
        text = self.text(path, FORM)
        if text is None and path == Config().form:
            text = self._default_form
        if text is None:
            message = say(
                "The issue form is missing; `form` in the config names it. Correct that, or put the file back: on "
                "GitHub, **History** of its folder has it. In a clone, `almanac init` writes a new one."
            )
            raise ConfigError(Problem(message, file=path))
        from almanac.form.schema import read_form  # noqa: PLC0415 -- the same

        return read_form(text, path)

    @property
    def labels(self) -> tuple[str, ...]:
        """An issue has to carry one of these: those of the config, else the form's own."""
        return self.config.labels or self.form.labels

    @cached_property
    def page(self) -> str:
        text = self.text(self.config.page)
        if text is None:
            message = say("The history page is missing; `page` in the config names it.")
            raise ConfigError(Problem(message, file=self.config.page))
        return text

    @cached_property
    def ids(self) -> frozenset[str]:
        """The ids of all records: by the names of their files, if each has one of its own.

        Of a folder of records one file is read, to see whether they are records at all: if reading it costs nothing, or
        its name is not one.

        Raises:
            ConfigError: The records' folder is no place for records.
        """
        if self.store.suffix is None:
            return frozenset(record.id for record in self.records)
        if not self.has_record_folder:
            return frozenset(name.removesuffix(self.store.suffix) for name in self._record_names)
        names = self._data_files
        sample = min(names, key=lambda name: (is_record_name(name), name), default=None)
        if sample and (self.files.reads_freely or not is_record_name(sample)) and self._is_foreign(sample):
            self._refuse_foreign()
        return frozenset(name.removesuffix(SUFFIX) for name in names if name.endswith(SUFFIX))

    @cached_property
    def store(self) -> RecordStore:
        """Where the site keeps its records: in files or a list of its own, or else in a folder of Almanac's.

        Raises:
            ConfigError: A template is missing or has a mistake, or the files cannot be written.
        """
        config = self.config
        if not config.files and not config.has_own_list:
            return RecordFolder(config.records)
        from almanac.entries.kinds import file_format, list_format  # noqa: PLC0415 -- Jinja2 is slow to import
        from almanac.entries.stores import FileStore, ListStore  # noqa: PLC0415 -- the same

        if config.files:
            template = self._entry_template("file_template", config.file_template, file_format(config.files))
            return FileStore(config.files, template)
        path = config.list or ""
        kind = list_format(path, self.text(path) or "")
        return ListStore(path, self._entry_template("list_template", config.list_template, kind), kind)

    def _entry_template(
        self, key: str, path: str | None, kind: "Format", prepared: Sequence[Event] = ()
    ) -> "EntryTemplate":
        from almanac.entries.template import EntryTemplate  # noqa: PLC0415 -- the same
        from almanac.renderer import own_entry_writer  # noqa: PLC0415 -- the same

        source = self.text(path, TEMPLATE) if path else None
        if source is None or path is None:
            message = say(
                "The template of the site's own files or entries is missing. Correct its name, or put the file back: "
                "on GitHub, **History** of its folder has it. In a clone, `almanac init` writes a new one."
            )
            raise ConfigError(Problem(message, key, file=configs.PATH))
        return EntryTemplate(source, kind, path, own_entry_writer(source, path, prepared))

    @property
    def has_record_folder(self) -> bool:
        """Whether records are files of Almanac's own."""
        return isinstance(self.store, RecordFolder)

    @property
    def _record_names(self) -> list[str]:
        """The names of the site's own files that hold records, in their folder."""
        suffix = self.store.suffix or ""
        names = self.files.names(self.store.place, deep=True)
        return sorted(name for name in names if name.endswith(suffix))

    def record_text(self, path: str) -> str | None:
        """Read the file of a record as text; None if there is none."""
        return self.text(path, self._record_cap)

    @property
    def _record_cap(self) -> Cap:
        return RECORDS if self.store.suffix else PAGE

    def record(self, event_id: str) -> Event | None:
        """Read one record; None if there is none."""
        path = self.store.path(event_id)
        text = self.record_text(path)
        return self.store.read(text, path, event_id) if text is not None else None

    @cached_property
    def record_texts(self) -> dict[str, str]:
        """The texts of all records' files, by path in the order of their names.

        Raises:
            UserError: A record has another name, or the folder is no place for records.
        """
        folder, suffix = self.store.place.rstrip("/"), self.store.suffix
        if suffix is None:
            text = self.record_text(folder)
            return {} if text is None else {folder: text}
        if self.has_record_folder:
            self._refuse_misnamed()
        self._watch(folder)
        found = sorted(self.files.read_all(folder, suffix, RECORDS, deep=not self.has_record_folder).items())
        texts: dict[str, str] = {}
        for name, data in found:
            path = f"{folder}/{name}"
            try:
                texts[path] = decoded(data, path)
            except ConfigError as error:
                if self.has_record_folder:
                    raise
                self._not_text += error.problems
        self._texts |= texts
        return texts

    def _refuse_misnamed(self) -> None:
        misnamed = [name for name in self._data_files if not name.endswith(SUFFIX)]
        if misnamed:
            self._refuse_foreign()
            message = say("The name of a record ends with {suffix}; rename this file.", suffix=SUFFIX)
            raise UserError([Problem(message, file=f"{self.store.place}/{name}") for name in misnamed])

    @property
    def records(self) -> tuple[Event, ...]:
        return self._read.events

    @property
    def unreadable(self) -> tuple[Problem, ...]:
        """What is wrong with those of the site's own files and entries that are left out because of a mistake."""
        return (*self._read.unreadable, *self._not_text)

    @property
    def undated(self) -> tuple[Problem, ...]:
        """Those of the site's own files and entries that are no events to Almanac."""
        return self._read.undated

    @cached_property
    def _read(self) -> Records:
        try:
            return self.store.read_all(self.record_texts)
        except UserError:
            if self.has_record_folder:
                self._refuse_foreign()
            raise

    def refuse_unreadable(self, records: Mapping[str, str]) -> None:
        """Refuse to write records, given by their paths, that would be larger or more than is read back."""
        check_sizes(self._record_cap, {path: len(text.encode()) for path, text in records.items()}, self.store.place)

    @cached_property
    def _data_files(self) -> list[str]:
        """The names of the data files in the records' folder; one that would hide a file of the site is refused."""
        folder = self.config.records.rstrip("/")
        hidden = hidden_files(folder, self.text, self.files.names, self.config.page)
        if hidden:
            message = say(
                "Jekyll would read the records in {folder}/ in place of this file, so what the "
                "site shows of it would vanish. {other_folder}",
                folder=folder,
                other_folder=self._other_folder,
            )
            raise ConfigError([Problem(message, "records", file=path) for path in hidden])
        return sorted(name for name in self.files.names(folder) if is_data_file(name))

    def _is_foreign(self, name: str) -> bool:
        path = f"{self.config.records}/{name}"
        if not name.endswith((SUFFIX, ".yaml")):
            return True
        data = self.files.read(path, RECORDS)  # not kept here: nobody knows how many there are
        return is_foreign(decoded(data or b"", path), path)

    def _refuse_foreign(self) -> None:
        """Raise a ConfigError, in one sentence for all of them, if the records' folder holds files of another kind."""
        names = [name for name in self._data_files if self._is_foreign(name)]
        if not names:
            return
        files = (
            say("{number} data files that are no records", number=len(names))
            if len(names) > 1
            else say("a data file that is no record")
        )
        message = say(
            "This folder holds {files} of Almanac's ({names}). {other_folder}",
            files=files,
            names=first_few(names),
            other_folder=self._other_folder,
        )
        raise ConfigError(Problem(message, "records", file=self.config.records))

    @property
    def _other_folder(self) -> str:
        parent = self.config.records.rpartition("/")[0]
        return say(
            "Set `records` in {path} to a folder of its own, such as `{parent}`.",
            path=configs.PATH,
            parent=joined(parent, OWN_FOLDER),
        )

    @property
    def publisher(self) -> "Publisher":
        """Who publishes, as all of a view's file is built: with the address that the site's settings say now."""
        from almanac.views.generated import Publisher  # noqa: PLC0415 -- it brings what reads and writes a page

        return Publisher(
            self.config,
            self.files.now(),
            lambda: self._address,
            self._file_address,
            lambda: self._page_place,
            self._place_of,
            load_tongue(self.config.language),
        )

    @cached_property
    def _jekyll(self) -> Jekyll:
        return read_jekyll(self.text, self.files.names, self.config.page)

    @cached_property
    def _address(self) -> str | None:
        """Where readers have the site, as far as its own files say it: the same wherever Almanac runs."""
        jekyll = self._jekyll
        address = site_address(jekyll, None, None)
        address = address or site_address(jekyll, self.text(joined(jekyll.root, jekyll.source, "CNAME")), None)
        return address or (self._generator.address if self._generator and not jekyll.file else None)

    @cached_property
    def _generator(self) -> Generator | None:
        return read_generator(self.text, self.files.names)

    @property
    def _published(self) -> str:
        """The folder that readers have as the site's own."""
        generator = None if self._jekyll.file else self._generator
        return generator.static if generator else joined(self._jekyll.root, self._jekyll.source)

    def _file_address(self, path: str) -> str | None:
        folder = self._published
        inside = path.lstrip("/").removeprefix(f"{folder}/" if folder else "")
        return f"{self._address}/{quote(inside)}" if self._address else None

    def _place_of(self, path: str) -> str:
        folder = jekyll_root(self.files.names, path) if "/" in path else ""
        if "/" in path and not folder and self._generator:
            folder = self._generator.static
        return quote(path.removeprefix(f"{folder}/" if folder else ""))

    @property
    def _page_place(self) -> str | None:
        """Where in the built site the page with all events is, from its slash on, if that is one page."""
        config = self.config
        is_one = config.has_page and (config.upcoming is None or config.upcoming.startswith("#"))
        text = self.text(config.page) if is_one else None
        if text is None:
            return None
        jekyll = self._jekyll
        return page_path(jekyll, self.text(jekyll.file) or "" if jekyll.file else "", config.page, text)

    @cached_property
    def section_template(self) -> str | None:
        return self._template(self.config.section_template)

    @cached_property
    def index_template(self) -> str | None:
        return self._template(self.config.index_template)

    def _template(self, path: str | None) -> str | None:
        text = self.text(path, TEMPLATE) if path else None
        if path and text is None:
            raise ConfigError(Problem(say("The template that the config names is missing."), file=path))
        return text

    @cached_property
    def messages(self) -> "dict[str, OwnTemplate]":
        from almanac.proposal.messages import SUFFIX as MESSAGE  # noqa: PLC0415 -- Jinja2 is slow to import
        from almanac.proposal.messages import OwnTemplate  # noqa: PLC0415 -- the same

        folder = self.config.messages
        found = sorted(self.files.read_all(folder, MESSAGE, MESSAGES).items()) if folder else ()
        paths = {f"{folder}/{name}": (name.removesuffix(MESSAGE), data) for name, data in found}
        return {name: OwnTemplate(decoded(data, path), path) for path, (name, data) in paths.items()}

    @cached_property
    def upcoming_template(self) -> str | None:
        return self._template(self.config.upcoming_template)

    def renderers(self, prepared: Sequence[Event] = ()) -> Renderers:
        """Return what writes an event wherever the site shows it; `prepared` are as in `renderer`."""
        from almanac.renderer import own_renderer  # noqa: PLC0415 -- Jinja2 is slow to import

        source, path = self.upcoming_template, self.config.upcoming_template
        coming = own_renderer(source, path, prepared) if source is not None and path else None
        rows, shown = self._rows(prepared), self.store.shown
        if rows:
            from almanac.entries.stores import shown_by  # noqa: PLC0415 -- the same

            shown = partial(shown_by, rows)
        return Renderers(self.renderer(prepared), self.index_renderer(prepared), coming, shown, rows, self._spelt)

    def _spelt(self, section: str) -> str:
        """Give a new section the marks that the page has by now, if its template was made to match the page."""
        return self._spelling.of(section) if self._spelling else section

    @cached_property
    def _spelling(self) -> "Spelling | None":
        from almanac.page.spelling import Spelling  # noqa: PLC0415 -- the same
        from almanac.page.template import is_imitation  # noqa: PLC0415 -- the same

        source = self.section_template or ""
        return Spelling(self.text(self.config.page) or "", source) if is_imitation(source) else None

    def _rows(self, prepared: Sequence[Event]) -> "EntryTemplate | None":
        """What writes an event's row in a list that is beside the records, if there is one."""
        config = self.config
        if config.list is None or config.has_own_list:
            return None
        from almanac.entries.kinds import list_format  # noqa: PLC0415 -- the same

        kind = list_format(config.list, "")
        return self._entry_template("list_template", config.list_template, kind, prepared)

    @property
    def sources(self) -> tuple[str, ...]:
        """The files that say how an event is read and shown, those that there need not be among them."""
        config = self.config
        templates = (config.section_template, config.index_template, config.upcoming_template)
        own = (config.file_template, config.list_template)
        return (configs.PATH, config.form, CHANGE_FORM, *filter(None, (*templates, *own)))

    @property
    def compared(self) -> tuple[str, ...]:
        """The files and folders that hold records and whatever shows them, and what these are made with."""
        config = self.config
        page = (config.page,) if config.has_page else ()
        coming = (config.upcoming,) if config.upcoming and not config.upcoming.startswith("#") else ()
        shown = (*page, *coming, *config.calendar, config.feed, config.data, config.list)
        folders = ("", *parents(config.page))
        settings = (joined(folder, name) for folder in folders for name in (*JEKYLL_CONFIGS, "CNAME"))
        # Of a path with a place for the event's own in it, all of the folder counts.
        files = (path.partition("{")[0].rpartition("/")[0] if "{" in path else path for path in filter(None, shown))
        return (*self.sources, self.store.place.rstrip("/"), *files, *settings)

    def views(self, moment: datetime | None = None) -> "tuple[View, ...]":
        """Return the views of the site as one event is put into them; `moment` is what time it is, if not now.

        They go on with the address that their files were built with, so Jekyll's settings are not read for each event.
        """
        from almanac.views.feed import page_in  # noqa: PLC0415 -- the same
        from almanac.views.generated import address_in_files  # noqa: PLC0415 -- the same

        publisher, renderers, feed = self.publisher, self.renderers(), self.config.feed
        publisher = replace(publisher, now=moment) if moment else publisher

        def find_address() -> str | None:
            said = address_in_files(views_of(publisher, renderers), self.text)
            return self._address if said is None else said or None

        publisher = replace(publisher, find_address=find_address)

        def find_page() -> str | None:
            text, address = self.text(feed) if feed else None, (publisher.address or "").rstrip("/")
            said = page_in(text) if text else ""
            if text is None or not said.startswith(address if said else ""):
                return self._page_place
            return said.removeprefix(address) or None

        return views_of(replace(publisher, find_page=find_page), renderers)

    def renderer(self, prepared: Sequence[Event] = ()) -> "Renderer":
        """Return what writes a section: the site's own template (`prepared` ones in one process) if any, else ours."""
        from almanac.renderer import house_renderer, own_renderer  # noqa: PLC0415 -- the same

        source, path = self.section_template, self.config.section_template
        return own_renderer(source, path, prepared) if source is not None and path else house_renderer()

    def index_renderer(self, prepared: Sequence[Event] = ()) -> "Renderer | None":
        """Return what writes an event's line in the second list, from its fields alone; None if the page has none."""
        from almanac.renderer import own_renderer  # noqa: PLC0415 -- the same

        source, path = self.index_template, self.config.index_template
        if source is None or path is None:
            return None
        render = own_renderer(source, path, [_without_text(event) for event in prepared])
        return lambda event: render(_without_text(event))


def _without_text(event: Event) -> Event:
    """Return a record as its fields alone say it: neither its section's text nor how that was written."""
    return event.model_copy(update={"markdown": None})
