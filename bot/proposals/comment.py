"""Our one comment: when it has to be written, and how that is seen from what stands there."""

import hashlib
import json
from dataclasses import asdict, is_dataclass
from typing import Any

from bot import __version__
from bot.proposals.marker import Said, heard
from bot.proposals.state import Draft, DropComment, Look, PutComment, Write


def says(draft: Draft) -> str:
    """Return what tells a text from others before it is written; another version may write the same otherwise."""
    data = json.dumps([__version__, draft.template, draft.values], default=_plain, sort_keys=True)
    return hashlib.sha256(data.encode()).hexdigest()[:16]


def _plain(value: object) -> Any:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else str(value)


def said(look: Look) -> Said:
    """Return what our comment says; nothing where there is none."""
    comment = look.proposal.comment
    return heard(comment.body if comment else None)


def put_comment(look: Look, draft: Draft, pull: int | None = None) -> tuple[Write, ...]:
    """Write our one comment, unless it reads so already; delete what two runs at once wrote beside it.

    Args:
        look: What there is.
        draft: What it is to say.
        pull: The pull request that it speaks of; a new one is filled in when its number is known.
    """
    if look.issue is None:
        return ()
    comment, now = look.proposal.comment, said(look)
    spare = tuple(DropComment(look.issue.number, each) for each in look.proposal.spare)
    mark = says(draft)
    if comment and (now.told, now.says, now.pull) == (draft.template, mark, pull):
        return spare
    merged = pull if draft.template == "merged" else now.merged
    state: dict[str, object] = {"told": draft.template, "says": mark, "pull": pull, "merged": merged}
    state |= {"heard": now.heard or None, "denied": now.denied or None}
    return (PutComment(look.issue.number, comment.id if comment else None, draft, state), *spare)
