"""What one comparison of a family consists of: the same figures three ways."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
#: Experts and items.
SIZES = ((15, 23), (50, 100), (1_000, 200), (10_000, 200))
SEED = 20261102


@dataclass(frozen=True)
class Way:
    """One way to the figures."""

    run: Callable[[], Floats]
    #: share of the work that one run does; below 1 its time is scaled and said to be
    share: float = 1.0


@dataclass(frozen=True)
class Trial:
    """One family at one size."""

    ours: Way
    #: None where it would take minutes
    plain: Way | None
    loop: Way | None
    #: figures at the front that do not depend on draws, so that they must agree; None: all
    compared: int | None = None


@dataclass(frozen=True)
class Family:
    """A family of figures and how it is tried."""

    title: str
    trial: Callable[[int, int], Trial]
    sizes: tuple[tuple[int, int], ...] = SIZES
    label: Callable[[int, int], str] = lambda experts, items: f"{experts:,} x {items}"


def ratings(experts: int, items: int, *, low: int = 1, high: int = 9, seed: int = SEED) -> Floats:
    """Draw ratings of experts who share an opinion in part."""
    random = np.random.default_rng(seed)
    common = random.normal(size=items)
    noisy = (low + high) / 2 + 1.5 * common + random.normal(scale=1.5, size=(experts, items))
    return np.clip(np.rint(noisy), low, high)


def allocations(experts: int, items: int, *, seed: int = SEED) -> Floats:
    """Draw points that each expert divides, all of them above 0."""
    return ratings(experts, items, seed=seed) ** 2


def figures(*parts: object) -> Floats:
    """Join figures to one row of numbers; None, which is undefined, becomes NaN."""
    arrays = [np.atleast_1d(np.asarray(part, np.float64)).ravel() for part in parts]
    return np.concatenate(arrays)


def of_ratings(
    ours: Callable[[Floats], Floats],
    plain: Callable[[Floats], Floats],
    loop: Callable[[Floats], Floats],
) -> Callable[[int, int], Trial]:
    """Try three functions of ratings from 1 to 9."""

    def trial(experts: int, items: int) -> Trial:
        values = ratings(experts, items)
        return Trial(
            Way(lambda: ours(values)), Way(lambda: plain(values)), Way(lambda: loop(values))
        )

    return trial
