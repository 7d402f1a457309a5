"""The checks of `almanac doctor` on a site's own files: config, form, template, page, Jekyll, git and workflow."""

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from difflib import get_close_matches
from fnmatch import fnmatch, fnmatchcase
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from almanac import config as configs
from almanac.catalogues import load_tongue
from almanac.commands import mending
from almanac.commands.build import build_files
from almanac.commands.checks import Edit, Finding, from_problems, ok
from almanac.commands.discovery import MARKDOWN, Checkout
from almanac.commands.left_out import left_out
from almanac.commands.origin import outdated, runs_almanac
from almanac.commands.shapes import Render, said_of_questions, with_answers
from almanac.commands.workflow import WORKFLOW, unwatched
from almanac.errors import ConfigError, UserError
from almanac.event.statuses import read_status
from almanac.event.submission import is_for_changes, needed_in, own_questions
from almanac.form.schema import Form, lint
from almanac.form.translated import form_words
from almanac.jekyll import Jekyll, jekyll_root, read_jekyll
from almanac.packaged import template
from almanac.page.imitate import lands, samples
from almanac.page.index import index_of
from almanac.page.lines import cut_lines, front_matter
from almanac.page.outline import outline
from almanac.paths import joined
from almanac.patterns import regex
from almanac.phrases import say
from almanac.proposal.ours import refuse_alike
from almanac.renderer import house_renderer
from almanac.sandbox import render_in_child
from almanac.site import Site
from almanac.text import first_few
from almanac.views.protocol import unshown
from almanac.yamlfile import load

_INIT = "`almanac init` writes one."
_FORMS = ".github/ISSUE_TEMPLATE/"
_OWN_FORMS = ("new-event.yml", "more-questions.yml", "change-event.yml")
_FEW_WORDS = 4  # that a translated form may well have left as they were
_WORKFLOWS = ".github/workflows"
_EXTRA = regex(r"""\bextra(?:\.([A-Za-z_][A-Za-z0-9_]*)|\[\s*["']([^"']+)["']\s*\])""")
_OTHER_WILDCARD = regex(r"[\[?]")
_JEKYLL_VERSION = regex(r"^    (jekyll|github-pages) \(([0-9]++)[0-9.]*\)$", re.MULTILINE)
_OLDEST_JEKYLL = 3
_TEMPLATE_LINE = "Fix this line; docs/templates.md says what a template can use."
_PERMISSIONS = ("contents", "issues", "pull-requests")


def check_config(site: Site) -> list[Finding]:
    """Read the config, its zones included."""
    try:
        _ = site.config
    except UserError as error:
        return from_problems("config", error.problems, "Fix this line; docs/configuration.md lists all keys.")
    if site.text(configs.PATH) is None:
        message = "The site has no config, so all settings have their defaults."
        return [Finding("config", "warning", message, _INIT, configs.PATH)]
    return [ok("config", "The config can be read, and its time zones are known.")]


# ---------------------------------------------------------------- the form


def check_forms(site: Site) -> list[Finding]:
    """Read the forms as Almanac does and as GitHub does: that for new events, and that for changes if there is one."""
    path = site.config.form
    if site.text(path) is None:
        return [Finding("form", "error", "The issue form is missing.", _INIT, path)]
    found = _check_form(site, path)
    is_first = site.history == next(iter(site.histories))  # the second form is the same for all histories
    has_second = is_first and site.text(configs.CHANGE_FORM) is not None
    return [*found, *_check_form(site, configs.CHANGE_FORM)] if has_second else found


def _check_form(site: Site, path: str) -> list[Finding]:
    try:
        form = site.form_at(path)
    except ConfigError as error:
        remedy = "Fix this place, or replace the form with Almanac's own: `almanac init --force`."
        return from_problems("form", error.problems, remedy)
    found = from_problems("form", lint(form), "Otherwise an answer can be read in two ways.")
    spread = Edit("Questions were moved, so that no textarea follows another.", path, mending.spread_textareas)
    found = [replace(one, mend=spread) if "follows the textarea" in one.message else one for one in found]
    found += [*_needed_fields(form), *_for_github(site, form), *_in_english(site, path)]
    name = "The form for changes" if is_for_changes(form) else "The form"
    return found or [ok("form", f"{name} has {len(form.fields)} questions, and each answer can be told apart.")]


