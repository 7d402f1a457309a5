"""What a site has unless it brings its own: the messages that people read, and the issue form."""

from functools import cache

from almanac.catalogues import load_tongue
from almanac.form.schema import Form, read_form
from almanac.packaged import template, template_names
from almanac.proposal.messages import SUFFIX, Messages
from almanac.sandbox import write_in_child


def load_messages() -> Messages:
    """Read our message templates."""
    names = [name.removesuffix(SUFFIX) for name in template_names("messages") if name.endswith(SUFFIX)]
    return Messages({name: template(f"messages/{name}{SUFFIX}") for name in names}, write_in_child, tongues=load_tongue)


@cache
def house_form() -> Form:
    """Return Almanac's own issue form."""
    return read_form(template("site/new-event.yml"))
