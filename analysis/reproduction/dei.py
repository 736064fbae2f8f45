"""Checks of the 2021 blue book on the digital economy index of 242 cities (DEI)."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from itertools import pairwise

import numpy as np

from analysis.reproduction.facts import Facts
from analysis.reproduction.findings import (
    Claim,
    Finding,
    agrees,
    all_agree,
    plain_finding,
    show,
    whole_numbers_that_print,
)
from analysis.scoring.composition import Branch, build_hierarchy, compose
from analysis.scoring.tiers import place_in_tiers
from analysis.tree import local_weights

SOURCE = "dei_2021"
#: 100 million CNY in a trillion.
PER_TRILLION = 10_000


def mean(numbers: Iterable[Fraction]) -> Fraction:
    """Exact arithmetic mean.

    Parameters
    ----------
    numbers
        At least one.

    Returns
    -------
    Fraction
        Their sum divided by how many they are.
    """
    listed = list(numbers)
    return sum(listed, Fraction(0)) / len(listed)


def tiers_of_cities(facts: Facts) -> dict[str, list[str]]:
    """Sort the cities into tiers by their printed score.

    Parameters
    ----------
    facts
        Scores and tier bounds.

    Returns
    -------
    dict
        Tier → cities in the order of the printed list, the highest tier first.
    """
    order = sorted(facts.tiers, key=lambda tier: -tier.lower)
    found: dict[str, list[str]] = {tier.tier: [] for tier in order}
    scores = np.array([float(score) for score in facts.scores.values()])
    for city, tier in zip(facts.scores, place_in_tiers(scores, facts.tiers), strict=True):
        if tier is not None:
            found[tier.tier].append(city)
    return found


def groups(claim: Claim, facts: Facts) -> Finding:
    """Local weights of every group add up, without the indicators that the table leaves out."""
    tree = facts.trees[SOURCE]
    local = local_weights(tree)
    totals = {}
    for parent, codes in tree.groups().items():
        kept = [local[code] for code in codes if code not in claim.inputs]
        totals[parent or "-"] = 100 * sum(kept, Fraction(0))
    short = {
        parent: total for parent, total in totals.items() if not agrees(claim.printed[0], total)
    }
    if not short:
        return plain_finding(claim, [min(totals.values())])
    # The tree itself is refused unless every group adds up with the missing indicators in it.
    repaired = {node.parent or "-" for node in tree.nodes if node.code in claim.inputs}
    listed = "、".join(f"{parent} {float(total):g} %" for parent, total in short.items())
    return Finding(
        "misprint" if set(short) == repaired else "differs",
        listed,
        f"刊出的表缺 {'、'.join(claim.inputs)}，补上后各组合计均为 100 %",
        f"the printed table lacks {', '.join(claim.inputs)}; with it every group adds up to 100 %",
    )


def composition(claim: Claim, facts: Facts) -> Finding:
    """Mean level-1 scores composed by the level-1 weights of the tree."""
    tree = facts.trees[SOURCE]
    local = local_weights(tree)
    roots = [node.code for node in tree.children(None)]
    if len(claim.inputs) != len(roots):
        return Finding("differs", "–", "一级指标个数不符", "not one score for each level-1 node")
    hierarchy = build_hierarchy(Branch(code, None, local[code]) for code in roots)
    scores = np.array([[float(text) for text in claim.inputs]])
    weights = "/".join(f"{float(100 * local[code]):g}" for code in roots)
    return plain_finding(
        claim,
        [float(compose(scores, hierarchy).index[0])],
        note_zh=f"{'、'.join(claim.inputs)} 按 {weights} 合成",
        note_en=f"{', '.join(claim.inputs)} with {weights}",
    )


def mean_score(claim: Claim, facts: Facts) -> Finding:
    """Mean of all printed totals."""
    return plain_finding(claim, [mean(facts.scores.values())])


def tier_means(claim: Claim, facts: Facts) -> Finding:
    """Mean score of the cities of each tier."""
    cities = tiers_of_cities(facts).values()
    return plain_finding(claim, [mean(facts.scores[city] for city in group) for group in cities])


def tier_counts(claim: Claim, facts: Facts) -> Finding:
    """Cities counted by tier."""
    return plain_finding(claim, [Fraction(len(c)) for c in tiers_of_cities(facts).values()])


def tier_members(claim: Claim, facts: Facts) -> Finding:
    """Cities that the appendix lists under the tier which their score gives."""
    by_score = {city: tier for tier, cities in tiers_of_cities(facts).items() for city in cities}
    wrong = [city for city, tier in facts.listed_tiers.items() if by_score.get(city) != tier]
    return plain_finding(
        claim,
        [Fraction(len(facts.listed_tiers) - len(wrong))],
        note_zh=f"不一致：{'、'.join(wrong)}" if wrong else "",
        note_en=f"not so: {', '.join(wrong)}" if wrong else "",
    )


def new_first_growth(claim: Claim, facts: Facts) -> Finding:
    """Growth of the number of cities: which earlier number prints so, if exactly one."""
    now = len(tiers_of_cities(facts)["new_first"])
    rates = {before: Fraction(100 * (now - before), before) for before in range(1, now + 1)}
    found = whole_numbers_that_print(claim.printed[0], rates)
    if len(found) != 1:
        return Finding(
            "not_recomputable" if found else "differs",
            "–",
            f"没有唯一的上年城市数能得出此增幅（本年 {now} 个）",
            f"no single earlier number gives this growth to {now}",
        )
    return plain_finding(
        claim,
        [rates[found[0]]],
        note_zh=f"{found[0]} → {now}；上年城市数未刊出，由增幅唯一确定",
        note_en=f"{found[0]} → {now}; the earlier number is not printed, only this one prints so",
    )


def first_size(claim: Claim, facts: Facts) -> Finding:
    """Mean size of the first-tier cities, in trillions."""
    cities = tiers_of_cities(facts)["first"]
    sizes = dict(facts.sizes)
    if not set(cities) <= set(sizes):
        return Finding("not_recomputable", "–", "规模表缺城市", "a city is missing from the table")
    return plain_finding(claim, [mean(sizes[city] for city in cities) / PER_TRILLION])


def readings(facts: Facts) -> list[tuple[str, dict[str, Fraction]]]:
    """Return the ways to read the table of sizes.

    As printed when every assessed city stands in it once. When one city is there twice and one is
    missing, either of the two rows may be the missing city's: two readings, each named by the size
    that goes to the missing city.

    Parameters
    ----------
    facts
        Sizes row by row as printed, and the cities that have a score.

    Returns
    -------
    list
        (name of the reading, city → size in 100 million CNY); empty where more is wrong than that.
    """
    listed = [city for city, _ in facts.sizes]
    missing = [city for city in facts.scores if city not in listed]
    twice = [city for city in facts.scores if listed.count(city) > 1]
    if not missing and not twice:
        return [("", dict(facts.sizes))]
    if len(missing) != 1 or len(twice) != 1 or listed.count(twice[0]) != 2:
        return []
    found = []
    for row, (city, size) in reversed(list(enumerate(facts.sizes))):
        if city == twice[0]:
            others = {c: s for at, (c, s) in enumerate(facts.sizes) if at != row}
            found.append((f"{float(size):g} → {missing[0]}", {**others, missing[0]: size}))
    return found


def new_first_size(claim: Claim, facts: Facts) -> Finding:
    """Mean size of the new first-tier cities, under every reading of the printed table."""
    cities = tiers_of_cities(facts)["new_first"]
    found = [(name, mean(sizes[city] for city in cities)) for name, sizes in readings(facts)]
    if not found:
        return Finding("not_recomputable", "–", "规模表缺多个城市", "several cities are missing")
    fitting = [name for name, size in found if agrees(claim.printed[0], size)]
    shown = " / ".join(show(claim.printed, [size]) for _, size in found)
    if len(found) == 1:
        return Finding("agrees" if fitting else "differs", shown)
    misprint = _misprint(facts)
    return Finding(
        "misprint" if len(fitting) == 1 else "differs",
        shown,
        f"{misprint[0]}；两种读法：{'，'.join(name for name, _ in found)}",
        f"{misprint[1]}; two readings: {', '.join(name for name, _ in found)}",
    )


def _misprint(facts: Facts) -> tuple[str, str]:
    """Describe which city stands twice in the table of sizes, and which is missing."""
    ordered = sorted(facts.sizes, key=lambda row: row[0])
    twice = next((a, b) for a, b in pairwise(ordered) if a[0] == b[0])
    missing = next(city for city in facts.scores if city not in dict(facts.sizes))
    sizes = [f"{float(size):g}" for _, size in twice]
    return (
        f"{twice[0][0]}出现两次（{'、'.join(sizes)}），缺{missing}",
        f"{twice[0][0]} is listed twice ({' and '.join(sizes)}) and {missing} is missing",
    )


def regions(claim: Claim, facts: Facts) -> Finding:
    """Scores of regions as plain and as size-weighted means of their assessed cities."""
    plain = [_plain(facts, region) for region in claim.inputs]
    sized = [
        [_sized(facts, region, sizes) for region in claim.inputs] for _, sizes in readings(facts)
    ]
    for numbers in (plain, *sized):
        if all_agree(claim.printed, numbers):
            return Finding("agrees", show(claim.printed, numbers))
    means = show(claim.printed, plain)
    weighted = [show(claim.printed, numbers) for numbers in sized]
    return Finding(
        "not_recomputable",
        "–",
        f"简单平均 {means}；规模加权 {' 或 '.join(weighted)}；所用权重未刊出",
        f"plain means {means}; size-weighted {' or '.join(weighted)}; the weights are not printed",
    )


def _plain(facts: Facts, region: str) -> Fraction:
    return mean(facts.scores[city] for city in facts.regions[region] if city in facts.scores)


def _sized(facts: Facts, region: str, sizes: dict[str, Fraction]) -> Fraction:
    cities = [city for city in facts.regions[region] if city in facts.scores]
    total = sum((sizes[city] for city in cities), Fraction(0))
    return sum((facts.scores[city] * sizes[city] for city in cities), Fraction(0)) / total
