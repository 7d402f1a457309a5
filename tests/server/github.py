"""The emulated GitHub with an App on it, whose deliveries come through a proxy that can lead to any server."""

from collections.abc import Iterator
from contextlib import contextmanager

from almanac.forge.github.app import PERMISSIONS
from almanac.packaged import example, template
from almanac.server.setup import EVENTS

from tests.emulated import OWNER, Emulator, GitHubWorld
from tests.proxy import Answer, Proxy
from tests.server.serving import APP_ID, SECRET, private_key

PAGE = "past-working-groups.md"
INSTALLATION = 99


class AppWorld(GitHubWorld):
    """A site on the emulated GitHub, with the App installed.

    Attributes:
        hook: Where GitHub delivers to; set its `target` to a server's address.
    """

    def __init__(self, emulator: Emulator, hook: Proxy) -> None:
        """Make the site: the reference page, a config and the form."""
        super().__init__(emulator)
        self.hook = hook
        files = {
            PAGE: example(f"ospo/{PAGE}"),
            ".github/almanac.yml": f"page: {PAGE}\n",
            ".github/ISSUE_TEMPLATE/new-event.yml": template("site/new-event.yml"),
        }
        self.commit({path: text.encode() for path, text in files.items()})


@contextmanager
def app_world(webhook_url: str | None = None) -> Iterator[AppWorld]:
    """Start an emulated GitHub of its own with one site on it; it delivers to `hook` or to another address."""
    hook = Proxy()
    # Until somebody listens, deliveries go nowhere, as they do while a server is down.
    hook.trouble = lambda _: None if hook.target else Answer(502)
    app = {
        "app_id": APP_ID,
        "slug": "almanac-test",
        "name": "Almanac",
        "private_key": private_key(),
        "permissions": PERMISSIONS,
        "events": list(EVENTS),
        "webhook_url": webhook_url or f"{hook.url}/webhooks/github",
        "webhook_secret": SECRET,
        "installations": [{"installation_id": INSTALLATION, "account": OWNER, "repository_selection": "all"}],
    }
    emulator = Emulator([app])
    try:
        yield AppWorld(emulator, hook)
    finally:
        emulator.close()
        hook.close()
