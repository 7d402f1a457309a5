"""A git repository and a folder of issues on this disk."""
