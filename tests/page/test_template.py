"""What a site's own section template can see and use, and where it may put a value."""

import re
from pathlib import Path

import pytest
from almanac.errors import ConfigError
from almanac.event.model import Event, Person
from almanac.page.template import section_renderer

from tests.reference import UNIVERSITIES

DOCS = (Path(__file__).parent.parent.parent / "docs/untrusted-text.md").read_text(encoding="utf-8")


def event(**fields: object) -> Event:
    return Event.model_validate({"id": "2021-11-08-x", "title": "T", "date": "2021-11-08", **fields})


def written(source: str, **fields: object) -> str:
    return section_renderer(source, "t.j2")(event(**fields))


def test_a_value_without_a_filter_is_escaped_for_every_position() -> None:
    assert written("{{ title }} | {{ title }}", title="- {{x}} C#!") == (
        "&#45; &#123;&#123;x&#125;&#125; C#&#33; | &#45; &#123;&#123;x&#125;&#125; C#&#33;"
    )


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("{{ title | heading }}", "- a&#95;b"),
        ("{{ title | item }}", "&#45; a&#95;b"),
        ("{{ title | text }}", "- a&#95;b"),
        ("{{ title | upper }}", "&#45; A&#95;B"),
        ("{{ title ~ title }}", "&#45; a&#95;b- a&#95;b"),
        ("{{ (title | text) ~ '*' }}", "&#45; a&#38;#95;b&#42;"),
        ("{% macro m(x) %}**{{ x }}**{% endmacro %}{{ m(title) }}", "**&#45; a&#95;b**"),
        ("{% set x %}*{{ title | text }}*{% endset %}{{ x }}", "*- a&#95;b*"),
        ("{% macro m() %}<{{ caller() }}>{% endmacro %}{% call m() %}_{% endcall %}", "<_>"),
        ("{{ title | slug }} {{ id }} {{ date }}", "a-b 2021-11-08-x 2021-11-08"),
        ("{{ event.title | text }}", "- a&#95;b"),
        ("{{ date | heading_date }}", "November 8th, 2021"),
        ("{{ when }}{{ none }}", ""),
        ("{{ agenda }} {{ agenda | length }} {{ 1.5 }} {{ true }}", "x, &#42; 2 1&#46;5 True"),
        ("{% for block in description | blocks %}{{ block.text }}{% endfor %}", "[a](https://x.org)"),
        ("[{{ url | host }}]({{ url | url }})", "[x.org](https://www.x.org/%28)"),
        (
            '<a href="{{ url | url }}" id="{{ id }}">{{ title }}</a>',
            '<a href="https://www.x.org/%28" id="2021-11-08-x">&#45; a&#95;b</a>',
        ),
        ("<div class='{{ event.status }} {{ title | slug }}'>", "<div class='cancelled a-b'>"),
        ("{{ recording | link(recording) }} [x]({{ recording | url }})", "javascript:alert(1) [x](#)"),
        ("{{ recording | host }}", "javascript:alert(1)"),
        ("{{ 'x' | link(none) }}", "x"),
        ("{% set escaped %}{{ recording | text }}{% endset %}[x]({{ escaped | url }})", "[x](#)"),
    ],
)
def test_what_a_template_can_use(source: str, shown: str) -> None:
    assert shown == written(
        source,
        title="- a_b",
        status="cancelled",
        agenda=("x", "*"),
        description="[a](https://x.org)",
        url="https://www.x.org/(",
        recording="javascript:alert(1)",
    )


def test_a_sites_own_fields() -> None:
    extra = {"room": "*1*", "items": "x", "food": {"Vegan": True, "Fish": False}, "days": ("Mon", "Tue"), "a-b": "c"}
    source = "{{ extra.room }} {{ extra.items }} {{ extra.food }} {{ extra.days }} {{ extra['a-b'] }}{{ extra.blank }}"
    assert written(source, extra=extra) == "&#42;1&#42; x Vegan Mon, Tue c"
    assert written("{% if extra.blank %}x{% endif %}y") == "y"


def test_a_field_that_was_once_a_question_of_the_sites_own_is_found_there() -> None:
    source = "{{ extra.tags }}{{ extra['status'] }}{% for name, _ in extra | items %}{{ name }}{% endfor %}"
    assert written(source, tags=("a", "*b"), status="postponed") == "a, &#42;bpostponed"
    assert written(source, tags=("a",), extra={"tags": "mine"}) == "minetags"
    assert written(source) == ""


