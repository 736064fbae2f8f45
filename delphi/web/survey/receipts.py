"""What arrived: the receipt of a submission, read from the database."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from delphi.domain.methods import CONSTANT_SUM
from delphi.domain.questionnaire import Question
from delphi.domain.tokens import in_groups
from delphi.queries.receipt import Receipt, ReceiptLine, receipt_lines, receipt_of
from delphi.queries.survey import Standing
from delphi.web.access import expert
from delphi.web.survey import sentences
from delphi.web.survey.base import blueprint
from delphi.web.survey.desk import is_past
from delphi.web.survey.gate import Answer, admitted
from delphi.web.survey.implied_parts import ImpliedPart, implied_parts
from delphi.web.survey.lines import Line, as_asked, stored_lines
from delphi.web.survey.proposal_lines import ProposalLine, proposal_lines
from delphi.web.survey.rows import DERIVED
from delphi.web.survey.visit import Visit
from delphi.web.transaction import reading

DATA_FORMAT = "delphi-receipt/1"
_CODE_GROUP, _HASH_GROUP = 4, 8
_CODE_LINE = 15


@dataclass(frozen=True)
class ReceiptPart:
    """The stored answer to one question."""

    name: str
    is_abstained: bool
    #: whether the numbers are points, with their sum below
    is_sum: bool
    #: whether the answers are comparisons in words
    is_worded: bool
    lines: tuple[Line, ...]
    total: int


@dataclass(frozen=True)
class ReceiptPage:
    """One submission as it was stored."""

    standing: Standing
    receipt: Receipt
    parts: tuple[ReceiptPart, ...]
    #: name of the item and the reason as stored
    reasons: tuple[tuple[Mapping[str, str], str], ...]
    proposals: tuple[ProposalLine, ...]
    #: what the stored answers imply further down, and what was said of it
    implied: tuple[ImpliedPart, ...]
    #: the receipt code in groups, in two lines
    code: tuple[str, ...]
    leaf: str
    head: str
    #: every submission that may be shown, latest first
    lines: tuple[ReceiptLine, ...]
    can_revise: bool
    is_past_due: bool


@blueprint.get("/survey/receipt")
@expert
def receipt() -> Answer:
    """Show the receipt of the latest submission, or of the one that the address names."""
    with reading() as session:
        visit, standing = admitted(session)
        lines = _lines(session, visit)
        stored = _stored(session, visit, lines)
    if stored is None:
        return redirect(url_for("survey.questionnaire"), 303)
    return render_template(
        "survey/receipt.html", page=_page(standing, stored, lines, visit.access.respondent)
    )


@blueprint.get("/survey/receipt/data")
@expert
def receipt_data() -> Answer:
    """Hand out everything that the leaf is made from, for a check without the server."""
    with reading() as session:
        visit, _ = admitted(session)
        stored = _stored(session, visit, _lines(session, visit))
    if stored is None:
        return redirect(url_for("survey.questionnaire"), 303)
    document = {
        "format": DATA_FORMAT,
        "receipt_code": in_groups(stored.code, _CODE_GROUP),
        "leaf": stored.leaf,
        "nonce": stored.nonce,
        "document": json.loads(stored.document),
        "reasons": dict(stored.reasons),
    }
    name = f"receipt-{stored.round.number}-{stored.revision}.json"
    return Response(
        json.dumps(document, ensure_ascii=False, indent=2) + "\n",
        mimetype="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _lines(session: Session, visit: Visit) -> tuple[ReceiptLine, ...]:
    """Return the submissions that may be shown on this device."""
    if not visit.may_answer:
        return ()
    only = None if visit.shows_earlier else visit.carried.sent
    return receipt_lines(session, visit.access.study_id, visit.access.respondent, only=only)


def _stored(session: Session, visit: Visit, lines: Sequence[ReceiptLine]) -> Receipt | None:
    """Return the submission that the address names, or the latest one."""
    asked = (request.args.get("round"), request.args.get("submission"))
    named = [line for line in lines if (str(line.round), str(line.revision)) == asked]
    chosen = named or (lines if asked == (None, None) else ())
    if not chosen:
        return None
    access = visit.access
    return receipt_of(session, access.study_id, access.respondent, chosen[0])


def _page(
    standing: Standing, stored: Receipt, lines: tuple[ReceiptLine, ...], respondent: str
) -> ReceiptPage:
    items = [item for question in stored.questionnaire.questions for item in question.items]
    code = in_groups(stored.code, _CODE_GROUP)
    is_latest = standing.round is not None and standing.round.id == stored.round.id
    return ReceiptPage(
        standing=standing,
        receipt=stored,
        parts=tuple(
            _part(as_asked(stored.questionnaire, question, respondent), stored)
            for question in stored.questionnaire.questions
        ),
        reasons=tuple(
            (item.name, stored.reasons[item.code]) for item in items if item.code in stored.reasons
        ),
        proposals=proposal_lines(stored.questionnaire.proposals, stored.proposals),
        implied=implied_parts(stored.questionnaire, stored.values, stored.judged),
        code=(code[:_CODE_LINE].strip(), code[_CODE_LINE:].strip()),
        leaf=in_groups(stored.leaf, _HASH_GROUP),
        head=in_groups(stored.ledger_head, _HASH_GROUP),
        lines=lines,
        can_revise=is_latest and stored.round.is_open,
        is_past_due=is_past(stored.round.due_at),
    )


def _part(question: Question, stored: Receipt) -> ReceiptPart:
    values = stored.values.get(question.question)
    is_sum = question.method == CONSTANT_SUM
    return ReceiptPart(
        name=sentences.short_name(question),
        is_abstained=values is None,
        is_sum=is_sum,
        is_worded=question.method in DERIVED,
        lines=() if values is None else stored_lines(question, values),
        total=sum(values.values()) if values is not None and is_sum else 0,
    )
