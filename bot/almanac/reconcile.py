"""The one glue: make true what should be true, of one issue or of all. It knows the forge protocol, no adapter."""

from collections.abc import Callable, Iterator

from almanac.engine.decide import Desk, Kit
from almanac.engine.run import Done, run
from almanac.engine.sweep import sweep
from almanac.forge.protocol import Forge
from almanac.proposal.comment import Heard


def reconcile(number: int, forge: Forge, kit: Kit, *, dry_run: bool = False, said: Heard | None = None) -> Done:
    """Make true what should be true of one issue, and tell what was done.

    Somebody else may write at the same time; then it looks again.

    Args:
        number: The issue's number.
        forge: Where it is.
        kit: What the door hands in.
        dry_run: Whether nothing is to be written.
        said: A comment on the issue or its pull request, which may hold a command.

    Raises:
        UserError: The site's config, form, page or records are in the way.
        ForgeError: The forge refused or failed.
    """
    return run(number, Desk(forge, kit, dry_run=dry_run), said=said)


def reconcile_all(
    forge: Forge, kit: Kit, *, dry_run: bool = False, progress: Callable[[int, int], None] | None = None
) -> Iterator[Done]:
    """Look at all open issues of ours and all open proposals, and give what became of each.

    A failure of one is among the results and does not keep the others waiting.

    Args:
        forge: Where they are.
        kit: What the door hands in.
        dry_run: Whether nothing is to be written.
        progress: Told before each: which it is, counted from 1, and how many there are.

    Raises:
        UserError: The site's config or form is in the way of all.
        ForgeError: The forge does not even list what there is.
    """
    return sweep(Desk(forge, kit, dry_run=dry_run), progress)
