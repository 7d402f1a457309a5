"""Where GitHub is, and what a repository and a token look like. Apart from the client, which is slow to import."""

import re
from urllib.parse import urlsplit

from almanac.errors import UserError

DEFAULT_API_URL = "https://api.github.com"
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*/(?!\.\.?$)[A-Za-z0-9._-]+")
_TOKEN = re.compile(r"[!-~]+")


def is_address(text: str) -> bool:
    """Tell whether a text is the address of a web server."""
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is not a number, half an IPv6 address
        return False


def is_token(text: str) -> bool:
    """Tell whether a text can be sent as a token: nothing but visible ASCII characters."""
    return _TOKEN.fullmatch(text) is not None


def check_repository_name(name: str) -> None:
    """Refuse a repository's name that is not `OWNER/NAME`.

    Raises:
        UserError: It is not.
    """
    if not _REPOSITORY.fullmatch(name):
        raise UserError("A repository on GitHub is named OWNER/NAME, as in octo-org/website.")


def web_address(api_url: str) -> str:
    """Return where a browser finds the GitHub whose REST API is at this address.

    GitHub's own API is at `api.github.com`, a company's at `api.COMPANY.ghe.com`, an Enterprise Server's at
    `HOST/api/v3`.
    """
    parts = urlsplit(api_url)
    host = parts.netloc if parts.path.startswith("/api/v3") else parts.netloc.removeprefix("api.")
    return f"{parts.scheme}://{host}"
