"""What day it is on a forge."""

from datetime import datetime

from almanac.forge.protocol import Forge

from tests.scenes import Scene


def at(scene: Scene, day: str) -> None:
    """Let it be noon of a day."""
    now = datetime.fromisoformat(f"{day}T12:00:00+00:00")
    forge: Forge = scene.world.forge
    forge.now = lambda: now  # type: ignore[method-assign]
