"""Without the extra of the playground its tests are skipped."""

from tests.tools import need_extra

need_extra("playground", "fastapi", "linkify_it", "nh3", "uvicorn")
