"""Puts the convergence page together from what was stored."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analysis.rounding import largest_remainder
from delphi.bridge import PanelAnswers, questionnaire_of, round_answers
from delphi.domain import round_states
from delphi.domain.disclosure import RELEASE_FROM, STATISTICS_FROM, Viewer
from delphi.domain.methods import PlannedQuestion, is_comparable
from delphi.domain.protocol import Protocol
from delphi.domain.questionnaire import Question
from delphi.errors import NotFoundError
from delphi.models.study import Indicator, Round
from delphi.queries.figures import Formula, decimals, rounded
from delphi.queries.head import find_study, head_of
from delphi.queries.results.authority import authority_view
from delphi.queries.results.chart import series_of, short_names
from delphi.queries.results.formulas import Shown, formula_of
from delphi.queries.results.implications import implications_view
from delphi.queries.results.page import GroupPage, NextStep, Outlook, PlannedChange, RoundPage
from delphi.queries.results.proposals import proposals_view
from delphi.queries.results.stored import (
    Names,
    StoredGroup,
    StoredRound,
    closed_rounds,
    comparable_run,
    latest_groups,
)
from delphi.queries.results.tables import (
    SplitRow,
    consistency_view,
    criterion_tables,
    example_of_order,
    item_rows,
    movement_rows,
    order_rows,
    split_row,
    undefined,
)
from delphi.queries.results.verdicts import verdict_view
from delphi.queries.studies import protocol_of

PERCENT_PLACES = 3


def latest_closed(session: Session, study_id: str) -> int | None:
    """Return the number of the last round that was closed, or None."""
    return session.scalar(
        select(func.max(Round.number)).where(
            Round.study_id == study_id,
            Round.state.in_((round_states.CLOSED, round_states.PUBLISHED)),
        )
    )


def round_page(
    session: Session, study_id: str, number: int, viewer: Viewer, *, opened: str = ""
) -> RoundPage:
    """Return the convergence page of a round.

    Parameters
    ----------
    number
        The round. Of an open one nothing is returned but that it is open.
    viewer
        Decides what is withheld.
    opened
        Key of the figure whose formula is shown; an unknown one opens nothing.

    Raises
    ------
    NotFoundError
        `study_unknown`, or `round_unknown` also for a round that was never opened.
    """
    study = find_study(session, study_id)
    rounds = session.scalars(
        select(Round)
        .where(Round.study_id == study_id, Round.state != round_states.DRAFT)
        .order_by(Round.number)
    ).all()
    asked = next((one for one in rounds if one.number == number), None)
    if asked is None:
        raise NotFoundError("round_unknown")
    page = RoundPage(
        study=head_of(study),
        number=number,
        state="open",
        invited=asked.invited,
        due_at=asked.due_at,
        protocol=protocol_of(study),
        rounds=tuple(one.number for one in rounds),
    )
    if asked.state == round_states.OPEN:
        return page
    stored = closed_rounds(session, study_id, number)
    last = stored[-1]
    page = replace(
        page,
        state="computing" if last.groups is None else "ready",
        answered=last.counted,
        closed_at=last.closed_at,
        counted_sha256=last.counted_sha256,
    )
    return page if last.groups is None else _ready(session, page, asked, stored, viewer, opened)


def _ready(
    session: Session,
    page: RoundPage,
    asked: Round,
    stored: Sequence[StoredRound],
    viewer: Viewer,
    opened: str,
) -> RoundPage:
    groups, formula = [], None
    questionnaire = questionnaire_of(asked)
    for place, question in enumerate(questionnaire.questions):
        history = comparable_run(stored, question.planned)
        suffix = f"~{question.question}" if place else ""
        group, shown = _group(history, question, page.protocol, viewer, suffix)
        group = replace(group, other_ways=_other_ways(stored, history))
        if len(question.items) == 2:
            group = replace(group, orders=(), splits=_splits(session, asked, history, viewer))
            shown = replace(shown, orders=())
        groups.append(group)
        formula = formula or _opened(opened, suffix, shown)
    return replace(
        page,
        groups=tuple(groups),
        authority=authority_view(stored[-1].authority, questionnaire, viewer),
        implications=implications_view(session, asked, stored[-1].groups or {}, viewer),
        proposals=proposals_view(session, asked),
        opened=formula,
        next=replace(
            _next(page, groups, stored, viewer),
            changes=_changes(page, _group_names(session, page.study.id)),
        ),
    )


def _other_ways(
    stored: Sequence[StoredRound], history: Sequence[StoredGroup]
) -> tuple[tuple[int, PlannedQuestion], ...]:
    """Return the rounds before that asked the group otherwise, and how."""
    name, first = history[0].question, history[0].round
    return tuple(
        (one.number, one.groups[name].planned)
        for one in stored
        if one.number < first and one.groups is not None and name in one.groups
    )


def _opened(opened: str, suffix: str, shown: Shown) -> Formula | None:
    key = opened.partition("~")[0]
    found = formula_of(key, shown) if opened == key + suffix else None
    return None if found is None else replace(found, key=opened)


def _group(
    history: Sequence[StoredGroup],
    question: Question,
    protocol: Protocol,
    viewer: Viewer,
    suffix: str,
) -> tuple[GroupPage, Shown]:
    now = history[-1]
    names: dict[str, Names] = {item.code: item.name for item in question.items}
    verdict = verdict_view(now, names, protocol, viewer)
    rows = item_rows(now, names, viewer)
    orders = order_rows(history, now.round, viewer)
    shown = Shown(
        groups=history,
        names=names,
        short=short_names(names),
        verdict=verdict,
        movements=movement_rows(history, viewer),
        rows=rows,
        orders=orders,
        protocol=protocol,
    )
    group = GroupPage(
        planned=question.planned,
        names=question.name or None,
        items=names,
        short=shown.short,
        answered=now.answered,
        abstained=now.counted - now.answered,
        is_shown=now.may_see(viewer),
        missing=max(0, STATISTICS_FROM - now.answered),
        verdict=verdict,
        history=tuple(verdict_view(one, names, protocol, viewer) for one in history),
        movements=shown.movements,
        series=series_of(history, names, viewer),
        rows=rows,
        orders=orders,
        splits=(),
        undefined=undefined(now, rows, orders if len(names) > 2 else ()),
        example=example_of_order(history, names, viewer),
        counts=tuple((one.round, one.answered) for one in history),
        suffix=suffix,
        criteria=criterion_tables(now, names, viewer),
        consistency=consistency_view(now, viewer),
    )
    return group, shown


def _splits(
    session: Session, asked: Round, history: Sequence[StoredGroup], viewer: Viewer
) -> tuple[SplitRow, ...]:
    """Count, in each round, who put which of two items first: what is stored does not say it."""
    rounds = session.scalars(
        select(Round)
        .where(Round.study_id == asked.study_id, Round.number <= asked.number)
        .order_by(Round.number)
    ).all()
    answers = {one.number: one for one in rounds}
    return tuple(
        split_row(one, _answers_of(session, answers[one.round], one.question), viewer)
        for one in history
    )


def _answers_of(session: Session, closed: Round, question: str) -> PanelAnswers:
    return round_answers(session, closed, only=question)[question]


# ------------------------------------------------------------------------------------------- next


def _next(
    page: RoundPage, groups: Sequence[GroupPage], stored: Sequence[StoredRound], viewer: Viewer
) -> NextStep:
    weighed = latest_groups(stored, page.protocol.groups)
    fewest = min((one.used for one in weighed.values()), default=0)
    current = page.study.state == "running" and page.number == page.rounds[-1]
    complete = len(weighed) == len(page.protocol.groups)
    return NextStep(
        outcome=_outcome(page, {group.verdict.code for group in groups}),
        is_current=current,
        next_round=page.number + 1,
        rounds=page.protocol.rounds,
        may_open=current and page.number < page.protocol.rounds,
        may_end=current and complete and fewest >= RELEASE_FROM,
        missing=max(0, RELEASE_FROM - fewest),
        needed=RELEASE_FROM,
        outlook=tuple(outlook_of(one, page.protocol, viewer) for one in weighed.values()),
    )


def _outcome(page: RoundPage, verdicts: Collection[str]) -> str:
    """Return what rule and plan say together; where the plan ends there is nothing to go on to."""
    if "hold" in verdicts:
        return "hold"
    if "continue" in verdicts and page.number < page.protocol.rounds:
        return "again"
    return "plan" if page.protocol.goes_on(page.number) else "end"


def _changes(page: RoundPage, names: Mapping[str, Names]) -> tuple[PlannedChange, ...]:
    """Return what the next round of the plan does otherwise; nothing behind the last one."""
    protocol, number = page.protocol, page.number
    if number >= protocol.rounds:
        return ()
    pairs = (
        (group, protocol.planned(number, group), protocol.planned(number + 1, group))
        for group in protocol.groups
    )
    return tuple(
        PlannedChange(names.get(group), now, then)
        for group, now, then in pairs
        if (now or then) and (now is None or then is None or not is_comparable(now, then))
    )


def _group_names(session: Session, study_id: str) -> dict[str, Names]:
    """Return the names of all indicators by code; the first level has none."""
    found = session.execute(
        select(Indicator.code, Indicator.name_zh, Indicator.name_en).where(
            Indicator.study_id == study_id
        )
    )
    return {code: {"zh": zh, "en": en} for code, zh, en in found}


def outlook_of(group: StoredGroup, protocol: Protocol, viewer: Viewer) -> Outlook:
    """Return what a group would be published as if the study ended with this round."""
    step = protocol.publishing_steps.get(group.question)
    weights = group.exact
    if weights is None or not group.may_see(viewer):
        return Outlook(None, None, step, harms=False)
    percents = tuple(
        rounded(decimals(100 * one, PERCENT_PLACES), PERCENT_PLACES) for one in weights
    )
    if step is None:
        return Outlook(percents, None, None, harms=False)
    found = largest_remainder(weights, Fraction(step))
    published = tuple(rounded(decimals(one, 6), 6) for one in found.rounded)
    return Outlook(percents, published, step, harms=bool(found.zeroed or found.ties_split))
