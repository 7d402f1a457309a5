"""Zones: the pinned database, a site's letters, and what is said of names that are not known."""

import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import resources

import pytest
from almanac.errors import ConfigError
from almanac.times import zones as zones_module
from almanac.times.check import read_when
from almanac.times.zones import (
    AMBIGUOUS,
    BUILT_IN,
    AmbiguousZone,
    ZonePlace,
    Zones,
    abbreviations,
    check_letters,
    check_zone,
    load_zone,
    names,
)


@pytest.fixture
def no_machine_database(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Make the machine's own zone database wrong: every zone there is UTC."""
    folder = tmp_path_factory.mktemp("zoneinfo")
    (folder / "America").mkdir()
    rules = resources.files("tzdata").joinpath("zoneinfo", "UTC").read_bytes()
    (folder / "America" / "New_York").write_bytes(rules)
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath([str(folder)])
    zoneinfo.ZoneInfo.clear_cache()
    zones_module.load_zone.cache_clear()
    yield
    zoneinfo.reset_tzpath(before)
    zoneinfo.ZoneInfo.clear_cache()


@pytest.mark.usefixtures("no_machine_database")
def test_the_machines_own_database_does_not_matter() -> None:
    assert zoneinfo.ZoneInfo("America/New_York").utcoffset(datetime(2021, 11, 8, tzinfo=UTC)) == UTC.utcoffset(None)
    assert read_when("2021-11-08", "9am ET", Zones.of()).instant == "2021-11-08T14:00:00Z"


def test_every_zone_of_the_tables_is_in_the_database() -> None:
    known = set(names().values())
    ambiguous = {name for candidates in AMBIGUOUS.values() for _, name in candidates}
    assert {*BUILT_IN.values(), *ambiguous} <= known
    assert not set(BUILT_IN) & set(AMBIGUOUS)


def test_every_zone_can_be_loaded_and_no_other() -> None:
    assert all(load_zone(name).key == name for name in names().values())
    for name in ("america/new_york", "Factory", "../zones", "Europe"):
        with pytest.raises(KeyError):
            load_zone(name)


def test_what_clocks_are_called() -> None:
    assert abbreviations(load_zone("America/New_York")) == {"EST", "EDT"}
    assert ZonePlace("ET", load_zone("America/New_York"), "America/New_York").strict is False
    assert ZonePlace("est", load_zone("America/New_York"), "America/New_York").strict is True


def test_the_sites_letters_come_before_the_built_in_ones() -> None:
    site = Zones.of({"CST": "Asia/Shanghai", "et": "America/Toronto"})
    assert list(site.letters)[:2] == ["CST", "et"]
    assert site.shown == ("CST", "et")
    assert (site.label_of("America/Toronto"), site.label_of("UTC"), site.label_of("Asia/Tokyo")) == ("et", "UTC", "JST")
    for word in ("ET", "et"):
        place = site.find(word)
        assert isinstance(place, ZonePlace)
        assert (place.label, place.name, place.city) == ("et", "America/Toronto", "Toronto")
    assert isinstance(Zones.of().find("cst"), AmbiguousZone)
    assert site.find("Nowhere") is None


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("Europe/Pariss", "Europe/Paris"),
        ("europe/paris", "Europe/Paris"),
        ("Paris", "Europe/Paris"),
        ("New York", "America/New_York"),
        ("Amerika/New_York", "America/New_York"),
        ("Qqqq", None),
        ("", None),
        ("x" * 10_000, None),
    ],
)
def test_an_unknown_zone_gets_the_nearest(name: str, nearest: str | None) -> None:
    problem = check_zone(name)
    assert problem is not None
    assert (problem.accepted, problem.typed) == (nearest, name)
    assert nearest is None or nearest in problem.message


def test_a_known_zone_is_fine() -> None:
    assert check_zone("Europe/Paris") is None
    assert check_zone("UTC") is None


@pytest.mark.parametrize(
    "letters", ["", "E", "E T", "ET/PT", "NOON", "pm", "Nov", "MON", "E1", "É", "ABCDEFGHIJK", "UTC"]
)
def test_what_cannot_be_letters_of_a_zone(letters: str) -> None:
    assert check_letters(letters) is not None


def test_all_that_is_wrong_with_a_config_is_told_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        Zones.of({"ET": "America/NewYork", "P": "America/Los_Angeles"}, ["ET", "CETT", "QQQQ"], "Europe/Pariss")
    found = [(problem.field, problem.accepted) for problem in caught.value.problems]
    assert found == [
        ("time_zones.P", None),
        ("time_zones.ET", "America/New_York"),
        ("time_zone", "Europe/Paris"),
        ("series.time_zones", "CET"),
        ("series.time_zones", None),
    ]


