"""``python -m tests.clients [CLIENT ...]``: installs the clients, runs them, prints the matrix.

Without names all of them run, and ``docs/compatibility.md`` is written from the run. The exit status is 1 when any
operation failed or a client could not be installed.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .declared import HERE, Subject, subjects
from .environments import install
from .matrix import failures, page
from .outcomes import Outcome, not_run, outcomes

PAGE = HERE.parents[1] / "docs" / "compatibility.md"
AT_ONCE = 2


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.clients", description=__doc__)
    parser.add_argument("clients", nargs="*", help="folders of tests/clients; all when none is named")
    parser.add_argument("--cache", type=Path, default=Path("build/clients"), help="where they are installed")
    chosen = parser.parse_args()
    every = subjects(chosen.cache.resolve(), chosen.clients)
    broken = install(subject.environment for subject in every)

    def tried(subject: Subject) -> Mapping[str, Outcome]:
        failure = broken.get(subject.environment.name)
        found = not_run(failure) if failure else outcomes(subject)
        print(f"{subject.label}: {_counted(found)}", flush=True)
        return found

    with ThreadPoolExecutor(AT_ONCE) as pool:
        matrix = dict(zip(every, pool.map(tried, every), strict=True))
    print(page(matrix))
    if not chosen.clients:
        PAGE.write_text(page(matrix))
    wrong = failures(matrix)
    print("\n".join(wrong) or "nothing failed")
    return 1 if wrong else 0


def _counted(found: Mapping[str, Outcome]) -> str:
    """How many operations ended how: ``30 ok, 6 absent``."""
    counts = Counter(one.state for one in found.values())
    return ", ".join(f"{count} {state}" for state, count in counts.most_common())


if __name__ == "__main__":
    sys.exit(main())
