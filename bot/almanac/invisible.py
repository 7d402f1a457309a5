"""Characters that nobody sees: Unicode's own list of them, and the places where a script or an emoji needs one."""

import re
import unicodedata

from almanac.patterns import regex

# Default_Ignorable_Code_Point of Unicode 17.0 (DerivedCoreProperties.txt). It holds code points that are not assigned
# yet as well, so later versions seldom change it.
IGNORABLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
# Beside them: what marks a gloss, and what stands for an object that was not copied along with the text.
_NEVER_NEEDED = "\ufff9-\ufffc"

# What takes an emoji's style and can be joined to others: the blocks of emoji, with all symbols between them.
_PICTURE = (
    "©®\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a\u231b\u2328\u23cf\u23e9-\u23fa\u24c2\u25aa-\u25fe\u2600-\u27bf"
    "\u2934\u2935\u2b05-\u2b55\u3030\u303d\u3297\u3299\U0001f004-\U0001faff"
)
_STYLE = "\ufe0e\ufe0f"
_IDEOGRAPH = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_MONGOLIAN = "\u1820-\u1878\u1880-\u18aa"
# England, Scotland and Wales: the letters of `gbeng` and so on as tags, and the tag that ends them.
_FLAGS = "|".join("".join(chr(0xE0000 + ord(tag)) for tag in f"{name}\x7f") for name in ("gbeng", "gbsct", "gbwls"))
# The blocks of scripts in which a joiner or non-joiner changes letters: Arabic, Syriac, N'Ko, those of India, Myanmar,
# Khmer, Mongolian and their relatives.
_CURSIVE = regex(
    "[\u0600-\u0df4\u0f00-\u109f\u1700-\u17b3\u17b6-\u17ff\u1810-\u18aa\u1900-\u1aad\u1b00-\u1c4f\u1cd0-\u1cff\ua800-\ua8ff"
    "\ua930-\uaa7f\uabc0-\uabff\U00010a00-\U00010aff\U00010d00-\U00010d3f\U00010f30-\U00010fff\U00011000-\U00011fff"
    "\U0001e900-\U0001e95f]"
)

_INVISIBLE = regex(
    rf"(?P<needed>(?<=[{_PICTURE}])[{_STYLE}]?\u200d(?=[{_PICTURE}])|(?<=[{_PICTURE}])[{_STYLE}]"
    rf"|(?<=[0-9#*])\ufe0f(?=\u20e3)|(?<=\U0001f3f4)(?:{_FLAGS})"
    rf"|(?<=[{_IDEOGRAPH}])[\ufe00-\ufe02\U000e0100-\U000e01ef]"
    rf"|(?<=[{_MONGOLIAN}])(?:[\u180b-\u180d\u180f]?\u180e(?=[\u1820\u1821])|[\u180b-\u180d\u180f]))"
    rf"|(?P<joiner>[\u200c\u200d])[{IGNORABLE}]*|[{IGNORABLE}{_NEVER_NEEDED}]"
)

# Blocks to which Unicode has given letters and symbols since 14.0, the oldest tables that a Python of ours has; and
# those that it keeps for emoji to come.
_NEWER = regex(
    "[\U000105c0-\U000105ff\U00010940-\U0001095f\U00010d40-\U00010eff\U00011380-\U000113ff\U000116d0-\U000116ff"
    "\U00011b00-\U00011bff\U00011db0-\U00011f5f\U00013460-\U000143ff\U00016100-\U0001613f\U00016d40-\U00016edf"
    "\U00018cff-\U00018dff\U0001cc00-\U0001ceff\U0001d2c0-\U0001d2df\U0001df00-\U0001dfff\U0001e030-\U0001e08f"
    "\U0001e4d0-\U0001e6ff\U0001f000-\U0001faff\U0001fb00-\U0001fbff\U0001fc00-\U0001fffd\U0002b739-\U0002ee5f"
    "\U00031350-\U0003347f]"
)


def shows(char: str) -> bool:
    """Tell whether everybody sees a character of a cleaned text.

    Spaces and line ends do not show, marks on nothing, selectors and joiners; nor characters for private use or none at
    all, which are boxes, or what one's own font has in their place.
    """
    category = unicodedata.category(char)
    return _NEWER.match(char) is not None if category == "Cn" else category[0] not in "ZMC"


def without_invisible(text: str) -> str:
    """Take the characters out of a text that show as nothing, wherever they are not needed for what shows.

    These stay: the style (text or emoji) and the joiners of emoji, the end of a keycap, the flags of England, Scotland
    and Wales; the variant of an ideograph; the forms of Mongolian letters; and a joiner or non-joiner after a letter of
    a script that needs it, such as Persian or Hindi, a non-joiner only before another letter. Never two in a row, so
    that nothing can be hidden in them.
    """
    return text if text.isascii() else _INVISIBLE.sub(_needed, text)


def _needed(found: re.Match[str]) -> str:
    if found["joiner"]:
        return found["joiner"] if _joins(found) else ""
    return found["needed"] or ""


def _joins(found: re.Match[str]) -> bool:
    """Tell whether a joiner follows a letter that it can change; the letter's own marks may come in any order."""
    text, at = found.string, found.start() - 1
    while at >= 0 and unicodedata.combining(text[at]):
        at -= 1
    return _is_cursive(text[at : at + 1]) and (
        found["joiner"] == "\u200d" or _is_cursive(text[found.end() : found.end() + 1])
    )


def _is_cursive(char: str) -> bool:
    return bool(_CURSIVE.match(char)) and unicodedata.category(char)[0] in "LM" and not unicodedata.combining(char)
