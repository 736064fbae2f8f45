"""Studies that ask by any question method, and the pages of their weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from delphi.db import Database
from delphi.domain.answers.checking import Values
from delphi.domain.disclosure import Viewer
from delphi.domain.methods import PlannedQuestion
from delphi.domain.protocol import Protocol
from delphi.queries.ways import Way, way_of
from delphi.queries.weights import WeightsPage, weights_page
from delphi.services import trees
from delphi.surroundings import Surroundings
from tests.method_panels import ASKED, CODES, panel
from tests.studies import RunningStudy, running_study

POINTS, RATED = ASKED[0], ASKED[1]


def plays(study: RunningStudy, *rounds: PlannedQuestion) -> RunningStudy:
    for asked in rounds:
        answers(study, [{"root": values} for values in panel(asked, study.number + 1)])
    return study


def answers(study: RunningStudy, given: Sequence[dict[str, Values | None]]) -> RunningStudy:
    """Run one round; each expert gives one of these."""
    study.opens_round(departure="to see more")
    for expert, values in enumerate(given):
        study.submits_values(expert, values)
    return study.closes_round()


def weights_of(study: RunningStudy, viewer: Viewer = Viewer.METHODOLOGIST) -> WeightsPage:
    with study.database.reading() as session:
        return weights_page(session, study.id, trees.load_tree(session, study.id), viewer)


def way(study: RunningStudy, code: str, viewer: Viewer = Viewer.METHODOLOGIST) -> Way:
    page = weights_of(study, viewer)
    with study.database.reading() as session:
        found = way_of(session, page, trees.load_tree(session, study.id), code, viewer)
    assert found is not None
    return found


def rated(*rows: tuple[int, int, int]) -> list[dict[str, Any]]:
    return [{"root": {"importance": dict(zip(CODES, row, strict=True))}} for row in rows]


def judged(
    sqlite_database: Database,
    around: Surroundings,
    rounds: Sequence[list[dict[str, Any]]],
    asked: PlannedQuestion = RATED,
    **rules: Any,
) -> RunningStudy:
    protocol = Protocol(
        groups=("root",),
        publishing_steps={"root": None},
        plan=((asked,),) * 3,
        **rules,
    )
    study = running_study(sqlite_database, around, protocol=protocol)
    for given in rounds:
        answers(study, given)
    return study
