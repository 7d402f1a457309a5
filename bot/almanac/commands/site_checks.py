"""The checks of `almanac doctor` on a site's own files: config, form, template, page, repository and workflow."""

import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from almanac import config as configs
from almanac.commands.build import build_files
from almanac.commands.discovery import Clone
from almanac.commands.findings import Finding, from_problems, ok
from almanac.commands.starter import WORKFLOW
from almanac.errors import ConfigError, UserError
from almanac.event.submission import FIELDS, NEEDED
from almanac.form.schema import Form, lint
from almanac.page.imitate import lands, samples
from almanac.page.outline import outline
from almanac.renderer import house_renderer, render_in_child
from almanac.site import Site
from almanac.yamlfile import load

_INIT = "`almanac init` writes one."
_FORMS = ".github/ISSUE_TEMPLATE/"
_WORKFLOWS = ".github/workflows"
_EXTRA = re.compile(r"""\bextra(?:\.([A-Za-z_][A-Za-z0-9_]*)|\[\s*["']([^"']+)["']\s*\])""")
_USES_ALMANAC = re.compile(r"uses:[ ]*[\"']?[A-Za-z0-9_.-]+/almanac@|\balmanac action\b")
_PERMISSIONS = ("contents", "issues", "pull-requests")
_FILES_SHOWN = 3


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


def check_form(site: Site) -> list[Finding]:
    """Read the form as Almanac does and as GitHub does."""
    path = site.config.form
    if site.text(path) is None:
        return [Finding("form", "error", "The issue form is missing.", _INIT, path)]
    try:
        form = site.form
    except ConfigError as error:
        remedy = "Fix this place, or replace the form with Almanac's own: `almanac init --force`."
        return from_problems("form", error.problems, remedy)
    found = from_problems("form", lint(form), "Otherwise an answer can be read in two ways.")
    found += [*_needed_fields(form), *_for_github(site, form)]
    return found or [ok("form", f"The form has {len(form.fields)} questions, and each answer can be told apart.")]


def readable_form(site: Site) -> Form | None:
    """Return the site's form, or None if there is none that can be read."""
    try:
        return site.form
    except UserError:
        return None


def _needed_fields(form: Form) -> Iterator[Finding]:
    fields = {field.id: field for field in form.fields}
    for name in NEEDED:
        if name not in fields:
            message = f"No question has the id `{name}`, and every event needs one."
            yield Finding("form", "error", message, f"Add a field with `id: {name}`.", form.path)
        elif not fields[name].required:
            message = f"The question `{name}` may be left blank, although every event needs it."
            remedy = "Put `validations: {required: true}` below it."
            yield Finding("form", "warning", message, remedy, form.path, fields[name].line)


def _for_github(site: Site, form: Form) -> Iterator[Finding]:
    path, labels = site.config.form, site.config.labels
    if not path.startswith(_FORMS) or not path.endswith((".yml", ".yaml")):
        message = "GitHub only offers forms that are in .github/ISSUE_TEMPLATE/ and end in .yml."
        yield Finding("form", "error", message, "Move the form there, and change `form` in the config.", path)
    data = load(site.text(path) or "", path).data
    for key in ("name", "description"):
        if not isinstance(data, dict) or not isinstance(data.get(key), str) or not data[key].strip():
            message = f"The form has no `{key}`, so GitHub does not offer it."
            yield Finding("form", "error", message, f"Add a line such as `{key}: New event` at its top.", path)
    if not form.labels:
        message = "The form gives its issues no label, so Almanac cannot recognize them."
        yield Finding("form", "error", message, "Add the line `labels: [event]` at its top.", path)
    elif labels and not {name.casefold() for name in labels} & {name.casefold() for name in form.labels}:
        message = "The form gives its issues none of the labels that the config names, so Almanac would ignore them."
        remedy = f"Write `labels: [{labels[0]}]` in the form, or take `labels` out of the config."
        yield Finding("form", "error", message, remedy, path)


# ---------------------------------------------------------------- the template and the page


def check_template(site: Site, form: Form | None) -> list[Finding]:
    """Write sample events as the site does, and look at what becomes of the form's own fields.

    Args:
        site: The site.
        form: Its form; None if it cannot be read.
    """
    own_fields = [field.id for field in form.fields if field.id not in FIELDS] if form else []
    page = outline(site.text(site.config.page) or "")
    events = samples(page.longest_list)
    path = site.config.section_template
    if path is None:
        found = []
        if own_fields:
            message = f"The answers to {', '.join(own_fields)} are kept in the record, but the page does not show them."
            remedy = "A section template of your own can show them: docs/templates.md."
            found.append(Finding("template", "warning", message, remedy))
        render = house_renderer()
        if page.sections and not all(lands(page, event, render(event)) for event in events):
            message = "New events are written in Almanac's own shape, but the events on the page have another one."
            remedy = f"Set `section_template` in {configs.PATH}; docs/templates.md has one for each kind of page."
            found.append(Finding("template", "warning", message, remedy))
        shape = "the shape of the events on the page" if page.sections else "Almanac's own shape"
        return found or [ok("template", f"New events are written in {shape}.")]
    source = site.text(path)
    if source is None:
        remedy = "Put it there, or take `section_template` out of the config."
        return [Finding("template", "error", "The section template is missing.", remedy, path)]
    try:
        written = render_in_child(source, events, path)
    except ConfigError as error:
        remedy = "Fix this line; docs/templates.md says what a template can use."
        return from_problems("template", error.problems, remedy)
    found = []
    if any(not text.strip() for text in written):
        message = "The template writes nothing for an event."
        found.append(Finding("template", "error", message, "Make it write at least the date and the title.", path))
    elif page.sections and not all(lands(page, event, text) for event, text in zip(events, written, strict=True)):
        message = "What the template writes would not be found on the page again as an event of that day."
        remedy = "Make its first line start like those on the page, with the date."
        found.append(Finding("template", "warning", message, remedy, path))
    if form:
        found += _extra_fields(source, own_fields, path)
    return found or [ok("template", "The section template writes a sample event in the right place.")]


