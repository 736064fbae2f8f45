"""What an expert is shown of the own last answer, whatever the method, on both databases."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from delphi.db import Database
from delphi.domain.answers.checking import Values, to_fields
from delphi.domain.methods import CRITERIA, PlannedQuestion
from delphi.domain.protocol import Protocol
from delphi.queries.own_answers import OwnAnswers, own_answers
from delphi.queries.survey import feedback_of, standing_of
from delphi.surroundings import Surroundings
from tests.domain.answers.drawn import filled
from tests.method_panels import ASKED, asking, asking_twice, name_of, panel
from tests.studies import RunningStudy, running_study

POINTS = PlannedQuestion("root")
RATED = PlannedQuestion("root", "rating", (1, 5), CRITERIA[:1])
RATED_TWICE = PlannedQuestion("root", "rating", (1, 5), CRITERIA[:2])
RATED_TO_NINE = PlannedQuestion("root", "rating", (1, 9), CRITERIA[:1])
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


def opened(database: Database, around: Surroundings, protocol: Protocol) -> RunningStudy:
    return running_study(database, around, experts=8, protocol=protocol).opens_round()


def answered(study: RunningStudy, asked: PlannedQuestion) -> RunningStudy:
    """Let eight experts answer the first round as `asked` does, and open the second."""
    for expert, values in enumerate(panel(asked)):
        study.submits_values(expert, {"root": values})
    return study.closes_round().opens_round(departure="Another round.")


def fields(study: RunningStudy, values: Values) -> Mapping[str, str]:
    return to_fields(study.questionnaire.questions[0], values)


def own(study: RunningStudy, expert: int = 0) -> OwnAnswers:
    with study.database.reading() as session:
        found = standing_of(session, study.id)
        assert found.round is not None
        return own_answers(session, study.access(expert).respondent, found.round, found.before)


@pytest.mark.parametrize("asked", ASKED, ids=name_of)
def test_the_last_answer_is_what_its_method_stored(
    database: Database, around: Surroundings, asked: PlannedQuestion
) -> None:
    study = answered(opened(database, around, asking_twice(asked)), asked)
    for expert, values in enumerate(panel(asked)):
        found = own(study, expert)
        assert found.last == {"root": values}
        assert found.uncounted is None
    with study.database.reading() as session:
        feedback = feedback_of(session, standing_of(session, study.id).before)
    assert feedback["root"].planned == asked
    assert (feedback["root"].asked, feedback["root"].answered) == (8, 8)
    assert set(feedback["root"].items) == {"D", "S", "E"}


@pytest.mark.parametrize("asked", ASKED, ids=name_of)
def test_a_draft_that_was_submitted_is_not_uncounted_however_it_is_written(
    database: Database, around: Surroundings, asked: PlannedQuestion
) -> None:
    values = panel(asked)[0]
    study = opened(database, around, asking_twice(asked))
    written = {name: text.translate(WIDE) for name, text in fields(study, values).items()}
    if asked.method == "pairwise":
        written |= {f"times.{pair}": "7" for pair, times in values.items() if times == 1}
    if asked.method == "best_worst":
        written |= {f"to_worst.{values['best']}": "7", f"best_to.{values['best']}": "x"}
    study.drafts(0, filled(written))
    assert own(answered(study, asked)).uncounted is None


@pytest.mark.parametrize("asked", ASKED, ids=name_of)
def test_a_draft_with_another_answer_is_uncounted(
    database: Database, around: Surroundings, asked: PlannedQuestion
) -> None:
    study = opened(database, around, asking_twice(asked))
    values, *others = panel(asked)
    other = fields(study, next(one for one in others if one != values))
    study.submits_values(0, {"root": values})
    study.drafts(0, filled(other))
    study.closes_round().opens_round(departure="Another round.")
    found = own(study)
    assert found.uncounted is not None
    assert found.uncounted.fields == {name: text for name, text in other.items() if text}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (RATED, POINTS),
        (POINTS, RATED),
        (RATED, RATED_TO_NINE),
        (PlannedQuestion("root", "ranking"), PlannedQuestion("root", "pairwise")),
    ],
    ids=["rated, then divided", "divided, then rated", "another scale", "ranked, then compared"],
)
def test_an_answer_to_another_question_is_not_the_last_one(
    database: Database, around: Surroundings, first: PlannedQuestion, second: PlannedQuestion
) -> None:
    study = answered(opened(database, around, asking(first, second)), first)
    found = own(study)
    assert found.last == {}
    assert found.asked_before is not None
    assert found.asked_before.questions[0].planned == first


@pytest.mark.parametrize(("first", "second"), [(RATED, RATED_TWICE), (RATED_TWICE, RATED)])
def test_a_rating_by_more_or_fewer_criteria_is_still_the_last_answer(
    database: Database, around: Surroundings, first: PlannedQuestion, second: PlannedQuestion
) -> None:
    study = answered(opened(database, around, asking(first, second)), first)
    last = own(study).last
    assert last is not None
    assert last["root"] == panel(first)[0]
    again = fields(study, last["root"])
    assert set(again) == {f"rating.importance.{code}" for code in "DSE"}
