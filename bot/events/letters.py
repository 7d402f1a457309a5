"""The zone letters that people write, as plain tables: what each means, and which mean several things.

A site's own `time_zones` come before everything here. Whether a letter is strict (EDT is right in summer only) or
generic (ET is right all year) does not stand here: the zone database knows (`bot.events.zones.abbreviations`).
"""

from collections.abc import Mapping

# Generic letters stand before strict ones: the first letters of a zone are what a wrong strict one is replaced with.
BUILT_IN: Mapping[str, str] = {
    "PT": "America/Los_Angeles",
    "MT": "America/Denver",
    "CT": "America/Chicago",
    "ET": "America/New_York",
    "AKT": "America/Anchorage",
    "UK": "Europe/London",
    "AET": "Australia/Sydney",
    "NZT": "Pacific/Auckland",
    "PST": "America/Los_Angeles",
    "PDT": "America/Los_Angeles",
    "MST": "America/Denver",
    "MDT": "America/Denver",
    "CDT": "America/Chicago",
    "EST": "America/New_York",
    "EDT": "America/New_York",
    "AKST": "America/Anchorage",
    "AKDT": "America/Anchorage",
    "ADT": "America/Halifax",
    "NST": "America/St_Johns",
    "NDT": "America/St_Johns",
    "HST": "Pacific/Honolulu",
    "WET": "Europe/Lisbon",
    "WEST": "Europe/Lisbon",
    "CET": "Europe/Paris",
    "CEST": "Europe/Paris",
    "EET": "Europe/Athens",
    "EEST": "Europe/Athens",
    "MSK": "Europe/Moscow",
    "BRT": "America/Sao_Paulo",
    "ART": "America/Argentina/Buenos_Aires",
    "WAT": "Africa/Lagos",
    "CAT": "Africa/Maputo",
    "EAT": "Africa/Nairobi",
    "SAST": "Africa/Johannesburg",
    "PKT": "Asia/Karachi",
    "SGT": "Asia/Singapore",
    "HKT": "Asia/Hong_Kong",
    "JST": "Asia/Tokyo",
    "KST": "Asia/Seoul",
    "AWST": "Australia/Perth",
    "AEST": "Australia/Sydney",
    "AEDT": "Australia/Sydney",
    "NZST": "Pacific/Auckland",
    "NZDT": "Pacific/Auckland",
    # The same moment all year, whoever writes them: no place's wall time.
    "UTC": "UTC",
    "GMT": "GMT",
    "Z": "UTC",
}

# Letters that mean several zones, each with the place as a reader knows it.
AMBIGUOUS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "AST": (("Atlantic Canada", "America/Halifax"), ("Arabia", "Asia/Riyadh")),
    "BST": (("the United Kingdom", "Europe/London"), ("Bangladesh", "Asia/Dhaka")),
    "CST": (("central North America", "America/Chicago"), ("China", "Asia/Shanghai"), ("Cuba", "America/Havana")),
    "IST": (("India", "Asia/Kolkata"), ("Ireland", "Europe/Dublin"), ("Israel", "Asia/Jerusalem")),
}

# What people write out in words; only ever suggested.
IN_WORDS: Mapping[str, str] = {
    "pacific": "PT",
    "mountain": "MT",
    "central": "CT",
    "eastern": "ET",
    "british": "UK",
    "central european": "CET",
    "india": "Asia/Kolkata",
    "indian": "Asia/Kolkata",
}