@pytest.mark.parametrize("name", ["extra.topics", "extra['topics']", "location", "event.location", "people[0].url"])
@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("({{ X }})", "()"),
        ("{% for one in X %}{{ one }}{% else %}none{% endfor %}", "none"),
        ("{% for name, chosen in X.items() %}{{ name }}{% endfor %}.", "."),
        ("{% for name, chosen in X | items %}{{ name }}{% endfor %}.", "."),
        ("{% for name, chosen in X | dictsort %}{{ name }}{% endfor %}.", "."),
        ("{% if X %}x{% endif %}{% if not X %}y{% endif %}{% if X is none %}z{% endif %}", "yz"),
        ("({{ X.a.b }}{{ X[0] }}{{ X['a'][1:] }}{{ X.a() }}{{ X.upper() }})", "()"),
        ("{{ X | length }} {{ X | default('?') }} {{ X | d('?') }} {{ X or 'no' }}", "0 ? ? no"),
        ("({{ X | join(', ') }}{{ X | upper | text }}{{ X | item }}{{ X + X }}{{ X ~ X }}{{ X | sort | list }})", "()"),
        ("({{ X | blocks }}{{ X | link(X) }}{{ X | slug }}){{ X | url }}", "()#"),
        ("{{ 'a' in X }} {{ X == '' }} {{ X | int }}", "False True 0"),
    ],
)
def test_a_field_without_a_value_is_empty_whatever_is_done_with_it(name: str, source: str, shown: str) -> None:
    assert written(source.replace("X", name), people=(Person(name="A"),)) == shown


def test_what_is_there_is_not_taken_for_blank() -> None:
    source = "{% for name, on in extra.food | items %}{{ name if on }}{% endfor %} {{ title | default('?') }}"
    assert written(source, extra={"food": {"Vegan": True, "Fish": False}}) == "Vegan T"
    assert written("{{ title is none }} {{ agenda | default('?') }}.", agenda=("x",)) == "False x."
    source = "{{ '' | default('?', true) }}{{ none | default('?') }}{{ nope | default('x') }}"
    assert written(source) == "??x"


def test_a_name_that_does_not_exist_is_an_error_with_its_line() -> None:
    for name in ("topics", "event.topics", "people[0].topics"):
        with pytest.raises(ConfigError) as caught:
            written(f"a\n{{% for one in {name} %}}{{{{ one }}}}{{% endfor %}}", people=(Person(name="A"),))
        assert caught.value.problems[0].line == 2


def test_blank_lines_around_a_section_go_and_spaces_at_its_end_stay() -> None:
    assert written("\n \n### {{ title }}  \n\n- x  \n \n\n") == "### T  \n\n- x  "
    assert written("\r\n### {{ title }}\r\nx") == "### T\nx"
    assert written("{# nothing #}") == ""


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("<a href='{{ url }}'>", "an HTML tag"),
        ("<a\n {{ title }}>", "an HTML tag"),
        ("<https://{{ title }}>", "an HTML tag"),
        ("<!-- {{ title }} -->", "an HTML tag"),
        ("[x]({{ url }})", "a link's round brackets"),
        ("[x](https://x.org '{{ title }}')", "a link's round brackets"),
        ("[x](https://x.org/{{ url | text }})", "a link's round brackets"),
        ("[x](https://x.org/{{ (url | url) ~ title }})", "a link's round brackets"),
        ("[x]: {{ url }}", "a link's definition"),
        ("{% raw %}{% include x.html t='{% endraw %}{{ title }}'", "curly braces"),
        ("x{: title='{{ title }}'}", "curly braces"),
        ("`{{ title }}`", "code"),
        ("~~~\n{{ title }}\n~~~", "code"),
        ("<script>\nvar x = '{{ title }}'</script>", "a script, a style or the like"),
        ("<style>x</style><STYLE>{{ title | url }}{{ title }}</STYLE>", "a script, a style or the like"),
        ("<a {% if url %}href='{% endif %}{{ event.url }}'>", "an HTML tag"),
    ],
)
def test_a_value_in_a_place_where_escaping_cannot_help(source: str, place: str) -> None:
    with pytest.raises(ConfigError) as caught:
        section_renderer("x\n" + source, "t.j2")
    problem = caught.value.problems[-1]
    assert problem.file == "t.j2"
    assert problem.line in {2, 3}
    assert problem.message.startswith(f"A value is inside {place}, where")


