"""A When line: read, checked against the calendar, and shown."""
