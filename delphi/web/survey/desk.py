"""What one request of an answering expert works on, and the page made from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from delphi.domain.answers.checking import says, to_fields
from delphi.domain.answers.typed import Gap, Typed
from delphi.domain.proposals import is_label
from delphi.domain.questionnaire import Questionnaire
from delphi.queries.own_answers import OwnAnswers, StoredDraft, own_answers
from delphi.queries.survey import (
    Answers,
    QuestionFeedback,
    RoundFacts,
    Standing,
    comparable_feedback,
    questionnaire_of,
    reason_texts,
)
from delphi.web.forms import FieldProblem
from delphi.web.site import current_site
from delphi.web.survey import prompts, sentences
from delphi.web.survey.cards import Card, cards, empty_typed, summary_problems
from delphi.web.survey.lines import Line, given_lines
from delphi.web.survey.rows import Filled, Group
from delphi.web.survey.script_texts import script_texts
from delphi.web.survey.sent_form import SentForm, apply_tool
from delphi.web.survey.visit import Visit


@dataclass(frozen=True)
class TypedHere(Typed):
    """Fields typed on a device without earlier answers.

    The mark keeps them apart from a hidden draft: without it, a draft that happens to say the same
    would be taken for the same, and whoever has the link could find out by trying.
    """

    device: str = ""

    def to_document(self) -> dict[str, object]:
        """Return the content of a draft."""
        return {**super().to_document(), "device": self.device}


@dataclass(frozen=True)
class Desk:
    """The open questionnaire in front of one expert."""

    visit: Visit
    standing: Standing
    round: RoundFacts
    questionnaire: Questionnaire
    #: only what may be shown on this device
    own: OwnAnswers

    @property
    def respondent(self) -> str:
        """The respondent who answers."""
        return self.visit.access.respondent

    @property
    def is_last(self) -> bool:
        """Whether no further round is planned."""
        return self.round.number >= self.standing.rounds

    @property
    def version(self) -> int:
        """The version of the draft that is shown; 0 when none is."""
        return self.own.working.version if self.own.working else 0

    def typed(self, form: SentForm) -> Typed:
        """Return the fields of a form; kept only where they still say what was said last."""
        typed = form.typed(self.questionnaire)
        if not self.visit.shows_earlier:
            device = self.visit.carried.device
            return TypedHere(typed.fields, typed.abstained, typed.reasons, device=device)
        return replace(
            typed,
            kept=form.says_kept and self._equals_last(typed),
            looked=form.looks and self.questionnaire.own_first,
        )

    @property
    def waits_for_look(self) -> bool:
        """Whether the own last answers are to be looked at before the group's figures appear."""
        if not self.questionnaire.own_first or not any((self.own.last or {}).values()):
            return False
        return self.own.working is None or not self.own.working.typed.looked

    def after_tool(self, tool: tuple[str, str], typed: Typed) -> Typed:
        """Return the fields after one of the acts below a card."""
        typed = apply_tool(tool, self.questionnaire, typed, self.own.last)
        return replace(typed, kept=tool[0] == "keep" and self._equals_last(typed))

    def _equals_last(self, typed: Typed) -> bool:
        return equals_last(self.questionnaire, typed, self.own.last)


@dataclass(frozen=True)
class QuestionnairePage:
    """The questionnaire as one expert sees it."""

    standing: Standing
    round: RoundFacts
    #: zh and en
    viewpoint: Mapping[str, str]
    cards: tuple[Card, ...]
    #: heading where there are several questions
    heading: str
    #: label of a reason that nothing asks for
    plain_prompt: str
    #: sentences for the script, JSON
    script_texts: str
    version: int
    #: the last answer was kept with one press, and nothing was changed since
    is_kept: bool
    is_saved: bool
    #: number of the last submission in this round, or 0
    submitted: int
    #: what is typed differs from that submission
    is_unsent: bool
    #: earlier answers stay hidden on this device
    is_hidden: bool
    is_past_due: bool
    #: the group's figures appear after a look at the own last answers
    asks_look: bool
    #: the self-assessment follows, else the check
    asks_familiarity: bool
    #: what the answers imply comes before the check
    asks_implications: bool
    #: beside the answers something may be proposed
    takes_proposals: bool
    #: typed in the round before and not counted
    uncounted: tuple[Line, ...]
    #: whether something else was counted there
    is_counted: bool
    #: methods that need a script of their own
    methods: tuple[str, ...]
    #: "form" when the form could not be checked and nothing was saved; else empty
    refused: str


def open_desk(
    session: Session, visit: Visit, standing: Standing, *, reads_own: bool = True
) -> Desk:
    """Return the desk of the latest round; without the own answers where they are not needed.

    Raises
    ------
    ValueError
        When no round was ever opened; the caller has seen to that.
    """
    if standing.round is None:
        raise ValueError("no round was opened")
    own = OwnAnswers()
    if reads_own:
        own = own_answers(session, visit.access.respondent, standing.round, standing.before)
    return Desk(
        visit=visit,
        standing=standing,
        round=standing.round,
        questionnaire=questionnaire_of(session, standing.round),
        own=own if visit.shows_earlier else _typed_here(own, visit),
    )


