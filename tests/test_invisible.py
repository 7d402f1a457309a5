"""Characters that nobody sees: which ones they are, where they stay, and that none is left elsewhere."""

import json
import re
import subprocess

import pytest
from almanac.event.description import blocks
from almanac.event.people import entries, read_links, read_people
from almanac.invisible import IGNORABLE, without_invisible
from almanac.page.match import same_name
from almanac.text import clean_line, clean_text, is_blank
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.tools import need

_ENGLAND = "\U0001f3f4" + "".join(chr(0xE0000 + ord(tag)) for tag in "gbeng\x7f")
STAYS = [
    ("emoji style", "\u2764\ufe0f"),
    ("text style", "\u2764\ufe0e"),
    ("emoji joined", "\U0001f469\u200d\U0001f4bb"),
    ("emoji joined after a style", "\U0001f3f3\ufe0f\u200d\U0001f308"),
    ("emoji joined after a skin tone", "\U0001f469\U0001f3fd\u200d\U0001f4bb"),
    ("keycap", "1\ufe0f\u20e3"),
    ("flag of England", _ENGLAND),
    ("Hindi", "नमस्\u200dते"),
    ("Malayalam, at a word's end", "അവന്\u200d"),
    ("Persian", "می\u200cروم"),
    ("Persian abbreviation", "ش\u200d."),
    ("a mark that is not of the script", "क\u094d\u0301\u200dष"),
    ("Mongolian form", "ᠠ\u180b"),
    ("Mongolian vowel separator", "ᠨ\u180eᠠ"),
    ("variant of an ideograph", "葛\U000e0100"),
]
GOES = [
    ("joiner between Latin letters", "a\u200db", "ab"),
    ("joiner at an emoji's end", "\U0001f469\u200d", "\U0001f469"),
    ("joiner before an emoji", "\u200d\U0001f469", "\U0001f469"),
    ("non-joiner at a word's end", "می\u200c ", "می"),
    ("two in a row", "می\u200c\u200cروم", "می\u200cروم"),
    ("two styles", "\u2764\ufe0f\ufe0f\ufe00", "\u2764\ufe0f"),
    ("a text hidden in selectors", "\u2764\ufe0f\U000e0141\U000e0142", "\u2764\ufe0f"),
    ("a text hidden in a flag", _ENGLAND[:3] + "\U000e0041\U000e007f", "\U0001f3f4"),
    ("style on a digit", "1\ufe0f", "1"),
    ("vowel separator elsewhere", "ᠨ\u180eb", "ᠨb"),
]


@pytest.mark.parametrize(("name", "value"), STAYS)
def test_what_scripts_and_emoji_need_stays(name: str, value: str) -> None:
    assert clean_text(f"a {value} b") == f"a {value} b"


@pytest.mark.parametrize(("name", "value", "left"), GOES)
def test_what_nothing_needs_goes(name: str, value: str, left: str) -> None:
    assert clean_text(value) == left


_special = st.sampled_from([*"\ufe0e\ufe0f\u200c\u200d\u180b\u180e\U000e0100\U000e0067\u3164\u00ad\ufff9", *_ENGLAND])
_letters = st.sampled_from(
    [*"a1क्ىخᠨᠠ葛\u0301\u0316\u093c\u0958\u2764\u20e3\U0001f469\U0001f3fd\U0001f3f4\U0001d15e\u2adc\u2126"]
)
_SEQUENCE = re.compile(  # written apart from the code: one base, and what may follow it
    r"[0-9#*]\ufe0f\u20e3|\U0001f3f4\U000e0067\U000e0062[\U000e0061-\U000e007a]{3}\U000e007f"
    r"|[\u00a9-\U0001faff][\ufe0e\ufe0f]?\u200d?|[\u3400-\U0003ffff][\ufe00-\ufe02\U000e0100-\U000e01ef]"
    r"|[\u1820-\u18aa][\u180b-\u180f]{1,2}|[\u0300-\U0001e95f][\u200c\u200d]"
)


@settings(deadline=None)
@given(st.lists(st.one_of(_special, _letters, st.characters())).map("".join))
@example("क\u0301\u180b\u094d\u200d")
@example("क\u0958\u200c\u0958")
@example("\U0001d15e\ufe0f")
def test_no_ignorable_is_left_but_one_after_what_needs_it(value: str) -> None:
    cleaned = clean_text(value)
    assert not re.search(f"[{IGNORABLE}\ufff9-\ufffc]", _SEQUENCE.sub("", cleaned))
    assert clean_text(cleaned) == cleaned
    assert clean_line(clean_line(value)) == clean_line(value)


def test_the_list_is_that_of_unicode() -> None:
    """Node has the property in its regular expressions; what is not assigned yet is on both lists."""
    script = r"""
        const found = [];
        for (let code = 0; code < 0x110000; code++)
            if (/^\p{Default_Ignorable_Code_Point}$/u.test(String.fromCodePoint(code))) found.push(code);
        console.log(JSON.stringify(found));
    """
    done = subprocess.run([need("node"), "-e", script], capture_output=True, check=True, text=True)
    assert json.loads(done.stdout) == [code for code in range(0x110000) if re.match(f"[{IGNORABLE}]", chr(code))]


def test_what_python_does_not_know_yet_shows_where_unicode_put_it() -> None:
    """Node knows a newer Unicode. Single characters that came to an older block are not worth a list."""
    script = r"""
        const found = [];
        for (let code = 0; code < 0x110000; code++)
            if (/^[\p{L}\p{N}\p{P}\p{S}]$/u.test(String.fromCodePoint(code))) found.push(code);
        console.log(JSON.stringify(found));
    """
    done = subprocess.run([need("node"), "-e", script], capture_output=True, check=True, text=True)
    unseen = [code for code in json.loads(done.stdout) if is_blank(chr(code)) and chr(code) not in "\u2800\U0001d159"]
    assert len(unseen) < 100


@pytest.mark.parametrize(
    "nothing", ["\ue000", "\uf8ff\uf8ff", "\U000f1234", "\U0010fffd", "\u0378", "\U00050000", "\ue000\u0301 \u2028"]
)
def test_what_has_no_meaning_for_everybody_shows_nothing(nothing: str) -> None:
    assert clean_text(nothing) == clean_line(f" {nothing}") == ""
    assert clean_text(f"a {nothing.strip()} b").startswith("a ")


@pytest.mark.parametrize("char", ["\U0001fadd", "\U00016d43"])
def test_an_emoji_and_a_letter_newer_than_the_tables_show(char: str) -> None:
    assert clean_line(char) == char


# ---------------------------------------------------------------- parts of an answer


def test_a_part_in_which_nothing_shows_is_blank() -> None:
    assert is_blank("\u0301 ")
    assert read_people("Ada, \ue000")[0][0].affiliation is None
    assert read_people("[\u0301](https://example.org)")[1][0].message.startswith("There is no name in this line.")
    assert read_links("[\u0301](https://example.org)")[0][0].label == "example.org"
    assert entries("- \u0301\n- Lunch") == ["Lunch"]
    assert blocks("[\u0301](https://example.org)")[0].text == "&#91;\u0301&#93;(https&#58;//example.org)"


def test_names_that_look_alike_are_alike() -> None:
    assert same_name("Gov\u00adern\u200bments", "Governments")
    assert without_invisible("Gov\u00adern\u200bments") == "Governments"
