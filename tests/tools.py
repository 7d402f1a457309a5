"""Programs that some tests need and that a machine may not have."""

import os
import shutil

import pytest


def need(tool: str) -> str:
    """Return a tool's path; where it is missing, skip the test with its name, or fail it on CI."""
    found = shutil.which(tool)
    if found:
        return found
    if os.environ.get("CI"):
        pytest.fail(f"{tool} is not installed, and CI has to run this test")
    pytest.skip(f"{tool} is not installed")
