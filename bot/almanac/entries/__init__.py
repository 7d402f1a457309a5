"""Events that a site keeps in files or a list of its own: a file for each, or an entry in a data file."""