def readable_form(site: Site) -> Form | None:
    """Return the site's form, or None if there is none that can be read."""
    try:
        return site.form
    except UserError:
        return None


def check_forms_apart(site: Site) -> list[Finding]:
    """See that each issue belongs to one history only."""
    readable = [(form, one.config.labels or form.labels) for one in site.each() if (form := readable_form(one))]
    refuse_alike(readable)
    return [ok("form", f"The {len(readable)} forms can be told apart.")] if len(readable) > 1 else []


def _needed_fields(form: Form) -> Iterator[Finding]:
    fields = {field.id: field for field in form.fields}
    each = say("every change") if is_for_changes(form) else say("every event")
    for name in needed_in(form):
        if name not in fields:
            message = say("No question has the id `{name}`, and {each} needs one.", name=name, each=each)
            yield Finding("form", "error", message, say("Add a field with `id: {name}`.", name=name), form.path)
        elif not fields[name].required:
            message = say("The question `{name}` may be left blank, although {each} needs it.", name=name, each=each)
            remedy = say("Put {lines} below it.", lines="`validations: {required: true}`")
            mend = Edit(f"The question `{name}` has to be answered now.", form.path, partial(mending.require, name))
            yield Finding("form", "warning", message, remedy, form.path, fields[name].line, mend=mend)
    choices = fields["change"].options if is_for_changes(form) and "change" in fields else ()
    if choices and not any(read_status(option.label) for option in choices):
        message = say(
            "None of the choices under `change` is one that I know, so they say nothing about whether it takes place."
        )
        remedy = say("Offer `Cancelled`, `Postponed` and `New date or time` among them.")
        yield Finding("form", "warning", message, remedy, form.path, fields["change"].line)


def _in_english(site: Site, path: str) -> Iterator[Finding]:
    """Find a form that was written before the site had its language."""
    language, tongue = site.config.language, load_tongue(site.config.language)
    if tongue is None:
        return
    words = {word for name in _OWN_FORMS for word in form_words(template(f"site/{name}"))}
    left = [word for word in form_words(site.text(path) or "") if word in words and tongue.text(word) != word]
    if len(left) > _FEW_WORDS:
        message = say("The form asks in English, and the site's language is `{language}`.", language=language)
        remedy = say("Translate it, or have both forms and the workflow written anew: `almanac init --force`.")
        yield Finding("form", "warning", message, remedy, path)


def _for_github(site: Site, form: Form) -> Iterator[Finding]:
    path, labels = form.path, site.config.labels
    is_second = is_for_changes(form) and not labels
    if is_second:  # it serves all histories
        others = [(one.config.labels, readable_form(one)) for one in site.each()]
        labels = tuple(label for own, other in others for label in own or (other.labels if other else ()))
    if not path.startswith(_FORMS) or not path.endswith((".yml", ".yaml")):
        message = say("GitHub only offers forms that are in .github/ISSUE_TEMPLATE/ and end in .yml.")
        yield Finding("form", "error", message, say("Move the form there, and change `form` in the config."), path)
    data = load(site.text(path) or "", path).data
    for key in ("name", "description"):
        if not isinstance(data, dict) or not isinstance(data.get(key), str) or not data[key].strip():
            message = say("The form has no `{key}`, so GitHub does not offer it.", key=key)
            title = "Change an event" if is_for_changes(form) else "New event"
            mend = Edit(f"The form has a `{key}` now.", path, partial(mending.top_key, f"{key}: {title}"))
            remedy = say("Add a line such as `{line}` at its top.", line=f"{key}: {title}")
            yield Finding("form", "error", message, remedy, path, mend=mend)
    if not form.labels:
        message = say("The form gives its issues no label, so Almanac cannot recognize them.")
        name = labels[0] if labels else "event"
        mend = Edit(
            f"The form gives the label {name} now.",
            path,
            partial(mending.top_key, f"labels: [{json.dumps(name, ensure_ascii=False)}]"),
        )
        remedy = say("Add a line such as `{line}` at its top.", line=f"labels: [{name}]")
        yield Finding("form", "error", message, remedy, path, mend=mend)
    elif labels and not {name.casefold() for name in labels} & {name.casefold() for name in form.labels}:
        message = say(
            "The form gives its issues none of the labels that the config names, so Almanac would ignore them."
        )
        remedy = say("Write `{line}` in the form, or take `labels` out of the config.", line=f"labels: [{labels[0]}]")
        if is_second:
            message = say(
                "The form gives its issues none of the labels that the other form gives, so Almanac would ignore them."
            )
            remedy = say("Write `{line}` in the form.", line=f"labels: [{labels[0]}]")
        yield Finding("form", "error", message, remedy, path)


