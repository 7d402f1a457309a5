"""A history page: cut into sections, imported, kept in sync with its records, and written in its own style."""
