"""`python -m almanac` is `almanac`."""

from almanac.entry import main

main()
