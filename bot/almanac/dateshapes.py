"""How dates are written on a page: taken apart as an example, and written for another day.

An example may have the parts of a date in any order, as it is only taken apart. Day and month are never guessed: an
example of numbers alone has a day over twelve (`25.3.2021`), or the year first.
"""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from datetime import date as calendar_date
from functools import lru_cache
from itertools import zip_longest
from typing import NamedTuple

from almanac.dates import (
    DAYS,
    MODEL,
    MONTH_NAME,
    MONTHS,
    THE_YEAR,
    TIME,
    TIME_ZONE,
    UNKNOWN_YEAR,
    WEEKDAY_NAME,
    find_date,
    heading_date,
    ordinal,
)
from almanac.languages import names_in, names_of
from almanac.patterns import regex
from almanac.phrases import say

_RECORD_DATE = regex(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?|XXXX-[0-9]{2}-[0-9]{2}")
_PART = regex(
    rf"(?:(?<![\w:])|(?<=[0-9]T))(?P<time>{TIME}{TIME_ZONE}?)(?!\w)|\b(?:(?P<weekday>{WEEKDAY_NAME})|(?P<month>{MONTH_NAME}))(?![A-Za-z])|(?<![0-9])(?P<compact>(?:19|20)[0-9]{{6}})(?![0-9])|{THE_YEAR}"
    r"|(?<![0-9])(?P<number>[0-9]{1,2})(?P<ordinal>st|nd|rd|th)?(?![0-9]|(?!T[0-9])[A-Za-z])",
    re.IGNORECASE,
)
# Between the parts. Nothing here is markup, wherever it is, and nothing of it is taken for a part of a date.
_BEFORE_TIME = regex(r"T|[ ]?[,@\u00b7\u2022]?[ ]?(?:(?:at|ab|um|@|[-\u2013\u2014])[ ])?\(?", re.IGNORECASE)
_CLOCK = regex(
    r"(?P<hour>[0-9]+)(?:(?P<mark>[:h.])[0-9]{2}(?P<seconds>:[0-9]{2})?)?(?P<half>[ ]?[ap]\.?m\b\.?)?"
    r"(?P<word>[ ]?(?:Uhr|h|hs|hrs)\b)?",
    re.IGNORECASE,
)
_ZONED = regex(rf"(?P<gap>{_BEFORE_TIME.pattern}){TIME}{TIME_ZONE}\)?\Z", re.IGNORECASE)
# Where nothing but a time can stand, it may be written in ways that elsewhere are a day's or a number: `19.30`, `19h`.
_HOUR_ALONE = r"(?:[01]?[0-9]|2[0-3])(?:[.:h][0-5][0-9](?:[ ]?(?:[ap]\.?m\b\.?|(?:Uhr|hs?|hrs)\b))?|[ ]?(?:h|hs|hrs)\b)"
_TO_TIME = r"[ ]?(?:[-\u2013\u2014]|\b(?:to|until|bis|[\u00e0a])\b)[ ]?"
_ONLY_TIME = regex(rf"(?:{TIME}|{_HOUR_ALONE}(?:{_TO_TIME}{_HOUR_ALONE})?){TIME_ZONE}?", re.IGNORECASE)
_UTC = regex(r"[ ]?\(?(?:UTC|GMT|Z)\)?\Z")
_LETTERS = regex(r"(?P<before>[ ]?\(?)(?<![A-Za-z])(?P<letters>UTC|GMT|[A-Z]{1,4}T)(?P<after>\)?)\Z")
_FIRST_LETTERS = regex(r"(?<![A-Za-z/_])(?:UTC|GMT|[A-Z]{1,4}T)(?![\w/+-])")
_OF_ALL_YEAR = regex(r"[A-Z]T")
_UTC_OFFSET = regex(r"(?P<before>(?:UTC|GMT)?[ ]?)[+-](?P<hours>[0-9]{1,2})(?:(?P<mark>:?)(?P<minutes>[0-9]{2}))?")
_WITH_OFFSET = regex(r"T|[0-9]+:[0-9]{2}:[0-9]{2}")
_OFFSET = regex(r"([ ]?)[+-][0-9]{2}(:?)[0-9]{2}\Z")
_NUMERIC = regex(r"(?<![0-9])[0-9]{1,2}([./-])[0-9]{1,2}\1(?:(?:19|20)[0-9]{2}|[0-9]{2})(?![0-9])")
_BETWEEN_PARTS = regex(r"[ ,./()'-]*(?:(?:of|the|de|del|di|do|da)[ ]|d['\u2019])?", re.IGNORECASE)
_NUMERIC_MODEL = "2021-03-25"
"""The same for dates of numbers: its day is over twelve, and its month has one digit."""
_TO = regex(r"[ ]?[-\u2013\u2014/&][ ]?|[ ](?:to|until|through|thru|and|bis|und)[ ]", re.IGNORECASE)
_ONE_AND_OTHER = regex(r"[ ](?:[/&]|and|und)[ ]|[&]|/(?![0-9]{4})", re.IGNORECASE)
"""What may be between two days where there is none between them."""
_MODEL_DAYS = timedelta(days=2)
"""How many days after the model's the last one is, where an example is one of several days."""
_SEPT = regex(r"\bsept\b", re.IGNORECASE)
_LONGEST = 60  # characters of an example of several days


class _Part(NamedTuple):
    """One part of a date as an example writes it.

    `kind` is `weekday`, `month` (a word), `number` (the month as one), `day`, `year` or, to be copied, `text`. `form`
    is `long` or `short` for a word, `short` for a year of two digits, `padded` or `bare` for a number, `ordinal` for a
    day such as 8th; it is empty where the example cannot tell, as with May and 18. Of a `time` it is the text.
    """

    kind: str
    text: str
    form: str = ""

    def write(self, date: str, ends: str | None = None) -> str:
        """Write this part of a date to the day, or of a moment; `ends` is that at which the event is over."""
        day = calendar_date.fromisoformat(date[: len(MODEL)])
        match self.kind:
            case "text":
                return self.text
            case "time":
                return _time_like(date, self.form, ends)
            case "year":
                return date[2:4] if self.form == "short" else date[:4]
            case "month" | "weekday":
                word = MONTHS[day.month] if self.kind == "month" else DAYS[day.weekday()]
                word = word[:3] if self.form == "short" else word
                return word.upper() if self.text.isupper() else word
        number = day.month if self.kind == "number" else day.day
        if self.form == "ordinal":
            return ordinal(number)
        return f"{number:02d}" if self.form == "padded" else str(number)


def _time_like(moment: str, example: str, ends: str | None = None, letters: str = "") -> str:
    """Write the time of a moment (ISO 8601 with its offset) as an example writes one: with its offset, or in UTC.

    If the example has two times, the second is that at which the event `ends`, if that is known. If it names a zone,
    so do the `letters` of the event's own; UTC is kept as long as the day is the same there.
    """
    named = _LETTERS.search(example) if letters else None
    zone, offset = _UTC.search(example), _OFFSET.search(example) if _WITH_OFFSET.match(example) else None
    if zone and named and datetime.fromisoformat(moment).astimezone(UTC).date().isoformat() != moment[: len(MODEL)]:
        zone = None
    first, *others = _CLOCK.finditer(example[: offset.start()] if offset else example)
    # In `10-11am` the second says which half of the day both are in.
    full = next((one for one in others if one["half"] or one["word"]), first)
    if not (ends and others):
        first = full
    times = [datetime.fromisoformat(time) for time in (moment, ends) if time]
    times = [time.astimezone(UTC) if zone else time for time in times[: 2 if others else 1]]
    written = _clock_like(times[0], first, full["half"] or "")
    if others and times[1:]:
        is_one_half = first["half"] is None and len({time.hour // 12 for time in times}) == 1
        if is_one_half and full["half"]:
            written = written.removesuffix(_half_like(times[0], full["half"]))
        written += example[first.end() : others[0].start()] + _clock_like(times[1], full, full["half"] or "")
    ending = zone[0] if zone else f"{offset[1]}{times[0]:%z}" if offset else ""
    if named and not zone:
        ending = f"{named['before']}{_letters_like(letters, named['letters'])}{named['after']}"
    if offset and offset[2]:
        ending = f"{ending[:-2]}:{ending[-2:]}"
    return written + ending


def is_time(words: str) -> bool:
    """Tell whether words are nothing but a time by the clock, or two, perhaps with a zone, that can be an example."""
    return _ONLY_TIME.fullmatch(words) is not None


def is_zone(words: str) -> bool:
    """Tell whether words are nothing but a zone's letters or an offset from UTC, that can be an example."""
    return (_LETTERS.fullmatch(words) or _UTC_OFFSET.fullmatch(words)) is not None


def zone_letters(moment: str, when: str | None) -> str:
    """Return what an event's zone is called at a moment (ISO 8601): as the line of its times says, or by its offset."""
    letters = _FIRST_LETTERS.search(when or "")
    if letters:
        return letters[0]
    offset = f"{datetime.fromisoformat(moment):%z}"
    return "UTC" if not offset.strip("+-0") else f"UTC{offset[:3]}:{offset[3:5]}"


def _letters_like(letters: str, example: str) -> str:
    """Write what a zone's clocks are called: `ET` for `EST`, if the example is one of those that hold all year."""
    is_of_all_year = _OF_ALL_YEAR.fullmatch(example) and re.fullmatch("[A-Z][SD]T", letters)
    return f"{letters[0]}T" if is_of_all_year else letters


def _zone_like(moment: str, example: str, letters: str) -> str:
    """Write the zone of a moment as an example does: by its letters, or by its offset from UTC."""
    offset = _UTC_OFFSET.fullmatch(example)
    if offset is None:
        return _letters_like(letters, example)
    written = f"{datetime.fromisoformat(moment):%z}"
    hours, minutes = written[1:3], written[3:5]
    hours = hours if len(offset["hours"]) > 1 else str(int(hours))
    minutes = f"{offset['mark'] or ''}{minutes}" if offset["minutes"] or minutes != "00" else ""
    return f"{offset['before']}{written[0]}{hours}{minutes}"


def _clock_like(time: datetime, clock: re.Match[str], half: str) -> str:
    hour = f"{(time.hour % 12 or 12) if half else time.hour:02d}"
    if clock["hour"][0] != "0" and (half or len(clock["hour"]) == 1):
        hour = hour.removeprefix("0")
    mark, word = clock["mark"], clock["word"] or ""
    if time.minute and not mark and word == "h":
        mark, word = "h", ""  # `18h30` beside `19h`
    minutes = f"{mark or ':'}{time.minute:02d}" if mark or time.minute else ""
    return "".join((hour, minutes, ":00" if clock["seconds"] else "", _half_like(time, half), word))


def _half_like(time: datetime, half: str) -> str:
    letter = "p" if time.hour >= 12 else "a"  # noqa: PLR2004 - noon
    return re.sub("[aApP]", lambda one: letter.upper() if one[0].isupper() else letter, half, count=1)


def written_like(
    date: str, example: str, end_date: str | None = None, ends: str | None = None, letters: str = ""
) -> str:
    """Write a record's date, or a moment (ISO 8601 with its offset), as an example writes one.

    What it does not say is left out: with `Nov 8, 2021, 9am` as the example, 2022-01-03 becomes `Jan 3, 2022` and
    2022-01 becomes `Jan 2022`. With an `end_date` the last day is written too: `Jan 3-5, 2022`, or as an example of
    several days writes it, as `Nov 8 \u2013 10, 2021` does; where the example has two times, the second is the moment
    at which the event `ends`. `letters` are what the event's zone is called then, for an example that names one, as
    `7pm EST` and `EST` do. An example in another language names it: `de: 8. November 2021`. A text that is not a
    record's date is returned unchanged.

    Raises:
        ValueError: The example is not a date that can be taken apart: to tell day from month, the month must be a word,
            the day over twelve, or the order year, month, day.
    """
    names, example = names_of(example)
    if is_time(example):
        return _time_like(date, example, ends, letters) if "T" in date else ""
    if is_zone(example):
        return _zone_like(date, example, letters) if "T" in date else ""
    if names is None:
        return _written_like(date, example, end_date, ends)
    return names.named(_written_like(date, names.names_in_english(example), end_date, ends), example)


def _written_like(date: str, example: str, end_date: str | None, ends: str | None) -> str:
    shape = _shape_of(example)
    if shape is None:
        raise ValueError(say("this example of a date cannot be read: {example}", example=example))
    parts = shape.parts
    if not _RECORD_DATE.fullmatch(date.partition("T")[0]):
        return date
    if date.startswith(UNKNOWN_YEAR):
        return heading_date(date)
    if len(date) >= len(MODEL):
        return _without_dot(shape.write(date, end_date, ends))
    known = {part.kind: part for part in parts}
    if len(date) == len("2021") or not {"month", "number"} & {*known}:
        return date[:4]
    if "month" not in known:
        return date
    return known["month"].write(f"{date}-01") + (f" {date[:4]}" if "year" in known else "")


def _without_dot(written: str) -> str:
    return written.replace("May.", "May")  # it is no short form


class _Shape(NamedTuple):
    """How dates are written: the parts of one, and what is between the first and the last of several days.

    `repeated` are the kinds of parts that the last day has again though both days share them; `mark` is empty where
    nothing shows how it is done.
    """

    parts: tuple[_Part, ...]
    mark: str = ""
    repeated: frozenset[str] = frozenset()

    def write(self, date: str, end_date: str | None, ends: str | None = None) -> str:
        """Write a day, or a moment; or several days, of which the last has what the first cannot say for it."""
        parts = _timed(self.parts, date)
        first, last = self._span(parts, date, end_date) if end_date else (0, 0)
        if not end_date or first == last:
            return "".join(part.write(date, ends) for part in parts)
        core = parts[first:last]
        dot = "." if last < len(parts) and parts[last].text.startswith(".") else ""  # `8.-10. November`
        mark = self.mark or ("-" if len(core) == 1 else " to " if any("-" in one.text for one in core) else " - ")
        if len(core) > 1 and mark == mark.strip() and not self.repeated:
            mark = f" {mark} "
        written = (
            "".join(part.write(date) for part in core) + dot + mark + "".join(part.write(end_date) for part in core)
        )
        before, after = parts[:first], parts[last:]
        return "".join((*(part.write(date) for part in before), written, *(part.write(date, ends) for part in after)))

    def _span(self, parts: Sequence[_Part], date: str, end_date: str) -> tuple[int, int]:
        """Return from which part to which the last day has its own: what differs, or all of a date of numbers."""
        own = {"day", "weekday", *self.repeated}
        own |= {"month"} if date[:7] != end_date[:7] else set()
        if date[:4] != end_date[:4] or any(part.kind == "number" for part in parts):
            own |= {"month", "number", "year"}
        places = [index for index, part in enumerate(parts) if part.kind in own]
        return (places[0], places[-1] + 1) if places else (0, 0)


@lru_cache(maxsize=256)
def _shape_of(example: str, date: str = "") -> _Shape | None:
    """Find how an example of one day or of several writes dates; `date` is what is known about its first day."""
    example = _SEPT.sub("Sep", example)
    if parts := _taken_apart(example, date):
        return _Shape(tuple(parts))
    found = find_date(example, MODEL[:4]) if len(example) <= _LONGEST else None
    if not date or date.startswith(UNKNOWN_YEAR):
        date = found.date if found and found.has_day else ""
    likely = None
    for mark in _TO.finditer(example) if len(date) == len(MODEL) else ():
        last = found.end_date if found and not _ONE_AND_OTHER.match(example, mark.start()) else None
        for end in range(mark.end() + 1, len(example) + 1):
            first = example[: mark.start()] + example[end:]
            parts = _taken_apart(first, date)
            if not parts or "".join(part.write(date) for part in parts) != first:
                continue
            likely = likely or _Shape(tuple(parts))
            for repeated in _REPEATED:
                shape = _Shape(tuple(parts), mark[0], repeated)
                if found and last and shape.write(found.date, last) == example:
                    return shape
    return likely


_REPEATED = (frozenset[str](), frozenset({"month"}), frozenset({"month", "number", "year"}))


def example_of(seen: Sequence[tuple[str, str]], *, with_year: bool, others: Sequence[str] = ()) -> str | None:
    """Return how most of these dates of a page are written, as an example; None where none of them can be read.

    Each is given as it is written and as a record has it, which tells day from month where both are numbers. Of several
    days the first counts, and the example is one of several if they are written in another way than they would be; a
    date with more than one reading does not count. An example `with_year` says the year, because no heading says it.
    One in another language than English names it; `others` of its dates, as they are written, help to tell which.
    """
    own = [words for words, _ in seen]
    if names := names_in(own) and names_in([*others, *own]):
        english = _in_english([(names.names_in_english(words), date) for words, date in seen], with_year=with_year)
        return english and f"{names.language}: {names.named(english, seen[0][0])}"
    return _in_english(seen, with_year=with_year)


def _in_english(seen: Sequence[tuple[str, str]], *, with_year: bool) -> str | None:
    """Return the example of dates in English."""
    # Those are alike that differ only in what one example alone cannot tell.
    groups: dict[tuple[tuple[str, str], ...], list[Sequence[_Part]]] = {}
    marks = Counter[tuple[str, frozenset[str]]]()
    for words, date in seen:
        if shape := _shape_of(words, date):
            looks = tuple(
                (p.kind, p.text if p.kind == "text" else "ordinal" * (p.form == "ordinal")) for p in shape.parts
            )
            groups.setdefault(looks, []).append(shape.parts)
            marks.update([(shape.mark, shape.repeated)] if shape.mark else [])
    if not groups:
        return None
    most = max(groups.values(), key=len)
    kinds = [part.kind for part in most[0]]
    numeric = "number" in kinds and "year" in kinds and kinds.index("year") > kinds.index("number")
    days = [index for index, kind in enumerate(kinds) if kind in ("month", "day")]
    written, model = "", _NUMERIC_MODEL if numeric else MODEL
    for index, alike in enumerate(zip(*most, strict=True)):
        first = next((part for part in alike if not part.text.isupper()), alike[0])
        parts = [first._replace(form=part.form) for part in alike if part.form] or [first._replace(form="")]
        usual = Counter(part.write(f"{model}T09:00:00+00:00", f"{model}T10:00:00+00:00") for part in parts)
        written += usual.most_common(1)[0][0]
        if with_year and "year" not in kinds and index == days[-1]:
            written += f"{' ' if first.kind == 'month' else ', '}{MODEL[:4]}"
    return _of_several(written, model, *marks.most_common(1)[0][0]) if marks else written


def _of_several(example: str, date: str, mark: str, repeated: frozenset[str]) -> str:
    """Make an example of several days of one of a day, if these are written in another way than they would be."""
    plain = _shape_of(example, date) or _Shape(())
    last = str(calendar_date.fromisoformat(date) + _MODEL_DAYS)
    several = plain._replace(mark=mark, repeated=repeated).write(date, last)
    return several if several != plain.write(date, last) and _shape_of(several) else example


def _timed(parts: Sequence[_Part], date: str) -> list[_Part]:
    """Leave out the time, with what leads to it, where a date has none, or would be on another day in UTC."""
    index = next((index for index, part in enumerate(parts) if part.kind == "time"), None)
    if index is None:
        return list(parts)
    at = datetime.fromisoformat(date)
    if "T" in date and (not _UTC.search(parts[index].form) or at.astimezone(UTC).date() == at.date()):
        return list(parts)
    before, after = parts[: max(index - 1, 0)], parts[index + 1 :]
    return [*before, *(part._replace(text=part.text.removeprefix(")")) for part in after)]


def has_time(words: str) -> bool:
    """Tell whether a date as a page writes it says a time as well."""
    return re.search(rf"(?:(?<![\w:])|T){TIME}(?!\w)", words, re.IGNORECASE) is not None


def without_zoned_time(words: str) -> tuple[str, str]:
    """Cut a time with a zone other than UTC off a date of a page; return the date, and what led to the time, if any."""
    match = _ZONED.search(words)
    return (words[: match.start()], match["gap"]) if match and not _UTC.search(words) else (words, "")


def has_year(words: str) -> bool:
    """Tell whether a date as a page writes it says its year."""
    return re.search(THE_YEAR, words) is not None or _NUMERIC.search(words) is not None


def _taken_apart(example: str, date: str = "") -> list[_Part] | None:
    """Take an example apart; None where it is not one date whose day and month can be told apart.

    `date` is what is known about the example's day.
    """
    parts: list[_Part] = []
    end = 0
    for match in _PART.finditer(example):
        parts.append(_Part("text", example[end : match.start()]))
        word, form = match[0].lower(), ""
        end = match.end()
        if match["compact"]:
            parts += [_Part("year", word[:4]), *(_Part("number", two, "padded") for two in (word[4:6], word[6:]))]
            continue
        if match["time"]:
            # Without the T of ISO 8601, what looks like an offset is the end: `10:00-11:00`.
            form = "T" * (example[match.start() - 1 : match.start()] == "T") + match[0]
        elif match["number"]:
            form = "ordinal" if match["ordinal"] else "padded" if word[0] == "0" else "bare" if len(word) == 1 else ""
        elif not match["year"] and word != "may":
            form = "long" if word.title() in (*MONTHS, *DAYS) else "short"
        kind = next(kind for kind in ("time", "weekday", "month", "year", "number") if match[kind])
        parts.append(_Part(kind, match[0], form))
    parts.append(_Part("text", example[end:]))
    for part, following in zip_longest(parts, parts[1:]):
        between = _BEFORE_TIME if following and following.kind == "time" else _BETWEEN_PARTS
        if part.kind == "text" and not between.fullmatch(part.text):
            return None
    parts = [part for part in parts if part.text]
    numbers = [index for index, part in enumerate(parts) if part.kind == "number"]
    meanings = _meanings(parts, [parts[index] for index in numbers], date)
    if meanings is None:
        return None
    # A month of two digits is padded as the day is.
    known = [form for index in numbers[:2] if (form := parts[index].form)]
    alike = next(iter(known), "padded" if meanings == ["number", "day"] else "")
    for index, kind in zip(numbers, meanings, strict=False):
        form = "short" if kind == "year" else alike if "number" in meanings else parts[index].form
        parts[index] = parts[index]._replace(kind=kind, form=form)
    kinds = [part.kind for part in parts if part.kind != "text"]
    one_of_each = len({*kinds}) == len(kinds)
    return parts if one_of_each and {"month", "number", "year", "weekday"} & {*kinds} else None


def _meanings(parts: Sequence[_Part], numbers: Sequence[_Part], date: str) -> list[str] | None:
    """Tell what the numbers of an example are, in their order; None where that is not certain."""
    kinds = [part.kind for part in parts if part.kind not in ("text", "weekday", "time")]
    if "month" in kinds:
        return ["day"] * len(numbers)
    if not numbers or kinds[0] == "year":
        return ["number", "day"]
    if not _NUMERIC.fullmatch(
        "".join(part.text for part in _timed(parts, MODEL) if part.kind != "weekday").strip(" ,()")
    ):
        return None
    first, second = (int(number.text) for number in numbers[:2])
    known = tuple(map(int, date.split("-")[1:])) if len(date) == len(MODEL) else ()
    if first != second and known in ((first, second), (second, first)):
        day_first = known == (second, first)
    elif max(first, second) > 12 >= min(first, second):  # noqa: PLR2004 - months
        day_first = first > second
    else:
        return None
    return [*(("day", "number") if day_first else ("number", "day")), "year"]