def _extra_fields(source: str, own_fields: Sequence[str], path: str) -> Iterator[Finding]:
    used = {first or second for first, second in _EXTRA.findall(source)}
    for name in sorted(used - {*own_fields}):
        message = f"The template shows the answer `{name}`, but the form has no such question."
        yield Finding("template", "warning", message, f"Add a field with `id: {name}`, or leave it out.", path)
    if "extra" not in source or re.search(r"\bextra\b(?!\.|\[)", source):  # it may show all answers in a loop
        return
    for name in own_fields:
        if name not in used:
            message = f"The form asks for `{name}`, but the template does not show the answer."
            yield Finding("template", "warning", message, f"Put {{{{ extra.{name} }}}} into the template.", path)


def check_page(site: Site) -> list[Finding]:
    """Compare page and records as `almanac build --check` does."""
    path = site.config.page
    if site.text(path) is None:
        remedy = "Correct `page` in the config, or let `almanac init` create the page."
        return [Finding("page", "error", "The history page is missing.", remedy, path)]
    try:
        built = build_files(site)
        problems = built.problems
    except UserError as error:
        problems = error.problems
    if problems:
        return from_problems(
            "page", problems, "Fix this; `almanac build` reports it too, and goes on once it is fixed."
        )
    if built.files:
        names = sorted(built.files)
        shown = ", ".join(names[:_FILES_SHOWN]) + (" and more" if len(names) > _FILES_SHOWN else "")
        remedy = "`almanac build --check` shows how; `almanac build` brings them in sync."
        return [Finding("page", "error", f"The page and its records differ ({shown}).", remedy, path)]
    count = len(site.records)
    return [ok("page", f"The page matches its {count} record{'s' * (count != 1)}.")]


# ---------------------------------------------------------------- the repository and the workflow


def check_repository(clone: Clone, folder: Path) -> list[Finding]:
    """Check that the site's folder is the top of a git repository."""
    if clone.top is None:
        message = "This folder is not in a git repository, so none of it can reach GitHub."
        return [Finding("git", "error", message, "Clone the site's repository and work there.")]
    if clone.top != folder:
        message = "This is not the top folder of its repository, where GitHub looks for `.github`."
        return [Finding("git", "error", message, f"Run this again with `--site {clone.top}`.")]
    return [ok("git", f"The site is a git repository; its default branch is {clone.branch}.")]


def find_workflow(site: Site) -> str | None:
    """Return the path of the workflow that runs Almanac, or None."""
    paths = [f"{_WORKFLOWS}/{name}" for name in sorted(site.files.names(_WORKFLOWS)) if fnmatch(name, "*.y*ml")]
    return next((path for path in paths if _USES_ALMANAC.search(site.text(path) or "")), None)


def check_workflow(site: Site, clone: Clone, *, has_server: bool) -> list[Finding]:
    """Check what triggers the workflow that runs Almanac, and what it may do."""
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
    found = [*_triggers(data, clone, path), *_permissions(data, path)]
    concurrency = data.get("concurrency")
    if isinstance(concurrency, dict) and concurrency.get("cancel-in-progress") is True:
        message = "A newer run stops the one in progress, which can leave a proposal half-written."
        found.append(Finding("workflow", "warning", message, "Write `cancel-in-progress: false`.", path))
    return found or [ok("workflow", "The workflow runs for new issues, and may do what it has to.")]


def _triggers(data: dict[str, Any], clone: Clone, path: str) -> Iterator[Finding]:
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
    if clone.top and isinstance(branches, list) and not any(_matches(str(name), clone.branch) for name in branches):
        names = ", ".join(map(str, branches))
        message = f"The workflow waits for pushes to {names}, but the default branch is {clone.branch}."
        yield Finding("workflow", "warning", message, f"Write `branches: [{clone.branch}]` below `push:`.", path)


def _matches(pattern: str, branch: str) -> bool:
    """Tell whether a branch pattern of a workflow matches: `*` is the only special character that is looked at."""
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), branch) is not None


def _permissions(data: dict[str, Any], path: str) -> Iterator[Finding]:
    jobs = data.get("jobs")
    for job in jobs.values() if isinstance(jobs, dict) else ():
        listed = job.get("steps") if isinstance(job, dict) else None
        steps = [step for step in listed if isinstance(step, dict)] if isinstance(listed, list) else []
        if not any(_USES_ALMANAC.search(f"uses: {step.get('uses')}\n{step.get('run')}") for step in steps):
            continue
        given = job.get("permissions", data.get("permissions"))
        inputs = [step["with"] for step in steps if isinstance(step.get("with"), dict)]
        # For a step with a token of its own, the job's permissions do not count.
        if given is None or given == "write-all" or any(values.get("token") for values in inputs):
            continue
        lacking = [name for name in _PERMISSIONS if not isinstance(given, dict) or given.get(name) != "write"]
        if lacking:
            message = f"The workflow's job may not write: {', '.join(lacking)}."
            remedy = "Below the job's `permissions:`, add " + ", ".join(f"`{name}: write`" for name in lacking) + "."
            yield Finding("workflow", "error", message, remedy, path)
