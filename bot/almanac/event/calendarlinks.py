"""Links that put an event into a reader's own calendar on the web, filled in."""

import re
from datetime import UTC, date, datetime, timedelta

from almanac.event.model import Event
from almanac.patterns import regex

_UNSAFE = regex(r"[^\w.~-]", re.ASCII)
_LONGEST = 500
"""How much of a description goes into an address."""
_HOUR = timedelta(hours=1)
_GOOGLE = "https://calendar.google.com/calendar/render?action=TEMPLATE"
_OUTLOOK = "https://outlook.live.com/calendar/0/deeplink/compose?rru=addevent"


def calendar_links(event: Event) -> dict[str, str]:
    """Return the links for Google's calendar (`google`) and for Outlook (`outlook`); empty where the day is not known.

    An event whose end is not known is taken to last an hour.
    """
    try:
        first, last = date.fromisoformat(event.date), date.fromisoformat(event.end_date or event.date)
    except ValueError:
        return {"google": "", "outlook": ""}
    shared = {"location": event.location or "", "details": (event.description or "")[:_LONGEST]}
    if event.starts:
        starts = datetime.fromisoformat(event.starts).astimezone(UTC)
        ends = datetime.fromisoformat(event.ends).astimezone(UTC) if event.ends else starts + _HOUR
        google = f"{starts:%Y%m%dT%H%M%SZ}/{ends:%Y%m%dT%H%M%SZ}"
        times = {"startdt": f"{starts:%Y-%m-%dT%H:%M:%SZ}", "enddt": f"{ends:%Y-%m-%dT%H:%M:%SZ}"}
    else:
        after = last + timedelta(days=1)
        google = f"{first:%Y%m%d}/{after:%Y%m%d}"
        times = {"startdt": f"{first}", "enddt": f"{after}", "allday": "true"}
    outlook = {"subject": event.title, **times, "location": shared["location"], "body": shared["details"]}
    return {
        "google": _address(_GOOGLE, {"text": event.title, "dates": google, **shared}),
        "outlook": _address(_OUTLOOK, outlook),
    }


def _address(base: str, values: dict[str, str]) -> str:
    return base + "".join(f"&{name}={_quoted(value)}" for name, value in values.items() if value)


def _quoted(text: str) -> str:
    return _UNSAFE.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode(errors="replace")), text)
