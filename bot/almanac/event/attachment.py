"""A picture that was attached to an issue."""

import re

from almanac.errors import Problem
from almanac.event.model import Image

# GitHub writes `![name](address)`, or `<img alt="name" src="address" />` where it knows the size.
_ADDRESS = re.compile(r"https?://[^\s<>()\"']+", re.IGNORECASE)
_ATTACHED = re.compile(r"https://github\.com/user-attachments/assets/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HOW = "Drag a picture into this answer, or paste it there."


def read_picture(answer: str) -> Image | Problem:
    """Read the address of the one picture that an answer shows; the file's name says nothing about what is on it.

    Only an attachment that GitHub keeps is taken: anything else may show another picture tomorrow.
    """
    found = [*dict.fromkeys(_ADDRESS.findall(answer))]
    if not found:
        return Problem(f"There is no picture here. {_HOW}", typed=answer)
    if len(found) > 1:
        return Problem(f"There are {len(found)} addresses here, but one picture is shown. Please take out the others.")
    if not _ATTACHED.fullmatch(found[0]):
        return Problem(f"This picture is not attached to the issue. {_HOW}", typed=found[0])
    return Image(url=found[0])
