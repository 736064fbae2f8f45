"""Figures in print held against what their own numbers give: some reconcile, some cannot.

A checker has to tell both apart; each figure is named with where it is printed.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor

import numpy as np
import pytest
from scipy import special

from analysis.cli import main
from analysis.concordance import kendall_w
from analysis.dispersion import coefficient_of_variation, dispersion
from analysis.item_movement import item_movement
from analysis.round_agreement import round_agreement
from analysis.rounding import largest_remainder
from analysis.stability import movement
from tests.analysis.panels import write_csv

# W and chi-square in abstracts: X² = m(n-1)W on n-1 degrees of freedom.

#: Healthy-village index of Zhejiang, doi 10.11847/zgggws1147496: W = 0.386, m = 20, p < 0.05; the
#: abstract does not say over how many items, the index has 55 at its third level.
ZHEJIANG = (20, 55, 0.386)
#: Hu et al. 2018, 护理学报 25(7): 22 experts, W = 0.421 over 6 items and 0.251 over 28, P < 0.001.
HU_FIRST, HU_SECOND = (22, 6, 0.421), (22, 28, 0.251)


def _chi2(m, n, w):
    return m * (n - 1) * w, special.chdtrc(n - 1, m * (n - 1) * w)


@pytest.mark.parametrize(("m", "n"), [(20, 55), (22, 6), (22, 28)])
def test_chi_square_here_is_the_form_that_the_abstracts_use(m, n):
    random = np.random.default_rng(m * n)
    found = kendall_w(random.integers(1, 6, (m, n)).astype(float), permutations=1)
    assert (found.chi2, found.p_chi2) == pytest.approx(_chi2(m, n, found.w), rel=1e-10)


@pytest.mark.parametrize(
    ("printed", "chi2", "p", "below"),
    [
        (ZHEJIANG, 416.88, 2e-57, 0.05),
        (HU_FIRST, 46.31, 7.9e-9, 0.001),
        (HU_SECOND, 149.09, None, 0.001),
    ],
)
def test_a_printed_w_gives_the_significance_beside_it(printed, chi2, p, below):
    found = _chi2(*printed)
    assert found[0] == pytest.approx(chi2, abs=5e-3)
    assert found[1] < below
    assert p is None or found[1] == pytest.approx(p, rel=0.2)


def _whole_items(m, w, chi2):
    """Whole n with chi-square = m(n-1)W for some W and chi-square that are printed like these."""
    half_w, half_chi2 = 0.0005, 0.05
    least = (chi2 - half_chi2) / (m * (w + half_w)) + 1
    most = (chi2 + half_chi2) / (m * (w - half_w)) + 1
    return list(range(ceil(least), floor(most) + 1))


def test_a_printed_w_and_chi_square_that_no_number_of_items_joins():
    # Item screening for a COPD outcome scale (abstract, scholarmate.com/S/7Bd1Yn): W = 0.302 and
    # chi-square 28.7. Full-score shares of 13.3-93.3 % and a return of 83.3 % mean 15 experts.
    assert _whole_items(15, 0.302, 28.7) == []
    # The rank sums printed, up to 882.5, need 59 items, for which chi-square would be 263.
    assert ceil(882.5 / 15) == 59
    assert _chi2(15, 59, 0.302)[0] == pytest.approx(262.74)


@pytest.mark.parametrize(("printed", "chi2"), [(HU_FIRST, 46.3), (HU_SECOND, 149.1)])
def test_a_consistent_pair_is_joined_by_the_number_of_items_that_is_printed(printed, chi2):
    m, n, w = printed
    assert n in _whole_items(m, w, chi2)


# Evid Based Complement Alternat Med 2022, 3674663, Table 2: mean, SD and CV of every item. Round 1
# asked on five points; the means and full-score shares of round 2 show that it asked on three.

ROUND_1 = [
    *((4.54, 0.92, 0.20), (3.86, 1.03, 0.27), (3.86, 1.12, 0.29), (3.97, 1.04, 0.26)),
    *((4.51, 0.61, 0.14), (4.40, 0.74, 0.17), (4.14, 0.65, 0.16), (4.29, 0.79, 0.18)),
    *((4.09, 0.82, 0.20), (3.83, 0.86, 0.22), (4.63, 0.65, 0.14), (4.17, 0.89, 0.21)),
    *((4.54, 0.78, 0.17), (3.91, 0.98, 0.25), (3.89, 1.02, 0.26)),
]
ROUND_2 = [
    *((2.72, 0.70, 0.26), (2.52, 0.69, 0.27), (2.90, 0.31, 0.11), (2.83, 0.47, 0.17)),
    (2.72, 0.59, 0.22),
]


@pytest.mark.parametrize(("mean", "sd", "cv"), ROUND_1 + ROUND_2)
def test_every_printed_cv_is_sd_over_mean(mean, sd, cv):
    # Two answers with just this mean and this SD (n-1).
    reach = sd / np.sqrt(2)
    found = coefficient_of_variation(np.array([[mean - reach], [mean + reach]]))[0]
    assert found == pytest.approx(sd / mean, rel=1e-12)
    assert found == pytest.approx(cv, abs=0.005)


def _a1():
    """Answers to item A1 with full-score shares near the printed ones, 0.68 and then 0.86."""
    five = np.repeat([5.0, 4, 3, 2], [24, 7, 3, 1])
    three = np.repeat([3.0, 2, 1], [30, 1, 4])
    return five[:, None], three[:, None]


def test_on_another_scale_more_agreement_shows_as_more_spread():
    five, three = _a1()
    assert dispersion(five, (1, 5)).full_score_share[0] == pytest.approx(0.68, abs=0.01)
    assert dispersion(three, (1, 3)).full_score_share[0] == pytest.approx(0.86, abs=0.01)
    assert coefficient_of_variation(three)[0] > coefficient_of_variation(five)[0]


def test_rounds_on_different_scales_are_refused_by_every_comparison():
    five, three = _a1()
    settings = {"method": "rating", "scale": (1.0, 3.0)}
    with pytest.raises(ValueError, match=r"off the scale from 1\.0 to 3\.0"):
        movement(five, three, **settings)
    with pytest.raises(ValueError, match="off the scale"):
        movement(three, five, **settings)
    with pytest.raises(ValueError, match="off the scale"):
        round_agreement(five, three, scale=(1.0, 3.0))
    with pytest.raises(ValueError, match="off the scale"):
        item_movement(five, three, (1.0, 3.0))


@pytest.mark.parametrize("command", ["stability", "verdict"])
def test_the_commands_refuse_a_round_on_another_scale_by_cell(tmp_path, capfd, command):
    five, three = _a1()
    files = [
        write_csv(tmp_path / name, "A1", values)
        for name, values in (("one.csv", five), ("two.csv", three))
    ]
    words = [command, *files, "--type", "rating", "--scale", "1:3"]
    assert main([*words, *(["--invited", "40"] if command == "verdict" else [])]) == 2
    out, err = capfd.readouterr()
    assert out == ""
    line = err.replace(f"{tmp_path}/", "")
    assert line.startswith('one.csv, row 2, column A1: found "5", expected a number from 1 to 3')


# Expert assignment table of a marine-economy index (nowpublishers, view-large 79089556).


def test_published_z_scores_are_those_of_the_sd_with_n_minus_1():
    # Natural growth rate; whole scores up to a shift give all ten printed values.
    scores = np.array([[0.0], [0], [-1], [-1], [-1], [-1], [-1], [-2], [-2], [-4]])
    spread = dispersion(scores, (-4, 0))
    printed = [1.1212, 1.1212, *[0.2587] * 5, -0.6037, -0.6037, -2.3286]
    z = (scores[:, 0] - spread.mean[0]) / spread.sd[0]
    assert z == pytest.approx(printed, abs=5e-5)
    assert np.abs((scores[:, 0] - scores.mean()) / scores.std() - printed).max() > 0.01


# ITU, Measuring the Information Society 2011, annex box 1.2: three sub-indices weigh 0.33 each.


def test_three_times_a_third_rounded_to_a_percent_is_not_the_whole():
    assert sum([Fraction(33, 100)] * 3) == Fraction(99, 100)
    found = largest_remainder([Fraction(1, 3)] * 3, Fraction(1))
    assert sum(found.rounded) == 100
    assert sorted(found.rounded) == [33, 33, 34]
    # One of three equals has to take the rest, and that is said.
    assert found.ties_split == ((0, 1, 2),)


# BMJ Open 2012;2:e001431, Table 1, gives 2.5 in its text and 2.35 in its arithmetic for the
# constant of the RAND/UCLA disagreement index; that index is no part of this package. The table of
# authority coefficients that does not follow from its own counts is held in test_authority.py, and
# random indices of AHP that differ by up to a fifth at three items with pairwise comparison.
