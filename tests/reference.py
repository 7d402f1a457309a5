"""The two events of the reference page, with every field in its place."""

import itertools
from pathlib import Path

from almanac.event.model import Event, Person

PAGE = Path(__file__).parent.parent / "examples/ospo/past-working-groups.md"

GOVERNMENTS = Event(
    id="2021-11-08-governments-agencies",
    series="Governments & Agencies",
    title="When Institutions Cooperate (2 Hour Special, Live from Paris)",
    date="2021-11-08",
    when="9am ET, 3pm CET",
    starts="2021-11-08T09:00:00-05:00",
    time_zone="America/New_York",
    people_label="Three Institutions, Two OSPOs, and Shared Policy Goals",
    people=(
        Person(
            name="St. Francis Neighborhood Center - West Baltimore",
            url="https://www.stfranciscenter.org/",
        ),
        Person(name="City of Paris, France", url="https://opensource.paris.fr/ossparis/"),
        Person(
            name="Johns Hopkins University",
            url="https://drcc.library.jhu.edu/open-source-programs-office/",
        ),
    ),
    description=(
        "This special 2 hour OSPO++ Workshop happens live from Paris as part the in-person Paris Open Source Global "
        "Forum (Nov 8) and at the start of the Paris Open Source Experience (Nov 9 & 10).  \n\n"
        "We bring together perspectives on institutional-to-institution cooperation from politicians, academics, and "
        "community leaders, while showcasing a real-world case-study of Open Source and Policy Cooperation."
    ),
    agenda=(
        "Insightful Keynotes by leading politicians",
        "Quick global briefings on OSPOs from OSPOs",
        "Panel discussion with Neighborhood Community Members",
        "Panel discussion with Developer Community Members",
        "Demos",
    ),
)

UNIVERSITIES = Event(
    id="2021-11-11-universities-academia",
    series="Universities & Academia",
    title="Measuring OSPOs, Measuring Open Source, Measuring Impact - Theory to Practice",
    date="2021-11-11",
    when="9am PT, 12pm EDT, 6pm CET on Thursday November 11, 2021",
    starts="2021-11-11T09:00:00-08:00",
    time_zone="America/Los_Angeles",
    people=(
        Person(
            name="Matt Germanprez",
            url="https://www.unomaha.edu/college-of-information-science-and-technology/about/faculty-staff/"
            "matt-germonprez.php",
            affiliation="Univeristy of Omaha",
        ),
        Person(name="Kathik Ram", url="https://ram.berkeley.edu/", affiliation="UC Berkley"),
        Person(name="Georg Link", url="https://www.linkedin.com/in/georglink/", affiliation="Bitergia"),
        Person(
            name="Peace Ojemeh",
            url="https://www.linkedin.com/in/peace-ojemeh-0b5bb2151/",
            affiliation="Sugar Labs",
        ),
        Person(
            name="Sean Gobbins",
            url="https://www.seangoggins.net/",
            affiliation="University of Missouri-Columbia",
        ),
        Person(
            name="Stephen Jacobs",
            url="https://www.linkedin.com/in/itprofjacobs/",
            affiliation="Rochester Institute of Technology",
        ),
        Person(
            name="Emi Simpson",
            url="https://opensource.ieee.org/emi",
            affiliation="Rochester Institute of Technology",
        ),
    ),
)


def page_sections() -> tuple[str, str]:
    """Cut the two sections out of the reference page, by hand."""
    page = PAGE.read_text(encoding="utf-8")
    starts = [page.index(heading) for heading in ("### November 8th", "### November 11th", "### More coming")]
    first, second = (page[start:end] for start, end in itertools.pairwise(starts))
    return first.rstrip("\n"), second.rstrip("\n")
