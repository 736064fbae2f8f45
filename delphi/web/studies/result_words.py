"""Words for verdicts, figures and formulas: what people read for the codes of the results."""

from __future__ import annotations

from collections.abc import Mapping

from delphi.web.language import Words
from delphi.web.language import lazy_gettext as _lazy
from delphi.web.refusals import add_refusals
from delphi.web.words import AGGREGATIONS

CONDITIONS: Mapping[str, Words] = {
    "response": _lazy("Response"),
    "experts_both": _lazy("Experts in both rounds"),
    "earlier_round": _lazy("Earlier round with the same method"),
    "weight_change_max": _lazy("Stability: largest change of a panel weight"),
    "median_own_move": _lazy("Stability: median own move"),
    "mean_own_move": _lazy("Mean own move"),
    "histogram_change": _lazy("Stability: change of the histogram"),
    "iqr": _lazy("Consensus: IQR"),
    "cv": _lazy("Consensus: CV"),
    "items_agreed": _lazy("Consensus: items that meet all of it"),
    "w": _lazy("W"),
    "p_permutation": _lazy("Consensus: p of W"),
    "p_chi2": _lazy("Consensus: p of W (chi-square)"),
    "last_round": _lazy("Last round of the protocol"),
}
#: The same where the rule of the study does not ask for it.
CONDITIONS_BESIDE: Mapping[str, Words] = {
    "weight_change_max": _lazy("Largest change of a panel weight"),
    "median_own_move": _lazy("Median own move"),
    "histogram_change": _lazy("Change of the histogram"),
    "iqr": _lazy("IQR"),
    "within_tolerance": _lazy("Answers near the median"),
    "cv": _lazy("CV"),
    "p_permutation": _lazy("p of W"),
    "p_chi2": _lazy("p of W (chi-square)"),
}
TAGS: Mapping[str, Words] = {
    "stable": _lazy("so it is stable"),
    "agrees": _lazy("so it agrees"),
    "disagrees": _lazy("so it does not agree"),
    "moving": _lazy("so it still moves"),
    "hold": _lazy("so it is on hold"),
    "first": _lazy("so it goes on"),
    "continue": _lazy("so it goes on"),
    "round_limit": _lazy("so it stops here"),
}
FIGURES: Mapping[str, Words] = {
    "mean": _lazy("Mean"),
    "sd": _lazy("Standard deviation (SD)"),
    "cv": _lazy("Coefficient of variation (CV)"),
    "cv_all": _lazy("Coefficients of variation (CV)"),
    "median": _lazy("Median"),
    "quartiles": _lazy("Quartiles"),
    "iqr": _lazy("Interquartile range (IQR)"),
    "iqr_all": _lazy("Interquartile ranges (IQR)"),
    "histogram_change_all": _lazy("Changes of the histograms"),
    "full": _lazy("Share of full scores"),
    "within_tolerance_all": _lazy("Answers near the median"),
    "change": _lazy("Change of the panel weight"),
    "change_mean": _lazy("Change of the mean"),
    "extremes": _lazy("Smallest and largest answer"),
    "response": _lazy("Response"),
    "experts_both": _lazy("Experts in both rounds"),
    "earlier_round": _lazy("Earlier round with the same method"),
    "weight_change_max": _lazy("Largest change of a panel weight"),
    "median_own_move": _lazy("Median own move"),
    "mean_own_move": _lazy("Mean own move"),
    "items_agreed": _lazy("Items that meet all of it"),
    "last_round": _lazy("Last round of the protocol"),
    "w": _lazy("Kendall’s W, corrected for ties"),
    "w_uncorrected": _lazy("Kendall’s W without correction"),
    "chi2": _lazy("Chi-square of W"),
    "p": _lazy("p of W"),
}
_QUANTILES = _lazy("Protocol: quantiles of type 7")
_STOPPING = _lazy("Protocol: stopping rule")
#: The rule of the protocol that a figure falls under, where one names it.
RULES: Mapping[str, Words] = {
    **dict.fromkeys(("median", "quartiles", "iqr"), _QUANTILES),
    **dict.fromkeys(
        (
            *("response", "experts_both", "earlier_round", "last_round", "items_agreed"),
            *("weight_change_max", "median_own_move", "mean_own_move"),
            *("iqr_all", "within_tolerance_all", "cv_all", "cv", "w", "p"),
            "histogram_change_all",
        ),
        _STOPPING,
    ),
}
NOTES: Mapping[str, Words] = {
    "mean": _lazy("The sum of %(n)s answers divided by their number; all experts count the same."),
    "mean_derived": _lazy(
        "The sum of %(n)s individual weights in points of 100, divided by their number; all "
        "experts count the same."
    ),
    "full": _lazy("Answers with the highest rating, %(high)s, divided by all answers."),
    "divisor": _lazy("The standard deviation divides by n − 1, here %(below)s, not by n."),
    "median_place": _lazy("The median stands at place %(place)s of %(n)s sorted answers."),
    "quartile_places": _lazy(
        "Quartiles are type 7: of %(n)s sorted answers Q₁ stands at place %(first)s and Q₃ at "
        "place %(third)s, with linear interpolation."
    ),
    "extremes": _lazy("Shown from 10 answers on; here there are %(n)s."),
    "change": _lazy(
        "x are the answers of round %(before)s and x′ those of round %(after)s, over the "
        "%(m)s respondents who answered both."
    ),
    "change_mean": _lazy(
        "x are the ratings of round %(before)s and x′ those of round %(after)s, over the %(m)s "
        "respondents who answered both."
    ),
    "change_derived": _lazy(
        "x are the individual weights of round %(before)s and x′ those of round %(after)s, in "
        "points of 100, over the %(m)s respondents who answered both."
    ),
    "histogram_change": _lazy(
        "f and f′ count each rating in round %(before)s and in round %(after)s, over the %(m)s "
        "respondents who answered both: C is the share of answers that would have to be "
        "exchanged."
    ),
    "weight_change_max": _lazy(
        "Δw is the change of a panel weight from round %(before)s to round %(after)s, over the "
        "%(m)s respondents who answered both; the largest in size counts."
    ),
    "median_own_move": _lazy(
        "d is how many points a respondent moved from round %(before)s to round %(after)s: half "
        "the sum of the changes. The median of %(m)s such moves; no single one is shown."
    ),
    "mean_own_move": _lazy(
        "d is how many points a respondent moved from round %(before)s to round %(after)s: half "
        "the sum of the changes. The mean of %(m)s such moves; no single one is shown."
    ),
    "weight_change_max_rated": _lazy(
        "A panel weight is the mean of the experts’ ratings, each divided by their sum, in points "
        "of 100. Δw is its change from round %(before)s to round %(after)s, over the %(m)s "
        "respondents with such weights in both; the largest in size counts."
    ),
    "median_own_move_rated": _lazy(
        "x and x′ are a respondent’s ratings of round %(before)s and round %(after)s, divided by "
        "their sum, in points of 100; d is half the sum of the changes. The median of %(m)s such "
        "moves; no single one is shown."
    ),
    "mean_own_move_rated": _lazy(
        "x and x′ are a respondent’s ratings of round %(before)s and round %(after)s, divided by "
        "their sum, in points of 100; d is half the sum of the changes. The mean of %(m)s such "
        "moves; no single one is shown."
    ),
    "weight_change_max_derived": _lazy(
        "A panel weight is here the arithmetic mean of the individual weights, in points of 100. "
        "Δw is its change from round %(before)s to round %(after)s, over the %(m)s respondents who "
        "answered both; the largest in size counts."
    ),
    "median_own_move_derived": _lazy(
        "x and x′ are a respondent’s individual weights of round %(before)s and round %(after)s, "
        "in points of 100; d is half the sum of the changes. The median of %(m)s such moves; no "
        "single one is shown."
    ),
    "mean_own_move_derived": _lazy(
        "x and x′ are a respondent’s individual weights of round %(before)s and round %(after)s, "
        "in points of 100; d is half the sum of the changes. The mean of %(m)s such moves; no "
        "single one is shown."
    ),
    "response": _lazy("m gave points, M were invited to the round."),
    "response_other": _lazy("m answered, M were invited to the round."),
    "experts_both": _lazy(
        "Respondents who gave points in round %(before)s and in round %(after)s, matched by their "
        "pseudonym."
    ),
    "experts_both_other": _lazy(
        "Respondents who answered in round %(before)s and in round %(after)s, matched by their "
        "pseudonym."
    ),
    "no_experts_both": _lazy("There is no earlier round to compare with."),
    "earlier_round": _lazy(
        "Round %(before)s asked the same items by the same method and on the same scale, so "
        "movement can be measured."
    ),
    "no_earlier_round": _lazy(
        "No earlier round asked these items by the same method. Without one the rule never stops."
    ),
    "items_agreed": _lazy(
        "An item counts when its IQR and its share near the median both meet their limit. It "
        "takes 80%% of the items, rounded up."
    ),
    "items_agreed_rated": _lazy(
        "An item counts when its IQR and its CV both meet their limit; the CV is not asked for "
        "where the mean is at most 10%% of the scale. It takes 80%% of the items, rounded up."
    ),
    "items_agreed_classic": _lazy(
        "An item counts when its CV meets the limit. Under the classic rule every item has to."
    ),
    "last_round": _lazy(
        "The protocol plans at most %(rounds)s rounds, and this is round %(after)s. It is asked "
        "only where the conditions above decide neither way."
    ),
    "last_round_of_its_kind": _lazy(
        "By the plan round %(last)s is the last one that asks the group in this way, and this is "
        "round %(after)s. It is asked only where the conditions above decide neither way."
    ),
    "within_tolerance": _lazy(
        "Answers at most %(tolerance)s points from the median of their item, divided by all "
        "answers."
    ),
    "w": _lazy(
        "m = %(m)s experts, n = %(n)s items. S = %(s)s is the sum of the squared deviations of the "
        "rank sums from their mean; T = %(ties)s is the sum of t³ − t over all tied ranks."
    ),
    "w_uncorrected": _lazy(
        "m = %(m)s experts, n = %(n)s items, S = %(s)s, as if no ranks were tied; T = %(ties)s is "
        "left out."
    ),
    "constant": _lazy("%(constant)s gave all items the same points; these carry no order."),
    "constant_rated": _lazy("%(constant)s gave all items the same rating; these carry no order."),
    "chi2": _lazy(
        "On n − 1 = %(df)s degrees of freedom. Printed for comparison: with few experts its p is "
        "not exact."
    ),
    "p_exact": _lazy(
        "Each expert’s ranks are shuffled over the items. Of all %(total)s arrangements "
        "%(count)s have an S at least as large; ties are kept."
    ),
    "p_monte_carlo": _lazy(
        "Each expert’s ranks are shuffled over the items, B = %(total)s times with seed %(seed)s; "
        "%(count)s of them have an S at least as large."
    ),
    "p_chi2": _lazy(
        "The panel is too large to shuffle: p is that of chi-square on %(df)s degrees of freedom."
    ),
    "no_limit": _lazy("The protocol sets no limit for it."),
    "printed": _lazy("Printed beside; under this protocol it does not decide."),
    "at_most_points": _lazy("The protocol asks for at most %(limit)s points: %(met)s."),
    "at_most_points_items": _lazy(
        "The protocol asks for at most %(limit)s points in at least %(items)s items: %(met)s."
    ),
    "at_most_plain": _lazy("The protocol asks for at most %(limit)s: %(met)s."),
    "at_most_plain_items": _lazy(
        "The protocol asks for at most %(limit)s in at least %(items)s items: %(met)s."
    ),
    "at_most_share": _lazy("The protocol asks for at most %(limit)s%%: %(met)s."),
    "at_most_share_items": _lazy(
        "The protocol asks for at most %(limit)s%% in at least %(items)s items: %(met)s."
    ),
    "cv_exempt": _lazy(
        "The mean is at most 10%% of the scale: so near zero the limit of %(limit)s is not asked "
        "for."
    ),
    "cv_exempt_some": _lazy("Where the mean is at most 10%% of the scale the CV is not asked for."),
    "at_least_plain": _lazy("The protocol asks for at least %(limit)s: %(met)s."),
    "at_least_share": _lazy("The protocol asks for at least %(limit)s%%: %(met)s."),
    "at_least_share_items": _lazy(
        "The protocol asks for at least %(limit)s%% in at least %(items)s items: %(met)s."
    ),
    "below_plain": _lazy("The protocol asks for less than %(limit)s: %(met)s."),
    "undefined": _lazy("Undefined: %(reason)s."),
}
MET: Mapping[bool, Words] = {True: _lazy("met"), False: _lazy("not met")}
REASONS: Mapping[str, Words] = {
    "fewer_than_5_assessed": _lazy(
        "fewer than 5 experts answered every question on familiarity and grounds of judgement"
    ),
    "no_answers": _lazy("nobody answered"),
    "no_complete_answers": _lazy("nobody answered completely"),
    "item_without_answers": _lazy("nobody answered this item"),
    "one_answer": _lazy("there is only one answer"),
    "mean_0": _lazy("the mean is 0, everybody gave it 0 points"),
    "mean_0_rated": _lazy("the mean is 0, everybody rated it 0"),
    "quartiles_sum_to_0": _lazy("both quartiles are 0"),
    "all_zero": _lazy("nothing but zeros is left"),
    "all_constant": _lazy("every expert gave all items the same points, so there is no order"),
    "all_constant_rated": _lazy(
        "every expert gave all items the same rating, so there is no order"
    ),
    "abstained": _lazy("the expert did not judge"),
    "incomplete": _lazy("the answer is incomplete"),
    "no_earlier_round": _lazy("there is no earlier round with the same method"),
    "no_expert_in_both": _lazy("nobody answered both rounds"),
    "no_complete_expert_in_both": _lazy("nobody answered both rounds completely"),
    "nobody_changed": _lazy("nobody changed an answer"),
    "cv_undefined": _lazy("the CV of one of the rounds is undefined"),
    "scale_below_0": _lazy("the scale reaches below 0, so ratings cannot be made into shares"),
    "some_items_undefined": _lazy("some of the items have no figure"),
    "fewer_than_2_experts": _lazy("fewer than two experts answered"),
    "fewer_than_3_experts": _lazy("fewer than three experts answered"),
    "fewer_than_2_items": _lazy("there are fewer than two items"),
    "w_is_1": _lazy("W is 1, so the ratio would divide by 0"),
    "no_degrees_of_freedom": _lazy("too few experts and items leave no degrees of freedom"),
    "constant_without_one_expert": _lazy("without one of the experts no order would be left"),
    "too_many_cells": _lazy("the panel is too large to shuffle"),
    "fewer_than_6_experts": _lazy("fewer than six experts answered"),
    "undefined_without_one_expert": _lazy("without one of the experts there would be no weights"),
    "no_defined_resample": _lazy("none of the resamples has weights"),
}
#: The rules of the table of alternatives; `equal` uses no answers.
ALTERNATIVES: Mapping[str, Words] = {
    "arithmetic_mean": _lazy("Arithmetic mean"),
    "geometric_mean": _lazy("Geometric mean"),
    "l1": _lazy("l₁ rule"),
    "median": _lazy("Median, closed to 100%"),
    "trimmed_mean": _lazy("Without one highest and one lowest"),
    "equal": _lazy("Equal weights"),
    **{
        rule: AGGREGATIONS[rule]
        for rule in (
            *("mean_of_normalised", "normalised_means"),
            *("roc", "rank_sum", "reciprocal"),
        )
    },
}
#: The headline's rule with experts weighted by Cr.
BY_AUTHORITY: Mapping[str, Words] = {
    "arithmetic_mean": _lazy("Arithmetic mean, experts weighted by authority (Cr)"),
    "geometric_mean": _lazy("Geometric mean, experts weighted by authority (Cr)"),
    "mean_of_normalised": _lazy("Mean of normalised ratings, experts weighted by authority (Cr)"),
    "roc": _lazy("Mean of ROC weights, experts weighted by authority (Cr)"),
}

add_refusals(
    {
        "nothing_closed": _lazy("No round has been closed yet, so there are no answers to weigh."),
        "group_not_asked": _lazy(
            "No closed round has asked the group %(group)s yet: it has no weights to release."
        ),
        "group_without_weights": _lazy(
            "The answers for the group %(group)s give no weights: nobody answered, or everybody "
            "rated everything 0."
        ),
        "group_without_answers": _lazy(
            "Nobody gave points for the group %(group)s: it has no weights to release."
        ),
        "release_needs_answers": _lazy(
            "A release needs at least %(needed)s answers in every group; the smallest has "
            "%(found)s."
        ),
        "rounding_harms": _lazy(
            "The publishing step changes more than digits. Weights that would become 0: "
            "%(zeroed)s. Equal weights that would be published differently: %(split)s."
        ),
        "release_unknown": _lazy("No weights have been released yet."),
    }
)