@pytest.mark.parametrize(
    "source", ["<b>{{ title }}</b>", "[{{ title }}](https://x.org) {{ title }}", "`x` {{ title }}", "a < b {{ title }}"]
)
def test_a_value_in_prose_is_no_problem(source: str) -> None:
    assert "T" in written(source)


def test_no_more_than_a_million_characters() -> None:
    with pytest.raises(ConfigError, match="more than 1,000,000 characters"):
        written("{% for i in range(20000) %}{{ title }}{% endfor %}", title="x" * 300)


def test_a_failure_names_the_line_and_quotes_nothing_that_is_markup() -> None:
    with pytest.raises(ConfigError) as caught:
        written("{% macro m(x) %}\n{{ {}[x] }}\n{% endmacro %}\n{{ m(title) }}", title="@who #1 `x` [a](b)")
    problem = caught.value.problems[0]
    assert (problem.file, problem.line) == ("t.j2", 2)
    assert not set("@#`[]<>/") & set(problem.message)


def test_a_slip_is_named_with_its_line() -> None:
    with pytest.raises(ConfigError) as caught:
        section_renderer("a\n{% if %}", "t.j2")
    assert (caught.value.problems[0].file, caught.value.problems[0].line) == ("t.j2", 2)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("{{ date | lke('8 May 2021') }}", "cannot be read: there is no filter `lke`. The nearest one is `like`."),
        ("{{ title | zzzz }}", "there is no filter `zzzz`. These are known: d, default, "),
        ("{% if title is defind %}{% endif %}", "there is no test `defind`."),
        ("{{ tittle }}", "fails for the event 2021-11-08-a: there is no value `tittle`. The nearest one is `title`."),
        ("{{ event.tittle }}", "there is no part `tittle`. The nearest one is `title`."),
        ("{{ people[0].nam }}", "there is no part `nam`. The nearest one is `name`."),
        ("{{ people[0].zzzz }}", "there is no part `zzzz`. These are known: add_to, affiliation, agenda,"),
    ],
)
def test_what_a_misspelt_name_was_meant_to_be_is_said(source: str, words: str) -> None:
    event = Event(id="2021-11-08-a", title="A", date="2021-11-08", people=(Person(name="Ada"),))
    with pytest.raises(ConfigError) as caught:
        section_renderer(source)(event)
    assert words in str(caught.value)


@pytest.mark.parametrize("value", ["event", "people[0]", "title.upper", "(description | blocks)[0]"])
def test_a_group_of_values_is_no_text(value: str) -> None:
    with pytest.raises(ConfigError, match="name the one that you mean"):
        written(f"{{{{ {value} }}}}", people=(Person(name="A"),), description="a")


def test_what_cannot_even_be_compiled() -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        section_renderer("{{ " + "(" * 20_000 + "1" + ")" * 20_000 + " }}")


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ title.__class__.__mro__[1].__subclasses__() }}",
        "{{ ''['__class__'] }}",
        "{{ ''|attr('__class__') }}",
        "{{ cycler.__init__.__globals__.os.environ }}",
        "{{ joiner.__init__.__globals__ }}",
        "{{ namespace.__init__.__globals__ }}",
        "{{ self.__init__.__globals__ }}",
        "{{ self._TemplateReference__context.environment }}",
        "{{ range.__self__ }}",
        "{{ '{0.__class__.__init__.__globals__}'.format(title) }}",
        "{{ '{x.__class__}'.format_map({'x': title}) }}",
        "{{ ('%s' | format(title)).__class__ }}",
        "{{ extra.__class__ }}{{ extra.x.__class__ }}",
        "{{ event.update({'title': 'x'}) }}",
        "{{ people.append(1) }}",
        "{{ lipsum() }}",
        "{{ get_flashed_messages.__globals__ }}",
        "{% import 'os' as os %}{{ os }}",
        "{% for x in [].__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
        "{{ ().__class__.__base__ }}",
        "{{ (title | map).gi_frame.f_globals }}",
        "{% set f %}x{% endset %}{{ f.__class__.__init__ }}",
        "{% macro m() %}{% endmacro %}{{ m.__globals__ }}{{ m._func }}",
    ],
)
def test_there_is_no_way_out_of_the_sandbox(source: str) -> None:
    try:
        written = section_renderer(source)(event(extra={"x": "y"}))
    except ConfigError as error:
        written = str(error)
    assert "&#60;" not in written  # Python shows its objects as <class ...>, <function ...>


