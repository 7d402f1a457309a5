"""What holds for any view, tried with one that no site has yet: a file for each series, which lists its events."""

from collections.abc import Sequence

from almanac.event.model import Event
from almanac.views.protocol import Built, Texts, View, build_all, completed, preview, put_event, read_event, stamped

ONE = Event(id="2022-01-20-open", title="Licences", date="2022-01-20", series="Open")
TWO = Event(id="2022-02-20-open", title="Security", date="2022-02-20", series="Open")


class SeriesView(View):
    """One line for each event, in a file for its series; an empty file goes."""

    def paths(self, event: Event) -> tuple[str, ...]:
        return (f"{event.series}.txt",)

    def put(self, path: str, text: str | None, event: Event, previous: Event | None) -> str:
        rest = self.remove(path, text, event) or ""
        return "".join(sorted([*rest.splitlines(keepends=True), f"{event.id}: {event.title}\n"]))

    def remove(self, path: str, text: str | None, event: Event) -> str | None:
        lines = (text or "").splitlines(keepends=True)
        return "".join(line for line in lines if not line.startswith(f"{event.id}:")) or None

    def build(self, texts: Texts, records: Sequence[Event]) -> Built:
        files: dict[str, str] = {}
        for record in records:
            [path] = self.paths(record)
            files[path] = self.put(path, files.get(path), record, None)
        return Built(tuple(records), files)


VIEWS = [SeriesView()]
NOTHING: dict[str, str] = {}


def test_an_event_that_moves_to_another_file_leaves_the_first() -> None:
    files = put_event(VIEWS, NOTHING.get, ONE, None)
    files |= put_event(VIEWS, files.get, TWO, None)
    assert files == {"Open.txt": "2022-01-20-open: Licences\n2022-02-20-open: Security\n"}
    moved = ONE.model_copy(update={"series": "Closed"})
    assert put_event(VIEWS, files.get, moved, ONE) == {
        "Open.txt": "2022-02-20-open: Security\n",
        "Closed.txt": "2022-01-20-open: Licences\n",
    }


def test_a_file_of_which_nothing_is_left_is_deleted() -> None:
    moved = ONE.model_copy(update={"series": "Closed"})
    assert put_event(VIEWS, {"Open.txt": "2022-01-20-open: Licences\n"}.get, moved, ONE)["Open.txt"] is None


def test_put_after_put_gives_what_build_gives() -> None:
    files = put_event(VIEWS, NOTHING.get, TWO, None)
    files |= put_event(VIEWS, files.get, ONE, None)
    assert build_all(VIEWS, NOTHING.get, [ONE, TWO]).files == files


def test_a_view_that_nobody_edits_leaves_the_record_alone() -> None:
    assert stamped(VIEWS, ONE) == read_event(VIEWS, NOTHING.get, ONE) == ONE
    assert VIEWS[0].read_branch("Open.txt", None, ONE, None) == ONE
    assert completed(VIEWS, ONE, NOTHING.get) == ONE
    assert preview(VIEWS, ONE) == ""
    assert VIEWS[0].spelt_as("Open.txt", "its text", "another", ONE) == "its text"
    assert VIEWS[0].similar("Open.txt", "", ONE, None) is None
    assert VIEWS[0].doubt("Open.txt", "", "x") is None
