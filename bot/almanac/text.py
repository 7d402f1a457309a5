"""Typed text: cleaned and held to its caps before it is stored, and made harmless for terminals and logs."""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from almanac.invisible import shows, without_invisible
from almanac.patterns import regex
from almanac.phrases import joined, say, say_number

# Unicode's line ends (its newline guidelines), CRLF first so that it counts once.
_LINE_END = regex(r"\r\n|[\r\v\f\x85\u2028\u2029]")
# Characters that show as blank space: a tab, the no-break space, a braille cell without dots, a musical note without
# head and stem, two blanks among hieroglyphs.
_SPACE = regex(r"[\t\xa0\u2800\U0001d159\U00013441\U00013442]")
_DROPPED = regex(
    r"[\x00-\x08\x0e-\x1f\x7f-\x9f"  # controls; line ends and tabs have been replaced before
    r"\ud800-\udfff\ufdd0-\ufdef"  # halves of characters, and code points that are not characters
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
    + "]"
)
# Unicode's Stream-Safe Text Format: no language needs more marks on one letter, and sorting them costs their square.
MAX_MARKS = 30


def clean_text(value: str) -> str:
    """Clean a text of several lines. Cleaning twice changes nothing more.

    Every kind of line end becomes LF; tabs, no-break spaces and other blanks become spaces; controls go, and so do the
    characters that show as nothing (see `without_invisible`); letters are composed (Unicode's NFC); blank lines and
    spaces go from both ends. A text in which nothing shows is empty.
    """
    kept = _DROPPED.sub("", _SPACE.sub(" ", _LINE_END.sub("\n", value)))
    if not kept.isascii():
        # Marks are counted again, as what was between some of them may be gone.
        kept = unicodedata.normalize("NFC", _few_marks(without_invisible(_few_marks(kept))))
    return "" if is_blank(kept) else kept.strip()


def clean_line(value: str) -> str:
    """Clean a text that is one line: as `clean_text`, and each line end, with the spaces around it, becomes a space."""
    return " ".join(filter(None, map(str.strip, clean_text(value).split("\n"))))


