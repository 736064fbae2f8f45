"""What people read for the codes of the program: one term each, never a synonym."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask

from delphi.web.language import Words
from delphi.web.language import lazy_gettext as _lazy

VERDICTS: Mapping[str, Words] = {
    "consensus_stable": _lazy("Consensus, stable"),
    "stable_dissent": _lazy("Stable dissent"),
    "continue": _lazy("Continue"),
    "round_limit": _lazy("Round limit reached"),
    "hold": _lazy("On hold"),
}
ROUND_STATES: Mapping[str, Words] = {
    "draft": _lazy("Not opened"),
    "open": _lazy("In progress"),
    "closed": _lazy("Closed"),
    "published": _lazy("Published"),
}
STUDY_STATES: Mapping[str, Words] = {
    "draft": _lazy("In preparation"),
    "running": _lazy("Running"),
    "finished": _lazy("Finished"),
}
METHODS: Mapping[str, Words] = {
    "constant_sum": _lazy("Dividing 100 points"),
    "rating": _lazy("Rating"),
    "ranking": _lazy("Ranking"),
    "pairwise": _lazy("Pairwise comparison"),
    "best_worst": _lazy("Best and worst"),
}
CRITERIA: Mapping[str, Words] = {
    "importance": _lazy("importance"),
    "operability": _lazy("operability"),
    "availability": _lazy("availability of data"),
    "sensitivity": _lazy("sensitivity"),
    "representativeness": _lazy("representativeness"),
}
WEIGHT_RULES: Mapping[str, Words] = {
    "elicited": _lazy("Weighted by the panel"),
    "equal_siblings": _lazy("Equal weights within the group"),
    "equal_leaves": _lazy("Equal weight for every leaf"),
    "fixed": _lazy("Fixed weights"),
}
AGGREGATIONS: Mapping[str, Words] = {
    "arithmetic_mean": _lazy("Arithmetic mean"),
    "geometric_mean": _lazy("Geometric mean"),
    "median": _lazy("Median"),
    "trimmed_mean": _lazy("Trimmed mean"),
    "l1": _lazy("l1 rule"),
    "mean_of_normalised": _lazy("Mean of each expert’s normalised ratings"),
    "normalised_means": _lazy("Normalised mean ratings"),
    "roc": _lazy("Mean of rank-order centroid weights"),
    "rank_sum": _lazy("Mean of rank-sum weights"),
    "reciprocal": _lazy("Mean of reciprocal-rank weights"),
}
ROLES: Mapping[str, Words] = {
    "coordinator": _lazy("Coordinator"),
    "methodologist": _lazy("Methodologist"),
    "expert": _lazy("Expert"),
}
CONFIDENTIALITY: Mapping[str, Words] = {
    "confidential": _lazy("Confidential"),
    "unlinkable": _lazy("Unlinkable"),
    "blind": _lazy("Blind"),
}
DELIVERIES: Mapping[str, Words] = {
    "mail": _lazy("Delivered by mail"),
    "by_hand": _lazy("Delivered by hand"),
}
PRESETS: Mapping[str, Words] = {
    "recommended": _lazy("Recommended rule"),
    "classic": _lazy("Classic rule"),
}
KINDS: Mapping[str, Words] = {
    "ratio": _lazy("Percentage"),
    "value": _lazy("Measured value"),
    "score": _lazy("Score out of 100"),
}
DIRECTIONS: Mapping[str, Words] = {
    "benefit": _lazy("More is better"),
    "cost": _lazy("Less is better"),
}
#: Answers of the self-assessment, by their numbers.
FAMILIARITY: Mapping[int, Words] = {
    1: _lazy("Very"),
    2: _lazy("Quite"),
    3: _lazy("Partly"),
    4: _lazy("A little"),
    5: _lazy("Not at all"),
}
INFLUENCES: Mapping[int, Words] = {1: _lazy("Strong"), 2: _lazy("Medium"), 3: _lazy("Weak")}
GROUNDS: Mapping[str, Words] = {
    "practice": _lazy("Practical experience"),
    "theory": _lazy("Theoretical analysis"),
    "peers": _lazy("Knowledge of peers at home and abroad"),
    "peers_domestic": _lazy("Knowledge of peers at home"),
    "peers_foreign": _lazy("Knowledge of peers abroad"),
    "intuition": _lazy("Intuition"),
}
#: What experts say of a weight that follows by a rule.
JUDGEMENTS: Mapping[str, Words] = {
    "acceptable": _lazy("Acceptable"),
    "too_high": _lazy("Too high"),
    "too_low": _lazy("Too low"),
}
#: What experts propose beside their answers.
PROPOSAL_KINDS: Mapping[str, Words] = {
    "indicator": _lazy("Suggest an indicator"),
    "definition": _lazy("Question a definition"),
    "tree": _lazy("Comment on the set of indicators"),
}


def install_words(app: Flask) -> None:
    """Give templates `words.verdicts[code]` and the like."""
    tables = {name.lower(): table for name, table in globals().items() if name.isupper()}
    app.jinja_env.globals["words"] = tables
