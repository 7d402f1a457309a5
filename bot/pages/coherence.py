"""What a record says twice must agree: its When line and its moment; and what it names must exist."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from bot.errors import Problem
from bot.events.event import Event
from bot.events.records import record_path
from bot.events.times import Zones, check_imported, check_zone
from bot.events.zones import load


def incoherent(records: Sequence[Event], zones: Zones | None, folder: str) -> Iterator[Problem]:
    """Find what in a record contradicts itself or names a record that is not there.

    Args:
        records: All records.
        zones: The site's zones, or None: When lines are not read.
        folder: The folder of the records.
    """
    ids = {record.id for record in records}
    for record in records:
        file = record_path(folder, record.id)
        if record.duplicate_of is not None and (record.duplicate_of not in ids or record.duplicate_of == record.id):
            message = "This names no other record of this site."
            yield Problem(message, "duplicate_of", typed=record.duplicate_of, file=file)
        if record.time_zone and (wrong := check_zone(record.time_zone)):
            yield Problem(wrong.message, "time_zone", typed=record.time_zone, accepted=wrong.accepted, file=file)
        elif zones:
            yield from _times(record, zones, file)


def _times(record: Event, zones: Zones, file: str) -> Iterator[Problem]:
    if record.time_zone and record.starts:
        starts = datetime.fromisoformat(record.starts)
        there = starts.astimezone(load(record.time_zone)).replace(microsecond=0)
        if there.utcoffset() != starts.utcoffset():
            message = "The offset in `starts` is not the one of this zone at that moment."
            yield Problem(message, "time_zone", typed=record.time_zone, accepted=None, file=file)
    if record.when is None:
        return
    said = check_imported(record.date, record.when, zones)
    for name in ("starts", "ends"):
        mine, read = getattr(record, name), getattr(said, name)
        if said.ok and mine and read and datetime.fromisoformat(mine) != datetime.fromisoformat(read):
            message = f"This is not the moment that the line in `when` says ({record.when!r})."
            yield Problem(message, name, typed=mine, accepted=read, file=file)
