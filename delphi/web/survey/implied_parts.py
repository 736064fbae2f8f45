"""What an expert's own answers imply further down, as it is rendered: item by item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

from delphi.domain.answers.checking import Values, complete_values
from delphi.domain.answers.typed import Typed
from delphi.domain.implications import field
from delphi.domain.protocol import ROOT
from delphi.domain.questionnaire import Item, Questionnaire
from delphi.implied_weights import ImpliedWeight, implied_weights, own_weights
from delphi.queries.figures import decimals
from delphi.web.formatting import names, percent
from delphi.web.language import gettext, is_chinese, ngettext

#: More rows than this are folded, item by item.
MOST_UNFOLDED = 12
#: Decimals of a weight, and where more of them make the parts add up to the whole.
_PLACES = (1, 2)


@dataclass(frozen=True)
class ImpliedRow:
    """One indicator with the weight that follows."""

    code: str
    #: name of its form field
    field: str
    #: zh and en
    name: Mapping[str, str]
    percent: str
    #: what was said of it, or empty
    said: str


@dataclass(frozen=True)
class ImpliedPart:
    """What follows from one item."""

    #: code and name of the item
    code: str
    name: Mapping[str, str]
    #: its own weight, and the rule in words
    sentence: str
    rows: tuple[ImpliedRow, ...]

    @property
    def judged(self) -> int:
        """How many rows something was said of."""
        return sum(bool(row.said) for row in self.rows)


def typed_parts(asked: Questionnaire, typed: Typed) -> tuple[ImpliedPart, ...]:
    """Return what follows from a draft; nothing from what is incomplete or left out."""
    if not asked.implications:
        return ()
    answers = {one.question: complete_values(one, typed) for one in asked.questions}
    return implied_parts(asked, answers, typed.judged)


def implied_parts(
    asked: Questionnaire, answers: Mapping[str, Values | None], judged: Mapping[str, str]
) -> tuple[ImpliedPart, ...]:
    """Return what follows from answers, in the order of the questionnaire.

    Parameters
    ----------
    asked
        What was asked.
    answers
        Question → complete answer; None where there is none.
    judged
        What was said: node → judgement.
    """
    if not asked.implications:
        return ()
    weights = implied_weights(asked, own_weights(asked, answers))
    return tuple(
        _part(asked, asked.item(code), list(found), judged)
        for code, found in groupby(weights, key=lambda one: one.node.of)
    )


def is_folded(parts: tuple[ImpliedPart, ...]) -> bool:
    """Whether there are too many rows to show all of them at once."""
    return sum(len(part.rows) for part in parts) > MOST_UNFOLDED


def _share_text(share: Fraction, places: int) -> str:
    """Return a share of 1 in percent, without trailing zeros."""
    return percent(decimals(100 * share, places))


def _places(whole: Fraction, parts: Sequence[Fraction]) -> tuple[int, bool]:
    """Return how many decimals to show, and whether what is shown adds up then."""
    for places in _PLACES:
        told = [Fraction(decimals(100 * one, places)) for one in (whole, *parts)]
        if told[0] == sum(told[1:]):
            return places, True
    return _PLACES[0], False


def _part(
    asked: Questionnaire,
    item: Item | None,
    found: list[ImpliedWeight],
    judged: Mapping[str, str],
) -> ImpliedPart:
    if item is None:
        raise KeyError(found[0].node.of)
    places, adds_up = _places(found[0].item_weight, [one.weight for one in found])
    sentences = [_weight(asked, found[0], places), _rule(item, found)]
    if not adds_up:
        sentences.append(gettext("The figures below are rounded and need not add up exactly."))
    return ImpliedPart(
        code=item.code,
        name=item.name,
        sentence=("" if is_chinese() else " ").join(sentences),
        rows=tuple(
            ImpliedRow(
                one.node.code,
                field(one.node.code),
                one.node.name,
                _share_text(one.weight, places),
                judged.get(one.node.code, ""),
            )
            for one in found
        ),
    )


def _weight(asked: Questionnaire, one: ImpliedWeight, places: int) -> str:
    share = _share_text(one.item_weight, places)
    if one.within == ROOT:
        return gettext("By your answers it counts %(percent)s of the whole.", percent=share)
    group = asked.question(one.within)
    return gettext(
        "By your answers it counts %(percent)s within “%(name)s”; so the figures below are shares "
        "of that too.",
        percent=share,
        name="" if group is None else names(group.name),
    )


def _rule(item: Item, found: list[ImpliedWeight]) -> str:
    rule = found[0].node.rule
    if rule == "equal_leaves":
        return ngettext(
            "It is split equally over the %(num)s indicator at the lowest level below it.",
            "It is split equally over the %(num)s indicators at the lowest level below it; a row "
            "that holds more of them gets more.",
            item.leaves,
        )
    if rule == "equal_siblings":
        return ngettext(
            "This is split equally over its %(num)s part.",
            "This is split equally over its %(num)s parts.",
            len(found),
        )
    return gettext("This is split by fixed weights of the study.")