@pytest.mark.parametrize(
    "source",
    [
        "{% set words %}Talk {} there{% endset %}{{ words.format(title) }}",
        "{% set words %}Talk {x} there{% endset %}{{ words.format_map({'x': title}) }}",
        "{% macro words() %}Talk {}{% endmacro %}{{ words().format(title) }}",
        "{% set words %}Talk %s{% endset %}{{ words % title }}{{ words | format(title) }}",
        "{% set words %}Talk X{% endset %}{{ words | replace('X', title) }}{{ words.replace('X', title) }}",
        "{% set words %}Talk {% endset %}{{ words ~ title }}{{ words + title }}{{ [words, title] | join }}",
    ],
)
def test_what_is_put_into_a_text_that_is_done_is_escaped(source: str) -> None:
    written = section_renderer(source)(event(title="<b>*x*"))
    assert "Talk &#60;b&#62;&#42;x&#42;" in written
    assert not set("<*") & set(written)


@pytest.mark.parametrize(
    "source",
    [
        "{% filter replace('X', title) %}Talk X{% endfilter %}",
        "{% filter format(title) %}Talk %s{% endfilter %}",
        "{% filter wordwrap(10) %}{{ title }}{% endfilter %}",
    ],
)
def test_a_filter_block_would_go_around_the_escaping(source: str) -> None:
    with pytest.raises(ConfigError, match="x:2: A filter block cannot"):
        section_renderer(f"### {{{{ date }}}}\n{source}", "x")


@pytest.mark.parametrize(
    "source",
    [
        "{{ title | text }}[more](https://example.org/)",
        "{{ title | item }}{{ 'more' | link('https://example.org/') }}",
        "{{ title | link(url) }}{{ 'more' | link('https://example.org/') }}",
    ],
)
def test_no_exclamation_mark_makes_an_image_of_a_link(source: str) -> None:
    with pytest.raises(ConfigError, match="x:2: A link comes directly after a value"):
        section_renderer(f"### {{{{ date }}}}\n{source}", "x")
    apart = source.replace("}}[", "}} [").replace("}}{{", "}} {{")
    assert "![" not in section_renderer(apart)(event(title="Wow!"))
    assert "Wow&#33;[more]" in section_renderer("{{ title }}[more](https://example.org/)")(event(title="Wow!"))


def test_the_template_in_the_docs() -> None:
    found = re.search(r"```jinja\n(.*?)```", DOCS, re.DOTALL)
    assert found
    event = UNIVERSITIES.model_copy(update={"description": "P\n- a\n- *b", "extra": {"room": "<1>"}})
    written = section_renderer(found[1])(event)
    assert written.startswith(
        "### November 11th, 2021: Measuring OSPOs, Measuring Open Source, Measuring Impact - Theory to Practice\n\n"
        "- 9am PT, 12pm EDT, 6pm CET on Thursday November 11, 2021\n- [Matt Germanprez](https://www.unomaha.edu/"
    )
    assert written.endswith("\nP\n\n- a\n- &#42;b\n\nRoom &#60;1&#62;")


def test_the_loops_over_answers_in_the_docs() -> None:
    found = re.findall(r"```jinja\n(.*?)```", DOCS, re.DOTALL)
    render = section_renderer(found[1])
    answered = {"topics": ("*a", "b"), "food": {"Vegan": True, "Fish": False}}
    assert render(UNIVERSITIES.model_copy(update={"extra": answered})) == "- &#42;a\n- b\n- Food: Vegan"
    assert render(UNIVERSITIES) == ""


def test_what_is_written_as_html_is_escaped_again_and_its_links_have_the_template_s_own_attributes() -> None:
    source = "<p>{% call html('class=\"a\"') %}**{{ title }}** [slides]({{ url | url }}){% endcall %}</p>"
    assert written(source, title="1 < {{2}} & *x*", url="https://a.org/?a=1&copy") == (
        "<p><strong>1 &#60; &#123;&#123;2&#125;&#125; & &#42;x&#42;</strong> "
        '<a href="https://a.org/?a=1&amp;copy" class="a">slides</a></p>'
    )
    for call in ("html(title)", "html('onclick=\"x\"')", 'html(\'class="a" href="b"\')'):
        with pytest.raises(ConfigError, match="attributes"):
            written(f"<p>{{% call {call} %}}x{{% endcall %}}</p>")
