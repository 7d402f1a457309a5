"""Our one comment: when it has to be written, and how that is seen from what stands there.

Commands that people give in comments: `/almanac retry`, `recreate` and `cancel`.
"""

import hashlib
import json
import re
from dataclasses import asdict, dataclass, is_dataclass, replace
from typing import Any, Literal

from almanac import __version__
from almanac.proposal.marker import Said, heard, read_state
from almanac.proposal.state import DeleteBranch, Draft, DropComment, Look, Plan, PutComment, Write


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


Command = Literal["retry", "recreate", "cancel", "unknown"]
_KNOWN: dict[str, Command] = {"retry": "retry", "recreate": "recreate", "cancel": "cancel"}

_COMMAND = re.compile(r" {0,3}/almanac(?:[ \t]+(\S.*))?[ \t]*", re.IGNORECASE)
_FENCE = re.compile(r" {0,3}(?:(`{3,})[^`]*|(~{3,}).*)")
_HIDDEN = re.compile(r"<!--.*?(-->|\Z)", re.DOTALL)
_CODE = 4
_NOTE = "<!-- almanac:note -->"
_REMEMBERED = 20


@dataclass(frozen=True)
class Heard:
    """A comment that somebody wrote on an issue or its pull request.

    Attributes:
        id: The comment's number.
        author: Who wrote it, by login.
        text: What it says.
        place: The number of the issue or pull request that it stands on.
    """

    id: int
    author: str
    text: str
    place: int


def command_of(text: str) -> Command | None:
    """Return the first command that a comment gives; None where it gives none.

    A command is a line of its own that begins with `/almanac`. In a quotation, a code block (fenced or indented) or an
    HTML comment it is only talked about.
    """
    fence = ""
    for line in _HIDDEN.sub("", text).splitlines():
        if fence:
            indent, closing = len(line) - len(line.lstrip(" ")), line.strip()
            if indent < _CODE and closing.startswith(fence) and not closing.strip(fence[0]):
                fence = ""
        elif opened := _FENCE.fullmatch(line):
            fence = opened[1] or opened[2]
        elif found := _COMMAND.fullmatch(line):
            word = (found[1] or "").split(maxsplit=1)
            return _KNOWN.get(word[0].lower().rstrip(".!") if word else "", "unknown")
    return None


@dataclass(frozen=True)
class Order:
    """A command that is to be dealt with now.

    Attributes:
        heard: The comment that gives it.
        command: The command; None where its author may not give any.
    """

    heard: Heard
    command: Command | None


def pending(look: Look, number: int, heard: Heard | None) -> Command | None:
    """Return the command that a comment gives, unless it was dealt with before or stands on something else.

    Of somebody who was told already that they may not give any, nothing is heard.
    """
    command = command_of(heard.text) if heard else None
    if not heard or not command:
        return None
    pull, now = look.proposal.pull, said(look)
    if heard.place not in (number, pull.number if pull else None):
        return None
    return None if heard.id in now.heard or heard.author.casefold() in now.denied else command


def answered(plan: Plan, look: Look, order: Order) -> Plan:
    """Note in our comment that a command was dealt with, and say so where there is something to say."""
    now, issue = said(look), look.issue
    if issue is None or order.command == "retry":
        return plan
    memory: dict[str, object] = {"heard": [*now.heard, order.heard.id][-_REMEMBERED:]}
    note = None
    if order.command is None:
        memory["denied"] = [*now.denied, order.heard.author.casefold()][-_REMEMBERED:]
    if order.command in (None, "unknown"):
        note = Draft("note", {"may": order.command is not None, "commands": tuple(_KNOWN)})
    written = [write for write in plan.writes if isinstance(write, PutComment)]
    if written:
        new = replace(written[0], state={**written[0].state, **memory}, note=note)
        return replace(plan, writes=tuple(new if write is written[0] else write for write in plan.writes))
    comment = look.proposal.comment
    if comment:
        text, state = read_state(comment.body)
        new = PutComment(issue.number, comment.id, own_text(text), {**state, **memory}, note)
    else:
        new = PutComment(issue.number, None, note or "", memory)
    # Before the branch, with which an ending ends.
    place = next((at for at, write in enumerate(plan.writes) if isinstance(write, DeleteBranch)), len(plan.writes))
    return replace(plan, writes=(*plan.writes[:place], new, *plan.writes[place:]))


def own_text(text: str) -> str:
    """Return what a comment of ours says, without its first line, by which it is found, and without a note."""
    return text.partition("\n")[2].partition(_NOTE)[0].strip()


def with_note(text: str, note: str | None) -> str:
    """Put a note below a text."""
    return f"{text}\n\n{_NOTE}\n\n{note}" if note else text
