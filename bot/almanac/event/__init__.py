"""Answers become a record here, with its times checked."""
