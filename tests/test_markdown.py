"""The escaper's rules, one by one. That they are the right ones is proven on built pages."""

import html
import re

import pytest
from almanac.markdown import Safe, address, anywhere, fence, formerly, heading, item, link, text
from almanac.urls import RefusedUrl, check_url, host_of
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reference import GOVERNMENTS, UNIVERSITIES


@pytest.mark.parametrize("char", "\\`*_^{}[]<>|$~")
def test_every_character_that_is_markup_anywhere(char: str) -> None:
    assert text(f"a{char}b{char}") == f"a&#{ord(char)};b&#{ord(char)};"


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("R&D, AT&T;", "R&#38;D, AT&#38;T;"),
        ("&#123; &amp; &_ &:", "&#38;#123; &#38;amp; &#38;&#95; &#38;:"),
        ("Nov 9 & 10 &", "Nov 9 & 10 &"),
        ("see https://x.org", "see https&#58;//x.org"),
        ("a: b://c", "a: b&#58;//c"),
        ("www.x.org WWW.x ww.x", "www&#46;x.org WWW&#46;x ww.x"),
        ("a\r\n\nb\u2028c", "a b c"),
        ("a\x00\x1bb\ud800", "ab"),
        ('"it\'s" - fine. (1) #12 @who +1', '"it\'s" - fine. (1) #12 @who +1'),
        ("git push --force ---", "git push -&#45;force -&#45;&#45;"),
        ("so ... it .. is", "so .&#46;&#46; it .&#46; is"),
        ("a << b >> c", "a &#60;&#60; b &#62;&#62; c"),
    ],
)
def test_text(typed: str, written: str) -> None:
    assert text(typed) == written


@pytest.mark.parametrize(
    ("typed", "written"), [("C#", "C&#35;"), ("a # b ##", "a # b &#35;&#35;"), ("##", "&#35;&#35;"), ("# a  ", "# a")]
)
def test_heading(typed: str, written: str) -> None:
    assert heading(typed) == written


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("# a", "&#35; a"),
        ("+ a", "&#43; a"),
        ("- a - b", "&#45; a - b"),
        ("=", "&#61;"),
        (": a", "&#58; a"),
        ("://", "&#58;//"),
        ("12. a 3. b", "12&#46; a 3. b"),
        ("1) a", "1&#41; a"),
        ("--x", "&#45;&#45;x"),
        ("1.5", "1&#46;5"),
        ("   code", "code"),
        ("a", "a"),
    ],
)
def test_item(typed: str, written: str) -> None:
    assert item(typed) == written


@pytest.mark.parametrize(
    ("typed", "written"),
    [("- C# ", "&#45; C&#35;"), ("Hi!", "Hi&#33;"), ("R&", "R&#38;"), ("#", "&#35;"), ("a_b", "a&#95;b")],
)
def test_anywhere(typed: str, written: str) -> None:
    assert anywhere(typed) == written


@pytest.mark.parametrize("function", [text, heading, item, anywhere])
def test_what_is_safe_is_left_alone(function: object) -> None:
    done = Safe("# **x** ![")
    assert callable(function)
    assert function(done) is done


@pytest.mark.parametrize(
    ("typed", "former"),
    [
        ("git push --force ...", "git push --force ..."),
        ("---", "&#45;--"),
        ("www...x", "www&#46;..x"),
        ("1...", "1&#46;.."),
        ("- a -&#45; .&#46;", "&#45; a -&#38;#45; .&#38;#46;"),
    ],
)
def test_what_was_written_before_runs_were_escaped(typed: str, former: str) -> None:
    assert formerly(item(typed)) == formerly(former) == former


def test_the_reference_pages_text_is_not_touched() -> None:
    for event in (GOVERNMENTS, UNIVERSITIES):
        people = [part for person in event.people for part in (person.name, person.affiliation or "")]
        labels = [event.series or "", event.title, event.when or "", event.people_label or ""]
        for typed in (*people, *labels, *event.agenda, event.description or ""):
            assert text(typed).split() == item(typed).split() == heading(typed).split() == typed.split()
        assert all(address(person.url or "") == person.url for person in event.people)


