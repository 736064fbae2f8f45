"""Two rounds of one panel side by side: experts and items matched by name."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.answers import answer_matrix

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Answers:
    """Answers of one round with their names.

    Raises
    ------
    ValueError
        If names stand twice or do not fit the shape of the answers, or these are no panel.
    """

    #: names of the rows
    experts: tuple[str, ...]
    #: names of the columns
    items: tuple[str, ...]
    #: shape (n_experts, n_items); NaN = no answer
    values: Floats

    def __post_init__(self) -> None:
        """Refuse what would be matched by the wrong name."""
        values = answer_matrix(self.values)
        for names, size, what in (
            (self.experts, values.shape[0], "expert"),
            (self.items, values.shape[1], "item"),
        ):
            if len(names) != size:
                raise ValueError(f"{len(names)} {what}s named, but there are {size}")
            if len(set(names)) != size:
                raise ValueError(f"an {what} is named twice")
        object.__setattr__(self, "values", values)


@dataclass(frozen=True, eq=False)
class Matched:
    """Two rounds of the experts who answered both, in one order of experts and items."""

    #: experts who answered both
    experts: tuple[str, ...]
    #: names as in the later round
    items: tuple[str, ...]
    #: answers of the earlier round, shape (n_experts, n_items)
    before: Floats
    #: answers of the later round, of the same shape
    after: Floats
    #: experts who answered the earlier round only
    only_before: tuple[str, ...]
    #: experts who answered the later round only
    only_after: tuple[str, ...]


def match(before: Answers, after: Answers) -> Matched:
    """Match two rounds: experts by name, items by name.

    Parameters
    ----------
    before, after
        The earlier and the later round; an expert has answered a round if the row is not wholly
        empty. They are not changed.

    Returns
    -------
    Matched
        Experts and items in the order of `after`, and who answered one round only.

    Raises
    ------
    ValueError
        If the rounds do not have the same items.
    """
    if sorted(before.items) != sorted(after.items):
        raise ValueError("the rounds do not have the same items")
    earlier = {name: at for at, name in _answered(before)}
    later = {name: at for at, name in _answered(after)}
    both = tuple(name for name in later if name in earlier)
    columns = [before.items.index(item) for item in after.items]
    return Matched(
        experts=both,
        items=after.items,
        before=before.values[[earlier[name] for name in both]][:, columns],
        after=after.values[[later[name] for name in both]],
        only_before=tuple(name for name in earlier if name not in later),
        only_after=tuple(name for name in later if name not in earlier),
    )


def _answered(answers: Answers) -> list[tuple[int, str]]:
    given = np.count_nonzero(~np.isnan(answers.values), axis=1)
    return [(at, name) for at, name in enumerate(answers.experts) if given[at]]
