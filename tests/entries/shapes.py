"""Templates in the shapes of real sites, and the lists that they are for."""

from typing import NamedTuple

from almanac.entries.formats import ListFormat
from almanac.entries.frontmatter import FrontMatter
from almanac.entries.incsv import CsvList
from almanac.entries.injson import JsonList
from almanac.entries.inyaml import YamlFile, YamlList
from almanac.entries.stores import FileStore, ListStore
from almanac.entries.template import EntryTemplate

SEMINAR = """\
---
layout: seminar
title: "{{ title | with_status }}"
speaker: "{{ people | names }}"
position: "{{ people[0].role }}"
institution: '{{ people[0].affiliation }}'
abstract: "{{ description }}"
date: {{ date }}
zoom_link: {{ url }}
{% if recording %}
recording_link: {{ recording }}
{% endif %}
draft: false
---
*Bio coming soon.*
"""
MEETUP = """\
---
date: {{ date | like("October 7, 2020") }}
---
**{{ title | with_status | text }}**

{{ description | markdown }}
"""
HACKATHON = """\
---
title: {{ title }}
series: {{ series | plain }}
date: {{ (starts or date) | like("2018-02-03 11:30am") }}
until: {{ end_date }}
address: >
  {{ location }}
rsvp: "{{ url }}"
tags: [{% for tag in tags %}{{ tag }}, {% endfor %}]
room: {{ extra.room }}
---

{{ description | markdown }}

# Links

{{ when }}
"""
CONFERENCE = """\
---
title: "{{ title }}"
{% if end_date %}
start_date: {{ date }}
{% endif %}
date: {{ end_date or date }}
location: {{ location }}
speakers:
{% for person in people %}
  - name: "{{ person.name }}"
    link: {{ person.url }}
    {% if person.affiliation %}
    from: "{{ person.affiliation }}"
    {% endif %}
{% endfor %}
---
"""
HUGO = """\
+++
title = "{{ title | plain }}"
date = {{ starts or date }}
tags = [{% for tag in tags %}"{{ tag | plain }}", {% endfor %}]
draft = false
[params]
where = '{{ location | plain }}'
speakers = [{% for one in people %}"{{ one.name | plain }}", {% endfor %}]
status = "{{ status }}"
+++
{{ description | markdown }}
"""
WHOLE = """\
type: meetup
number: {{ number }}
date: {{ date }}
host: {{ location }}
title: |
  {{ title }}
cancelled: {{ status == 'cancelled' }}
slides:
agenda:
  - type: intro
  - type: talk
    title: {{ title }}
    abstract: >
      {{ description }}
    speakers:
      {% for person in people %}
      - name: {{ person.name }}
      {% endfor %}
    youtube: {{ recording }}
"""
FILES = {
    "seminar": FileStore("_seminars/{date}-{people}.md", EntryTemplate(SEMINAR, FrontMatter(), "t.j2")),
    "hackathon": FileStore("_events/{date}.md", EntryTemplate(HACKATHON, FrontMatter(), "t.j2")),
    "conference": FileStore("_events/{year}{month}-{slug}.md", EntryTemplate(CONFERENCE, FrontMatter(), "t.j2")),
    "meetup": FileStore("_meetups/{date}.md", EntryTemplate(MEETUP, FrontMatter(), "t.j2")),
    "hugo": FileStore("content/events/wp-{date}.md", EntryTemplate(HUGO, FrontMatter(), "t.j2")),
    "whole": FileStore("_data/talks/{number}.yml", EntryTemplate(WHOLE, YamlFile(), "t.j2")),
}


class Kept(NamedTuple):
    """A list with the store that keeps events in it."""

    store: ListStore
    kind: ListFormat
    text: str


def _list(path: str, source: str, kind: ListFormat, text: str) -> Kept:
    return Kept(ListStore(path, EntryTemplate(source, kind, "t.j2"), kind), kind, text)


LISTS = {
    "yaml, newest first": _list(
        "_data/events.yml",
        '- title: "{{ title }}"\n  institution: "{{ location }}"\n  start: {{ date }}\n  end: {{ end_date or date }}\n'
        '  url: "{{ url }}"\n',
        YamlList(),
        """\
# Workshops, newest first.

- title: "Second"
  institution: "Barn"
  start: 2026-07-19
  end: 2026-07-21
  url: "https://b.org/" # theirs

# the first one
- title: "First"
  organized_by: true
  start: 2026-01-12
  end: 2026-01-12
""",
    ),
    "yaml, under a key, oldest first": _list(
        "_data/talks.yml",
        "- day: {{ date | like('25.3.2021') }}\n  what: {{ title }}\n  who: [{% for one in people %}{{ one.name }}, "
        "{% endfor %}]\n  text: |\n    {{ description }}\n",
        YamlList("talks"),
        "talks:\n  - day: 3.2.2020\n    what: A\n    who: []\n  - day: 14.5.2021\n    what: 'B'\n    who: [Bo]\n",
    ),
    "json": _list(
        "_data/events.json",
        '{\n  "title": "{{ title | plain }}",\n  "date": "{{ starts or date }}",\n  "venue": {\n    "name": '
        '{{ location | plain }}\n  },\n  "url": "{{ url }}"\n}\n',
        JsonList(),
        '[\n  {\n    "title": "One",\n    "date": "2026-07-25T13:00:00-05:00",\n    "venue": null\n  }\n]\n',
    ),
}
ROWS = _list(
    "_data/meetings.csv",
    "present,location,startday,startmonth,year,event,url\n"
    ",{{ location }},{{ date[8:10] | int }},{{ date | like('September') }},{{ date[:4] }},{{ title }},{{ url }}\n",
    CsvList(),
    'present,location,startday,startmonth,year,event,url\nY,"Leeds, UK",8,September,2025,Summer,./s25\n'
    ',"York, UK",9,September,2024,Summer,./s24\n',
)
