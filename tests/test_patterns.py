"""Regular expressions that are compiled when they are first used."""

import re
import subprocess
import sys

import pytest
from almanac.patterns import regex


def test_a_pattern_is_compiled_once_it_is_used() -> None:
    one = regex("(?P<letters>[a-c]+)", re.IGNORECASE)
    assert (one.pattern, "compiled" in vars(one)) == ("(?P<letters>[a-c]+)", False)
    assert [match["letters"] for match in one.finditer("abc, CB")] == ["abc", "CB"]
    assert one.sub("-", "Cab driver") == "- driver"
    assert (one.flags & re.IGNORECASE, one.groups) == (re.IGNORECASE, 1)
    assert regex(rb"\xff").match(b"\xff\xd8") is not None


def test_a_wrong_pattern_says_so_when_it_is_used() -> None:
    wrong = regex("(")
    with pytest.raises(re.error):
        wrong.match("")


def test_loading_what_builds_a_page_compiles_none_of_almanac_s_patterns() -> None:
    script = (
        "import re, sys\n"
        "def tell(pattern, flags=0, compile=re.compile):\n"
        "    name = sys._getframe(1).f_globals['__name__']\n"
        "    name.startswith('almanac.') and print(name, pattern)\n"
        "    return compile(pattern, flags)\n"
        "re.compile = tell\n"
        "import almanac.commands.build, almanac.commands.view_checks"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout == ""
