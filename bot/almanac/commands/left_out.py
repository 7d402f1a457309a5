"""What Jekyll leaves out of the site that it builds."""

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from functools import partial

from almanac.commands.checks import Edit, Finding
from almanac.jekyll import Jekyll
from almanac.paths import joined

# What Jekyll leaves out unless the config says otherwise.
_LEFT_OUT = ("Gemfile", "Gemfile.lock", "node_modules", "vendor/bundle", "vendor/cache", "vendor/gems", "vendor/ruby")


def left_out(check: str, jekyll: Jekyll, path: str, name: str) -> Iterator[Finding]:
    """Find why Jekyll would leave a file out, which is called `name`.

    These are the steps of Jekyll's own EntryFilter: from folder to folder, each name is let through or not.
    """
    from almanac.commands.mending import included, not_excluded  # which reads forms, too

    parts = jekyll.inside(path).split("/")
    let_in = jekyll.strings("include")
    excluded = [one for one in (*jekyll.strings("exclude"), *_LEFT_OUT) if one not in let_in]
    collections = jekyll.settings.get("collections")
    in_collection = isinstance(collections, dict | list) and parts[0][:1] == "_" and parts[0][1:] in collections
    for depth, part in enumerate(parts, 1):
        if _covers(let_in, part):
            continue
        pattern = next((one for one in excluded if _covers([one], "/".join(parts[:depth]))), None)
        if pattern is not None:
            message = f"Jekyll leaves {name} out, because `exclude` contains `{pattern}`."
            does, remedy = f"`{pattern}` is out of Jekyll's `exclude` now.", "Take it out of `exclude`."
            mend = Edit(does, jekyll.file, partial(not_excluded, pattern)) if jekyll.file else None
            yield Finding(check, "error", message, remedy, jekyll.file or path, mend=mend)
        elif (part[0] in "._#~" or part[-1] == "~") and not (in_collection and depth == 1):
            message = f"Jekyll leaves out anything with a name like `{part}`, and so {name}."
            remedy = f'Put `include: ["{part}"]` into Jekyll\'s config, or rename it.'
            config = jekyll.file or joined(jekyll.root, "_config.yml")
            mend = Edit(f"`{part}` is in Jekyll's `include` now.", config, partial(included, part))
            yield Finding(check, "error", message, remedy, path, mend=mend)


def _covers(patterns: Sequence[str], path: str) -> bool:
    """Tell whether one of Jekyll's patterns matches a path; to Jekyll, the beginning of a path matches it too."""
    cleaned = (pattern.removeprefix("./").removeprefix("/") for pattern in patterns)
    return any(fnmatchcase(path, one) or path.startswith(one) or one == f"{path}/" for one in cleaned if one)