def test_link() -> None:
    assert link("a]b", "https://x.org/", before="Hi!") == "Hi&#33;[a&#93;b](https://x.org/)"
    assert link("a", "https://x.org/") == "[a](https://x.org/)"
    with pytest.raises(RefusedUrl):
        link("a", "x")


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("https://example.org", "https://example.org"),
        ("HTTPS://Example.ORG/Path?Q=1&b=%20#Frag", "https://example.org/Path?Q=1&b=%20#Frag"),
        ("http://example.org:8080/@user/~x/*,$!+:=", "http://example.org:8080/@user/~x/*,$!+:="),
        ("https://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC"),
        ("https://例え。テスト/x", "https://xn--r8jz45g.xn--zckzah/x"),
        ("https://example.org/a_(b)", "https://example.org/a_%28b%29"),
        ("https://example.org/{{x}}{%y%}", "https://example.org/%7B%7Bx%7D%7D%7B%y%%7D"),
        ("https://example.org/\"'<>|^`;[]", "https://example.org/%22%27%3C%3E%7C%5E%60%3B%5B%5D"),
        ("https://my_site.github.io/", "https://my_site.github.io/"),
        ("https://example.org?a", "https://example.org?a"),
    ],
)
def test_urls_that_a_page_may_link_to(typed: str, normal: str) -> None:
    assert check_url(typed) == normal
    assert check_url(normal) == normal
    assert address(typed) == normal


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "empty"),
        ("example.org", "begins with"),
        ("javascript:alert(1)", "begins with"),
        ("ftp://example.org", "begins with"),
        ("//example.org", "begins with"),
        ("https:/example.org", "begins with"),
        ("https:example.org", "begins with"),
        ("https://example.org/a b", "spaces"),
        ("https://example.org/\u3000", "spaces"),
        (" https://example.org", "spaces"),
        ("java\nscript:x", "spaces"),
        ("https://example.org/\u202e", "invisible"),
        ("https://example.org/\x00", "invisible"),
        ("https://example.org/\ud800", "invisible"),
        ("https://example.org\\@evil.example", "backslash"),
        ("https://user:pass@example.org/", "user name"),
        ("https://example.org@evil.example", "user name"),
        ("https://", "full name"),
        ("https:///path", "full name"),
        ("https://localhost/", "full name"),
        ("https://127.0.0.1/", "full name"),
        ("https://2130706433/", "full name"),
        ("https://0x7f.1/", "full name"),
        ("https://[::1]/", "port"),
        ("https://example.org./", "full name"),
        ("https://ex..org/", "full name"),
        ("https://-a.org/", "full name"),
        ("https://a%2eb.org/", "full name"),
        ("https://ex\u0000mple.org", "invisible"),
        ("https://ü" + "x" * 70 + ".org", "full name"),
        ("https://" + "a." * 130 + "org", "full name"),
        ("https://example.org:0/", "port"),
        ("https://example.org:99999/", "port"),
        ("https://example.org:/", "port"),
        ("https://example.org:x/", "port"),
        ("https://example.org/" + "x" * 2_000, "2,020 characters long. The limit is 2,000"),
        ("https://example.org/" + "ü" * 400, "The limit is 2,000"),
    ],
)
def test_urls_that_are_refused_with_the_reason(typed: str, reason: str) -> None:
    for refusing in (check_url, address, lambda url: address(Safe(url))):
        with pytest.raises(RefusedUrl) as caught:
            refusing(typed)
        assert reason in str(caught.value)


def test_the_name_of_a_links_site() -> None:
    assert host_of("https://www.example.org:80/x") == "example.org"
    assert host_of("https://example.org?a/b") == "example.org"
    assert host_of("https://example.org#a") == "example.org"


@pytest.mark.parametrize(
    ("typed", "marks"),
    [("", 3), ("``\x00`", 4), ("plain", 3), ("```", 4), ("a `` b ````` c", 6), ("~~~\n```\n@who #1", 4)],
)
def test_a_fence_is_longer_than_any_run_in_it(typed: str, marks: int) -> None:
    lines = fence(typed).split("\n")
    assert lines[0] == "`" * marks + "text"
    assert lines[-1] == "`" * marks
    assert "\n".join(lines[1:-1]) == typed.replace("\x00", "")


def test_a_fence_shows_no_controls() -> None:
    assert fence("a\x00\x1bb\rc") == "```text\nab\nc\n```"


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl"])))
def test_a_reader_of_references_gets_back_what_was_typed(typed: str) -> None:
    """Python's reader of HTML agrees, and it knows nothing of the escaper."""
    typed = "".join(typed.split("\u2029"))
    for function in (text, heading, item, anywhere):
        shown = html.unescape(function(typed))
        assert shown.strip(" ") == typed.strip(" ")
        assert not re.search(r"[\\`*_^{}\[\]<>|$~]|://", function(typed))
