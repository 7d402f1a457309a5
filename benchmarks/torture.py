"""Kill servers while 2,000 deliveries come in: `python -m benchmarks.torture [sqlite|postgres]`; a minute or two each.

Five kills at random moments, 200 issues of 40 repositories; one server on SQLite, two on PostgreSQL. Each issue has to
end as GitHub has it, and no repository may be looked at twice at once. 1 if that does not hold.
"""

import sys
import tempfile
from pathlib import Path

from tests.server.postgres import Cluster
from tests.server.torture import Trial, torture


def run(kind: str, folder: Path) -> bool:
    """Run it with one kind of store, print the result, and return whether all is well."""
    cluster = Cluster() if kind == "postgres" else None
    try:
        database = cluster.database() if cluster else f"sqlite:///{folder / 'jobs.sqlite'}"
        trial = Trial(servers=2 if cluster else 1)
        result = torture(trial, folder, database, lambda text: print(f"  {text}"))
    finally:
        if cluster:
            cluster.close()
    print(
        f"{kind}: {result.accepted} deliveries accepted, {result.kills} kills, {result.looks} looks "
        f"({result.broken_off} broken off) in {result.seconds:.0f} s; "
        f"{len(result.wrong)} issues wrong, {len(result.clashes)} clashes"
    )
    return result.accepted == trial.deliveries and not result.wrong and not result.clashes


def main() -> int:
    """Run it with the given stores, or with both."""
    good = True
    for kind in sys.argv[1:] or ["sqlite", "postgres"]:
        with tempfile.TemporaryDirectory() as folder:
            good &= run(kind, Path(folder))
    return int(not good)


if __name__ == "__main__":
    sys.exit(main())
