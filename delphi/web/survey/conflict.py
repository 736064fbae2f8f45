"""Two windows with different answers: both are kept and shown, the expert chooses one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import zip_longest

from flask import render_template

from delphi.domain.answers.typed import Typed
from delphi.domain.proposals import AskedProposals
from delphi.domain.questionnaire import Question, Questionnaire
from delphi.domain.self_assessment import AskedAssessment
from delphi.errors import DomainError
from delphi.queries.survey import Standing
from delphi.services.drafts import choose_draft, is_only_looked, shown_as
from delphi.web.language import gettext
from delphi.web.survey.desk import Desk
from delphi.web.survey.lines import Line, typed_lines
from delphi.web.survey.proposal_lines import proposal_lines
from delphi.web.survey.sentences import short_name
from delphi.web.transaction import writing
from delphi.web.words import FAMILIARITY, GROUNDS, INFLUENCES, JUDGEMENTS


@dataclass(frozen=True)
class Both:
    """One field in two versions."""

    #: zh and en
    name: Mapping[str, str]
    #: the version that waits, and the one that is worked on
    here: str
    there: str


@dataclass(frozen=True)
class ConflictPage:
    """Two versions of the answers."""

    standing: Standing
    #: only where they differ
    answers: tuple[Both, ...]
    #: the answers that are the same in both
    equal: tuple[Both, ...]
    #: only where they differ
    reasons: tuple[Both, ...]
    #: answers of the self-assessment, only where they differ
    assessments: tuple[Both, ...]
    #: opinions on what the answers imply, only where they differ
    judgements: tuple[Both, ...]
    #: texts of the proposals by their places, only where they differ
    proposals: tuple[Both, ...]
    #: the version that waits came after the other was changed last
    is_later: bool
    #: it was typed without the access code
    is_strange: bool
    #: what both are recognised by when one is chosen
    shown: str


def is_unsettled(desk: Desk) -> bool:
    """Whether a second version waits for a choice."""
    working, other = desk.own.working, desk.own.other
    if other is None or working is None:
        return other is not None
    return not is_only_looked(json.loads(working.content), json.loads(other.content))


def conflict_page(desk: Desk) -> str:
    """Return both versions side by side."""
    working, other = desk.own.working, desk.own.other
    nothing = Typed({}, frozenset(), {})
    here = other.typed if other else nothing
    there = working.typed if working else nothing
    answers = _answers(desk.questionnaire, here, there)
    page = ConflictPage(
        standing=desk.standing,
        answers=tuple(one for one in answers if one.here != one.there),
        equal=tuple(one for one in answers if one.here == one.there),
        reasons=_reasons(desk.questionnaire, here, there),
        assessments=_assessments(desk.questionnaire.self_assessment, here, there),
        judgements=_judgements(desk.questionnaire, here, there),
        proposals=_proposals(desk.questionnaire.proposals, here, there),
        is_later=other is None or working is None or other.version >= working.version,
        is_strange=other is not None and bool(other.device),
        shown=shown_as(*(one.content if one else "" for one in (working, other))),
    )
    return render_template("survey/conflict.html", page=page)


def settle(desk: Desk, *, keep_here: bool, shown: str) -> None:
    """Go on with one version; nothing happens when they are not those `shown` any more."""
    try:
        with writing() as session:
            choose_draft(
                session,
                study_id=desk.standing.study_id,
                respondent=desk.respondent,
                round_id=desk.round.id,
                keep_other=keep_here,
                shown=shown,
            )
    except DomainError:
        return  # `draft_settled`, `draft_changed`: the next page shows what there is


def _answers(asked: Questionnaire, here: Typed, there: Typed) -> tuple[Both, ...]:
    """Return every answer that one of the versions has."""
    return tuple(
        Both(dict.fromkeys(("zh", "en"), name), one, other)
        for question in asked.questions
        for name, one, other in _pairs(question, here, there)
        if one or other
    )


def _pairs(question: Question, here: Typed, there: Typed) -> list[tuple[str, str, str]]:
    """Return what both versions say of a question, line by line, under one name each.

    A comparison is found by its two items: with another best one it stands in another field.
    """
    one, other = _said(question, here), _said(question, there)
    if question.question in here.abstained & there.abstained:
        both = gettext("cannot judge")
        return [(short_name(question), both, both)]
    return [
        (key[0], _text(question, here, one.get(key)), _text(question, there, other.get(key)))
        for key in {**one, **other}
    ]


def _said(question: Question, typed: Typed) -> dict[tuple[str, int], Line]:
    """Return the lines by what they are about; of equal names, by which of them it is."""
    lines = typed_lines(question, typed.fields)
    told = [line.name for line in lines]
    return {(line.name, told[:at].count(line.name)): line for at, line in enumerate(lines)}


def _text(question: Question, typed: Typed, line: Line | None) -> str:
    if question.question in typed.abstained:
        return gettext("cannot judge")
    return line.text if line else ""


def _reasons(asked: Questionnaire, here: Typed, there: Typed) -> tuple[Both, ...]:
    pairs = (
        Both(item.name, here.reasons.get(item.code, ""), there.reasons.get(item.code, ""))
        for question in asked.questions
        for item in question.items
    )
    return tuple(pair for pair in pairs if pair.here != pair.there)


def _judgements(asked: Questionnaire, here: Typed, there: Typed) -> tuple[Both, ...]:
    pairs = (
        Both(
            node.name,
            str(JUDGEMENTS.get(here.judged.get(node.code, ""), "")),
            str(JUDGEMENTS.get(there.judged.get(node.code, ""), "")),
        )
        for node in asked.implications
    )
    return tuple(pair for pair in pairs if pair.here != pair.there)


def _proposals(asked: AskedProposals, here: Typed, there: Typed) -> tuple[Both, ...]:
    pairs = zip_longest(
        (line.whole for line in proposal_lines(asked, here.proposals)),
        (line.whole for line in proposal_lines(asked, there.proposals)),
        fillvalue="",
    )
    return tuple(
        Both(dict.fromkeys(("zh", "en"), str(place)), one, other)
        for place, (one, other) in enumerate(pairs, start=1)
        if one != other
    )


def _assessments(asked: AskedAssessment | None, here: Typed, there: Typed) -> tuple[Both, ...]:
    if asked is None:
        return ()
    one, other = here.assessed, there.assessed
    pairs = [
        Both(
            dimension.name,
            str(FAMILIARITY.get(one.familiarity.get(dimension.code, 0), "")),
            str(FAMILIARITY.get(other.familiarity.get(dimension.code, 0), "")),
        )
        for dimension in asked.dimensions
    ]
    pairs += [
        Both(
            dict.fromkeys(("zh", "en"), str(GROUNDS[ground])),
            str(INFLUENCES.get(one.basis.get(ground, 0), "")),
            str(INFLUENCES.get(other.basis.get(ground, 0), "")),
        )
        for ground in asked.grounds
    ]
    return tuple(pair for pair in pairs if pair.here != pair.there)