# ---------------------------------------------------------------- the template and the page


def check_template(site: Site, form: Form | None) -> list[Finding]:
    """Write sample events as the site does; look at which answers to its form's questions, if it can be read, show."""
    page = outline(site.text(site.config.page) or "")
    bare, full = samples(page.alive_list)
    full = with_answers(full, form) if form else full
    path, source = site.config.section_template, ""
    render: Render = partial(map, house_renderer())
    if path is not None:
        own = site.text(path)
        if own is None:
            remedy = "Put it there, or take `section_template` out of the config."
            return [Finding("template", "error", "The section template is missing.", remedy, path)]
        source, render = own, partial(render_in_child, own, file=path)
    try:
        written = [*render((bare, full))]
    except ConfigError as error:
        return from_problems("template", error.problems, _TEMPLATE_LINE)
    lost = page.sections and not all(map(lands, (page, page), (bare, full), written))
    found = []
    if any(not text.strip() for text in written):
        message = "The template writes nothing for an event."
        found.append(Finding("template", "error", message, "Make it write at least the date and the title.", path))
    elif lost and path is None:
        message = "New events are written in Almanac's own shape, but the events on the page have another one."
        remedy = f"Set `section_template` in {configs.PATH}; docs/templates.md has one for each kind of page."
        found.append(Finding("template", "warning", message, remedy))
    elif lost:
        message = "What the template writes would not be found on the page again as an event of that day."
        remedy = "Make its first line start like those on the page, with the date."
        found.append(Finding("template", "warning", message, remedy, path))
    found += _own_questions(form, source, unshown(full, written[1]), path) if form else ()
    said = said_of_questions(form, full, written[1], render) if form else ""
    right = "" if found else "A sample event is written in the right place. "
    return [*found, ok("template", right + said)] if right + said else found


def check_index_template(site: Site) -> list[Finding]:
    """Write sample events as the page's second list names them."""
    path = site.config.index_template
    if path is None:
        return []
    page, source = outline(site.text(site.config.page) or ""), site.text(path)
    if source is None:
        remedy = "Put it there, or take `index_template` out of the config."
        return [Finding("index", "error", "The template of the second list is missing.", remedy, path)]
    sections = index_of(page)
    if not sections:
        message = "The page has no second list that names its events once more, in another shape than their sections."
        return [Finding("index", "warning", message, "Take `index_template` out of the config.", path)]
    events = samples(sections)
    try:
        written = render_in_child(source, events, path)
    except ConfigError as error:
        return from_problems("index", error.problems, _TEMPLATE_LINE)
    if all(text.strip() and lands(page, event, text, sections) for event, text in zip(events, written, strict=True)):
        return [ok("index", "Each new event also gets a line in the second list.")]
    message = "What the template of the second list writes would not be found in that list again."
    return [Finding("index", "warning", message, "Make it write lines like those of the list, with the date.", path)]


def _own_questions(form: Form, source: str, hidden: Collection[str], path: str | None) -> Iterator[Finding]:
    """Compare the form's own questions with what the template names, and with what of a sample does not show."""
    own = [field.id for field in own_questions(form)]
    used = {first or second for first, second in _EXTRA.findall(source)}
    for name in sorted(used - {field.id for field in form.fields}):
        message = f"The template shows the answer `{name}`, but the form has no such question."
        yield Finding("template", "warning", message, f"Add a field with `id: {name}`, or leave it out.", path)
    for name in own:
        # A template may show some answers only in some cases.
        if name in hidden and name not in used:
            message = f"The form asks for `{name}`, but the page does not show the answer: only the record keeps it."
            remedy = f"Put {{{{ extra.{name} }}}} into the template."
            if path is None:
                remedy = "A section template of your own can show it: docs/templates.md."
            yield Finding("template", "warning", message, remedy, path)


