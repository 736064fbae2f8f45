"""The submission document: one immutable revision of one respondent's answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from delphi.domain.answers.checking import Answer, Values
from delphi.domain.questionnaire import Questionnaire
from delphi.domain.self_assessment import NOTHING, Assessment, kept

FORMAT = "delphi-submission/1"
RECEIPT_CHARACTERS = 20


def to_document(
    questionnaire: Questionnaire,
    revision: int,
    answers: Iterable[Answer],
    *,
    texts: Mapping[str, str],
    confirmed_unchanged: bool,
    assessed: Assessment = NOTHING,
) -> dict[str, Any]:
    """Return the stored document `delphi-submission/1`.

    Parameters
    ----------
    questionnaire
        The frozen questionnaire that was answered.
    revision
        1, 2, … of this respondent in this round.
    answers
        One for each question, in the order of the questionnaire.
    texts
        Item → SHA-256 of the reason, label → SHA-256 of a proposal; the texts lie elsewhere.
    confirmed_unchanged
        Whether the last answer was kept with one press.
    assessed
        The self-assessment; null is stored where it is not asked or was skipped altogether.
    """
    return {
        "format": FORMAT,
        "study": questionnaire.study,
        "round": questionnaire.round,
        "revision": revision,
        "questionnaire_sha256": questionnaire.sha256,
        "answers": [_answer(answer) for answer in answers],
        "self_assessment": _assessment(questionnaire, assessed),
        "implications": None,
        "proposals": [],
        "confirmed_unchanged": confirmed_unchanged,
        "texts": [{"item": item, "sha256": texts[item]} for item in sorted(texts)],
    }


def _assessment(questionnaire: Questionnaire, assessed: Assessment) -> dict[str, Any] | None:
    asked = questionnaire.self_assessment
    given = NOTHING if asked is None else kept(asked, assessed)
    return given.to_document() if given else None


def _answer(answer: Answer) -> dict[str, Any]:
    head = {"question": answer.question, "method": answer.method}
    if answer.values is None:
        return {**head, "abstain": True}
    return {**head, "values": dict(answer.values)}


def values_of(document: Mapping[str, Any]) -> dict[str, Values | None]:
    """Return question → what its method stored (None: abstained) of a stored submission."""
    return {answer["question"]: answer.get("values") for answer in document["answers"]}
