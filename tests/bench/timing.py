"""Times of contestants that take turns, so that what else the machine does meets all alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping

ROUNDS = 7
#: A turn lasts about this long; quick contestants run many times in it.
TURN_SECONDS = 0.02


def take_turns(
    contestants: Mapping[str, Callable[[], object]],
    *,
    rounds: int = ROUNDS,
    turn: float = TURN_SECONDS,
) -> dict[str, float]:
    """Return the median CPU seconds of one run of each contestant."""
    repeats = {name: _repeats(run, turn) for name, run in contestants.items()}
    found: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, run in contestants.items():
            found[name].append(_time(run, repeats[name]))
    return {name: statistics.median(times) for name, times in found.items()}


def _repeats(run: Callable[[], object], turn: float) -> int:
    run()  # the first run loads what it needs
    return max(1, int(turn / max(_time(run, 1), 1e-7)))


def _time(run: Callable[[], object], repeats: int) -> float:
    began = time.process_time()
    for _ in range(repeats):
        run()
    return (time.process_time() - began) / repeats