def check_page(site: Site) -> list[Finding]:
    """Compare page and records as `almanac build --check` does."""
    path = site.config.page
    if site.text(path) is None:
        near = get_close_matches(path, [one for one in site.files.paths() if one.endswith(MARKDOWN)], 1)
        meant = (
            f"There is `{near[0]}`. If that is the page, put it into `page` in the config; otherwise" if near else ""
        )
        remedy = f"{meant or 'Correct `page` in the config, or'} let `almanac init` create the page."
        return [Finding("page", "error", "The history page is missing.", remedy, path)]
    try:
        built = build_files(site)
        problems = built.problems
    except UserError as error:
        problems = error.problems
    if problems:
        remedy = "Fix this; `almanac build` reports it too, and goes on once it is fixed."
        return from_problems("page", problems, remedy)
    if built.files:
        shown = first_few(sorted(built.files))
        remedy = "`almanac build --check` shows how; `almanac build` brings them in sync."
        return [Finding("page", "error", f"The page and its records differ ({shown}).", remedy, path)]
    count = len(site.records)
    return [ok("page", f"The page matches its {count} record{'s' * (count != 1)}.")]


def check_records(site: Site) -> list[Finding]:
    """Look for what records would hide in Jekyll's data folder, or mix with."""
    try:
        _ = site.ids
    except UserError as error:
        return from_problems("records", error.problems, "Then move the records there, if there are any.")
    return []


# ---------------------------------------------------------------- whether Jekyll builds the page


def check_jekyll(site: Site) -> list[Finding]:
    """Look for what would keep the page or the records out of the built site."""
    page, records = site.config.page, site.config.records
    text = site.text(page)
    if text is None:
        return []
    try:
        jekyll = read_jekyll(site.text, site.files.names, page)
    except UserError:
        message = "Jekyll's config is not valid YAML, so Jekyll would build nothing."
        file = joined(jekyll_root(site.files.names, page), "_config.yml")
        return [Finding("jekyll", "error", message, "Fix its YAML.", file)]
    found = [*_excluded(jekyll, page), *_records_place(jekyll, records), *_page_front_matter(site, jekyll, text)]
    found += _jekyll_version(site, joined(jekyll.root, "Gemfile.lock"))
    return found or [ok("jekyll", "Jekyll builds the page, and finds the records.")]


def _excluded(jekyll: Jekyll, page: str) -> Iterator[Finding]:
    source, path = jekyll.source, jekyll.inside(page)
    if source and not path.startswith(f"{source}/"):
        message = f"Jekyll builds the folder {source}, and the page is not in it."
        yield Finding("jekyll", "error", message, f"Move the page to {source}/, or change `source`.", jekyll.file)
    yield from left_out("jekyll", jekyll, page, "the page")


def _records_place(jekyll: Jekyll, records: str) -> Iterator[Finding]:
    folder, data = jekyll.inside(records), jekyll.data
    if f"{folder}/".startswith(f"{data}/"):
        return
    message = f"The records are not in Jekyll's data folder ({data})"
    if folder[:1] in ("_", "."):
        message += ", so a Liquid loop cannot use them."
        remedy = "The page does not need such a loop. If yours does, change `records` or Jekyll's `data_dir`."
    else:
        message += ": Jekyll would copy them into the site as they are."
        remedy = f"Set `records` to a folder in {data}/."
    yield Finding("jekyll", "warning", message, remedy, records)


def _page_front_matter(site: Site, jekyll: Jekyll, text: str) -> Iterator[Finding]:
    page, lines = site.config.page, cut_lines(text).texts
    end = front_matter(lines)
    if not end:
        message = "The page has no front matter (two lines of `---` at its top), so plain Jekyll copies it as it is."
        remedy = "Put `---` on each of the first two lines. GitHub Pages builds the page even without them."
        yield Finding("jekyll", "warning", message, remedy, page)
        return
    try:
        values = yaml.safe_load("\n".join(lines[1 : end - 1])) or {}
    except yaml.YAMLError:
        message = "The page's front matter is not valid YAML, so Jekyll cannot build the page."
        yield Finding("jekyll", "error", message, "Fix it: texts with a colon need quotes.", page, 1)
        return
    if not isinstance(values, dict):
        return
    if values.get("published") is False:
        message = "The page's front matter says `published: false`, so Jekyll leaves the page out."
        yield Finding("jekyll", "error", message, "Take that line out.", page, 1)
    layout = values.get("layout")
    if not isinstance(layout, str) or layout in ("", "none", "null"):
        return
    folder = joined(jekyll.root, jekyll.path("layouts_dir", "_layouts"))
    place, _, name = layout.rpartition("/")
    own = any(file.startswith(f"{name}.") for file in site.files.names(joined(folder, place)))
    if not (own or jekyll.settings.get("theme") or jekyll.settings.get("remote_theme")):
        message = (
            f"There is no layout `{layout}` in {folder}, and no theme that could have one: the page will look bare."
        )
        remedy = "Set a `theme` in Jekyll's config, or use another `layout` in the page's front matter."
        yield Finding("jekyll", "warning", message, remedy, page)


