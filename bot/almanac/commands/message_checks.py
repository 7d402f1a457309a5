"""Tries a site's own templates of messages, as `almanac doctor` and `almanac build --check` do, with samples."""

from collections.abc import Iterator

from almanac.commands.checks import Finding, from_problems, ok
from almanac.defaults import load_messages
from almanac.errors import ConfigError, Problem, UserError
from almanac.proposal.samples import SAMPLES
from almanac.site import Site

_REMEDY = "Fix this line; docs/proposals.md says what each message can use."


def check_messages(site: Site) -> list[Finding]:
    """Try all of the site's own messages."""
    if not site.config.messages:
        return []
    if wrong := [*broken_messages(site)]:
        return from_problems("messages", wrong, _REMEDY)
    if not site.messages:
        message = "There are no messages in this folder, so all are Almanac's own."
        return [Finding("messages", "warning", message, "Add one, or leave out `messages`.", site.config.messages)]
    return [ok("messages", "The site's own messages can be written.")]


def broken_messages(site: Site) -> Iterator[Problem]:
    """Write each of the site's own messages for every state in which it is needed, and give the first fault of each."""
    try:
        own = site.messages
        messages = load_messages().of_site(own, site.config.language)
    except UserError as error:
        yield from error.problems
        return
    for name in own:
        try:
            for draft, pull in SAMPLES.values():
                if draft.template == name:
                    messages.write(draft, pull=pull)
        except ConfigError as error:
            yield from error.problems
