"""Almanac: "New event" issue forms become a community's event history."""

__version__ = "0.1.0"
