"""What the convergence page says of a round, on panel T2, and the formula behind each figure."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from delphi.clock import FixedClock
from delphi.db import Database
from delphi.queries.figures import rounded
from tests.conftest import NOON
from tests.databases import SqliteSource
from tests.queries.results_studies import (
    group_of,
    keys_of,
    page_of,
    replay,
)
from tests.studies import (
    RunningStudy,
    still_surroundings,
)

#: Round → item → mean, SD, CV, IQR of panel T2.
SPREAD = {
    1: {
        "D": ("16.875", "8.425", "0.4993", "11.25"),
        "S": ("53.75", "11.573", "0.2153", "17.5"),
        "E": ("29.375", "6.232", "0.2122", "7.5"),
    },
    2: {
        "D": ("15", "5.345", "0.3563", "6.25"),
        "S": ("54.375", "7.289", "0.134", "11.25"),
        "E": ("30.625", "4.173", "0.1362", "6.25"),
    },
    3: {
        "D": ("14.375", "3.204", "0.2229", "1.25"),
        "S": ("55", "3.78", "0.0687", "2.5"),
        "E": ("30.625", "3.204", "0.1046", "1.25"),
    },
}


@pytest.fixture(scope="module")
def t2(
    sqlite_source: SqliteSource, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningStudy]:
    """Panel T2 after its three rounds; tests only read it."""
    database = Database(sqlite_source.fresh(tmp_path_factory.mktemp("t2")))
    yield replay(database, still_surroundings(FixedClock(NOON)))
    database.dispose()


# ------------------------------------------------------------------------------------- panel T2


@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_figures_of_panel_t2_are_those_of_the_methods(t2: RunningStudy, number: int) -> None:
    rows = {row.code: row for row in group_of(t2, number).rows}
    for code, (mean, sd, cv, iqr) in SPREAD[number].items():
        row = rows[code]
        found = (row.mean.value, row.sd.value, row.cv.value, row.iqr.value)
        places = (3, 3, 4, 2)
        shown = tuple(rounded(str(v), p) for v, p in zip(found, places, strict=True))
        assert shown == (mean, sd, cv, iqr)


def test_w_of_every_round_stands_with_its_counts_and_its_p(t2: RunningStudy) -> None:
    first, second, third = group_of(t2, 3).orders
    assert [rounded(str(one.w.value), 4) for one in (first, second, third)] == ["0.9718", "1", "1"]
    assert rounded(str(first.w_uncorrected.value), 4) == "0.9414"
    assert rounded(str(first.chi2.value), 3) == "15.548"
    assert first.p.value is not None
    assert Decimal(first.p.value) == pytest.approx(Decimal("7.144490169181527e-6"))
    assert (first.m, first.n, first.df, first.p_method) == (8, 3, 2, "exact")
    assert [one.w.key for one in (first, second, third)] == ["w-1", "w-2", "w"]


def test_the_verdicts_of_panel_t2(t2: RunningStudy) -> None:
    history = group_of(t2, 3).history
    assert [one.code for one in history] == ["continue", "continue", "consensus_stable"]
    assert [one.sentence.reason for one in history] == [
        "first",
        "moving_median_own_move",
        "stable_agreed",
    ]
    assert history[1].sentence.parameters["own"] == "5"
    assert history[1].sentence.parameters["iqr"] == "6.25 / 11.25 / 6.25"
    third = history[2].sentence.parameters
    assert (third["change"], third["own"], third["limit"]) == ("0.625", "2.5", "2.5")


def test_the_conditions_stand_in_the_order_of_the_rule(t2: RunningStudy) -> None:
    rows = group_of(t2, 3).verdict.conditions
    assert [row.name for row in rows] == [
        "response",
        "experts_both",
        "earlier_round",
        "weight_change_max",
        "median_own_move",
        "mean_own_move",
        "iqr",
        "within_tolerance",
        "cv",
        "items_agreed",
        "w",
        "p_permutation",
        "last_round",
    ]
    decided = {row.name: row.tag for row in rows if row.decided}
    assert decided == {
        "weight_change_max": None,
        "median_own_move": "stable",
        "iqr": None,
        "within_tolerance": None,
        "items_agreed": "agrees",
    }


def test_what_is_only_printed_has_neither_mark_nor_limit(t2: RunningStudy) -> None:
    beside = [row for row in group_of(t2, 3).verdict.conditions if not row.decides]
    assert [row.name for row in beside] == ["mean_own_move", "cv", "w", "p_permutation"]
    assert all(row.holds is None and row.limit is None for row in beside)


def test_movement_stands_for_each_pair_of_rounds(t2: RunningStudy) -> None:
    rows = group_of(t2, 3).movements
    found = []
    for row in rows:
        assert row.figures is not None
        found.append((row.moved, row.both, *(one.low_text for one in row.figures)))
    assert found == [(7, 8, "1.875", "5", "4.375"), (4, 8, "0.625", "2.5", "3.125")]


def test_the_margin_says_what_the_other_preset_would_say(t2: RunningStudy) -> None:
    beside = group_of(t2, 3).verdict.beside
    assert beside is not None
    assert (beside.preset, beside.other, beside.other_verdict) == (
        "recommended",
        "classic",
        "consensus_stable",
    )
    assert [rounded(str(one.value), 4) for one in beside.cv] == ["0.2229", "0.0687", "0.1046"]


def test_a_page_of_an_earlier_round_knows_nothing_of_later_ones(t2: RunningStudy) -> None:
    page = page_of(t2, 2)
    assert [one.round for one in page.groups[0].history] == [1, 2]
    assert page.next is not None
    assert not page.next.is_current


def test_the_outlook_has_published_and_exact_weights(t2: RunningStudy) -> None:
    following = page_of(t2, 3).next
    assert following is not None
    (outlook,) = following.outlook
    assert outlook.exact == ("14.375", "55", "30.625")
    assert outlook.published == ("15", "55", "30")
    assert (following.ends, following.may_end, following.may_open) == (True, True, False)


def test_w_is_explained_by_a_round_of_this_study(t2: RunningStudy) -> None:
    example = group_of(t2, 3).example
    assert example is not None
    assert example["round"] == 1
    assert group_of(t2, 1).example is not None


# -------------------------------------------------------------------------------------- formulas


@pytest.mark.parametrize("number", [1, 2, 3])
def test_every_figure_opens_to_a_formula(t2: RunningStudy, number: int) -> None:
    keys = keys_of(page_of(t2, number))
    assert len(keys) == len(set(keys))
    for key in keys:
        opened = page_of(t2, number, key).opened
        assert opened is not None, key
        assert opened.key == key
        assert opened.notes, key
        assert all(one.sha256 and one.answers == 8 for one in opened.inputs)


@pytest.mark.parametrize(
    ("key", "sides"),
    [
        ("mean-S", ("x̄", "Σ x/n", "440/8")),
        ("sd-D", ("s", "Σ (x − x̄)²/n − 1", "71.875/8 − 1")),
        ("cv-S", ("CV", "s/x̄", "3.7796447/55")),
        ("iqr-S", ("IQR", "Q₃ − Q₁", "56.25 − 53.75")),
        ("change-D", ("Δw", "Σ (x′ − x)/m", "−5/8")),
        ("w-1", ("W", "12 S/m² (n³ − n) − m T", "12 × 120.5/8² × (3³ − 3) − 8 × 6", "1446/1488")),
        ("p-1", ("p", "#{S* ≥ S}/(n!)ᵐ⁻¹", "2/279936")),
        ("chi2", ("χ²", "m (n − 1) W", "8 × (3 − 1) × 1")),
        ("response", ("m/M", "8/8")),
        ("mean_own_move", ("d̄", "Σ d/m", "25/8")),
        ("weight_change_max-2", ("max |Δw|", "max (1.875, 0.625, 1.25)")),
    ],
)
def test_a_formula_carries_numbers_to_check_it_by(
    t2: RunningStudy, key: str, sides: tuple[str, ...]
) -> None:
    opened = page_of(t2, 3, key).opened
    assert opened is not None
    (equation,) = opened.equations
    found = tuple(f"{t.above}/{t.below}" if t.above else t.text for t in equation.terms)
    assert found == sides


def test_the_result_of_a_formula_is_the_figure_of_the_page(t2: RunningStudy) -> None:
    page = page_of(t2, 3, "sd-S")
    assert page.opened is not None
    (equation,) = page.opened.equations
    assert equation.result == page.groups[0].rows[1].sd
    assert page.opened.unrounded == "3.779644730092272"


@pytest.mark.parametrize(
    "key", ["", "nothing", "cv-X", "w-9", "mean-S~D", "../x", "cv-D~", "~", "change-D"]
)
def test_an_unknown_key_opens_nothing(t2: RunningStudy, key: str) -> None:
    assert page_of(t2, 1, key).opened is None


def test_no_formula_shows_an_answer_of_somebody(t2: RunningStudy) -> None:
    for key in keys_of(page_of(t2, 3)):
        opened = page_of(t2, 3, key).opened
        assert opened is not None
        for equation in opened.equations:
            assert "20, 10, 10" not in str(equation.terms)
            assert all(" + " not in term.above for term in equation.terms if key[0] != "p")
