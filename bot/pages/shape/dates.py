"""Dates written as an example is written: `Nov 8, 2021` makes `Jan 20, 2022` of 2022-01-20."""

import re
from calendar import day_abbr, day_name, month_abbr, month_name
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date as calendar_date

from bot.events.dates import heading_date, ordinal

MODEL = "2021-11-08"
"""The day that every example names: its month and weekday are longer than their short forms, its day has one digit."""
_DATE = re.compile(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?|XXXX-[0-9]{2}-[0-9]{2}")
_WEEKDAYS = (*day_name, *day_abbr, "Tues", "Weds", "Thur", "Thurs")
_MONTHS = (*month_name[1:], *month_abbr[1:], "Sept")


def _alternatives(names: Sequence[str]) -> str:
    return "|".join(sorted(names, key=len, reverse=True))


_PIECE = re.compile(
    rf"\b(?:(?P<weekday>{_alternatives(_WEEKDAYS)})|(?P<month>{_alternatives(_MONTHS)}))(?![A-Za-z])"
    r"|(?<![0-9])(?P<year>(?:19|20)[0-9]{2})(?![0-9])"
    r"|(?<![0-9])(?P<number>[0-9]{1,2})(?P<ordinal>st|nd|rd|th)?(?![0-9A-Za-z])",
    re.IGNORECASE,
)
_RANGE = re.compile(r"([0-9]{1,2}(?:st|nd|rd|th)?)[ ]?[-\u2013\u2014/&][ ]?[0-9]{1,2}(?:st|nd|rd|th)?(?![0-9])")
# Between the pieces. Nothing here is markup, wherever it stands, and nothing of it is taken for a part of a date.
_BETWEEN = re.compile(r"[ ,./()'-]*(?:(?:of|the)[ ])?")


@dataclass(frozen=True)
class _Piece:
    """One part of a spelling.

    Attributes:
        kind: `weekday`, `month` (a word), `number` (the month as one), `day`, `year` or, as it stands, `text`.
        text: The part in the example.
        form: `long` or `short` for a word, `padded` or `bare` for a number, `ordinal` for a day such as 8th; empty
            where the example cannot tell, as with May and 18.
    """

    kind: str
    text: str = ""
    form: str = ""


_Spelling = tuple[_Piece, ...]


def written_like(date: str, example: str) -> str:
    """Write a record's date as an example writes one.

    What the date does not say is left out: with `Nov 8, 2021` as the example, 2022-01 becomes `Jan 2022`.

    Args:
        date: As a record keeps it; any other text is returned as it is.
        example: A date in the wished spelling, such as `Nov 8, 2021`, `Monday, 8 November` or `2021/11/08`.

    Raises:
        ValueError: The example is no date that can be told apart: between day and month, words are needed or the order
            year, month, day.
    """
    spelling = _read(example)
    if spelling is None:
        raise ValueError(f"this example of a date cannot be read: {example}")
    if not _DATE.fullmatch(date):
        return date
    if date.startswith("X"):
        return heading_date(date)
    kinds = {piece.kind for piece in spelling}
    if len(date) == len(MODEL):
        # May is no short form, so it has no dot.
        return "".join(_write(piece, date) for piece in spelling).replace("May.", "May")
    if len(date) == len("2021") or not {"month", "number"} & kinds:
        return date[:4]
    word = next((piece for piece in spelling if piece.kind == "month"), None)
    if word is None:
        return date
    return " ".join(filter(None, (_write(word, f"{date}-01"), date[:4] if "year" in kinds else "")))


def example_of(seen: Sequence[str], *, with_year: bool) -> str | None:
    """Return how most of these dates are written, as an example; None where none of them can be read.

    Args:
        seen: Dates as they stand on a page. Of a range of days the first counts; a date with more than one reading
            does not.
        with_year: Whether the year has to be said, because no heading says it.
    """
    readings = (_read(words) or _read(_RANGE.sub(r"\1", words)) for words in seen)
    spellings = [spelling for spelling in readings if spelling]
    counted = Counter(map(_loose, spellings))
    if not counted:
        return None
    most = counted.most_common(1)[0][0]
    alike = [spelling for spelling in spellings if _loose(spelling) == most]
    pieces = [_settled([spelling[index] for spelling in alike]) for index in range(len(most))]
    written = "".join(_write(piece, MODEL) for piece in pieces)
    kinds = {piece.kind for piece in pieces}
    if with_year and "year" not in kinds:
        month_last = [piece.kind for piece in pieces if piece.kind in ("month", "day")] == ["day", "month"]
        written += f"{' ' if month_last else ', '}{MODEL[:4]}"
    return written


def has_year(words: str) -> bool:
    """Tell whether a date as it stands on a page says its year."""
    return any(match["year"] for match in _PIECE.finditer(words))


def _read(example: str) -> _Spelling | None:
    pieces: list[_Piece] = []
    end = 0
    for match in _PIECE.finditer(example):
        pieces += _between(example[end : match.start()])
        kind = next(kind for kind in ("weekday", "month", "year", "number") if match[kind])
        pieces.append(_Piece(kind, match[0], _form(match)))
        end = match.end()
    pieces += _between(example[end:])
    pieces = _told_apart(pieces)
    kinds = [piece.kind for piece in pieces if piece.kind != "text"]
    if len({*kinds}) != len(kinds) or not {"month", "number", "year"} & {*kinds}:
        return None
    if any(not _BETWEEN.fullmatch(piece.text) for piece in pieces if piece.kind == "text"):
        return None
    return tuple(pieces)


def _between(text: str) -> list[_Piece]:
    return [_Piece("text", text)] if text else []


def _form(match: re.Match[str]) -> str:
    if match["ordinal"]:
        return "ordinal"
    if match["number"]:
        return "padded" if match[0][0] == "0" else "bare" if len(match[0]) == 1 else ""
    if match["weekday"]:
        return "long" if match[0].lower().endswith("day") else "short"
    if match["month"] and match[0].lower() != "may":
        return "long" if match[0].title() in month_name else "short"
    return ""


def _told_apart(pieces: list[_Piece]) -> list[_Piece]:
    """Say of each number whether it is the month or the day."""
    has_word = any(piece.kind == "month" for piece in pieces)
    year_first = next((piece.kind for piece in pieces if piece.kind in ("year", "number")), None) == "year"
    result, numbers = [], 0
    for piece in pieces:
        if piece.kind != "number":
            result.append(piece)
        elif has_word or (year_first and numbers == 1):
            result.append(_Piece("day", piece.text, piece.form))
        else:
            # Without a word only year, month, day is clear; any other order leaves two numbers and is refused.
            result.append(_Piece("number" if year_first else "?", piece.text, piece.form))
        numbers += piece.kind == "number"
    if any(piece.kind == "?" for piece in result):
        return []
    return result if has_word else _alike(result)


def _alike(pieces: list[_Piece]) -> list[_Piece]:
    """Let a month as a number be padded as the day is, where it cannot tell itself."""
    forms = [piece.form for piece in pieces if piece.kind in ("number", "day") and piece.form]
    form = forms[0] if forms else "padded"
    return [replace(piece, form=form) if piece.kind in ("number", "day") else piece for piece in pieces]


def _loose(spelling: _Spelling) -> tuple[tuple[str, str], ...]:
    """Return what spellings have in common that differ only in what one example alone cannot tell."""
    return tuple(
        (piece.kind, piece.text if piece.kind == "text" else "ordinal" * (piece.form == "ordinal"))
        for piece in spelling
    )


def _settled(pieces: list[_Piece]) -> _Piece:
    """Choose the form that those pieces show that can tell."""
    forms = Counter(piece.form for piece in pieces if piece.form)
    form = forms.most_common(1)[0][0] if forms else ""
    upper = all(piece.text.isupper() for piece in pieces)
    return _Piece(pieces[0].kind, "A" if upper and pieces[0].kind in ("month", "weekday") else pieces[0].text, form)


def _write(piece: _Piece, date: str) -> str:
    year, month, day = (int(part) for part in date.split("-"))
    upper = piece.text.isupper()
    match piece.kind:
        case "text":
            return piece.text
        case "year":
            return date[:4]
        case "month":
            word = month_abbr[month] if piece.form == "short" else month_name[month]
            return word.upper() if upper else word
        case "weekday":
            number = calendar_date(year, month, day).weekday()
            word = day_abbr[number] if piece.form == "short" else day_name[number]
            return word.upper() if upper else word
    number = month if piece.kind == "number" else day
    if piece.form == "ordinal":
        return ordinal(number)
    return f"{number:02d}" if piece.form == "padded" else str(number)
