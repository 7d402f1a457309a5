"""What Almanac offers to a site in memory, and the text of the pull request."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import cast

from almanac.caps import Cap
from almanac.commands.offered import adopt
from almanac.config import Language
from almanac.defaults import load_messages
from almanac.forge.protocol import Forge
from almanac.proposal.onboarding import AdoptionOffer, adoption_offered
from almanac.proposal.state import Base, Look, OpenPull, Proposal

from tests.memory import Files, MemoryFiles

NOW = datetime(2026, 3, 4, 5, tzinfo=UTC)
_BASE = Base("main", "0" * 40)


class _Reading:
    """As much of a forge as an offer is planned with: it reads one commit."""

    def __init__(self, files: Files) -> None:
        self._files = MemoryFiles(files, NOW)

    def now(self) -> datetime:
        return NOW

    def reads_freely(self, commit: str) -> bool:
        return True

    def read(self, commit: str, path: str, cap: Cap) -> bytes | None:
        return self._files.read(path, cap)

    def names(self, commit: str, folder: str, *, deep: bool = False) -> Collection[str]:
        return self._files.names(folder, deep=deep)

    def files(self, commit: str, folder: str, suffix: str, cap: Cap, *, deep: bool = False) -> Mapping[str, bytes]:
        return self._files.read_all(folder, suffix, cap, deep=deep)


def offer_of(
    files: Files,
    choices: Mapping[str, str] | None = None,
    written: Mapping[str, str] | None = None,
    history: str = "",
) -> AdoptionOffer | None:
    """Plan the offer, given what was chosen and what people wrote on its branch; None if there is nothing to adopt."""
    return adopt(cast("Forge", _Reading(files)), _BASE, history, choices or {}, written or {})


def text_of(offer: AdoptionOffer, language: Language | None = None) -> str:
    """Write the pull request's text, in the site's language if no other is named."""
    writes = adoption_offered(offer, Look(None, _BASE, Proposal()), None).writes
    [body] = [one.body for one in writes if isinstance(one, OpenPull)]
    return load_messages().of_site({}, language or offer.language or "en").write(body)
