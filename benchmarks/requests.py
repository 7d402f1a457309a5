"""How many requests a proposal and a sweep cost: `python -m benchmarks.requests` (`-v` names each); needs Node.

Counted against the emulated GitHub of the tests, by a proxy before it. The time is what our side and the emulator take
together; a request to GitHub itself takes some 100 ms.
"""

import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml
from almanac.dates import heading_date
from almanac.defaults import load_messages
from almanac.engine.run import Done, reconcile
from almanac.engine.sweep import reconcile_all
from almanac.forge.github.repository import GitHubForge

from tests.emulated import GitHubWorld, github_world, stop
from tests.forge.clones import clone

ROOT = Path(__file__).parent.parent
PAGE = "past-working-groups.md"
FORM = ".github/ISSUE_TEMPLATE/new-event.yml"
MANY = 200
FIRST = date(2001, 1, 1)
# What a sweep of so many may cost: reads and writes.
IDLE, TOUCHED, NEW, MOVED = 3, 4, 60, 30
LIMITS = {False: {"first": (2, 2), "unchanged": (1, 0)}, True: {"first": (1, 2), "unchanged": (1, 0)}}


def body(**given: str) -> str:
    """Return an issue's body as GitHub writes it, with these answers and no others."""
    fields = yaml.safe_load((ROOT / "templates" / "site" / "new-event.yml").read_text())["body"]
    return "\n\n".join(
        f"### {field['attributes']['label']}\n\n{given.get(field['id'], '_No response_')}"
        for field in fields
        if "id" in field
    )


def fill(world: GitHubWorld, records: int) -> None:
    """Put page, config, form and so many records on the base, in one commit."""
    texts = {
        PAGE: (ROOT / "examples" / "ospo" / PAGE).read_text(),
        FORM: (ROOT / "templates" / "site" / "new-event.yml").read_text(),
        ".github/almanac.yml": f"page: {PAGE}\n",
    }
    for number in range(records):
        name = f"2001-01-01-event-{number}"
        texts[f"_data/events/{name}.yml"] = f"id: {name}\ntitle: Event {number}\ndate: 2001-01-01\n"
    head = world.head("main")
    tree = [{"path": path, "mode": "100644", "type": "blob", "content": text} for path, text in texts.items()]
    base = world.ask("GET", f"git/commits/{head}")["tree"]["sha"]
    made = world.ask("POST", "git/trees", {"base_tree": base, "tree": tree})["sha"]
    commit = world.ask("POST", "git/commits", {"message": "A site", "tree": made, "parents": [head]})["sha"]
    world.ask("PATCH", "git/refs/heads/main", {"sha": commit})


def measure(world: GitHubWorld, name: str, connect: Callable[[], GitHubForge], number: int) -> tuple[int, int]:
    """Reconcile one issue, print what it cost and return it."""
    proxy = world.emulator.proxy
    proxy.requests.clear()
    start = time.perf_counter()
    done: Done = reconcile(number, connect(), load_messages())
    taken = time.perf_counter() - start
    print(
        f"  {name:28}{done.plan.outcome or '-':>10}{len(proxy.reads):>7}{len(proxy.writes):>8}{taken * 1000:>8.0f} ms"
    )
    if "-v" in sys.argv:
        print("".join(f"      {request}\n" for request in proxy.requests), end="")
    return len(proxy.reads), len(proxy.writes)


