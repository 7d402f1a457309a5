"""What Jekyll leaves out of the site that it builds."""

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from almanac.commands.checks import Finding
from almanac.jekyll import Jekyll

# What Jekyll leaves out unless the config says otherwise.
_LEFT_OUT = ("Gemfile", "Gemfile.lock", "node_modules", "vendor/bundle", "vendor/cache", "vendor/gems", "vendor/ruby")


def left_out(check: str, jekyll: Jekyll, path: str, name: str) -> Iterator[Finding]:
    """Find why Jekyll would leave a file out, which is called `name`.

    These are the steps of Jekyll's own EntryFilter: from folder to folder, each name is let through or not.
    """
    parts = jekyll.inside(path).split("/")
    included = jekyll.strings("include")
    excluded = [one for one in (*jekyll.strings("exclude"), *_LEFT_OUT) if one not in included]
    collections = jekyll.settings.get("collections")
    in_collection = isinstance(collections, dict | list) and parts[0][:1] == "_" and parts[0][1:] in collections
    for depth, part in enumerate(parts, 1):
        if _covers(included, part):
            continue
        pattern = next((one for one in excluded if _covers([one], "/".join(parts[:depth]))), None)
        if pattern is not None:
            message = f"Jekyll leaves {name} out, because `exclude` contains `{pattern}`."
            yield Finding(check, "error", message, "Take it out of `exclude`.", jekyll.file or path)
        elif (part[0] in "._#~" or part[-1] == "~") and not (in_collection and depth == 1):
            message = f"Jekyll leaves out anything with a name like `{part}`, and so {name}."
            remedy = f'Put `include: ["{part}"]` into Jekyll\'s config, or rename it.'
            yield Finding(check, "error", message, remedy, path)


def _covers(patterns: Sequence[str], path: str) -> bool:
    """Tell whether one of Jekyll's patterns matches a path; to Jekyll, the beginning of a path matches it too."""
    cleaned = (pattern.removeprefix("./").removeprefix("/") for pattern in patterns)
    return any(fnmatchcase(path, one) or path.startswith(one) or one == f"{path}/" for one in cleaned if one)
