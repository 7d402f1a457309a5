"""Checks of a site's own files: config, form, template, page and records.

Checks of what Jekyll will do with the page and the records.
"""

import fnmatch
import re
from collections.abc import Iterator, Sequence

import yaml

from almanac import config as configs
from almanac.commands.checks_github import Finding, of_error, of_problems, ok
from almanac.commands.pages import build_files
from almanac.commands.site_search import Jekyll, jekyll_root, read_jekyll
from almanac.config import Config
from almanac.errors import ConfigError, UserError
from almanac.event.model import Event
from almanac.event.submission import FIELDS, NEEDED
from almanac.form.schema import Form, lint, read_form
from almanac.page.imitate import lands, samples
from almanac.page.lines import cut_lines, front_matter
from almanac.page.outline import Page, longest, outline
from almanac.renderer import house_renderer, render_in_child
from almanac.site import Folder
from almanac.yamlfile import load

_INIT = "`almanac init` writes one."
_FORMS = ".github/ISSUE_TEMPLATE/"
_EXTRA = re.compile(r"""\bextra(?:\.([A-Za-z_][A-Za-z0-9_]*)|\[\s*["']([^"']+)["']\s*\])""")


def check_config(folder: Folder) -> tuple[Config | None, list[Finding]]:
    """Read the config, its zones included; None where it has mistakes."""
    try:
        config = folder.config()
    except ConfigError as error:
        return None, of_error("config", error, "Mend this line; docs/configuration.md lists all keys.")
    if folder.text(configs.PATH) is None:
        message = "The site has no config, so all settings are the usual ones."
        return config, [Finding("config", "warning", message, _INIT, configs.PATH)]
    return config, [ok("config", "The config can be read, and its time zones are known.")]


def check_form(folder: Folder, config: Config) -> tuple[Form | None, list[Finding]]:
    """Read the form as Almanac does and as GitHub does."""
    text = folder.text(config.form)
    if text is None:
        return None, [Finding("form", "error", "The issue form is missing.", _INIT, config.form)]
    try:
        form = read_form(text, config.form)
    except ConfigError as error:
        return None, of_error(
            "form", error, "Mend this place, or take Almanac's own form again: `almanac init --force`."
        )
    found = of_problems("form", lint(form), "Without this, an answer can be read in two ways.")
    found += _needed(form)
    found += _for_github(text, config, form)
    return form, found or [
        ok("form", f"The form asks {len(form.fields)} questions, and each answer can be told apart.")
    ]


def _needed(form: Form) -> Iterator[Finding]:
    fields = {field.id: field for field in form.fields}
    for name in NEEDED:
        if name not in fields:
            message = f"No question has the id `{name}`, and every event needs one."
            yield Finding("form", "error", message, f"Add a field with `id: {name}`.", form.path)
        elif not fields[name].required:
            message = f"The question `{name}` may be left blank, though every event needs it."
            remedy = "Put `validations: {required: true}` below it."
            yield Finding("form", "warning", message, remedy, form.path, fields[name].line)


def _for_github(text: str, config: Config, form: Form) -> Iterator[Finding]:
    if not config.form.startswith(_FORMS) or not config.form.endswith((".yml", ".yaml")):
        message = "GitHub offers only forms that stand in .github/ISSUE_TEMPLATE/ and end in .yml."
        yield Finding(
            "form", "error", message, "Move the form there, and name it as `form` in the config.", config.form
        )
    data = load(text, config.form).data
    for key in ("name", "description"):
        if not isinstance(data, dict) or not isinstance(data.get(key), str) or not data[key].strip():
            message = f"The form has no `{key}`, so GitHub does not offer it."
            yield Finding("form", "error", message, f"Add a line such as `{key}: New event` at its top.", config.form)
    if not form.labels:
        message = "The form gives its issues no label, so Almanac cannot know them."
        yield Finding("form", "error", message, "Add the line `labels: [event]` at its top.", config.form)
    elif config.labels and not {name.casefold() for name in config.labels} & {name.casefold() for name in form.labels}:
        message = "The form gives its issues none of the labels that the config names, so they would not be looked at."
        remedy = f"Write `labels: [{config.labels[0]}]` into the form, or take `labels` out of the config."
        yield Finding("form", "error", message, remedy, config.form)


def check_template(folder: Folder, config: Config, form: Form | None) -> list[Finding]:
    """Write sample events with the site's template, in the sandbox, and see what it makes of the form's own fields."""
    own = [field.id for field in form.fields if field.id not in FIELDS] if form else []
    page = outline(folder.text(config.page) or "")
    events = samples(longest(page.groups))
    if config.section_template is None:
        return _house(page, events, own)
    source, path = folder.text(config.section_template), config.section_template
    if source is None:
        remedy = "Put it there, or take `section_template` out of the config."
        return [Finding("template", "error", "The section template is missing.", remedy, path)]
    try:
        written = render_in_child(source, events, path)
    except ConfigError as error:
        return of_error("template", error, "Mend this line; docs/templates.md says what a template can use.")
    found = [*_lands(page, events, written, path), *_fields(source, own, form, path)]
    return found or [ok("template", "The section template writes a sample event where it belongs.")]


