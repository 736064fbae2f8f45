"""Where the next round asks in another way, going on is the plan and no departure from it."""

from __future__ import annotations

from dataclasses import replace

from delphi.db import Database
from delphi.domain.answers.typed import Typed
from delphi.domain.methods import RATING, PlannedQuestion
from delphi.domain.protocol import default_protocol
from delphi.queries.opening import opening_page
from delphi.queries.studies import study_overview
from delphi.surroundings import Surroundings
from tests.studies import RunningStudy, running_study

RATED = PlannedQuestion("root", RATING, (1, 5), ("importance",))
#: Twice rated, then weighted.
PLAN = ((RATED,), (RATED,), (PlannedQuestion("root"),))


def rated(study: RunningStudy) -> None:
    """Let everybody rate alike, so that the rule would end the study after round 2."""
    for expert in range(8):
        answer = {
            f"rating.importance.{code}": rating for code, rating in zip("DSE", "453", strict=True)
        }
        study.submits(expert, Typed(answer, frozenset(), {}))
    study.closes_round()


def standing(study: RunningStudy) -> str:
    with study.database.reading() as session:
        return study_overview(session, study.id, study.around.clock.now()).standing.code


def test_no_reason_is_asked_for_where_the_plan_goes_on(
    database: Database, around: Surroundings
) -> None:
    protocol = replace(default_protocol(["root"]), plan=PLAN)
    study = running_study(database, around, protocol=protocol).opens_round()
    rated(study)
    rated(study.opens_round())
    assert study.result()["groups"][0]["verdict"]["verdict"] == "consensus_stable"
    assert standing(study) == "continue"
    with study.database.reading() as session:
        page = opening_page(session, study.id)
    assert (page.before and page.before.outcome, page.departs) == ("end", False)
    study.opens_round()  # without a written reason
    study.all_submit([(20, 50, 30)] * 8).closes_round()
    # The last method was asked once: nothing can be compared, and nothing is left to ask.
    assert study.result()["groups"][0]["verdict"]["verdict"] == "continue"
    assert standing(study) == "end"


def test_a_reason_is_asked_for_where_the_rule_would_end_the_study(
    database: Database, around: Surroundings
) -> None:
    study = running_study(database, around).opens_round()
    for _ in range(2):
        study.all_submit([(20, 50, 30)] * 8).closes_round()
        if study.number == 1:
            study.opens_round()
    with study.database.reading() as session:
        assert opening_page(session, study.id).departs
    assert standing(study) == "end"
