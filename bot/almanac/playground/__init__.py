"""`almanac playground`: the whole job in a browser, on a copy of a site, without an account and without a network."""
