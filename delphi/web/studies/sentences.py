"""Sentences of the coordinator's pages: gaps before launch, closing now, lines of the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from delphi.domain.protocol import ROOT
from delphi.domain.readiness import Gap
from delphi.queries.closing_now import Conclusion
from delphi.queries.ledger import EventLine
from delphi.web.formatting import day, percent
from delphi.web.language import Words, gettext, is_chinese, ngettext
from delphi.web.language import lazy_gettext as _lazy

#: Codes that a sentence names; more are counted.
MOST_NAMED = 8


@dataclass(frozen=True)
class Line:
    """A line of a readiness list."""

    code: str
    what: str
    why: str
    #: True: in order; False: to be mended; None: may stay
    holds: bool | None
    #: page on which it is mended: `panel`, `indicators`, `protocol`, `letter`, or none
    remedy: str = ""


# ----------------------------------------------------------------------------------- before launch

LETTER_FIELDS: Mapping[str, Words] = {
    "organiser": _lazy("organiser"),
    "purpose": _lazy("purpose"),
    "viewpoint": _lazy("viewpoint"),
    "contact": _lazy("contact"),
    "telephone": _lazy("telephone"),
}
REMEDIES: Mapping[str, Words] = {
    "panel": _lazy("Add experts"),
    "indicators": _lazy("Go to the indicators"),
    "protocol": _lazy("Go to the protocol"),
    "letter": _lazy("Fill in the letter"),
}


def gap_lines(gaps: Iterable[Gap]) -> tuple[Line, ...]:
    """Return the gaps before a launch in words."""
    return tuple(_gap_line(gap) for gap in gaps)


def _gap_line(gap: Gap) -> Line:
    values = {name: _readable(value) for name, value in gap.parameters.items()}
    if gap.code == "letter_incomplete":
        values["fields"] = letter_fields(gap.parameters["fields"])  # type: ignore[arg-type]  # a tuple
    if gap.code not in _GAPS:
        return Line(gap.code, gap.code, "", False if gap.blocks else None, gap.remedy)
    what, why = _GAPS[gap.code]
    return Line(gap.code, what % values, why % values, False if gap.blocks else None, gap.remedy)


_GAPS: Mapping[str, tuple[Words, Words]] = {
    "nothing_to_weight": (
        _lazy("No group is weighted by the panel"),
        _lazy("At least one group needs the weight rule “weighted by the panel”."),
    ),
    "names_missing": (
        _lazy("Indicators without a name in one language"),
        _lazy("%(codes)s. Experts read the questionnaire in Chinese or in English."),
    ),
    "group_too_large": (
        _lazy("Groups with more than %(most)s indicators"),
        _lazy("%(codes)s. So many are hard to weigh against each other in one sitting."),
    ),
    "kind_missing": (
        _lazy("Indicators without kind or direction"),
        _lazy("%(codes)s. Weighting works without them, scoring data later does not."),
    ),
    "weights_from_ratings": (
        _lazy("Weights will come from ratings"),
        _lazy(
            "%(codes)s. Ratings lie close together: the largest weight is seldom more than about "
            "twice the smallest. Where differences matter, divide 100 points in the last two "
            "rounds."
        ),
    ),
    "weights_from_ranking": (
        _lazy("Weights will come from places alone"),
        _lazy(
            "%(codes)s. A ranking does not say by how much one indicator counts more than another; "
            "the weights are those that a formula gives to the places. Prefer a method that asks "
            "how much."
        ),
    ),
    "never_compared": (
        _lazy("The method that gives the weights is asked in one round only"),
        _lazy(
            "%(codes)s. Without a round before that asks in the same way the stopping rule can "
            "never find the group stable: its verdict will be “continue”, even after the last "
            "round. Ask by this method in two rounds in a row."
        ),
    ),
    "panel_empty": (
        _lazy("The panel is empty"),
        _lazy("At least %(needed)s experts are needed; 12 or more are advised."),
    ),
    "panel_too_small": (
        _lazy("The panel has %(found)s experts, fewer than %(needed)s"),
        _lazy("With fewer, nothing of the group could be shown without showing somebody."),
    ),
    "panel_small": (
        _lazy("The panel has %(found)s experts, fewer than the %(advised)s advised"),
        _lazy("A few who do not answer may put the verdict on hold and withhold the quartiles."),
    ),
    "minimum_unreachable": (
        _lazy("The panel has fewer experts than the protocol asks for in both rounds"),
        _lazy(
            "The protocol asks for %(minimum)s who answered two rounds running, the panel has "
            "%(found)s: every verdict from round 2 on would be “on hold”."
        ),
    ),
    "quartiles_unreachable": (
        _lazy("The panel is too small for quartiles"),
        _lazy("Experts see the middle half of the answers from %(needed)s answers on."),
    ),
    "letter_incomplete": (
        _lazy("The letter is not complete"),
        _lazy("Missing: %(fields)s."),
    ),
}


def comma() -> str:
    """Return what stands between the members of a list."""
    return "、" if is_chinese() else ", "


def blank() -> str:
    """Return what stands between two sentences: Chinese has full-width stops and no space."""
    return "" if is_chinese() else " "


def letter_fields(gaps: Sequence[str]) -> str:
    """Return fields of the letter in words: `purpose (English), telephone`."""
    named = []
    for gap in gaps:
        field, _, language = gap.partition(".")
        name = str(LETTER_FIELDS.get(field, Words(field)))
        if language == "zh":
            name = gettext("%(field)s (Chinese)", field=name)
        elif language == "en":
            name = gettext("%(field)s (English)", field=name)
        named.append(name)
    return comma().join(named)


def _readable(value: object) -> str:
    """Return a parameter of a gap; long lists are cut and counted."""
    if not isinstance(value, tuple):
        return str(value)
    named = comma().join(
        gettext("First level") if one == ROOT else str(one) for one in value[:MOST_NAMED]
    )
    more = len(value) - MOST_NAMED
    return gettext("%(codes)s and %(count)s more", codes=named, count=more) if more > 0 else named


# ------------------------------------------------------------------------------------- closing now

#: What a reminder or a later deadline may still change.
_MENDED_BY_ANSWERS = frozenset({"response_missed", "both_missed", "feedback_withheld"})
_CONCLUSIONS: Mapping[str, tuple[Words, Words | None]] = {
    "nobody": (
        _lazy("Nobody is recorded as finished yet"),
        _lazy("A round in which nobody has answered cannot be closed."),
    ),
    "response_met": (
        _lazy(
            "Response at least %(finished)s/%(invited)s = %(share)s, not below the %(limit)s of "
            "the protocol"
        ),
        None,
    ),
    "response_missed": (
        _lazy("Response below the %(limit)s that the protocol asks for"),
        _lazy("The verdict can only be “on hold”: no word on agreement, no way on to weights."),
    ),
    "response_unknown": (
        _lazy("Whether the response reaches the %(limit)s of the protocol cannot be said yet"),
        _lazy(
            "Recorded are %(finished)s/%(invited)s = %(share)s. Below the limit the verdict is "
            "“on hold”."
        ),
    ),
    "both_met": (
        _lazy("At least %(minimum)s experts have submitted in both rounds"),
        None,
    ),
    "both_missed": (
        _lazy("Fewer than %(minimum)s experts have answered both rounds"),
        _lazy("The verdict can only be “on hold”: no word on agreement, no way on to weights."),
    ),
    "both_unknown": (
        _lazy("Whether %(minimum)s experts have answered both rounds cannot be said yet"),
        _lazy("With fewer the verdict is “on hold”."),
    ),
    "quartiles_shown": (
        _lazy("At least %(quartiles_from)s have submitted: the next round can show quartiles"),
        None,
    ),
    "quartiles_withheld": (
        _lazy("Fewer than %(quartiles_from)s answers: the next round shows no quartiles"),
        _lazy(
            "Experts are shown the median alone (from %(median_from)s answers), and their page "
            "says why."
        ),
    ),
    "quartiles_unknown": (
        _lazy("Whether the next round can show quartiles cannot be said yet"),
        _lazy("It takes %(quartiles_from)s answers, and %(median_from)s for the median."),
    ),
    "feedback_withheld": (
        _lazy("Fewer than %(median_from)s answers: the next round shows nothing of the group"),
        _lazy("Statistics are withheld from the coordinator too."),
    ),
}


def conclusion_lines(conclusions: Iterable[Conclusion]) -> tuple[Line, ...]:
    """Return in words what closing now would mean."""
    lines = []
    for one in conclusions:
        values = {
            name: percent_of(value) if isinstance(value, Fraction) else value
            for name, value in one.parameters.items()
        }
        what, why = _CONCLUSIONS[one.code]
        remedy = "delivery" if one.code in _MENDED_BY_ANSWERS else ""
        filled = "" if why is None else why % values
        lines.append(Line(one.code, what % values, filled, one.holds, remedy))
    return tuple(lines)


#: What follows from the verdicts of a closed round, by the standing of the study.
AFTER_CLOSE: Mapping[str, Words] = {
    "continue": _lazy(
        "In at least one group the answers are still moving, or there is no earlier round to "
        "compare with. Opening the next round shows experts the result of this one."
    ),
    "hold": _lazy(
        "Too few experts have answered for a verdict in at least one group. Another round may be "
        "opened; the verdict page names the condition."
    ),
    "end": _lazy(
        "The stopping rule asks for no further round in any group. The verdict page names the "
        "conditions that decided; weights are derived on the page for weights."
    ),
    "exhausted": _lazy(
        "Too few experts have answered for a verdict, and the protocol allows no further round. "
        "Ending the study now is a departure that needs a written reason."
    ),
}


def percent_of(value: Fraction) -> str:
    """Return a share of 1 in percent with at most one decimal."""
    exact = Decimal(value.numerator * 100) / Decimal(value.denominator)
    return percent(exact.quantize(Decimal("0.1"), ROUND_HALF_UP))


# ------------------------------------------------------------------------------------------ ledger

_EVENTS: Mapping[str, Words] = {
    "study.created": _lazy("Study created from %(tree_source)s"),
    "protocol.frozen": _lazy("Study launched, protocol frozen"),
    "round.opened": _lazy("Round %(round)s opened, announced until %(due)s"),
    "round.extended": _lazy("Deadline of round %(round)s moved to %(due)s"),
    "round.closed": _lazy("Round %(round)s closed: %(submissions)s of %(invited)s count"),
    "results.frozen": _lazy("Statistics, verdicts and feedback of round %(round)s frozen"),
    "round.published": _lazy("Result of round %(round)s published"),
    "derivation.run": _lazy("Weights derived, run %(number)s, from round %(round)s"),
    "weights.released": _lazy("Weights released from round %(round)s"),
    "link.replaced": _lazy("A personal link replaced"),
}
_DEPARTURES: Mapping[str, Words] = {
    "another_round": _lazy(
        "Departure from the protocol: a round after round %(round)s: %(reason)s"
    ),
    "end": _lazy("Departure from the protocol: ended after round %(round)s: %(reason)s"),
}


def event_sentence(event: EventLine) -> str:
    """Return a line of the ledger in words; a type without words is shown as it is."""
    payload = event.payload
    if event.type == "panel.set":
        return ngettext("%(num)s expert invited", "%(num)s experts invited", payload["invited"])
    if event.type == "links.shown":
        return ngettext(
            "%(num)s personal link shown", "%(num)s personal links shown", payload["links"]
        )
    words = _EVENTS.get(event.type)
    if event.type == "protocol.departed":
        words = _DEPARTURES.get(str(payload.get("what")))
    if words is None:
        return event.type
    due = payload.get("due_on")
    return words % {**payload, "due": day(date.fromisoformat(due)) if due else ""}
