"""Fuzz the escaper for as long as you like: `python -m benchmarks.fuzz_escape --count 100000 --seed 7`.

Needs Jekyll. Prints each text that is shown as anything but itself; the exit status is 1 if there is one.
"""

import argparse
import sys
import time

from tests.fuzzing import shown_otherwise, strings

BATCH = 2_000


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description="Random typed text through Jekyll's Liquid and kramdown")
    parser.add_argument("--count", type=int, default=5_000, help="how many texts")
    parser.add_argument("--seed", type=int, default=1, help="another seed gives other texts")
    given = parser.parse_args()
    texts = strings(given.count, given.seed)
    began = time.perf_counter()
    wrong = [found for start in range(0, len(texts), BATCH) for found in shown_otherwise(texts[start : start + BATCH])]
    for text, html in wrong:
        print(f"typed: {text!a}\n{html}")
    print(f"{len(texts):,} texts, {len(wrong):,} shown otherwise, {time.perf_counter() - began:.1f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