def _jekyll_version(site: Site, path: str) -> Iterator[Finding]:
    lock = site.text(path)
    if lock is None:
        return
    found = dict(_JEKYLL_VERSION.findall(lock))
    if not found:
        message = "The Gemfile's lock file does not include Jekyll."
        yield Finding("jekyll", "warning", message, 'Put `gem "jekyll"` into the Gemfile.', path)
    elif int(found.get("jekyll", _OLDEST_JEKYLL)) < _OLDEST_JEKYLL:
        message = f"The site is locked to Jekyll {found['jekyll']}; Almanac's pages are tested with 3 and 4."
        yield Finding("jekyll", "warning", message, "Run `bundle update jekyll`.", path)


# ---------------------------------------------------------------- the repository and the workflow


def check_repository(checkout: Checkout, folder: Path) -> list[Finding]:
    """Check that the site's folder is the top of a git repository."""
    if checkout.top is None:
        message = "This folder is not in a git repository, so none of it can reach GitHub."
        return [Finding("git", "error", message, "Clone the site's repository, and work there.")]
    if checkout.top != folder:
        message = "This is not the top folder of its repository, where GitHub looks for `.github`."
        return [Finding("git", "error", message, f"Run this again with `--site {checkout.top}`.")]
    return [ok("git", f"The site is a git repository; its default branch is {checkout.branch}.")]


def find_workflow(site: Site) -> str | None:
    """Return the path of the workflow that runs Almanac, or None."""
    paths = [f"{_WORKFLOWS}/{name}" for name in sorted(site.files.names(_WORKFLOWS)) if fnmatch(name, "*.y*ml")]
    return next((path for path in paths if runs_almanac(site.text(path) or "")), None)


def check_workflow(site: Site, checkout: Checkout, action: str, *, has_server: bool) -> list[Finding]:
    """Check what triggers the workflow that runs Almanac, what it may do, and whether it is the installed one."""
    path = find_workflow(site)
    if path is None and has_server:
        return [ok("workflow", "No workflow runs Almanac here; a server does.")]
    if path is None:
        other = f"{WORKFLOW} is another workflow: rename it. Then {_INIT}"
        message = "No workflow runs Almanac, so nothing looks at new issues."
        return [Finding("workflow", "error", message, other if site.text(WORKFLOW) else _INIT)]
    try:
        data = load(site.text(path) or "", path).data
    except UserError as error:
        remedy = "Fix it, or replace it with Almanac's own: `almanac init --force`."
        return from_problems("workflow", error.problems, remedy)
    if not isinstance(data, dict):
        return [Finding("workflow", "error", "This is not a workflow.", _INIT, path)]
    found = [*_triggers(data, checkout, path), *_watching(data, site, path), *_permissions(data, path)]
    if behind := outdated(site.text(path) or "", action):
        found.append(Finding("workflow", "warning", behind, f"To run this one, write `uses: {action}`.", path))
    concurrency = data.get("concurrency")
    if isinstance(concurrency, dict) and concurrency.get("cancel-in-progress") is True:
        message = "A newer run stops the one in progress, which can leave a proposal half-written."
        mend = Edit("A run of the workflow is let finish now.", path, mending.let_finish)
        found.append(Finding("workflow", "warning", message, "Write `cancel-in-progress: false`.", path, mend=mend))
    return found or [ok("workflow", "The workflow runs for new issues, and may do what it has to.")]


