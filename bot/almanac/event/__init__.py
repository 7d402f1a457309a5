"""Answers become an event, with its times checked; an event becomes a record, and a record an event."""
