"""What weights of elicited groups make of the groups one level below that a rule weights; exact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from delphi.domain.answers.checking import Values
from delphi.domain.implications import ImpliedNode
from delphi.domain.protocol import ROOT
from delphi.domain.questionnaire import Question, Questionnaire
from delphi.individual_weights import judged_row

#: Question → item → local weight, a share of 1.
LocalWeights = Mapping[str, Mapping[str, Fraction]]


@dataclass(frozen=True)
class ImpliedWeight:
    """One node with the weight that follows."""

    node: ImpliedNode
    #: weight of the node and of the item that it gets a share of: shares of 1
    weight: Fraction
    item_weight: Fraction
    #: group that both are shares of: `root` is the whole
    within: str


def own_weights(
    questionnaire: Questionnaire, answers: Mapping[str, Values | None]
) -> dict[str, dict[str, Fraction]]:
    """Return the local weights that one expert's answers say.

    Parameters
    ----------
    questionnaire
        What was asked.
    answers
        Question → complete answer as its method stores it; None or missing: none was given.

    Returns
    -------
    dict
        Question → item → share of 1; a question without an answer, or with every rating 0, is
        left out.
    """
    found = {}
    for question in questionnaire.questions:
        given = answers.get(question.question)
        row = () if given is None else judged_row(question, given)
        total = sum(row)
        if total:
            codes = (item.code for item in question.items)
            found[question.question] = {
                code: value / total for code, value in zip(codes, row, strict=True)
            }
    return found


def implied_weights(questionnaire: Questionnaire, local: LocalWeights) -> tuple[ImpliedWeight, ...]:
    """Return what follows one level further down, in the order of the questionnaire.

    Parameters
    ----------
    questionnaire
        Names the nodes, their rules and their shares.
    local
        Local weights of the questions, of one expert or of the panel.

    Returns
    -------
    tuple of ImpliedWeight
        Nothing below a question without weights. A weight is a share of the whole where `local`
        has every group on the way up, else of the group where the way ends.
    """
    found = []
    for node in questionnaire.implications:
        question = _question_of(questionnaire, node.of)
        if question is None or question.question not in local:
            continue
        above, within = _above(questionnaire, question.question, local)
        weight = above * local[question.question][node.of]
        found.append(ImpliedWeight(node, weight * Fraction(node.share), weight, within))
    return tuple(found)


def _question_of(questionnaire: Questionnaire, item: str) -> Question | None:
    """Return the question that an item stands in."""
    for question in questionnaire.questions:
        if any(one.code == item for one in question.items):
            return question
    return None


def _above(questionnaire: Questionnaire, group: str, local: LocalWeights) -> tuple[Fraction, str]:
    """Return the weight of a group, and the group further up that it is a share of."""
    weight = Fraction(1)
    while group != ROOT:
        question = _question_of(questionnaire, group)
        if question is None or question.question not in local:
            break
        weight *= local[question.question][group]
        group = question.question
    return weight, group
