"""The feed as a view: Atom (RFC 4287), the newest changes first."""

import html
import re
from collections.abc import Mapping
from datetime import UTC
from xml.sax.saxutils import escape, quoteattr

from almanac.event.model import Event
from almanac.event.statuses import in_words
from almanac.patterns import regex
from almanac.phrases import said as said_in
from almanac.phrases import say
from almanac.views.generated import GeneratedView, linked, name_of, plain_lines

_MOST = 20
_HEAD = (
    '<?xml version="1.0" encoding="utf-8"?>\n'
    '<feed xmlns="http://www.w3.org/2005/Atom">\n'
    "  <generator>Almanac</generator>\n"
)
_END = "</feed>\n"
_BEGIN, _DONE = "  <entry>\n", "  </entry>\n"
_ID = regex(r"    <id>([^<]*)</id>\n")
# These two are in the head only: in an entry, lines are indented more.
_OWN_ID = regex(r"^  <id>([^<\r\n]*)</id>", re.MULTILINE)
_UPDATED = regex(r"    <updated>([^<]*)</updated>\n")
_ADDRESS = regex(r'^  <link href="([^"\r\n]*)"/>', re.MULTILINE)
_PAGE = regex(r'^  <link rel="related" type="text/html" href="([^"\r\n]*)"/>', re.MULTILINE)
_PUBLISHED = regex(r"    <published>([^<]*)</published>\n")
# What XML 1.0 cannot hold, in whatever way it is written.
_IMPOSSIBLE = regex("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class FeedView(GeneratedView):
    """The file that `feed` in the config names."""

    @property
    def most(self) -> int:
        return _MOST

    def cut(self, text: str) -> dict[str, str] | None:
        text = text.replace("\r\n", "\n")
        if not text.startswith(_HEAD):
            return None
        blocks = (block.partition(_DONE)[0] for block in text.split(_BEGIN)[1:])
        return {_first(_ID, block).rpartition(":")[2]: block for block in blocks}

    def address_in(self, text: str) -> str:
        return html.unescape(_first(_ADDRESS, text))

    def entry(self, event: Event, old: str | None) -> str:
        said = "".join(f"    {element}\n" for element in self._elements(event))
        if old is not None and old.endswith(said) and old.count("\n") == said.count("\n") + 3:
            return old
        now = f"{self.publisher.now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        key = _first(_ID, old or "") or f"tag:{self.publisher.host},2021:{event.id}"
        published = _first(_PUBLISHED, old or "") or now
        return f"    <id>{key}</id>\n    <published>{published}</published>\n    <updated>{now}</updated>\n{said}"

    def joined(self, path: str, entries: Mapping[str, str]) -> str:
        def place(event_id: str) -> tuple[str, str]:
            return _first(_UPDATED, entries[event_id]), event_id

        newest = sorted(entries, key=place, reverse=True)[:_MOST]
        blocks = "".join(f"{_BEGIN}{entries[event_id]}{_DONE}" for event_id in newest)
        updated = _first(_UPDATED, entries[newest[0]]) if newest else "1970-01-01T00:00:00Z"
        return f"{_HEAD}{self._about(path, updated)}{blocks}{_END}"

    def _written(self, path: str, text: str | None, entries: Mapping[str, str]) -> str:
        written, key = self.joined(path, entries), _first(_OWN_ID, text or "")
        written = _OWN_ID.sub(lambda _: f"  <id>{key}</id>", written, count=1) if key else written
        # What git has made of its line ends is no change.
        return text if text is not None and text.replace("\r\n", "\n") == written else written

    def _about(self, path: str, updated: str) -> str:
        organizer = self.publisher.config.organizer
        title = organizer.name if organizer else said_in(say("Events"), self.publisher.tongue)
        lines = [
            f"<id>tag:{self.publisher.host},2021:{_text(path)}</id>",
            f"<title>{_text(title)}</title>",
            f"<updated>{updated}</updated>",
            f"<author><name>{_text(title)}</name></author>",
        ]
        if self.publisher.address:
            lines.append(f"<link href={_attribute(self.publisher.address)}/>")
        if own := self.publisher.own_address(path):
            lines.append(f'<link rel="self" type="application/atom+xml" href={_attribute(own)}/>')
        if page := self.publisher.page:
            lines.append(f'<link rel="related" type="text/html" href={_attribute(page)}/>')
        return "".join(f"  {line}\n" for line in lines)

    def _elements(self, event: Event) -> list[str]:
        day = f"{event.date}\u2013{event.end_date}" if event.end_date else event.date
        link = linked(event.url) or self.publisher.page or self.publisher.address
        lines = [event.when or "", event.location or "", *plain_lines(event, self.publisher.tongue)]
        paragraphs = "".join(f"<p>{_text(line)}</p>" for line in (day, *lines) if line)
        if event.image and (picture := self.publisher.picture(event)):
            alt = event.image.alt or event.title
            paragraphs = f"<p><img src={_attribute(picture)} alt={_attribute(alt)}></p>{paragraphs}"
        words = in_words(event.status or "", self.publisher.config.language)
        status = f" ({words})" if event.status not in (None, "scheduled") else ""
        return [
            f"<title>{_text(f'{day}: {name_of(event)}{status}')}</title>",
            *([f"<link href={_attribute(link)}/>"] if link else []),
            *(f"<category term={_attribute(one)}/>" for one in (event.series, *event.tags) if one),
            f'<content type="html">{_text(paragraphs)}</content>',
        ]


def page_in(text: str) -> str:
    """Return the address of the page with all events that a feed was written with; empty if none."""
    return html.unescape(_first(_PAGE, text))


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[1] if found else ""


def _text(text: str) -> str:
    """Write a text between tags, on one line; a line break in HTML is a space."""
    return escape(_IMPOSSIBLE.sub("\ufffd", text)).replace("\n", "&#10;").replace("\r", "&#13;")


def _attribute(text: str) -> str:
    return quoteattr(_IMPOSSIBLE.sub("\ufffd", text))
