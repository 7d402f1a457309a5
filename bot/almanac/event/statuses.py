"""The words that say whether an event takes place: read in all languages that Almanac speaks, as pages are mixed.

They are written in one: by templates that name it, and by Almanac where it marks an event itself.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from almanac.event.model import Status
from almanac.markdown import Safe
from almanac.patterns import regex

_WRITTEN: Mapping[str, Mapping[str, str]] = {
    "de": {
        "scheduled": "findet statt",
        "cancelled": "abgesagt",
        "postponed": "verschoben",
        "rescheduled": "neu angesetzt",
        "was": "zuvor",
    },
    "es": {
        "scheduled": "programado",
        "cancelled": "cancelado",
        "postponed": "aplazado",
        "rescheduled": "con nueva fecha",
        "was": "antes",
    },
    "fr": {
        "scheduled": "pr\u00e9vu",
        "cancelled": "annul\u00e9",
        "postponed": "report\u00e9",
        "rescheduled": "\u00e0 une nouvelle date",
        "was": "initialement",
    },
}
"""How a language writes each status, and what it puts before the day on which a moved event was to be."""

_ENDINGS = {
    "es": ("o", ("o", "a", "os", "as")),
    "fr": ("\u00e9", ("\u00e9", "\u00e9e", "\u00e9s", "\u00e9es", "\u00e9(e)", "\u00e9.e", "\u00e9\u00b7e")),
}
"""The ending of a participle, and all that it can have: for one or several, of either gender, or of both."""


def _listed(english: str, **others: str) -> tuple[str, ...]:
    """Return words of several languages, each with all endings that it can have."""
    found = english.split("; ")
    for language, words in others.items():
        usual, endings = _ENDINGS.get(language, ("", ("",)))
        for word in words.split("; "):
            found += [word.removesuffix(usual) + one for one in endings] if word.endswith(usual) else [word]
    return tuple(found)


# What stands beside a title, or alone on a line, and can mean nothing else there.
_MARKS: Mapping[Status, tuple[str, ...]] = {
    "cancelled": _listed(
        "cancelled; canceled; called off",
        de="abgesagt; entf\u00e4llt; f\u00e4llt aus; ausgefallen; findet nicht statt",
        es="cancelado; suspendido; anulado",
        fr="annul\u00e9",
    ),
    "postponed": _listed(
        "postponed",
        de="verschoben; vertagt",
        es="aplazado; pospuesto; postergado",
        fr="report\u00e9; ajourn\u00e9",
    ),
    "rescheduled": _listed(
        "rescheduled; re-scheduled",
        de="neu angesetzt",
        es="con nueva fecha; reprogramado",
        fr="\u00e0 une nouvelle date; reprogramm\u00e9",
    ),
}
# What is only understood where a status is asked for; also as the forms put it.
_ANSWERS: Mapping[Status, tuple[str, ...]] = {
    "scheduled": _listed(
        "scheduled; as planned; confirmed; on schedule; planned",
        de="geplant; findet statt; best\u00e4tigt; wie geplant",
        es="programado; confirmado; previsto",
        fr="pr\u00e9vu; confirm\u00e9; comme pr\u00e9vu",
    ),
    "postponed": ("delayed",),
    "rescheduled": _listed(
        "moved; new date or time; new date; new time",
        de="neuer tag oder neue uhrzeit; neues datum; neue uhrzeit; neuer termin; verlegt",
        es="nueva fecha; nueva fecha u hora",
        fr="nouvelle date; nouvelle date ou heure",
    ),
}
_STATUS_OF: Mapping[str, Status] = {
    word: status for named in (_MARKS, _ANSWERS) for status, words in named.items() for word in words
}
_LETTERS = regex(r"\w+")
_WAS = "|".join(("was", "originally", *(words["was"] for words in _WRITTEN.values())))


def _any(words: Mapping[Status, tuple[str, ...]]) -> str:
    found = sorted((word for one in words.values() for word in one), key=len, reverse=True)
    return "|".join(re.escape(word).replace(r"\ ", "[ ]") for word in found)


STATUS_WORDS = _any(_MARKS)
"""A pattern of the words that say a status wherever they stand."""
_WORD = rf"(?P<word>{STATUS_WORDS})(?!\w)"
_FROM = rf"(?:[ ]?[,;(][ ]?(?:{_WAS}):?[ ](?P<was>[^|\n]{{1,60}}?)\)?)?"
_ALONE = regex(rf"{_WORD}{_FROM}[.!]?", re.IGNORECASE)
_ANSWER = regex(rf"(?P<word>[^(),;|\n]{{3,40}}?){_FROM}[.!]?", re.IGNORECASE)
_BEFORE = regex(rf"\A\W{{0,3}}{_WORD}[ ]?[^\w\s][\W_]*+(?=\w)", re.IGNORECASE)
_BEHIND = regex(rf"[ ][-\u2013\u2014(\[*]{{1,3}}[ ]?{_WORD}{_FROM}[)\]*!]{{0,3}}\Z", re.IGNORECASE)
IN_BRACKETS = regex(
    rf"[ ]{{0,3}}[(\[][*_~]{{0,3}}{_WORD}{_FROM}[.!]?[*_~]{{0,3}}[)\]](?=[*_~ \t\r]{{0,40}}(?:$|[|<\\]))",
    re.IGNORECASE | re.MULTILINE,
)
"""A status in brackets at the end of a line, of a cell or of an element, in Markdown or HTML."""


_BRACKETED = regex(rf"[ ]\({_WORD}{_FROM}\)", re.IGNORECASE)


class Said(NamedTuple):
    """A status, and in words the day on which the event was to be, if that is said."""

    status: Status
    was: str = ""


def of_mark(found: re.Match[str]) -> Said:
    """Return what a match of such a pattern says."""
    return Said(_STATUS_OF[found["word"].casefold()], (found.groupdict().get("was") or "").strip())


def read_status(text: str) -> Status | None:
    """Read a status as people name it, in any case (`Canceled`, `called off`); None if it is none."""
    return _STATUS_OF.get(" ".join(text.casefold().split()).rstrip(".!"))


def read_said(text: str) -> Said | None:
    """Read a status where one is asked for, which the day may follow on which the event was to be."""
    found = _ANSWER.fullmatch(text.strip())
    status = read_status(found["word"]) if found else None
    return Said(status, (found["was"] or "").strip()) if found and status else None


def alone_in(text: str) -> Said | None:
    """Read a text that says nothing but a status; None if it says anything else."""
    found = _ALONE.fullmatch(text.strip())
    return of_mark(found) if found else None


def marked_in(title: str) -> tuple[str, Said] | None:
    """Read a title with its status before or behind it (`CANCELLED: Owls`, `Eulen (verschoben)`): both, or None."""
    found = _BEFORE.search(title) or _BEHIND.search(title)
    if found is None or found[0] == title:
        return None
    return title[: found.start()] + title[found.end() :], of_mark(found)


def without_bracketed(line: str, status: Status | None) -> str:
    """Take a status out of a line that stands in it in brackets, in whatever language."""
    found = next((one for one in _BRACKETED.finditer(line) if of_mark(one).status == status), None)
    return line[: found.start()] + line[found.end() :] if found else line


def says(text: str, status: Status) -> bool:
    """Tell whether a text's words, in lower case and with a space around each, say a status in any language."""
    return any(word in text for word in _in_text(status))


@cache
def _in_text(status: Status) -> tuple[str, ...]:
    return tuple(f" {' '.join(_LETTERS.findall(word))} " for word in _MARKS.get(status, ()))


def in_words(status: str, language: str) -> str:
    """Write a status as a language does; the record's own word in English, or where a language is not known."""
    word = _WRITTEN.get(language, {}).get(status)
    return Safe(word) if word else status


def was_in(language: str) -> str:
    """Return what a language puts before the day on which a moved event was to be."""
    return _WRITTEN.get(language, {}).get("was", "was")


def marked_title(title: str, status: str | None, language: str = "en") -> str:
    """Return a title as readers have to see it where nothing else says that an event will not be."""
    return f"{in_words(status, language).upper()}: {title}" if status in ("cancelled", "postponed") else title
