"""The key of a field that has no id."""

import re
import unicodedata

# The letters of Latin-1 and Latin Extended-A that are more than a base letter with a mark.
_LIGATURES = str.maketrans(
    {
        "Æ": "AE", "æ": "ae", "Œ": "OE", "œ": "oe", "Ĳ": "IJ", "ĳ": "ij", "ß": "ss", "ẞ": "SS", "Þ": "Th", "þ": "th",
        "Ð": "D", "ð": "d", "Đ": "D", "đ": "d", "Ø": "O", "ø": "o", "Ħ": "H", "ħ": "h", "ı": "i", "ĸ": "k",  # noqa: RUF001 - these are the letters meant
        "Ŀ": "L", "ŀ": "l", "Ł": "L", "ł": "l", "ŉ": "'n", "Ŋ": "NG", "ŋ": "ng", "Ŧ": "T", "ŧ": "t", "×": "x",  # noqa: RUF001
    }
)  # fmt: skip
_LAST = "\u017e"


def parameterize(label: str) -> str:
    """Return the key that GitHub gives to a field without an id.

    GitHub uses `parameterize` of Rails: Western letters lose their marks, `-` and `_` stay, each run of anything else
    becomes one `-`, none is left at either end, and all is lower case. Other alphabets leave nothing. (python-slugify
    differs: it spells out other alphabets and drops the comma of `1,000`.)
    """
    latin = "".join(map(_base, unicodedata.normalize("NFC", label).translate(_LIGATURES)))
    return re.sub(r"-{2,}", "-", re.sub(r"[^A-Za-z0-9_-]+", "-", latin)).strip("-").lower()


def _base(character: str) -> str:
    return unicodedata.normalize("NFD", character)[0] if "\x7f" < character <= _LAST else character
