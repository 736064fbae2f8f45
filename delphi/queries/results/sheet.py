"""Every figure of the convergence page as a table, one figure a row, all stored digits."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.spreadsheet import harmless
from delphi.bridge import questionnaire_of
from delphi.domain import round_states
from delphi.domain.disclosure import EXTREMES_FROM, STATISTICS_FROM, Unsaid, Viewer
from delphi.domain.methods import CONSTANT_SUM
from delphi.errors import NotFoundError
from delphi.models.study import Round
from delphi.queries.results.stored import Names, StoredGroup, closed_rounds
from delphi.queries.results.verdicts import item_reason

BYTE_ORDER_MARK = "\ufeff"
HEADER = ("round", "group", "item", "name_zh", "name_en", "figure", "value", "reason")
#: Why figures on those who answered two rounds are withheld, as a code.
_UNSAID = {
    Unsaid.FEW: f"fewer_than_{STATISTICS_FROM}_answers",
    Unsaid.APART: "1_or_2_answered_only_one_round",
    Unsaid.STILL: "only_1_or_2_moved",
}
_SPREAD = ("mean", "sd", "cv", "median", "q1", "q3", "iqr")
_FULL = "full_score_share"
_MOVES = ("weight_change_max", "total_variation", "mean_own_move", "median_own_move")
_ORDER = (
    *("w", "w_uncorrected", "w_low", "w_high", "chi2", "df", "p_chi2"),
    *("p_permutation", "p_method", "permutations", "seed"),
)

#: (item, figure, value, code of why there is no value)
Line = tuple[str, str, Any, str]


def figure_sheet(session: Session, study_id: str, number: int, viewer: Viewer) -> str:
    """Return the figures of a closed round and of those before it as CSV.

    Withheld figures have no value and the code of why: `fewer_than_5_answers` and the like.

    Raises
    ------
    NotFoundError
        `round_unknown` for a round that is not closed or whose results are being computed.
    """
    rounds = closed_rounds(session, study_id, number)
    if not rounds or rounds[-1].number != number or rounds[-1].groups is None:
        raise NotFoundError("round_unknown")
    names = _names(session, study_id)
    text = io.StringIO(newline="")
    text.write(BYTE_ORDER_MARK)
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEADER)
    for one in rounds:
        for group in (one.groups or {}).values():
            for item, figure, value, reason in _lines(group, viewer):
                name = names.get(item, {})
                labels = (harmless(name.get("zh", "")), harmless(name.get("en", "")))
                shown = "" if value is None else value
                code = reason if value is None else ""
                writer.writerow((one.number, group.question, item, *labels, figure, shown, code))
    return text.getvalue()


def _names(session: Session, study_id: str) -> dict[str, Names]:
    """Return the names of all items that were asked about."""
    opened = session.scalars(
        select(Round).where(Round.study_id == study_id, Round.state != round_states.DRAFT)
    )
    return {
        item.code: item.name
        for one in opened
        for question in questionnaire_of(one).questions
        for item in question.items
    }


def _lines(group: StoredGroup, viewer: Viewer) -> Iterator[Line]:
    yield "", "verdict", group.verdict, ""
    if group.planned.method != CONSTANT_SUM:
        yield "", "method", group.planned.method, ""
    yield "", "invited", group.invited, ""
    yield "", "counted", group.counted, ""
    yield "", "answered", group.answered, ""
    yield from _movement(group, viewer)
    yield from _of(group.concordance, _ORDER, hidden=not group.may_see(viewer))
    if group.consistency is not None:
        yield from _consistency(group.consistency, hidden=not group.may_see(viewer))
    for item in group.document["items"]:
        yield from _item(group, item, viewer)


def _movement(group: StoredGroup, viewer: Viewer) -> Iterator[Line]:
    if group.movement is None:
        return
    yield "", "respondents_both", group.both, ""
    unsaid = group.movement_unsaid(viewer)
    why = _UNSAID[unsaid or Unsaid.FEW]
    yield from _of(group.movement, ("moved", *_MOVES), hidden=unsaid is not None, why=why)


def _of(
    found: Mapping[str, Any] | None,
    names: Sequence[str],
    *,
    hidden: bool,
    why: str = _UNSAID[Unsaid.FEW],
) -> Iterator[Line]:
    reasons = {} if found is None else found.get("reason") or {}
    for name in names:
        if hidden or found is None:
            yield "", name, None, why
        else:
            yield "", name, found[name], reasons.get(name, "no_expert_in_both")


def _item(group: StoredGroup, item: str, viewer: Viewer) -> Iterator[Line]:
    spread = group.dispersion(item)
    few = f"fewer_than_{STATISTICS_FROM}_answers"
    shown = group.may_see(viewer)
    yield item, "n", spread["n"], ""
    for name in _SPREAD:
        reason = item_reason(group, item, name) or ""
        yield (item, name, spread[name], reason) if shown else (item, name, None, few)
    within = group.condition("within_tolerance")
    if within is not None:
        yield item, "within_tolerance", within["value"][item] if shown else None, few
    if group.is_rating:
        yield from _ratings(group, item, viewer)
    extremes = group.may_see(viewer, "extremes")
    for name in ("minimum", "maximum"):
        value = spread[name] if extremes else None
        yield item, name, value, f"fewer_than_{EXTREMES_FROM}_answers"
    moved = group.moved(item)
    if moved is not None:
        unsaid = group.movement_unsaid(viewer)
        why = "no_expert_in_both" if unsaid is None else _UNSAID[unsaid]
        for name, figure in (("weight_change", "change"), ("mean_change", "mean_change")):
            if name in moved:
                yield item, figure, None if unsaid else moved[name], why


def _ratings(group: StoredGroup, item: str, viewer: Viewer) -> Iterator[Line]:
    """Give what only ratings have: full scores, histograms, and every further criterion."""
    hidden = not group.may_see(viewer)
    few = f"fewer_than_{STATISTICS_FROM}_answers"
    yield item, _FULL, None if hidden else group.dispersion(item)[_FULL], few
    change = group.condition("histogram_change")
    if change is not None and change["value"] is not None:
        unsaid = group.movement_unsaid(viewer)
        why = "no_expert_in_both" if unsaid is None else _UNSAID[unsaid]
        yield item, "histogram_change", None if unsaid else change["value"][item], why
    for criterion in group.planned.criteria[1:]:
        found = next(one for one in group.further[criterion] if one["item"] == item)
        yield item, f"{criterion}.n", found["n"], ""
        for name in (*_SPREAD, _FULL):
            undefined = few if hidden else "mean_0" if found["n"] > 1 else "one_answer"
            yield item, f"{criterion}.{name}", None if hidden else found[name], undefined


def _consistency(found: Mapping[str, Any], *, hidden: bool) -> Iterator[Line]:
    few = f"fewer_than_{STATISTICS_FROM}_answers"
    for name, value in found.items():
        if value is not None:
            yield "", f"consistency_{name}", None if hidden else value, few