def _typed_here(own: OwnAnswers, visit: Visit) -> OwnAnswers:
    """Return what was typed and sent on this device, and nothing earlier."""
    sent = own.submitted if own.submitted and own.submitted.id == visit.carried.sent else None
    typed = (one for one in (own.working, own.other) if one is not None and may_show(one, visit))
    return OwnAnswers(
        working=next(typed, None),
        submitted=sent,
        reasons=own.reasons if sent else {},
    )


def may_show(draft: StoredDraft, visit: Visit) -> bool:
    """Whether a draft may be shown on this device: earlier ones are, or it was typed here."""
    return visit.shows_earlier or draft.device == visit.carried.device


def typed_so_far(asked: Questionnaire, own: OwnAnswers) -> Typed:
    """Return what the form starts with: the draft, else what was submitted, else nothing."""
    if own.working is not None:
        return own.working.typed
    if own.submitted is None:
        return empty_typed()
    given = own.submitted.values
    fields: dict[str, str] = {}
    for question in asked.questions:
        values = given.get(question.question)
        if values is not None:
            fields |= to_fields(question, values)
    abstained = frozenset(name for name, values in given.items() if values is None)
    return Typed(fields, abstained, own.reasons)


def is_unsent(desk: Desk, typed: Typed) -> bool:
    """Whether something was submitted in this round, and answers or reasons differ from it now."""
    sent = desk.own.submitted
    if sent is None:
        return False
    given = {item: text for item, text in typed.reasons.items() if text}
    told = {item: text for item, text in desk.own.reasons.items() if not is_label(item)}
    return given != told or not all(
        says(one, typed, sent.values.get(one.question)) for one in desk.questionnaire.questions
    )


def equals_last(asked: Questionnaire, typed: Typed, last: Answers | None) -> bool:
    """Whether every question is answered as in the round before, which asked all of them."""
    if last is None:
        return False
    return all(
        one.question in last
        and says(one, typed, last[one.question])
        and set(one.criteria) <= set(last[one.question] or one.criteria)
        for one in asked.questions
    )


def questionnaire_page(
    session: Session,
    desk: Desk,
    *,
    typed: Typed,
    gaps: Sequence[Gap] = (),
    version: int | None = None,
    refused: str = "",
) -> tuple[QuestionnairePage, tuple[FieldProblem, ...]]:
    """Return the page and the lines of its error summary.

    Parameters
    ----------
    typed
        What the fields show.
    gaps
        What is to be corrected.
    version
        The version that the form goes out with; that of the desk by default.
    refused
        Why nothing was saved, or empty.
    """
    standing, shown = desk.standing, desk.round
    page = QuestionnairePage(
        standing=standing,
        round=shown,
        viewpoint=desk.questionnaire.viewpoint,
        cards=cards(
            desk.questionnaire,
            desk.respondent,
            filled_in(session, desk, typed, gaps),
        ),
        heading=sentences.several(desk.questionnaire.questions),
        plain_prompt=prompts.plain_prompt(is_last=desk.is_last),
        script_texts=script_texts(is_last=desk.is_last),
        version=desk.version if version is None else version,
        is_kept=typed.kept,
        is_saved=not refused and (desk.own.working is not None or version is not None),
        submitted=desk.own.submitted.revision if desk.own.submitted else 0,
        is_unsent=is_unsent(desk, typed),
        is_hidden=not desk.visit.shows_earlier,
        is_past_due=is_past(shown.due_at),
        asks_look=desk.waits_for_look and bool(_feedback(session, desk)),
        asks_familiarity=desk.questionnaire.self_assessment is not None,
        asks_implications=bool(desk.questionnaire.implications),
        takes_proposals=desk.questionnaire.proposals is not None,
        uncounted=_uncounted(desk.own),
        is_counted=desk.own.is_counted,
        methods=tuple(dict.fromkeys(one.method for one in desk.questionnaire.questions)),
        refused=refused,
    )
    return page, summary_problems(desk.questionnaire, typed, gaps)


def is_past(due_at: datetime | None) -> bool:
    """Whether the announced end of a round is over."""
    return due_at is not None and due_at < current_site().clock.now()


def filled_in(session: Session, desk: Desk, typed: Typed, gaps: Sequence[Gap] = ()) -> Filled:
    """Return what goes into the rows: nothing of the group before the look that it waits for."""
    before = desk.standing.before
    return Filled(
        typed,
        desk.own,
        Group({}, {}) if desk.waits_for_look else _group(session, desk),
        {gap.field: gap for gap in gaps},
        is_last=desk.is_last,
        last_round=before.number if before else 0,
    )


def _feedback(session: Session, desk: Desk) -> Mapping[str, QuestionFeedback]:
    return comparable_feedback(session, desk.questionnaire, desk.standing.before)


def _group(session: Session, desk: Desk) -> Group:
    """Return what the group said; the own reasons stand beside the fields, not among the others."""
    before, questions = desk.standing.before, _feedback(session, desk)
    if before is None or not questions:
        return Group({}, {})
    texts = reason_texts(session, before)
    own = desk.own.last_reason_ids
    return Group(questions, {key: text for key, text in texts.items() if key not in own})


def _uncounted(own: OwnAnswers) -> tuple[Line, ...]:
    if own.uncounted is None or own.asked_before is None:
        return ()
    return given_lines(own.asked_before, own.uncounted.fields)
