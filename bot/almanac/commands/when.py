"""`almanac when`: reads a line of times. It has to start quickly, so it imports little."""

from pathlib import Path

from almanac.output import errors_as_json, print_json, print_problems, print_text
from almanac.site import Folder, Site
from almanac.times.check import explain, read_when, when_to_json


def read_times(date: str, line: str, folder: Path, *, as_json: bool) -> int:
    """Check a When line with the site's time zones; 0 if it has no problem."""
    nothing: dict[str, object] = {"ok": False, "instant": None, "line": None, "zones": [], "warnings": []}
    with errors_as_json(nothing, as_json=as_json):
        zones = Site(Folder(folder)).config.zones()
    reading = read_when(date, line, zones)
    status = int(not reading.ok)
    if as_json:
        print_json(when_to_json(reading))
        return status
    if reading.line:
        print_text(reading.line)
    rows = explain(reading)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print_text("  " + "  ".join(cells).rstrip())
    print_problems(reading.problems)
    print_problems(reading.warnings, "warning")
    return status
