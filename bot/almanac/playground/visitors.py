"""Who plays: one person with one site, or, where strangers may, each with a site of their own for a while."""

import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock, RLock
from urllib.parse import quote

from almanac.errors import ForgeError, UserError
from almanac.jekyll import page_path, read_jekyll
from almanac.playground.builds import Builds
from almanac.playground.world import World
from almanac.site import Site
from almanac.sitefiles import CommitFiles

MOST_VISITORS, IDLE_SECONDS = 50, 1_800.0
"""How many sites there are at once where strangers play, and how long one stays that nobody touches."""
MOST_AT_ONCE = 8
"""How many requests of one visitor are in the house; the threads are for all visitors."""


@dataclass
class Room:
    """One visitor's site, which is made when it is first asked for, and what was built of it."""

    id: str
    folder: Path
    begin: Callable[[Path], World]
    with_jekyll: bool
    used: float
    lock: RLock = field(default_factory=RLock)
    inside: int = 0  # requests that are in it, or wait for those
    # Not `cached_property`: in Python 3.11 that has one lock for all rooms.
    _made: tuple[World, Builds] | None = None

    @property
    def world(self) -> World:
        return self._make()[0]

    @property
    def built(self) -> Builds:
        return self._make()[1]

    def _make(self) -> tuple[World, Builds]:
        """Make the site, once; whoever has the room's lock may ask."""
        if self._made is None:
            self.folder.mkdir(parents=True)
            try:
                world = self.begin(self.folder)
            except BaseException:
                shutil.rmtree(self.folder, ignore_errors=True)
                raise
            self._made = world, Builds(world.git, with_jekyll=self.with_jekyll)
        return self._made

    @property
    def is_untouched(self) -> bool:
        """Whether nobody has done anything in it."""
        return self._made is None or self._made[0].is_new

    def _site_at(self, commit: str) -> Site:
        return Site(CommitFiles(self.world.forge, commit))

    def files(self, commit: str) -> Mapping[str, bytes]:
        """Return the built site as it is at a commit; nothing where there is no such commit."""
        return self.built.files(self._site_at(commit), commit) if self.world.git.header(commit) else {}

    def page_address(self, commit: str, event_id: str | None = None) -> str | None:
        """Return where the history page is seen as it is at a commit, at an event; None if the site has none."""
        site = self._site_at(commit)
        if not site.config.has_page:
            return None
        path = site.config.page
        text = site.text(path) or ""
        if self.built.has_jekyll:
            jekyll = read_jekyll(site.text, site.files.names, path)
            place = page_path(jekyll, site.text(jekyll.file) or "" if jekyll.file else "", path, text)
            path = (place or f"/{path.rpartition('.')[0]}.html").lstrip("/")
        event = site.record(event_id) if event_id else None
        found = (view.anchor(site.config.page, text, event) for view in site.views()) if event and text else ()
        anchor = next(filter(None, found), None)
        return f"/built/{commit}/{path}" + (f"#{quote(anchor)}" if anchor else "")


class Visitors:
    """The rooms that there are."""

    def __init__(
        self, start: Callable[[Path], World], seconds: Callable[[], float], *, public: bool, folder: Path | None = None
    ) -> None:
        """Take what makes a site in an empty folder, and a clock; `public` if strangers may play."""
        self.public = public
        self._start, self._seconds = start, seconds
        self._home = folder or Path(tempfile.mkdtemp(prefix="almanac-playground-"))
        self._rooms: dict[str, Room] = {}
        self._lock = Lock()

    @contextmanager
    def room(self, visitor: str | None) -> Iterator[Room]:
        """Give a visitor's room, a new one if there is none, to one request at a time.

        Raises:
            UserError: Too many strangers play at the moment, or this one asks for too much at once.
        """
        while True:
            with self._lock:
                room = self._found(visitor)
                if room.inside >= MOST_AT_ONCE:
                    raise UserError("You ask for many pages at once here. Please wait a moment.")
                room.inside += 1
            try:
                with room.lock:
                    if room.id in self._rooms:  # nobody threw it away in between
                        room.used = self._seconds()
                        _ = room.world  # nobody else waits while it is made
                        yield room
                        return
            finally:
                with self._lock:
                    room.inside -= 1

    def _found(self, visitor: str | None) -> Room:
        if not self.public:
            visitor = next(iter(self._rooms), None)
        self._tidy()
        if visitor and visitor in self._rooms:
            return self._rooms[visitor]
        if self.public and len(self._rooms) >= MOST_VISITORS and not self._gave_way():
            raise UserError("Many people play here at the moment. Please come back in half an hour.")
        name = secrets.token_hex(16)
        place = self._home / (name if self.public else "site")
        self._rooms[name] = Room(name, place, self._start, not self.public, self._seconds())
        return self._rooms[name]

    def _tidy(self) -> None:
        if self.public:
            old = self._seconds() - IDLE_SECONDS
            for name in [name for name, room in self._rooms.items() if room.used < old]:
                self._drop(name)

    def _gave_way(self) -> bool:
        """Drop the site that was longest unused of those on which nobody did anything: most robots only look."""
        found = sorted((room for room in self._rooms.values() if room.is_untouched), key=lambda room: room.used)
        return any(self._drop(room.id) for room in found)

    def leave(self, visitor: str | None) -> None:
        """Throw a visitor's site away; the next look gives a new one."""
        with self._lock:
            name = visitor if self.public else next(iter(self._rooms), None)
            if name in self._rooms:
                self._drop(name)

    def _drop(self, name: str) -> bool:
        """Throw a site away, but not one in which someone else is busy: they may be waiting for us."""
        room = self._rooms[name]
        if not room.lock.acquire(blocking=False):
            return False
        try:
            del self._rooms[name]
            with suppress(OSError, ForgeError):
                shutil.rmtree(room.folder)
        finally:
            room.lock.release()
        return True

    def close(self) -> None:
        """Throw everything away."""
        with self._lock:
            shutil.rmtree(self._home, ignore_errors=True)