def _triggers(data: dict[str, Any], checkout: Checkout, path: str) -> Iterator[Finding]:
    on = data.get("on")
    triggers = dict.fromkeys([on] if isinstance(on, str) else map(str, on)) if isinstance(on, str | list) else on
    triggers = triggers if isinstance(triggers, dict) else {}
    if "issues" not in triggers:
        message = "The workflow does not run when an issue is filed."
        yield Finding("workflow", "error", message, "Add `issues:` below `on:`.", path)
    types = triggers["issues"].get("types") if isinstance(triggers.get("issues"), dict) else None
    lacking = [name for name in ("opened", "edited", "labeled") if isinstance(types, list) and name not in types]
    if lacking:
        message = f"The workflow does not run when an issue is {' or '.join(lacking)}."
        remedy = "Add it to `types` below `issues:`."
        yield Finding("workflow", "error" if "opened" in lacking else "warning", message, remedy, path)
    if not {"push", "schedule"} & triggers.keys():
        message = "Nothing makes Almanac look at all issues again, so anything that one run missed stays missed."
        yield Finding("workflow", "warning", message, "Add `push:` or `schedule:` below `on:`.", path)
    branches = triggers["push"].get("branches") if isinstance(triggers.get("push"), dict) else None
    if checkout.top and isinstance(branches, list):
        # Of the special characters in a workflow's branch patterns, only `*` is looked at.
        patterns = [_OTHER_WILDCARD.sub(r"[\g<0>]", str(name)) for name in branches]
        if not any(fnmatchcase(checkout.branch, pattern) for pattern in patterns):
            names = ", ".join(map(str, branches))
            message = f"The workflow waits for pushes to {names}, but the default branch is {checkout.branch}."
            yield Finding("workflow", "warning", message, f"Write `branches: [{checkout.branch}]` below `push:`.", path)


def _watching(data: dict[str, Any], site: Site, path: str) -> Iterator[Finding]:
    """Check that a push of any file that Almanac reads or writes starts the workflow, if it says which do."""
    if lacking := _unwatched(data, site):
        message = f"A push that changes only {first_few(lacking)} does not start the workflow."
        remedy = "Add that to `paths` below `push:`, or let `almanac init --force` write the workflow anew."
        mend = Edit(f"A push of {first_few(lacking)} starts the workflow now.", path, partial(mending.watch, lacking))
        yield Finding("workflow", "warning", message, remedy, path, mend=mend)


def unwatched_by(path: str, site: Site) -> list[str]:
    """Return the patterns of files that should start a workflow, and do not; none if it starts at each push."""
    try:
        return _unwatched(load(site.text(path) or "", path).data, site)
    except UserError:
        return []  # which is told of the workflow


def _unwatched(data: Any, site: Site) -> list[str]:
    on = data.get("on") if isinstance(data, dict) else None
    push = on.get("push") if isinstance(on, dict) else None
    paths = push.get("paths") if isinstance(push, dict) else None
    if not isinstance(paths, list):
        return []
    given = [str(one) for one in paths]
    try:
        return [*dict.fromkeys(one for config in site.histories.values() for one in unwatched(given, config))]
    except UserError:
        return []  # which is told of the config


def _permissions(data: dict[str, Any], path: str) -> Iterator[Finding]:
    jobs = data.get("jobs")
    for name, job in jobs.items() if isinstance(jobs, dict) else ():
        listed = job.get("steps") if isinstance(job, dict) else None
        steps = [step for step in listed if isinstance(step, dict)] if isinstance(listed, list) else []
        if not any(runs_almanac(f"uses: {step.get('uses')}\n{step.get('run')}") for step in steps):
            continue
        given = job.get("permissions", data.get("permissions"))
        inputs = [step["with"] for step in steps if isinstance(step.get("with"), dict)]
        # For a step with a token of its own, the job's permissions do not count.
        if given is None or given == "write-all" or any(values.get("token") for values in inputs):
            continue
        lacking = [one for one in _PERMISSIONS if not isinstance(given, dict) or given.get(one) != "write"]
        if lacking:
            message = f"The workflow's job may not write: {', '.join(lacking)}."
            remedy = "Below the job's `permissions:`, add " + ", ".join(f"`{one}: write`" for one in lacking) + "."
            does = f"The workflow's job may write {', '.join(lacking)} now."
            mend = Edit(does, path, partial(mending.allow, name, lacking))
            yield Finding("workflow", "error", message, remedy, path, mend=mend)