def run(records: int, *, checkout: bool, known: bool = True) -> bool:
    """Take an issue through its life; tell whether the first and the second run cost no more than they may."""
    place = "with a checkout" if checkout else "without a checkout"
    print(f"{records} records, {place}, default branch {'known' if known else 'not known'}")
    with github_world() as world, TemporaryDirectory() as folder:
        fill(world, records)
        here = clone(world, Path(folder)) if checkout else None

        def connect() -> GitHubForge:
            return world.connect(checkout=here, default_branch="main" if known else None)

        number = world.file_issue("New event", body(title="Soup", date="2022-02-22"), labels=("event",))
        first = measure(world, "first run", connect, number)
        second = measure(world, "second run", connect, number)
        world.edit_issue(number, title="Another title")
        measure(world, "edited without effect", connect, number)
        world.edit_issue(number, body=body(title="Stew", date="2022-02-22"))
        measure(world, "edited", connect, number)
        world.edit_issue(number, body=body(title="Stew", date="soon"))
        measure(world, "edited, with a problem", connect, number)
        world.edit_issue(number, body=body(title="Stew", date="2022-02-22"))
        measure(world, "edited back", connect, number)
        world.merge(next(pull.number for pull in world.pulls() if pull.state == "open"))
        measure(world, "merged", connect, number)
        bad = world.file_issue("New event", body(title="Soup", date="soon"), labels=("event",))
        measure(world, "another, with a problem", connect, bad)
        measure(world, "the same again", connect, bad)
    limits = LIMITS[checkout]
    return all(
        cost <= limit for cost, limit in zip((*first, *second), (*limits["first"], *limits["unchanged"]), strict=True)
    )


def sweep(world: GitHubWorld, name: str) -> tuple[int, int]:
    """Look at all issues, print what it cost and return it."""
    proxy = world.emulator.proxy
    proxy.requests.clear()
    start = time.perf_counter()
    failed = [done.error for done in reconcile_all(world.connect(), load_messages()) if done.error]
    taken = time.perf_counter() - start
    print(
        f"  {name:28}{len(failed) or 'none':>10}{len(proxy.reads):>7}{len(proxy.writes):>8}{taken * 1000:>8.0f} ms",
        flush=True,
    )
    return len(proxy.reads), len(proxy.writes)


def sweeps(count: int) -> bool:
    """Sweep so many issues: new ones, ones that are as they should be, and after the base has moved.

    On the page there is an event between the days of any two of them.
    """
    print(f"sweeps of {count} issues, without a checkout {'failed':>8}")
    with github_world() as world:
        fill(world, 0)
        config = f"page: {PAGE}\nmax_open_per_author: {count}\n"
        days = [f"{FIRST + timedelta(days=7 * week)}" for week in range(2 * count)]
        sections = (f"### {heading_date(day)}:  A week\n\n- Topic:  Week of {day}\n\n" for day in reversed(days[1::2]))
        page = f"# Events\n\nAll of them.\n\n{''.join(sections)}"
        world.commit({".github/almanac.yml": config.encode(), PAGE: page.encode()})
        for number, day in enumerate(days[::2]):
            world.file_issue("New event", body(title=f"Event {number}", date=day), labels=("event",))
        new = sum(sweep(world, "all of them new"))
        idle = sum(sweep(world, "nothing to do"))
        world.commit({"about.md": b"x"})
        touched = sum(sweep(world, "another file has changed"))
        world.commit({PAGE: page.replace("All of them.", "All of our events.").encode()})
        moved = sum(sweep(world, "the page has changed"))
        sweep(world, "nothing to do")
        world.merge(next(pull.number for pull in world.pulls() if pull.title.endswith(f" #{count // 2}")))
        sweep(world, "one of them is merged")
        sweep(world, "nothing to do")
        world.commit({".github/almanac.yml": f"{config}rebuild: always\n".encode()})
        sweep(world, "each is built again")
    return idle <= IDLE and touched <= TOUCHED and new <= NEW and moved <= MOVED


def main() -> int:
    """Print all figures; 1 if a limit was passed."""
    print(f"  {'':28}{'outcome':>10}{'reads':>7}{'writes':>8}{'time':>11}")
    try:
        good = [run(records, checkout=checkout) for records in (0, 1000) for checkout in (False, True)]
        good.append(run(0, checkout=False, known=False))
        good.append(sweeps(MANY))
    finally:
        stop()
    return int(not all(good))


if __name__ == "__main__":
    sys.exit(main())
