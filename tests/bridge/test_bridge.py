"""From stored answers to arrays: what counts, in the order of pseudonyms, exact beside floats."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from delphi.bridge import PanelAnswers, counted_submissions, questionnaire_of, round_answers
from delphi.db import Database
from delphi.domain.methods import (
    CONSTANT_SUM,
    CRITERIA,
    HEADLINE_RULES,
    RANKING,
    RATING,
    PlannedQuestion,
)
from delphi.individual_weights import judged_row
from delphi.models.study import Round
from delphi.services import closing
from delphi.surroundings import Surroundings
from tests.method_panels import ASKED, asking_twice, name_of
from tests.method_panels import panel as panel_of
from tests.studies import FOUR_GROUPS, T2, RunningStudy, running_study, typed


def answers(study: RunningStudy) -> dict[str, PanelAnswers]:
    with study.database.reading() as session:
        return dict(round_answers(session, session.get_one(Round, study.round_id)))


def panel(study: RunningStudy, question: str = "root") -> PanelAnswers:
    return answers(study)[question]


@pytest.fixture
def study(database: Database, around: Surroundings) -> RunningStudy:
    return running_study(database, around).opens_round()


def test_rows_stand_in_the_order_of_pseudonyms(study: RunningStudy) -> None:
    study.all_submit(T2[0]).closes_round()
    found = panel(study)
    assert list(found.respondents) == sorted(found.respondents)
    by_respondent = dict(zip(found.respondents, found.values.tolist(), strict=True))
    for expert, answer in enumerate(T2[0]):
        assert by_respondent[study.access(expert).respondent] == list(answer)


def test_columns_stand_in_the_order_of_the_questionnaire(study: RunningStudy) -> None:
    study.all_submit(T2[0]).closes_round()
    assert panel(study).items == ("D", "S", "E")


def test_exact_rows_say_the_same_as_the_floats(study: RunningStudy) -> None:
    study.all_submit(T2[0]).closes_round()
    found = panel(study)
    assert found.values.dtype == np.float64
    assert found.values.shape == (8, 3)
    rows = [row for row in found.exact if row is not None]
    assert np.array_equal(np.array([[float(one) for one in row] for row in rows]), found.values)
    assert all(isinstance(one, Fraction) for row in rows for one in row)


def test_an_abstention_is_a_row_without_numbers(study: RunningStudy) -> None:
    study.submits(0, (20, 50, 30))
    study.submits(1, typed(abstained=["root"]))
    study.closes_round()
    found = panel(study)
    at = found.respondents.index(study.access(1).respondent)
    assert np.isnan(found.values[at]).all()
    assert found.exact[at] is None
    assert (found.answered, len(found.respondents)) == (1, 2)


def test_the_highest_revision_stands_for_its_respondent(study: RunningStudy) -> None:
    study.submits(0, (20, 50, 30))
    study.submits(0, (10, 60, 30))
    study.closes_round()
    assert panel(study).values.tolist() == [[10, 60, 30]]


def test_nothing_that_the_close_did_not_list_counts(study: RunningStudy) -> None:
    study.submits(0, (20, 50, 30))
    with study.database.writing() as session:
        closing.close_round(session, study.round_id, study.around)
    with study.database.writing() as session:  # what no service would do
        session.get_one(Round, study.round_id).counted = "[]"
    found = panel(study)
    assert found.respondents == ()
    assert found.values.shape == (0, 3)
    assert found.answered == 0


def test_each_question_has_its_own_array(database: Database, around: Surroundings) -> None:
    study = running_study(database, around, tree=FOUR_GROUPS).opens_round()
    study.submits(0, typed({"D": 20, "S": 50, "E": 30, "D1": 40, "D2": 60}))
    study.submits(1, typed({"D": 20, "S": 50, "E": 30}, abstained=["D"]))
    study.closes_round()
    found = answers(study)
    assert list(found) == ["root", "D"]
    assert (found["root"].answered, found["D"].answered) == (2, 1)
    assert found["D"].items == ("D1", "D2")


def test_counted_submissions_are_documents_by_pseudonym(study: RunningStudy) -> None:
    study.all_submit(T2[0]).closes_round()
    with study.database.reading() as session:
        found = counted_submissions(session, session.get_one(Round, study.round_id))
    assert [respondent for respondent, _ in found] == sorted(
        study.access(expert).respondent for expert in range(8)
    )
    assert {document for _, document in found} == {row.document for row in study.submissions()}


def test_an_open_round_has_no_answers(study: RunningStudy) -> None:
    study.all_submit(T2[0])
    assert panel(study).respondents == ()


def test_a_round_reads_its_questionnaire_back(study: RunningStudy) -> None:
    with study.database.reading() as session:
        found = questionnaire_of(session.get_one(Round, study.round_id))
    assert found == study.questionnaire
    assert found.sha256 == study.round().questionnaire_sha256


def test_a_draft_round_has_no_questionnaire() -> None:
    with pytest.raises(ValueError, match="a draft round has no questionnaire"):
        questionnaire_of(Round(id="1" * 16, number=1, state="draft"))


@pytest.mark.parametrize("asked", ASKED, ids=name_of)
def test_every_method_is_read_as_its_individual_weights(
    database: Database, around: Surroundings, asked: PlannedQuestion
) -> None:
    study = running_study(database, around, protocol=asking_twice(asked)).opens_round()
    given = panel_of(asked)
    for expert, values in enumerate(given[:7]):
        study.submits_values(expert, {"root": values})
    study.submits_values(7, {"root": None})
    study.closes_round()
    found = panel(study)
    (question,) = study.questionnaire.questions
    expected = {
        study.access(expert).respondent: judged_row(question, values)
        for expert, values in enumerate(given[:7])
    }
    assert found.asked == question
    assert found.exact_by() == expected
    assert (found.answered, found.given.count(None), found.exact.count(None)) == (7, 1, 1)
    assert np.isnan(found.values).any(axis=1).sum() == 1
    assert found.headline == HEADLINE_RULES[asked.method]
    assert found.judged_as == (RATING if asked.method == RATING else CONSTANT_SUM)


def test_experts_see_places_of_a_ranking_and_weights_are_made_of_them(
    database: Database, around: Surroundings
) -> None:
    ranking = PlannedQuestion("root", RANKING)
    study = running_study(database, around, protocol=asking_twice(ranking)).opens_round()
    study.submits_values(0, {"root": {"D": 2, "S": 1, "E": 3}})
    found = panel(study.closes_round())
    assert found.told is found.aggregated
    assert found.told_values.tolist() == found.aggregated_values.tolist() == [[2, 1, 3]]
    assert found.aggregated_as == RANKING
    assert found.exact == ((Fraction(250, 9), Fraction(550, 9), Fraction(100, 9)),)
    assert found.scale == (0, 100)


def test_further_criteria_stand_beside(database: Database, around: Surroundings) -> None:
    rating = PlannedQuestion("root", RATING, (1, 9), CRITERIA[:2])
    study = running_study(database, around, protocol=asking_twice(rating)).opens_round()
    importance = {"D": 7, "S": 9, "E": 8}
    operability = {"D": 1, "S": 2, "E": 3}
    study.submits_values(0, {"root": {"importance": importance, "operability": operability}})
    study.submits_values(1, {"root": None})
    found = panel(study.closes_round())
    at = found.respondents.index(study.access(0).respondent)
    assert found.values[at].tolist() == [7, 9, 8]
    assert list(found.criteria) == ["operability"]
    assert found.criteria["operability"][at].tolist() == [1, 2, 3]
    assert np.isnan(found.criteria["operability"][1 - at]).all()
    assert found.scale == (1, 9)
