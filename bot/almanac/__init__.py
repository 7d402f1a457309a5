"""Almanac: "New event" issue forms become a community's event history."""

__version__ = "0.1.0"

PROJECT = "https://github.com/almanac-events/almanac"
"""Where this program is developed. A fork changes this line; what is installed from a clone or a commit names that."""