# What input methods and word processors write for a keyboard's characters: full-width forms, hyphens and dashes of all
# kinds, the minus sign, apostrophes, dots amid a line.
_ON_KEYBOARD = str.maketrans(
    {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63", "-")
    | dict.fromkeys("\u2018\u2019\u02bc", "'")
    | dict.fromkeys("\u2219\u22c5\u30fb", "\u00b7")
    | {"\u301c": "~"}
)
# Emoji, with what shapes them. A degree sign is one of these symbols too, and ends numbers in some languages.
_SYMBOLS = ("So", "Sk")
_SHAPES = "\u20e3\ufe0e\ufe0f"
_MARKS_AROUND = ' ,;*_`<>[]"“”„«»'


def as_on_keyboard(text: str) -> str:
    """Return a line with the characters of a keyboard for those that look like them, for reading dates and times.

    Digits of all scripts become ours; emoji go, and so do quotation marks and marks of emphasis around the whole.
    """
    if not text.isascii():
        text = "".join(map(_on_keyboard, text.translate(_ON_KEYBOARD))).replace(" \u200d", " ")
    return " ".join(text.split()).strip(_MARKS_AROUND)


def _on_keyboard(char: str) -> str:
    if char.isascii() or char == "\u00b0":
        return char
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    return " " if unicodedata.category(char) in _SYMBOLS or char in _SHAPES else char


def look_alikes(text: str) -> str:
    """Name the characters that may pass for those of a Latin keyboard, so that people see what they cannot tell apart.

    A letter is one of them only beside ours: a word in another script is no disguise.
    """
    around = zip(f" {text}", text, f"{text[1:]} ", strict=False)
    others = dict.fromkeys(char for before, char, after in around if _may_pass(char, f"{before}{after}"))
    named = [f"U+{ord(char):04X} ({unicodedata.name(char, 'no name').lower()})" for char in others]
    return say("It has characters that may look like others: {named}.", named=first_few(named)) if named else ""


def _may_pass(char: str, beside: str) -> bool:
    if unicodedata.normalize("NFKD", char)[0].isascii() or unicodedata.east_asian_width(char) == "W":
        return False
    return not char.isalpha() or any(one.isascii() and one.isalnum() for one in beside)


def _few_marks(value: str) -> str:
    kept = []
    marks = 0
    for char in value:
        marks = marks + 1 if unicodedata.combining(char) else 0
        if marks <= MAX_MARKS:
            kept.append(char)
    return "".join(kept)


def is_blank(cleaned: str) -> bool:
    """Tell whether nothing shows of a cleaned text, or of a part of one."""
    return not any(map(shows, cleaned))


_MARKS = "".join(map(chr, (*range(0x20, 0x30), *range(0x3A, 0x41), *range(0x5B, 0x61), *range(0x7B, 0x7F))))
_MARKS += "¡¿。！？" + "".join(map(chr, range(0x2010, 0x2027)))  # noqa: RUF001 - these are the marks meant
# What people write where they have nothing to say, or nothing yet, in the languages of most forms.
_NOTHING = frozenset(
    re.split(
        r",\s+",
        """n/a, n.a, na, tba, tbc, tbd, none, nothing, nil, null, xxx, no response, blank, empty, soon, coming,
        will follow, to follow, unknown, to be announced, to be confirmed, to be decided, to be defined,
        to be determined, not announced, not applicable, not available, not confirmed, not decided, not known, not set,
        not sure, k.a, keine, keiner, keine angabe, keine angaben, nichts, noch offen, folgt, folgt noch, unbekannt,
        noch unbekannt, noch nicht bekannt, wird noch bekannt gegeben, wird noch bekanntgegeben, entfällt,
        aucun, aucune, rien, néant, s/o, sans objet, inconnu, à venir, à définir, à confirmer, à annoncer, à déterminer,
        à préciser, ninguno, ninguna, nada, desconocido, por definir, por confirmar, por determinar, por anunciar,
        no aplica, a definir, a confirmar, a anunciar, nenhum, nenhuma, desconhecido, não se aplica,
        nessuno, nessuna, niente, sconosciuto, da definire, da confermare, da stabilire, da annunciare,
        geen, niets, nvt, n.v.t, volgt, onbekend, nog onbekend, nog niet bekend, ingen, inget, okänt, ukendt,
        brak, do ustalenia, nieznane, yok, нет, немає, неизвестно, уточняется,
        无, 無, 暂无, 暫無, 没有, 待定, 未定, なし, 없음, 미정, لا يوجد""",
    )
)
_NOT_YET = (" yet", " for now", " so far", " at the moment", " soon")


def says_nothing(cleaned: str) -> bool:
    """Tell whether a cleaned text is blank, or a placeholder: `N/A`, `TBD`, `none`, `-`, `?`, `à définir`."""
    words = " ".join(cleaned.casefold().strip(_MARKS).split()).replace("not yet ", "not ")
    for end in _NOT_YET:
        words = words.removesuffix(end)
    return words.strip(_MARKS) in _NOTHING or is_blank(words)


def first_few(names: Sequence[str], most: int = 3) -> str:
    """List some names; of many, only the first: `a, b, c and more`."""
    shown = joined(names[:most], ", ")
    return say("{names} and more", names=shown) if len(names) > most else shown


def listed(names: Sequence[str]) -> str:
    """List all names, in words: `a, b and c`."""
    if len(names) < 2:  # noqa: PLR2004 - one is no list
        return joined(names)
    return say("{names} and {last}", names=joined(names[:-1], ", "), last=names[-1])


def counted(number: int, what: str = "event") -> str:
    """Return a number of things in words: `1 event`, `2 events`."""
    if what == "event":
        return say_number("{number:,} event", "{number:,} events", number)
    return f"{number:,} {what}" + "s" * (number != 1)


# ---------------------------------------------------------------- caps

CAPS: Mapping[str, int] = {
    "series": 200,
    "title": 300,
    "date": 100,
    "end_date": 100,
    "when": 200,
    "duration": 50,
    "location": 500,
    "url": 2_000,
    "people_label": 200,
    "people": 40_000,
    "description": 20_000,
    "agenda": 20_000,
    "recording": 2_000,
    "links": 40_000,
    "status": 100,
    "tags": 2_000,
    "image": 5_000,
    "image_alt": 1_000,
}
"""Field id -> how many characters it may have. A field of the site's own has `CAP_ELSEWHERE`."""
CAP_ELSEWHERE = 10_000

COUNT_CAPS: Mapping[str, tuple[int, str]] = {
    "people": (100, say("people")),
    "agenda": (100, say("points")),
    "links": (50, say("links")),
    "tags": (30, say("tags")),
}
"""Field id -> how many entries it may have, and what they are called."""

ENTRY_CAPS: Mapping[str, tuple[int, str]] = {
    "name": (200, say("The name")),
    "affiliation": (300, say("The affiliation")),
    "label": (300, say("The text")),
    "point": (1_000, say("This")),
    "tag": (100, say("This tag")),
}
"""Part of a person, a link or a point of the agenda -> how many characters it may have, and what it is called."""


def too_long(field: str, value: str) -> str | None:
    """Say that a field's text is longer than its cap; None if it is not."""
    return _over(CAPS.get(field, CAP_ELSEWHERE), say("This"), value)


def entry_too_long(part: str, value: str) -> str | None:
    """Say that a part of one entry (see `ENTRY_CAPS`) has more characters than its cap; None if it has not."""
    cap, subject = ENTRY_CAPS[part]
    return _over(cap, subject, value)


def _over(cap: int, subject: str, value: str) -> str | None:
    if len(value) <= cap:
        return None
    return say(
        "{subject} is {number:,} characters long. The limit is {cap:,}. Please shorten it.",
        subject=subject,
        number=len(value),
        cap=cap,
    )


def too_many(field: str, count: int) -> str | None:
    """Say that a field has more entries than its cap; None if it has not."""
    cap, entries = COUNT_CAPS[field]
    if count <= cap:
        return None
    return say(
        "There are {count:,} {entries} here. The limit is {cap:,}. Please leave some out.",
        count=count,
        entries=entries,
        cap=cap,
    )


# ---------------------------------------------------------------- terminals, logs, workflow commands
# A terminal obeys escape sequences, a log is read line by line, and GitHub's runner takes a line that begins with `::`,
# or that contains `##[`, for a command.

_COMMAND = regex(r"\A(\s*):(?=:)")


def printable(text: str) -> str:
    r"""Return a text as one line that a terminal or a log shows and does not obey: `\n` and `\x1b` are spelled out."""
    return _COMMAND.sub(r"\1\\:", _spelled_out(text).replace("##[", r"##\["))


def printable_lines(text: str) -> str:
    """Do the same for a text of several lines, which stay lines."""
    return "\n".join(map(printable, text.split("\n")))


def annotation(text: str) -> str:
    """Return a text as the message of a workflow command (`::error::...`); its lines stay lines."""
    return "%0A".join(_spelled_out(line).replace("%", "%25") for line in text.split("\n"))


def annotation_property(text: str) -> str:
    """Return a text as a property of a workflow command (`file=...`)."""
    return annotation(text).replace(":", "%3A").replace(",", "%2C")


def _spelled_out(line: str) -> str:
    if line.isprintable():
        return line
    # Joiners build emoji and letters, and unusual spaces are spaces: no terminal takes them for an order.
    harmless = "\t\u200c\u200d\xa0\u202f\u3000"
    return "".join(
        char if char.isprintable() or char in harmless else char.encode("unicode_escape").decode() for char in line
    )