def _house(page: Page, events: tuple[Event, ...], own: list[str]) -> list[Finding]:
    found = []
    if own:
        message = f"The answers to {', '.join(own)} are kept in the record, and the page does not show them."
        remedy = "A section template of the site's own can: docs/templates.md."
        found.append(Finding("template", "warning", message, remedy))
    render = house_renderer()
    if page.sections and not all(lands(page, event, render(event)) for event in events):
        message = "New events are written in Almanac's own shape, and the page's events have another one."
        remedy = f"Name a section template in {configs.PATH}; docs/templates.md shows one for each kind of page."
        found.append(Finding("template", "warning", message, remedy))
    said = "New events are written in the shape that the page's events have."
    return found or [ok("template", said if page.sections else "New events are written in Almanac's own shape.")]


def _lands(page: Page, events: tuple[Event, ...], written: list[str], path: str) -> Iterator[Finding]:
    if any(not text.strip() for text in written):
        message = "The template writes nothing for an event."
        yield Finding("template", "error", message, "Let it write at least the date and the title.", path)
    elif page.sections and not all(lands(page, event, text) for event, text in zip(events, written, strict=True)):
        message = "What the template writes would not be found again on the page as an event of that day."
        remedy = "Let its first line begin as those of the page do, with the date."
        yield Finding("template", "warning", message, remedy, path)


def _fields(source: str, own: list[str], form: Form | None, path: str) -> Iterator[Finding]:
    used = {first or second for first, second in _EXTRA.findall(source)}
    for name in sorted(used - {*own}) if form else ():
        message = f"The template shows the answer `{name}`, and the form has no such question."
        yield Finding("template", "warning", message, f"Add a field with `id: {name}`, or leave it out.", path)
    for name in own if "extra" in source else []:
        if name not in used and not re.search(r"\bextra\b(?!\.|\[)", source):
            message = f"The form asks `{name}`, and the template does not show the answer."
            yield Finding("template", "warning", message, f"Put {{{{ extra.{name} }}}} into the template.", path)


def check_page(folder: Folder, config: Config) -> list[Finding]:
    """Compare page and records as `almanac build --check` does."""
    if folder.text(config.page) is None:
        remedy = "Name the right one as `page` in the config, or let `almanac init` make it."
        return [Finding("page", "error", "The history page is missing.", remedy, config.page)]
    try:
        before, changed = build_files(folder, config)
    except UserError as error:
        return of_error("page", error, "Mend this; `almanac build` says the same, and goes on once it is mended.")
    if changed:
        names = ", ".join(sorted(changed)[:3]) + (" and more" if len(changed) > 3 else "")  # noqa: PLR2004
        message = f"The page and its records differ ({names})."
        remedy = "`almanac build --check` shows how; `almanac build` brings them in line."
        return [Finding("page", "error", message, remedy, config.page)]
    records = len(before) - 1
    return [ok("page", f"The page is what its {records} record{'s' * (records != 1)} give.")]


# What Jekyll leaves out if the config does not say otherwise.
_LEFT_OUT = ("Gemfile", "Gemfile.lock", "node_modules", "vendor/bundle", "vendor/cache", "vendor/gems", "vendor/ruby")
_JEKYLL = re.compile(r"^    (jekyll|github-pages) \(([0-9]+)[0-9.]*\)$", re.MULTILINE)
_OLDEST = 3


def check_jekyll(folder: Folder, config: Config) -> list[Finding]:
    """Look for what would keep the page or the records out of the built site."""
    if folder.text(config.page) is None:
        return []
    try:
        jekyll = read_jekyll(folder, config.page)
    except yaml.YAMLError:
        message = "Jekyll's config cannot be read, so Jekyll would build nothing."
        file = "/".join(filter(None, (jekyll_root(folder, config.page), "_config.yml")))
        return [Finding("jekyll", "error", message, "Mend its YAML.", file)]
    found = [*_source(jekyll, config), *_hidden(jekyll, config), *_records(jekyll, config)]
    found += [*_front_matter(folder, jekyll, config), *_version(folder, jekyll)]
    return found or [ok("jekyll", "Jekyll builds the page, and finds the records.")]


def _source(jekyll: Jekyll, config: Config) -> Iterator[Finding]:
    source = jekyll.source
    if source and not jekyll.inside(config.page).startswith(f"{source}/"):
        message = f"Jekyll builds the folder {source}, and the page is not in it."
        yield Finding("jekyll", "error", message, f"Move the page to {source}/, or change `source`.", jekyll.file)


