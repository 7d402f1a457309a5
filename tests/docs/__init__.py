"""The documentation: its commands, and the pages that the site makes from the code.."""

from tests.tools import need_extra

need_extra("docs", "mkdocs")
