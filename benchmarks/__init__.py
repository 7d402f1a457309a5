"""How fast Almanac is, and what it costs: each file here prints its figures."""
