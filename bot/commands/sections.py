"""Which template writes the sections of a site in a folder."""

from collections.abc import Sequence

from bot.config import Config
from bot.errors import ConfigError, Problem
from bot.events.event import Event
from bot.folder import Folder
from bot.kit import house_renderer, own_renderer
from bot.proposals.plan import Render


def renderer_of(folder: Folder, config: Config, prepared: Sequence[Event] = ()) -> Render:
    """Return what writes the site's sections: its own template in the sandbox, else the house's.

    Raises:
        ConfigError: The template that the config names is missing.
    """
    if config.section_template is None:
        return house_renderer()
    source = folder.text(config.section_template)
    if source is None:
        raise ConfigError(
            Problem("The section template that the config names is missing.", file=config.section_template)
        )
    return own_renderer(source, config.section_template, prepared)
