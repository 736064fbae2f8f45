"""`make bench`: every comparison in one run, printed and never asserted."""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Mapping

# One thread in every numerical library, as the comparisons say; set before any of them is loaded.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

from tests.bench import (  # noqa: E402  (after the threads)
    closing,
    coverage,
    families,
    scoring,
    survey,
)
from tests.bench.printing import milliseconds  # noqa: E402  (the same)

PARTS: Mapping[str, Callable[..., None]] = {
    "survey": survey.compare,
    "closing": closing.compare,
    "scoring": scoring.compare,
    "families": families.compare,
    "coverage": coverage.compare,
}
_SYNCS = 20


def main(arguments: list[str] | None = None) -> None:
    """Run the parts that were asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller sizes, about a minute")
    parser.add_argument(
        "--part", action="append", choices=tuple(PARTS), help="only this part; may be repeated"
    )
    chosen = parser.parse_args(arguments)
    began = time.perf_counter()
    _describe_machine()
    for name in chosen.part or PARTS:
        PARTS[name](quick=chosen.quick)
    print(f"Took {time.perf_counter() - began:.0f} s.")


def _describe_machine() -> None:
    """Print what the figures depend on."""
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"{os.cpu_count()} processors; load {load} (above 0 at the start: others work here too)")
    print(f"One write of 4 KiB reaches the disk in {milliseconds(_sync_seconds())} ms (median).")


def _sync_seconds() -> float:
    """Return how long a write to the temporary folder takes until it is on the disk."""
    times = []
    with tempfile.TemporaryFile(prefix="delphi-bench-", buffering=0) as file:
        for _ in range(_SYNCS):
            began = time.perf_counter()
            file.write(bytes(4096))
            os.fsync(file.fileno())
            times.append(time.perf_counter() - began)
    return sorted(times)[_SYNCS // 2]


if __name__ == "__main__":
    main()
