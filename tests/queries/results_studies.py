"""Studies whose results are read, and the pages made of them."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.treefile import parse_tree
from delphi.db import Database
from delphi.domain.disclosure import Viewer
from delphi.domain.protocol import default_protocol
from delphi.queries.results import GroupPage, RoundPage, round_page
from delphi.surroundings import Surroundings
from tests.studies import HEAD, T2, RunningStudy, running_study

RULES = default_protocol([])
TWO = parse_tree(
    HEAD + "A,,甲,A,value,benefit,elicited,\nB,,乙,B,value,benefit,elicited,\n",
    "two.csv",
    require_weights=False,
)


def replay(
    database: Database, around: Surroundings, rounds: int = 3, **how: object
) -> RunningStudy:
    study = running_study(database, around, **how)  # type: ignore[arg-type]  # as named there
    for answers in T2[:rounds]:
        study.opens_round(departure="to see more").all_submit(answers).closes_round()
    return study


def repeated(
    database: Database,
    around: Surroundings,
    rounds: Sequence[Sequence[Sequence[int]]],
    **how: object,
) -> RunningStudy:
    """Run rounds of given answers; extra experts do not answer."""
    study = running_study(database, around, **how)  # type: ignore[arg-type]  # as named there
    for answers in rounds:
        study.opens_round(departure="to see more").all_submit(answers).closes_round()
    return study


def page_of(
    study: RunningStudy, number: int, opened: str = "", viewer: Viewer = Viewer.COORDINATOR
) -> RoundPage:
    with study.database.reading() as session:
        return round_page(session, study.id, number, viewer, opened=opened)


def group_of(study: RunningStudy, number: int) -> GroupPage:
    (group,) = page_of(study, number).groups
    return group


def keys_of(page: RoundPage) -> list[str]:
    keys = []
    for group in page.groups:
        own = [figure.key for row in group.rows for figure in row.figures]
        own += [figure.key for row in group.movements for figure in row.figures or ()]
        for order in group.orders:
            own += [order.w.key, order.w_uncorrected.key, order.chi2.key, order.p.key]
        names = {row.name for row in group.verdict.conditions}
        own += sorted(names - {"w", "p_permutation", "p_chi2"})
        keys += [key + group.suffix for key in own]
    return keys
