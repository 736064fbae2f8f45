import dataclasses
import shutil
from fractions import Fraction

import pytest

from analysis.errors import InputError
from analysis.reproduction.facts import DATA, read_facts
from analysis.reproduction.findings import agrees, show
from analysis.reproduction.rendering import VERDICTS, render
from analysis.reproduction.run import CHECKS, reproduce
from analysis.tree import Tree

EXPECTED = {
    "icdi_growth": ("agrees", "6.583"),
    "icdi_above": ("agrees", "81.818"),
    "icdi_bands": ("agrees", "26"),
    "icdi_counts": ("agrees", "3 11 23"),
    "icdi_weights": ("agrees", "15 55 30"),
    "dei_groups": ("misprint", "C2 90 %"),
    "dei_composition": ("agrees", "53.405"),
    "dei_mean": ("agrees", "53.433"),
    "dei_tier_means": ("agrees", "90.333 70.606 56.825 44.143 38.367"),
    "dei_tier_counts": ("agrees", "6 47 71 88 30"),
    "dei_tier_members": ("agrees", "242"),
    "dei_new_first_growth": ("agrees", "62.069"),
    "dei_first_size": ("agrees", "1.417"),
    "dei_new_first_size": ("misprint", "3717.81 / 3705.17"),
    "dei_regions": ("not_recomputable", "–"),
}


@pytest.fixture(scope="module")
def results():
    return {result.claim.claim: result for result in reproduce(read_facts())}


@pytest.fixture
def with_change(tmp_path):
    """Recompute after one figure of one file was changed."""

    def recompute(file, old, new):
        folder = tmp_path / "data"
        shutil.copytree(DATA, folder)
        path = folder / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1
        path.write_text(text.replace(old, new), encoding="utf-8")
        return {result.claim.claim: result for result in reproduce(read_facts(folder))}

    return recompute


@pytest.mark.parametrize("claim", EXPECTED)
def test_each_claim_has_its_verdict_and_figure(results, claim):
    finding = results[claim].finding
    assert (finding.verdict, finding.recomputed) == EXPECTED[claim]
    assert results[claim].as_expected


def test_every_claim_has_a_check_and_every_check_a_claim(results):
    assert set(results) == set(CHECKS) == set(EXPECTED)


@pytest.mark.parametrize(
    ("file", "old", "new", "claim", "verdict"),
    [
        ("published/icdi_ec_2022_index.csv", "0.568", "0.578", "icdi_growth", "differs"),
        ("published/claims.csv", ",4 11 11,", ",4 11 12,", "icdi_bands", "differs"),
        ("published/icdi_ec_2022_cities.csv", "合肥,specialised\n", "", "icdi_bands", "differs"),
        ("published/claims.csv", ",81.8,", ",81.7,", "icdi_above", "differs"),
        ("published/claims.csv", ",3 11 23,", ",3 11 24,", "icdi_counts", "differs"),
        ("published/claims.csv", ",15 55 30,", ",15 60 25,", "icdi_weights", "differs"),
        ("published/claims.csv", ",63.5 54.2 56.3 41.9,", ",63.5 54.2 56.3 42.4,",
         "dei_composition", "differs"),
        ("published/dei_2021_scores.csv", "上海,91.6", "上海,81.6", "dei_tier_means", "differs"),
        ("published/dei_2021_scores.csv", "广州,88.6", "广州,84.9", "dei_tier_counts", "differs"),
        ("published/dei_2021_scores.csv", "广州,88.6", "广州,84.9", "dei_tier_members", "differs"),
        ("published/dei_2021_scores.csv", "甘南,35.1", "甘南,95.1", "dei_mean", "differs"),
        ("tiers/dei_2021.csv", ",65", ",66", "dei_new_first_growth", "differs"),
        ("published/dei_2021_sizes.csv", "上海,20590", "上海,30590", "dei_first_size", "differs"),
        ("published/dei_2021_sizes.csv", "无锡,6147", "无锡,6947", "dei_new_first_size", "differs"),
        ("published/dei_2021_sizes.csv", "兰州,662", "宿迁,662", "dei_new_first_size", "agrees"),
        ("published/dei_2021_sizes.csv", "120,兰州,662\n", "", "dei_new_first_size",
         "not_recomputable"),
        ("published/claims.csv", ",C2.7,", ",,", "dei_groups", "agrees"),
        ("published/claims.csv", ",C2.7,", ",C2.7 Z9,", "dei_groups", "misprint"),
        ("published/claims.csv", ",81.2 74.8 72.8 69.9,", ",71.2 59.7 59.7 49.3,", "dei_regions",
         "agrees"),
    ],
)  # fmt: skip
def test_a_changed_figure_changes_the_verdict(with_change, file, old, new, claim, verdict):
    assert with_change(file, old, new)[claim].finding.verdict == verdict


def test_leaves_of_unequal_weight_are_noticed():
    facts = read_facts()
    siblings = [
        dataclasses.replace(node, weight_rule="equal_siblings")
        if node.weight_rule == "equal_leaves"
        else node
        for node in facts.trees["icdi_ec_2022"].nodes
    ]
    trees = {**facts.trees, "icdi_ec_2022": Tree(tuple(siblings))}
    found = {r.claim.claim: r for r in reproduce(dataclasses.replace(facts, trees=trees))}
    assert found["icdi_weights"].finding.recomputed == "15 55 30"
    assert found["icdi_weights"].finding.verdict == "differs"


def test_the_misprint_is_told_with_both_readings(results):
    note = results["dei_new_first_size"].finding.note_zh
    assert note == "兰州出现两次（1256、662），缺宿迁；两种读法：662 → 宿迁，1256 → 宿迁"


def test_a_figure_that_is_no_number_is_refused(with_change):
    with pytest.raises(InputError, match=r"dei_2021_scores.csv, row 2, column score: found \"x\""):
        with_change("published/dei_2021_scores.csv", "上海,91.6", "上海,x")


@pytest.mark.parametrize(
    ("printed", "number", "agree"),
    [
        ("53.4", Fraction(5345, 100), False),
        ("53.5", Fraction(5345, 100), True),
        ("53.4", 53.4499999, True),
        ("3718", 3717.81, True),
        ("3718", 3717.4, False),
        ("6.60", 6.6, True),
    ],
)
def test_a_figure_agrees_when_it_rounds_half_up_to_the_digits_printed(printed, number, agree):
    assert agrees(printed, number) is agree


def test_recomputed_figures_show_two_decimals_more_than_printed():
    assert show(["53.4", "6"], [Fraction(160, 3), 6.0]) == "53.333 6"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_markdown_table_has_a_row_for_each_claim(results, lang):
    lines = render(list(results.values()), form="markdown", lang=lang).splitlines()
    assert len(lines) == 2 + len(results)
    assert {line.count(" | ") for line in lines[2:]} == {5}
    assert sum(VERDICTS["misprint"][lang] in line for line in lines) == 2


def test_the_text_counts_verdicts_and_names_what_was_not_expected(with_change):
    found = with_change("published/icdi_ec_2022_index.csv", "0.568", "0.578")
    lines = render(list(found.values()), form="text", lang="en").splitlines()
    assert lines[-2:] == [
        "Total: agrees 11, differs 1, misprint found 2, cannot be recomputed 1",
        "Mean annual growth of the index 2018-2020: expected agrees",
    ]
