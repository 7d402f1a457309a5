"""Kill servers while 2,000 deliveries come in: `python -m benchmarks.torture [sqlite|postgres]`; a minute or two each.

Five kills at random moments, 200 issues of 40 repositories; one server on SQLite, two on PostgreSQL. Each issue has to
end as GitHub has it, and no repository may be looked at twice at once. 1 if that does not hold.
"""

import sys
import tempfile
from pathlib import Path

from tests.server.postgres import Cluster
from tests.server.torture import Trial, suffer


def run(kind: str, folder: Path) -> bool:
    """Do it with one kind of store, print how it went, and tell whether all is well."""
    cluster = Cluster() if kind == "postgres" else None
    try:
        database = cluster.database() if cluster else f"sqlite:///{folder / 'jobs.sqlite'}"
        trial = Trial(servers=2 if cluster else 1)
        ordeal = suffer(trial, folder, database, lambda text: print(f"  {text}"))
    finally:
        if cluster:
            cluster.close()
    print(
        f"{kind}: {ordeal.accepted} deliveries accepted, {ordeal.kills} kills, {ordeal.looks} looks "
        f"({ordeal.broken_off} broken off) in {ordeal.seconds:.0f} s; "
        f"{len(ordeal.wrong)} issues wrong, {len(ordeal.clashes)} clashes"
    )
    return ordeal.accepted == trial.deliveries and not ordeal.wrong and not ordeal.clashes


def main() -> int:
    """Do it with the stores that are named, or with both."""
    good = True
    for kind in sys.argv[1:] or ["sqlite", "postgres"]:
        with tempfile.TemporaryDirectory() as folder:
            good &= run(kind, Path(folder))
    return int(not good)


if __name__ == "__main__":
    sys.exit(main())
