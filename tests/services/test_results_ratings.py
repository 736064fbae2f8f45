"""What follows from a round of ratings: the published figures of panel T1."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import pytest

from analysis.treefile import parse_tree
from delphi.clock import FixedClock
from delphi.domain.methods import CRITERIA, RATING, PlannedQuestion
from delphi.domain.protocol import Protocol
from tests.databases import BACKENDS, MakeDatabase
from tests.services.result_parts import conditions, figures, group
from tests.studies import HEAD, running_study, still_surroundings

FIVE = parse_tree(
    HEAD + "".join(f"I{n},,项{n},Item {n},value,benefit,elicited,\n" for n in range(1, 6)),
    "five.csv",
    require_weights=False,
)
#: Panel T1: seven experts, five indicators, importance from 1 to 5, two rounds.
T1 = (
    ("54342", "55343", "44253", "54432", "45332", "53343", "54241"),
    ("54342", "54342", "54353", "54342", "44342", "54343", "54342"),
)


@pytest.fixture(scope="module", params=BACKENDS)
def rated(request: pytest.FixtureRequest, databases: MakeDatabase) -> list[dict[str, Any]]:
    """Give the stored results of the two rounds of T1."""
    around = still_surroundings(FixedClock(datetime(2026, 11, 2, tzinfo=UTC)))
    asked = PlannedQuestion("root", RATING, (1, 5), CRITERIA[:1])
    protocol = Protocol(
        groups=("root",), publishing_steps={"root": None}, plan=((asked,),) * 3, minimum=7
    )
    found = []
    with databases(request.param) as database:
        study = running_study(database, around, experts=7, tree=FIVE, protocol=protocol)
        for answers in T1:
            study.opens_round()
            for expert, row in enumerate(answers):
                importance = {f"I{at}": int(one) for at, one in enumerate(row, start=1)}
                study.submits_values(expert, {"root": {"importance": importance}})
            found.append(study.closes_round().result())
    return found


def test_ratings_have_the_printed_spread(rated: list[dict[str, Any]]) -> None:
    first, second = rated
    assert figures(first, "mean") == pytest.approx(
        (4.714286, 4.142857, 2.857143, 3.857143, 2.285714), abs=5e-7
    )
    assert figures(first, "cv") == pytest.approx(
        (0.103505, 0.166568, 0.241523, 0.178906, 0.330719), abs=5e-7
    )
    assert figures(first, "full_score_share") == pytest.approx(
        (0.714286, 0.285714, 0, 0.142857, 0), abs=5e-7
    )
    assert figures(second, "cv") == pytest.approx((0.077816, 0, 0, 0.091233, 0.213478), abs=5e-7)


def test_ratings_have_the_printed_concordance(rated: list[dict[str, Any]]) -> None:
    found = [float(group(result)["concordance"]["w"]) for result in rated]
    assert found == pytest.approx((0.713178, 0.952009), abs=5e-7)


def test_ratings_have_the_printed_movement_and_go_on(rated: list[dict[str, Any]]) -> None:
    found = conditions(rated[1])
    assert [float(one) for one in found["histogram_change"]["value"].values()] == pytest.approx(
        (0.142857, 0.428571, 0.428571, 0.285714, 0.285714), abs=5e-7
    )
    assert (found["histogram_change"]["holds"], found["histogram_change"]["decides"]) == (
        False,
        True,
    )
    assert found["items_agreed"]["value"] == 5
    assert group(rated[1])["verdict"]["verdict"] == "continue"
    movement = group(rated[1])["movement"]
    assert [one["changed"] for one in movement["items"]] == [1, 3, 3, 2, 2]
    changes = [float(one["mean_change"]) for one in movement["items"]]
    means = zip(figures(rated[0], "mean"), figures(rated[1], "mean"), strict=True)
    assert changes == pytest.approx([after - before for before, after in means])


def test_ratings_have_the_printed_weights(rated: list[dict[str, Any]]) -> None:
    found = group(rated[0])
    assert found["headline"] == "mean_of_normalised"
    assert [float(one) for one in found["weights"]["mean_of_normalised"]] == pytest.approx(
        (26.4764, 23.2493, 15.9734, 21.6480, 12.6529), abs=6e-5
    )
    assert [float(one) for one in found["weights"]["normalised_means"]] == pytest.approx(
        (26.4, 23.2, 16.0, 21.6, 12.8), abs=5e-9
    )
    assert sum(map(Fraction, found["exact"])) == 1
    moved = [float(one["weight_change"]) for one in group(rated[1])["movement"]["items"]]
    weights = [
        [float(one) for one in group(result)["weights"]["mean_of_normalised"]] for result in rated
    ]
    assert moved == pytest.approx([b - a for a, b in zip(*weights, strict=True)], abs=1e-9)
