"""Every family takes answers through one door: lists, masks and odd types in, nonsense out."""

from collections.abc import Callable

import numpy as np
import pytest

from analysis.aggregation import aggregate
from analysis.answer_quality import assess
from analysis.concordance import kendall_w
from analysis.concordance_gaps import generalised_w
from analysis.dispersion import dispersion
from analysis.group_tests import kruskal_wallis
from analysis.influence import leave_one_out, leave_one_out_w
from analysis.item_movement import histogram_changes
from analysis.krippendorff import krippendorff_alpha
from analysis.outliers import grubbs
from analysis.planning import plan_weights
from analysis.reliability import intraclass_correlation, within_group_agreement
from analysis.response_patterns import agreement_with_others, intra_individual_sd
from analysis.round_agreement import mcnemar, round_agreement
from analysis.screening import screen
from analysis.stability import movement
from analysis.uncertainty import bootstrap_weights
from analysis.weighted_aggregation import aggregate_weighted
from tests.analysis.panels import T1

SCALE = (1.0, 5.0)
RULE = {"method": "rating", "rule": "mean_of_normalised"}
GROUPS = np.array([0, 0, 0, 1, 1, 1, 1])
FAMILIES: dict[str, Callable] = {
    "aggregate": lambda x: aggregate(x, **RULE),
    "aggregate_weighted": lambda x: aggregate_weighted(x, np.ones(len(x)), **RULE),
    "assess": lambda x: assess(x, method="rating"),
    "bootstrap_weights": lambda x: bootstrap_weights(x, **RULE, resamples=50),
    "leave_one_out": lambda x: leave_one_out(x, **RULE),
    "leave_one_out_w": leave_one_out_w,
    "kendall_w": lambda x: kendall_w(x, permutations=9),
    "generalised_w": generalised_w,
    "dispersion": lambda x: dispersion(x, SCALE),
    "screen": lambda x: screen(x, SCALE),
    "intraclass_correlation": intraclass_correlation,
    "within_group_agreement": lambda x: within_group_agreement(x, scale=SCALE),
    "krippendorff_alpha": lambda x: krippendorff_alpha(x, metric="interval"),
    "movement": lambda x: movement(x, x, method="rating", scale=SCALE),
    "round_agreement": lambda x: round_agreement(x, x, scale=SCALE),
    "mcnemar": lambda x: mcnemar(x, x, low=4),
    "histogram_changes": lambda x: histogram_changes(x, x),
    "grubbs": grubbs,
    "agreement_with_others": agreement_with_others,
    "intra_individual_sd": intra_individual_sd,
    "kruskal_wallis": lambda x: kruskal_wallis(x, GROUPS),
    "plan_weights": lambda x: plan_weights(x, method="rating", width=0.05),
}


def gaps() -> np.ndarray:
    ratings = T1[0].copy()
    ratings[2, 1] = np.nan
    return ratings


@pytest.mark.parametrize("family", FAMILIES)
def test_lists_masks_and_other_types_are_answers_too(family):
    expected = repr(FAMILIES[family](gaps()))
    masked = np.ma.array(np.nan_to_num(gaps(), nan=3.0), mask=np.isnan(gaps()))
    listed = [[None if np.isnan(cell) else cell for cell in row] for row in gaps().tolist()]
    for given in (masked, listed, np.asfortranarray(gaps()), gaps().astype(np.float32)):
        assert repr(FAMILIES[family](given)) == expected


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("nonsense", [np.inf, -np.inf, 1e200])
def test_an_infinite_answer_is_refused_by_every_family(family, nonsense):
    ratings = T1[0].copy()
    ratings[1, 1] = nonsense
    with pytest.raises(ValueError, match=r"inf|beyond|off the scale"):
        FAMILIES[family](ratings)


@pytest.mark.parametrize(
    "family", ["aggregate", "aggregate_weighted", "bootstrap_weights", "leave_one_out"]
)
def test_a_negative_answer_gives_no_weights(family):
    with pytest.raises(ValueError, match="negative"):
        FAMILIES[family](T1[0] - 3)


@pytest.mark.parametrize("family", FAMILIES)
def test_one_row_alone_is_no_panel(family):
    with pytest.raises(ValueError, match=r"matrix|matrices|shape"):
        FAMILIES[family]([5.0, 4.0, 3.0, 4.0, 2.0, 1.0, 1.0])