def test_a_series_may_show_built_in_letters() -> None:
    site = Zones.of({}, ["ET", "JST"])
    assert read_when("2021-11-08", "9am ET", site).line == "9am ET, 11pm JST"
    two = Zones.of({"ET": "America/New_York", "EST": "America/New_York"})
    assert read_when("2021-11-08", "9am ET", two).line is not None


@pytest.mark.parametrize(
    ("language", "date", "line", "shown", "warned"),
    [
        ("en", "2026-06-20", "12 Uhr MESZ", "12pm CEST", ""),
        ("en", "2026-06-20", "12 h HAE", "12pm EDT", ""),
        ("de", "2026-06-20", "12 Uhr MESZ", "12:00 MESZ", ""),
        ("de", "2026-06-20", "12 Uhr CEST", "12:00 CEST", ""),
        ("de", "20.6.2026", "Sa., 20.6.2026, 12 Uhr MESZ", "12:00 MESZ", ""),
        ("de", "2026-06-20", "12 Uhr MEZ", "12:00 MESZ", "Berlin is on MESZ, not MEZ"),
        ("de", "2026-10-25", "2:30 Uhr MEZ", "02:30 MEZ", ""),
        ("de", "2026-06-20", "18 Uhr oesz, 17 Uhr mesz", "18:00 OESZ, 17:00 MESZ", ""),
        ("fr", "2026-01-20", "12 h HNE", "12:00 HNE", ""),
        ("fr", "2026-06-20", "12 Uhr MESZ", "12:00 CEST", ""),
    ],
)
def test_a_site_shows_the_letters_of_its_language(language: str, date: str, line: str, shown: str, warned: str) -> None:
    when = read_when(date, line, Zones.of(language=language))
    assert when.line == shown
    assert [warned in each.message for each in when.warnings] == [True] * bool(warned)


def test_letters_of_a_language_that_a_site_lists_change_with_the_season() -> None:
    site = Zones.of({"MEZ": "Europe/Berlin"}, language="de")
    lines = [read_when(date, "12 Uhr MEZ", site).line for date in ("2026-01-20", "2026-06-20")]
    assert lines == ["12:00 MEZ", "12:00 MESZ"]


@pytest.mark.parametrize(
    ("language", "default", "line", "zone"),
    [
        ("de", None, "18:00 MESZ", "Europe/Berlin"),
        ("de", None, "18:00 CEST", "Europe/Berlin"),
        ("de", "Europe/Vienna", "18:00 MESZ", "Europe/Vienna"),
        ("de", "America/New_York", "18:00 MESZ", "Europe/Berlin"),
        ("en", None, "6pm CEST", "Europe/Paris"),
        ("en", "Europe/Berlin", "6pm MESZ", "Europe/Berlin"),
        ("en", "Europe/Berlin", "6pm Central European Time", "Europe/Berlin"),
        ("en", "America/Toronto", "9am ET", "America/Toronto"),
        ("en", "America/Cancun", "9am EST", "America/Cancun"),
        ("en", "America/Cancun", "9am ET", "America/New_York"),
        ("en", "Asia/Manila", "9am PDT", "America/Los_Angeles"),
        ("es", None, "18:00 CEST", "Europe/Madrid"),
        ("fr", None, "18:00 CEST", "Europe/Paris"),
        ("de", None, "18:00 UTC", "UTC"),
    ],
)
def test_letters_mean_the_site_s_own_zone_where_they_are_in_force_there(
    language: str, default: str | None, line: str, zone: str
) -> None:
    when = read_when("2026-06-20", line, Zones.of(default=default, language=language))
    assert (when.time_zone, when.problems) == (zone, ())


@pytest.mark.parametrize(
    ("language", "name", "letters"),
    [
        ("de", "Europe/Berlin", "MEZ"),
        ("de", "Europe/Paris", "MEZ"),  # as records have it that were made before
        ("de", "America/New_York", "ET"),
        ("fr", "America/New_York", "ET"),
        ("en", "Europe/Paris", "CET"),
        ("en", "Europe/Berlin", "Europe/Berlin"),
    ],
)
def test_a_zone_is_called_as_the_site_s_language_has_it(language: str, name: str, letters: str) -> None:
    assert Zones.of(language=language).label_of(name) == letters
