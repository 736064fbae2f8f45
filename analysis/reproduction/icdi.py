"""Checks of the 2022 report on information-consumption demonstration cities (ICDI-EC)."""

from __future__ import annotations

from fractions import Fraction

from analysis.reproduction.facts import Facts
from analysis.reproduction.findings import (
    Claim,
    Finding,
    all_agree,
    plain_finding,
    show,
    whole_numbers_that_print,
)
from analysis.scoring.years import growth_rate
from analysis.tree import global_weights, local_weights

SOURCE = "icdi_ec_2022"


def growth(claim: Claim, facts: Facts) -> Finding:
    """Mean annual growth of the index from its first to its last printed year."""
    first, last = min(facts.index), max(facts.index)
    before, after = float(facts.index[first]), float(facts.index[last])
    rate = growth_rate(before, after, last - first)
    return plain_finding(
        claim,
        [100 * rate],
        note_zh=f"{before:.3f} → {after:.3f}，{last - first} 年",
        note_en=f"{before:.3f} → {after:.3f} over {last - first} years",
    )


def above(claim: Claim, facts: Facts) -> Finding:
    """Share of comprehensive cities above the bound: which count prints so, if exactly one."""
    cities = sum(1 for kind in facts.city_types.values() if kind == "comprehensive")
    shares = {count: Fraction(100 * count, cities) for count in range(cities + 1)}
    found = whole_numbers_that_print(claim.printed[0], shares)
    if len(found) != 1:
        return Finding(
            "not_recomputable" if found else "differs",
            "–",
            f"{cities} 个城市中没有唯一对应的城市数",
            f"no single number out of {cities} cities prints so",
        )
    return plain_finding(
        claim,
        [shares[found[0]]],
        note_zh=f"{cities} 个中的 {found[0]} 个；城市数未刊出，由百分比唯一确定",
        note_en=f"{found[0]} of {cities}; the count is not printed, only this one prints so",
    )


def bands(claim: Claim, facts: Facts) -> Finding:
    """Cities in the three bands, against the printed total and the printed list of cities."""
    total = sum(map(int, claim.inputs))
    listed = len(facts.city_types)
    agree = all_agree(claim.printed, [Fraction(total)]) and total == listed
    terms = " + ".join(claim.inputs)
    return Finding(
        "agrees" if agree else "differs",
        str(total),
        f"{terms}；名单列有 {listed} 个城市",
        f"{terms}; the list has {listed} cities",
    )


def counts(claim: Claim, facts: Facts) -> Finding:
    """Count the indicators of the shipped tree by level."""
    tree = facts.trees[SOURCE]
    levels = [tree.level(node.code) for node in tree.nodes]
    return plain_finding(claim, [Fraction(levels.count(level)) for level in (1, 2, 3)])


def weights(claim: Claim, facts: Facts) -> Finding:
    """Level-1 weights, from leaves that share each dimension's weight equally."""
    tree = facts.trees[SOURCE]
    shares = global_weights(tree, local_weights(tree))
    sums, each = [], []
    equal = True
    for root in tree.children(None):
        leaves = [shares[leaf.code] for leaf in tree.leaves if _root(facts, leaf.code) == root.code]
        sums.append(100 * sum(leaves, Fraction(0)))
        each.append(f"{len(leaves)} × {float(100 * leaves[0]):.4f} %")
        equal = equal and len(set(leaves)) == 1
    agree = equal and all_agree(claim.printed, sums)
    parts = " + ".join(each)
    return Finding(
        "agrees" if agree else "differs",
        show(claim.printed, sums),
        f"三级指标权重：{parts}",
        f"leaf weights: {parts}",
    )


def _root(facts: Facts, code: str) -> str:
    """Return the level-1 node above a node."""
    tree = facts.trees[SOURCE]
    parent = tree[code].parent
    return code if parent is None else _root(facts, parent)
