"""A link that opens the issue form with some answers filled in: GitHub takes them from the address, by their ids."""

import re
from collections.abc import Mapping

from almanac.form.schema import Form

_UNSAFE = re.compile(r"[^\w.~-]", re.ASCII)
_LONGEST = 6_000
"""GitHub refuses longer addresses at about 8 KB."""


def filled_in(repository: str, file: str, form: Form, answers: Mapping[str, str]) -> str:
    """Return the address of a repository's form (`file` is its path) with the answers that it asks for.

    What a dropdown does not offer is left out, and so is what would make the address too long.
    """
    address = f"{repository}/issues/new?template={_quoted(file.rpartition('/')[2])}"
    for field in form.fields:
        answer = answers.get(field.id)
        offered = not field.options or answer in [option.label for option in field.options]
        if answer and offered:
            more = f"&{_quoted(field.id)}={_quoted(answer)}"
            address += more if len(address) + len(more) <= _LONGEST else ""
    return address


def _quoted(text: str) -> str:
    return _UNSAFE.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), text)
