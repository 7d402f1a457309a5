"""How fast issues are read: `python benchmarks/parser.py`.

Beside each figure stands the cost of splitting the same body at blank lines before `### `, the least that it takes.
"""

import time
from collections.abc import Callable

from almanac.form.body import BODY_CAP, parse
from almanac.form.schema import read_form

TEN = ("Series", "Title", "Date", "When", "Duration", "Location", "Description", "Registration", "Agenda", "Recording")
FREE = {"Description", "Agenda"}
FORM = read_form(
    "body:\n"
    + "".join(
        f"- {{type: {'textarea' if label in FREE else 'input'}, attributes: {{label: {label}}}}}\n" for label in TEN
    )
)
HOSTILE = 250_000


def body_of(description: str) -> str:
    """Return a filled-in issue of ten fields."""
    given = {"Description": description, "Agenda": "Welcome\nTalks\nQuestions", "Recording": "_No response_"}
    return "\n\n".join(f"### {label}\n\n{given.get(label, f'{label} as typed by a person')}" for label in TEN)


def seconds(task: Callable[[], object], rounds: int) -> float:
    """Return the processor time of one call, taken from the best of five series."""
    best = float("inf")
    for _ in range(5):
        start = time.process_time()
        for _ in range(rounds):
            task()
        best = min(best, (time.process_time() - start) / rounds)
    return best


def measure(body: str, rounds: int) -> tuple[float, float]:
    """Return the seconds to read a body and to split it."""
    return seconds(lambda: parse(body, FORM), rounds), seconds(lambda: body.split("\n\n### "), rounds)


def typical() -> None:
    """Print how many bodies are read in a second."""
    prose = "A sentence that somebody typed, of common length.\n\n"
    sections = f"## Part\n\n{prose * 10}### Details\n\n{prose * 5}"
    bodies = {
        "1 KB, ten fields": body_of(prose * 13),
        "60 KB, ten fields": body_of(prose * 1_180),
        "60 KB, headings typed": body_of(sections * 78),
        "60 KB, a form's heading typed": body_of(f"{prose * 600}### Date\n\n{prose * 580}"),
    }
    print(f"{'typical bodies':32}{'bytes':>9}{'read/s':>12}{'split/s':>12}{'ratio':>8}")
    for name, body in bodies.items():
        read, split = measure(body, 2_000_000 // len(body))
        print(f"{name:32}{len(body):>9,}{1 / read:>12,.0f}{1 / split:>12,.0f}{read / split:>8.1f}")


def hostile() -> None:
    """Print how long a quarter of a megabyte of repetition takes."""
    labels = "".join(f"### {label}\n\n" for label in TEN)
    whole = body_of("text")
    units = {"all labels": labels, "whole issues": f"{whole}\n\n"}
    units |= {
        ascii(unit): unit for unit in ("### ", "### \n\n", "### Date\n\n", "### Date\n\nx\n\n", "```", "```\n", " ")
    }
    units |= {
        ascii(unit): unit for unit in ("> ", "[", "]", "#", "\n", "\r", "\r\n", "- [ ] ", "- [x] \n", "\0", "\ud800")
    }
    print(f"\n{'hostile repetitions':32}{'bytes':>9}{'read, ms':>12}{'split, ms':>12}{'ratio':>8}")
    for name, unit in units.items():
        for start, end in (("", ""), (whole.split("text")[0], whole.split("text")[1])):
            room = BODY_CAP // 3 if unit == "\ud800" else HOSTILE
            middle = (unit * (room // len(unit) + 1))[: room - len(start) - len(end)]
            read, split = measure(start + middle + end, 1)
            shown = f"in a field: {name}" if start else name
            print(f"{shown:32}{room:>9,}{read * 1e3:>12.2f}{split * 1e3:>12.2f}{read / split:>8.1f}")


if __name__ == "__main__":
    typical()
    hostile()
