"""The rules of a study: to be set while it is a draft, to be read afterwards."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial

from flask import g, redirect, request, url_for
from werkzeug.wrappers import Response

from delphi.domain.protocol import Protocol, check_protocol, default_protocol, with_rounds
from delphi.domain.self_assessment import AssessmentRule
from delphi.queries.assessment_rules import TABLE_NAMES, assessment_rule
from delphi.queries.setup import ProtocolPage, protocol_page
from delphi.services.studies import set_protocol
from delphi.web.forms import FieldProblem
from delphi.web.language import Words, gettext
from delphi.web.language import lazy_gettext as _lazy
from delphi.web.refusals import refusal
from delphi.web.studies import round_plan
from delphi.web.studies.area import (
    COORDINATOR,
    INVALID,
    attempt,
    blueprint,
    coordinators,
    readers,
    refusal_of,
    show,
)
from delphi.web.transaction import reading
from delphi.web.words import GROUNDS

STEP = "step."
#: Names of the rules, as the page and its errors say them.
LABELS: Mapping[str, Words] = {
    "rounds": _lazy("Rounds at most"),
    "answer_step": _lazy("Answer step"),
    "item_order": _lazy("Order of indicators"),
    "response": _lazy("Least response"),
    "minimum": _lazy("Least number in both rounds"),
    "tolerance": _lazy("Tolerance"),
    "preset": _lazy("What is judged"),
    "step": _lazy("Publishing step"),
    "self_assessment": _lazy("Familiarity and grounds of judgement"),
    "own_first": _lazy("Own answer first"),
    "proposals": _lazy("Suggestions by experts"),
    "plan": _lazy("Round plan"),
    "criteria": _lazy("Criteria of ratings"),
}
_WHOLE = re.compile(r"[0-9]{1,4}", re.ASCII)
_DECIMAL = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,4})?", re.ASCII)
_LIMITS = ("answer_step", "tolerance", "minimum")
_NUMBERS = ("rounds", *_LIMITS)
_WORDS = ("preset", "item_order")
_SWITCHES = ("own_first", "proposals")
_SETTINGS: Mapping[str, bool] = {"no": False, "yes": True}
#: What the form says where nothing is asked.
NOT_ASKED = "none"


@dataclass(frozen=True)
class TypedProtocol:
    """The fields of the form as typed."""

    #: field → text; `step.<group>` for publishing steps
    fields: Mapping[str, str]
    #: `plan.<round>.<group>` → how the round asks the group
    cells: Mapping[str, str]
    #: what ratings go by beside importance
    criteria: tuple[str, ...]

    def __getitem__(self, field: str) -> str:
        return self.fields.get(field, "")


@blueprint.get("/<study_id>/protocol")
@readers
def protocol(study_id: str) -> Response:
    """Show every rule with its meaning, its default and its value."""
    with reading() as session:
        page = protocol_page(session, study_id)
    return _show(page, typed_protocol(page.protocol), saved="saved" in request.args)


@blueprint.post("/<study_id>/protocol")
@coordinators
def change_protocol(study_id: str) -> Response:
    """Store the rules, or show the form again with everything that is wrong."""
    with reading() as session:
        page = protocol_page(session, study_id)
    names = (
        *_NUMBERS,
        *_WORDS,
        *_SWITCHES,
        "response",
        "self_assessment",
        *(STEP + group for group in page.protocol.groups),
    )
    typed = TypedProtocol(
        {name: request.form.get(name, "") for name in names},
        round_plan.typed_cells(page.protocol, request.form),
        tuple(request.form.getlist(round_plan.FURTHER)),
    )
    wanted, problems = _read(page, typed)
    if not problems:
        error = attempt(lambda session: set_protocol(session, study_id, wanted))
        if error is None:
            return redirect(url_for("studies.protocol", study_id=study_id, saved=1), 303)
        said = round_plan.in_words(page.groups, error)
        problems = [FieldProblem(str(error.parameters.get("field", "rounds")), said)]
    return _show(page, typed, problems)


def _show(
    page: ProtocolPage,
    typed: TypedProtocol,
    problems: Sequence[FieldProblem] = (),
    *,
    saved: bool = False,
) -> Response:
    offers = page.study.is_draft and g.get("role") == COORDINATOR
    return show(
        "protocol",
        page,
        problems=problems,
        status=INVALID if problems else 200,
        typed=typed,
        plan=round_plan.plan_table(page, typed.cells, typed.criteria, offers=offers),
        saved=saved,
        tables=assessment_choices(),
    )


def typed_protocol(rules: Protocol) -> TypedProtocol:
    """Return a protocol as its form would hold it; the response in percent."""
    fields = {name: str(getattr(rules, name)) for name in (*_NUMBERS, *_WORDS)}
    rule = rules.self_assessment
    fields["self_assessment"] = NOT_ASKED if rule is None else rule.table
    fields |= {name: "yes" if getattr(rules, name) else "no" for name in _SWITCHES}
    fields["response"] = _plain(Decimal(rules.response) * 100)
    fields |= {STEP + group: step or "" for group, step in rules.publishing_steps.items()}
    cells = round_plan.typed_cells(rules, {})
    return TypedProtocol(fields, cells, round_plan.stored_criteria(rules))


def _read(page: ProtocolPage, typed: TypedProtocol) -> tuple[Protocol, list[FieldProblem]]:
    """Return the rules of the form and what is wrong with them, field by field."""
    problems: list[FieldProblem] = []
    rounds = _whole("rounds", typed["rounds"], problems)
    in_table = _rules(page, typed, problems)
    wanted = in_table if rounds is None else with_rounds(in_table, rounds)
    # Rounds that are added repeat the last one, and so would its problems.
    shown = wanted if 1 < wanted.rounds < in_table.rounds else in_table
    known = {problem.field for problem in problems}
    refused = [
        *_rules_refused(wanted),
        *_steps_refused(wanted),
        *(_problem(one.field, str(one.text)) for one in round_plan.plan_problems(page, shown)),
    ]
    return wanted, [*problems, *(one for one in refused if one.field not in known)]


def _rules(page: ProtocolPage, typed: TypedProtocol, problems: list[FieldProblem]) -> Protocol:
    """Return the rules of the form, with the rounds of its table."""
    now = page.protocol
    limits = {name: _whole(name, typed[name], problems) for name in _LIMITS}
    response = _decimal("response", typed["response"], problems)
    steps = {group: _step(STEP + group, typed, problems) for group in now.groups}
    plan, unread = round_plan.read_plan(now, typed.cells, typed.criteria)
    problems += [_problem(one.field, str(one.text)) for one in unread]
    return replace(
        now,
        plan=plan,
        answer_step=_or(limits["answer_step"], now.answer_step),
        tolerance=_or(limits["tolerance"], now.tolerance),
        minimum=_or(limits["minimum"], now.minimum),
        preset=typed["preset"],
        item_order=typed["item_order"],
        self_assessment=_assessment(typed["self_assessment"], problems),
        own_first=_switch("own_first", typed, problems),
        proposals=_switch("proposals", typed, problems),
        response=now.response if response is None else _plain(response / 100),
        publishing_steps={
            group: None if step is None else _plain(step) for group, step in steps.items()
        },
    )


def _switch(field: str, typed: TypedProtocol, problems: list[FieldProblem]) -> bool:
    if typed[field] not in _SETTINGS:
        problems.append(_problem(field, gettext("Choose yes or no.")))
    return _SETTINGS.get(typed[field], False)


def _assessment(text: str, problems: list[FieldProblem]) -> AssessmentRule | None:
    if text in TABLE_NAMES:
        return assessment_rule(text)
    if text != NOT_ASKED:
        words = gettext("Choose one of the tables, or that nothing is asked.")
        problems.append(_problem("self_assessment", words))
    return None


def assessment_choices() -> list[tuple[str, str]]:
    """Return the choices of the form: each table with its values for large, medium and small."""
    tables = [
        (name, gettext("Table %(table)s: %(values)s", table=name, values=_values(name)))
        for name in TABLE_NAMES
    ]
    return [*tables, (NOT_ASKED, gettext("Not asked"))]


def _values(table: str) -> str:
    shown = []
    for one in assessment_rule(table).grounds:
        values = " / ".join(f"{value / 100:g}" for value in dict.fromkeys(one.hundredths))
        shown.append(f"{GROUNDS[one.ground]} {values}")
    return gettext("; ").join(shown)


def _rules_refused(wanted: Protocol) -> list[FieldProblem]:
    """Return the rule that is refused, leaving aside steps and plan."""
    usual = default_protocol(wanted.groups, wanted.rounds)
    error = refusal_of(
        lambda: check_protocol(replace(wanted, publishing_steps={}, plan=usual.plan))
    )
    return [] if error is None else [_problem(str(error.parameters["field"]), refusal(error))]


def _steps_refused(wanted: Protocol) -> list[FieldProblem]:
    """Return the publishing steps that are refused, each by its own field."""
    usual = default_protocol(wanted.groups)
    errors = {
        group: refusal_of(partial(check_protocol, replace(usual, publishing_steps={group: step})))
        for group, step in wanted.publishing_steps.items()
    }
    return [_problem(STEP + group, refusal(error)) for group, error in errors.items() if error]


def _problem(field: str, words: str) -> FieldProblem:
    """Return what is wrong with a rule, with the name of the rule before it."""
    name = LABELS.get(field.partition(".")[0])
    text = words if name is None else gettext("%(name)s: %(what)s", name=str(name), what=words)
    return FieldProblem(field, text)


def _or(number: int | None, instead: int) -> int:
    return instead if number is None else number


def _whole(field: str, text: str, problems: list[FieldProblem]) -> int | None:
    plain = unicodedata.normalize("NFKC", text).strip()
    if _WHOLE.fullmatch(plain):
        return int(plain)
    words = gettext("“%(found)s” is no whole number; one such as 5 is expected.", found=text[:40])
    problems.append(_problem(field, words))
    return None


def _decimal(field: str, text: str, problems: list[FieldProblem]) -> Decimal | None:
    plain = unicodedata.normalize("NFKC", text).strip().removesuffix("%").strip()
    if _DECIMAL.fullmatch(plain):
        return Decimal(plain)
    words = gettext("“%(found)s” is no percentage; one such as 5 is expected.", found=text[:40])
    problems.append(_problem(field, words))
    return None


def _step(field: str, typed: TypedProtocol, problems: list[FieldProblem]) -> Decimal | None:
    """Return a publishing step; an empty field means none."""
    return _decimal(field, typed[field], problems) if typed[field].strip() else None


def _plain(number: Decimal) -> str:
    """Return a decimal without trailing zeros and without an exponent."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
