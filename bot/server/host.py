"""What all requests to the server share: its settings, and its inside once there is a GitHub App."""

import threading
from dataclasses import dataclass, field

from bot.server.logs import Redact, set_up_logs
from bot.server.metrics import Metrics
from bot.server.service import Service
from bot.server.settings import Credentials, Settings
from bot.server.setup import Setup


@dataclass
class Host:
    """What all requests share.

    Attributes:
        settings: What is configured.
        redact: Takes secrets out of texts.
        service: The inside, or None as long as there is no App.
        setup: The way to an App, or None when there is one.
        metrics: What is counted.
    """

    settings: Settings
    redact: Redact
    service: Service | None = None
    setup: Setup | None = None
    metrics: Metrics = field(default_factory=Metrics)
    _opening: threading.Lock = field(default_factory=threading.Lock)

    def open(self, credentials: Credentials) -> None:
        """Begin to work as an App, unless that was done before. Not to be called on an event loop."""
        with self._opening:
            if self.service:
                return
            known = (credentials.private_key.get_secret_value(), credentials.webhook_secret.get_secret_value())
            settings = self.settings
            self.redact = set_up_logs((*settings.secrets(), *known), settings.log_format, settings.log_level)
            service = Service(settings, credentials, self.metrics, self.redact)
            service.start()
            self.service, self.setup = service, None

    def close(self, seconds: int) -> None:
        """Stop working, and let jobs that run come to their end for so many seconds."""
        if self.service:
            self.service.stop(seconds)