def _hidden(jekyll: Jekyll, config: Config) -> Iterator[Finding]:
    """Follow Jekyll's own steps (its EntryFilter): from folder to folder, each name is let through or not."""
    parts = jekyll.inside(config.page).split("/")
    included = jekyll.strings("include")
    excluded = [one for one in (*jekyll.strings("exclude"), *_LEFT_OUT) if one not in included]
    collections = jekyll.settings.get("collections")
    collected = parts[0][1:] in collections if parts[0][:1] == "_" and isinstance(collections, dict | list) else False
    for depth, part in enumerate(parts, 1):
        if _matches(included, part):
            continue
        pattern = next((one for one in excluded if _matches([one], "/".join(parts[:depth]))), None)
        if pattern is not None:
            message = f"Jekyll leaves the page out: `{pattern}` stands under `exclude`."
            yield Finding("jekyll", "error", message, "Take it out there.", jekyll.file or config.page)
        elif (part[0] in "._#~" or part[-1] == "~") and not (collected and depth == 1):
            message = f"Jekyll leaves out what is called `{part}`, and so the page."
            remedy = f'Put `include: ["{part}"]` into Jekyll\'s config, or name it without the mark.'
            yield Finding("jekyll", "error", message, remedy, config.page)


def _matches(patterns: Sequence[str], path: str) -> bool:
    """Tell whether one of Jekyll's patterns means a path; to Jekyll, every beginning of a path means it."""
    return any(
        fnmatch.fnmatchcase(path, one) or path.startswith(one) or one == f"{path}/"
        for one in (pattern.removeprefix("./").removeprefix("/") for pattern in patterns)
        if one
    )


def _records(jekyll: Jekyll, config: Config) -> Iterator[Finding]:
    folder, data = jekyll.inside(config.records), jekyll.data
    if f"{folder}/".startswith(f"{data}/"):
        return
    if folder[:1] in ("_", "."):
        message = f"The records are not in Jekyll's data folder ({data}), so a Liquid loop cannot use them."
        remedy = "The page needs no such loop. If yours does, change `records` or Jekyll's `data_dir`."
        yield Finding("jekyll", "warning", message, remedy, config.records)
    else:
        message = (
            f"The records are not in Jekyll's data folder ({data}): Jekyll would copy them into the site as they are."
        )
        yield Finding("jekyll", "warning", message, f"Let `records` name a folder in {data}/.", config.records)


def _front_matter(folder: Folder, jekyll: Jekyll, config: Config) -> Iterator[Finding]:
    lines = cut_lines(folder.text(config.page) or "").texts
    end = front_matter(lines)
    if not end:
        message = "The page has no front matter (two lines of `---` at its top), so a plain Jekyll copies it as it is."
        remedy = "Put `---` into the first two lines. GitHub Pages builds it all the same."
        yield Finding("jekyll", "warning", message, remedy, config.page)
        return
    try:
        values = yaml.safe_load("\n".join(lines[1 : end - 1])) or {}
    except yaml.YAMLError:
        message = "The page's front matter is no YAML, so Jekyll cannot build the page."
        yield Finding("jekyll", "error", message, "Mend it: texts with a colon need quotes.", config.page, 1)
        return
    if not isinstance(values, dict):
        return
    if values.get("published") is False:
        message = "The page's front matter says `published: false`, so Jekyll leaves it out."
        yield Finding("jekyll", "error", message, "Take that line out.", config.page, 1)
    yield from _layout(folder, jekyll, config, values.get("layout"))


def _layout(folder: Folder, jekyll: Jekyll, config: Config, layout: object) -> Iterator[Finding]:
    if not isinstance(layout, str) or layout in ("", "none", "null"):
        return
    layouts = "/".join(filter(None, (jekyll.root, jekyll.text("layouts_dir", "_layouts"))))
    own = (folder.root / layouts).glob(f"{_escaped(layout)}.*")
    if any(own) or jekyll.settings.get("theme") or jekyll.settings.get("remote_theme"):
        return
    message = (
        f"There is no layout `{layout}` in {layouts}, and no theme that would bring one: the page would look bare."
    )
    remedy = "Name a `theme` in Jekyll's config, or another `layout` in the page's front matter."
    yield Finding("jekyll", "warning", message, remedy, config.page)


def _escaped(layout: str) -> str:
    return re.sub(r"([\[\]*?])", r"[\1]", layout)


def _version(folder: Folder, jekyll: Jekyll) -> Iterator[Finding]:
    path = f"{jekyll.root}/Gemfile.lock".lstrip("/")
    lock = folder.text(path)
    if lock is None:
        return
    found = dict(_JEKYLL.findall(lock))
    if not found:
        message = "The Gemfile's lock file names no Jekyll."
        yield Finding("jekyll", "warning", message, 'Put `gem "jekyll"` into the Gemfile.', path)
    elif int(found.get("jekyll", _OLDEST)) < _OLDEST:
        message = f"The site is locked to Jekyll {found['jekyll']}; Almanac's pages are tried with 3 and 4."
        yield Finding("jekyll", "warning", message, "Run `bundle update jekyll`.", path)
