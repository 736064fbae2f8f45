"""Every family of figures beside plain NumPy and a straightforward loop, by size of the panel."""

from __future__ import annotations

import math
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tests.bench import agreement, combining, movements, questions, reliability, resampled
from tests.bench.printing import NOTHING, digits, milliseconds, ratio, section, table
from tests.bench.timing import take_turns
from tests.bench.trial import Family, Way

Floats = NDArray[np.float64]
FAMILIES: tuple[Family, ...] = (
    *agreement.FAMILIES,
    *reliability.FAMILIES,
    *movements.FAMILIES,
    *combining.FAMILIES,
    *resampled.FAMILIES,
    *questions.FAMILIES,
)
MEBIBYTE = 1 << 20
#: What a family may take: times of plain NumPy, and memory above the start.
MOST_TIMES, MOST_MEBIBYTES = 1.5, 100
#: Contestants slower than this take fewer turns.
SLOW_SECONDS = 0.3
#: Slower than this they run once.
VERY_SLOW_SECONDS = 3.0
HEAD = (
    "", "NumPy ms", "ours ms", "ratio", "loop ms", "ratio", "NumPy MiB", "ours MiB",
    "time grows", "MiB grows", "differs by",
)  # fmt: skip


@dataclass(frozen=True)
class Measured:
    """One family at one size."""

    size: tuple[int, int]
    #: seconds of one whole run of each way
    ours: float
    plain: float | None
    loop: float | None
    #: ways of which only a part was run
    parts: frozenset[str]
    #: bytes at the highest above the start
    memory: int
    plain_memory: int | None
    #: largest difference of a figure from plain NumPy, relative to it where that is above 1
    differs: float


def compare(*, quick: bool) -> None:
    """Print the comparison."""
    section(
        "4. Families of figures",
        "Plain NumPy is the vectorised text-book form of the same figures; the loop goes expert by"
        " expert or item by item.",
        "CPU time of one thread, contestants take turns; ratio: time / time of plain NumPy;"
        " memory: highest above the start.",
        "Grows: exponent of time and memory over the number of cells from the size above (1:"
        " in proportion). *: a part was run and scaled.",
    )
    beyond: list[tuple[str, ...]] = []
    for family in FAMILIES:
        sizes = family.sizes[: 2 if quick else None]
        found = [measure(family, size) for size in sizes]
        table((family.title, *HEAD[1:]), list(rows(family, found)))
        beyond += [over(family, one) for one in found if is_beyond(one)]
    if beyond:
        table(
            (f"above {MOST_TIMES:g} x or {MOST_MEBIBYTES} MiB", "size", "ratio", "MiB"),
            beyond,
            texts=2,
        )


def measure(family: Family, size: tuple[int, int]) -> Measured:
    """Run one family at one size."""
    trial = family.trial(*size)
    named = {"ours": trial.ours, "plain": trial.plain, "loop": trial.loop}
    ways = {name: way for name, way in named.items() if way is not None}
    first = {name: _once(way) for name, way in ways.items()}
    slowest = max(seconds for seconds, _ in first.values())
    times = {name: seconds for name, (seconds, _) in first.items()}
    if slowest < VERY_SLOW_SECONDS:
        rounds, turn = (3, 0.0) if slowest > SLOW_SECONDS else (7, 0.02)
        times = take_turns({name: way.run for name, way in ways.items()}, rounds=rounds, turn=turn)
    return Measured(
        size,
        **{name: times[name] / ways[name].share if name in ways else None for name in named},
        parts=frozenset(name for name, way in ways.items() if way.share < 1),
        memory=_peak(trial.ours),
        plain_memory=None if trial.plain is None else _peak(trial.plain),
        differs=difference(
            trial.compared, *(first[name][1] for name in ("ours", "plain") if name in first)
        ),
    )


def is_beyond(one: Measured) -> bool:
    """Tell whether one size takes more time or memory than the project allows itself."""
    slow = one.plain is not None and one.ours > MOST_TIMES * one.plain
    return slow or one.memory > MOST_MEBIBYTES * MEBIBYTE


def over(family: Family, one: Measured) -> tuple[str, ...]:
    """Return a line about a size that takes more than it should."""
    size, times = family.label(*one.size), ratio(one.ours, one.plain)
    return family.title, size, times, _mebibytes(one.memory)


def _once(way: Way) -> tuple[float, Floats]:
    began = time.process_time()
    found = way.run()
    return time.process_time() - began, found


def _peak(way: Way) -> int:
    tracemalloc.start()
    way.run()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def difference(compared: int | None, ours: Floats, plain: Floats | None = None) -> float:
    """Return the largest difference of ours from plain NumPy; without plain NumPy it is NaN.

    Plain NumPy may have worked on a part, and gives the same figures in the same order. Where one
    figure is undefined and the other is not, the difference is infinite.
    """
    if plain is None:
        return math.nan
    plain = plain[:compared]
    ours = ours[: len(plain)]
    if not np.array_equal(np.isnan(ours), np.isnan(plain)):
        return math.inf
    size = np.maximum(1.0, np.abs(plain))
    return float(np.nanmax(np.abs(ours - plain) / size, initial=0.0))


def rows(family: Family, found: Sequence[Measured]) -> Iterator[tuple[str, ...]]:
    """Return the lines of one family."""
    for before, one in pairwise((None, *found)):
        yield (
            family.label(*one.size),
            milliseconds(one.plain) + _mark("plain", one),
            milliseconds(one.ours),
            ratio(one.ours, one.plain),
            milliseconds(one.loop) + _mark("loop", one),
            ratio(one.loop, one.plain),
            _mebibytes(one.plain_memory) + _mark("plain", one),
            _mebibytes(one.memory),
            _exponent(before, one, lambda m: m.ours),
            _exponent(before, one, lambda m: float(m.memory)),
            _power(one.differs),
        )


def _mebibytes(memory: int | None) -> str:
    return NOTHING if memory is None else digits(memory / MEBIBYTE)


def _mark(way: str, one: Measured) -> str:
    return "*" if way in one.parts else ""


def _exponent(before: Measured | None, one: Measured, figure: Callable[[Measured], float]) -> str:
    if before is None or min(figure(before), figure(one)) <= 0:
        return NOTHING
    cells = math.prod(one.size) / math.prod(before.size)
    return digits(math.log(figure(one) / figure(before)) / math.log(cells))


def _power(difference: float) -> str:
    if math.isnan(difference):
        return NOTHING
    if difference in (0.0, math.inf):
        return "0" if difference == 0 else "NaN"
    return f"1e{math.ceil(math.log10(difference))}"
