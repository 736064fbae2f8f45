"""The weight file `delphi-weights/1`: what leaves the program and what the scoring engine reads."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path
from typing import Any

from analysis.decimals import decimal_string, terminating_string
from analysis.errors import SHOWN, Problems, quoted
from analysis.jsonfile import read_json
from analysis.spreadsheet import harmless
from analysis.tree import GroupWeights, Node, Tree, global_weights

Interval = tuple[Fraction, Fraction]

FORMAT = "delphi-weights/1"
#: Largest distance of a sum or a product of printed shares from the exact one.
TOLERANCE = Fraction(1, 10**18)
_WEIGHTS = ("local", "global", "published_local_percent", "published_global_percent")


@dataclass(frozen=True)
class Origin:
    """What a weight file says about where its weights come from; None where there is no study."""

    #: whether the answers are invented, as in a rehearsal or a demonstration
    rehearsal: bool = False
    #: id of the study
    study_id: str | None = None
    #: title of the study in Chinese
    title_zh: str | None = None
    #: title of the study in English
    title_en: str | None = None
    #: hash of the frozen protocol, 64 hexadecimal digits
    protocol_sha256: str | None = None
    #: round that the weights were taken from, counted from 1
    round: int | None = None
    #: UTC day of the release, YYYY-MM-DD
    released_on: str | None = None
    #: experts invited to the round
    invited: int | None = None
    #: experts who answered it
    answered: int | None = None
    #: experts whose answers went into the weights
    used: int | None = None
    #: aggregation rule, a name of `analysis.exact.RULES`; several groups' rules are joined by `+`
    aggregation: str | None = None
    #: decimal string; with several steps an object of group (`root` for the roots) → decimal string
    rounding_step_percent: str | Mapping[str, str] | None = None
    #: type of the quantiles of `interval95`
    quantile: str | None = None
    #: how experts count against each other, such as `equal`
    expert_weights: str | None = None
    #: hash of the list of answers that count, 64 hexadecimal digits
    answers_sha256: str | None = None
    #: hash of the release bundle, 64 hexadecimal digits
    bundle_sha256: str | None = None
    #: seed of the resampling behind `interval95`
    seed: int | None = None


def software() -> str:
    """Name this program as weight files name it.

    Returns
    -------
    str
        Name and version; the name alone when it runs without having been installed.
    """
    try:
        return f"delphi-weights {version('delphi-weights')}"
    except PackageNotFoundError:
        return "delphi-weights"


def weight_document(
    tree: Tree,
    local: Mapping[str, Fraction],
    *,
    origin: Origin | None = None,
    published: GroupWeights | None = None,
    interval95: Mapping[str, Interval] | None = None,
) -> dict[str, Any]:
    """Make the document of a weight file.

    Parameters
    ----------
    tree
        The indicators.
    local
        Exact local weight of every node, as `analysis.tree.local_weights` returns them.
    origin
        Study, panel, rules and provenance; None without a study.
    published
        Rounded percentages of the elicited groups that have a publishing step: group → code →
        percent, each group summing to exactly 100. Elsewhere the published weight is the exact one.
    interval95
        Code → low and high end of the 95 % interval of the local weight, shares of 1.

    Returns
    -------
    dict
        Ready for JSON. `local` and `global` have 20 significant digits, so the leaves sum to 1
        within 1e-18; `published_global_percent` is the product of the published local weights.

    Raises
    ------
    ValueError
        If `published` names what is no elicited group, or does not sum to 100.
    """
    given = dict(published or {})
    groups = tree.groups()
    for group, percents in given.items():
        if group not in groups or tree.rule(group) != "elicited":
            raise ValueError(f"{group!r} is no elicited group")
        if set(percents) != set(groups[group]) or sum(percents.values()) != 100:
            raise ValueError(f"the published weights of {group!r} do not sum to 100")
    rounded = {code: percent for percents in given.values() for code, percent in percents.items()}
    texts = _texts(tree, local, rounded)
    intervals = interval95 or {}
    nodes = [_node(tree, node, texts[node.code], intervals.get(node.code)) for node in tree.nodes]
    return {**_heading(origin or Origin()), "nodes": nodes}


def _texts(
    tree: Tree, local: Mapping[str, Fraction], rounded: Mapping[str, Fraction]
) -> dict[str, dict[str, str]]:
    """Write the four weights of every node; `rounded` holds percentages."""
    published = {code: rounded.get(code, share * 100) for code, share in local.items()}
    global_ = global_weights(tree, local)
    product = global_weights(tree, {code: percent / 100 for code, percent in published.items()})
    texts = {}
    for code in local:
        local_text = terminating_string if code in rounded else decimal_string
        global_text = local_text if tree.level(code) == 1 else decimal_string
        texts[code] = {
            "local": decimal_string(local[code]),
            "global": decimal_string(global_[code]),
            "published_local_percent": local_text(published[code]),
            "published_global_percent": global_text(product[code] * 100),
        }
    return texts


def _heading(origin: Origin) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "rehearsal": origin.rehearsal,
        "study": {
            "id": origin.study_id,
            "title": {"zh": origin.title_zh, "en": origin.title_en},
            "protocol_sha256": origin.protocol_sha256,
        },
        "round": origin.round,
        "released_on": origin.released_on,
        "panel": {"invited": origin.invited, "answered": origin.answered, "used": origin.used},
        "rules": {
            "aggregation": origin.aggregation,
            "rounding_step_percent": origin.rounding_step_percent,
            "quantile": origin.quantile,
            "expert_weights": origin.expert_weights,
        },
        "provenance": {
            "answers_sha256": origin.answers_sha256,
            "bundle_sha256": origin.bundle_sha256,
            "software": software(),
            "seed": origin.seed,
        },
    }


def _node(
    tree: Tree, node: Node, weights: Mapping[str, str], interval: Interval | None
) -> dict[str, Any]:
    return {
        "code": node.code,
        "parent": node.parent,
        "level": tree.level(node.code),
        "name": {"zh": node.name_zh, "en": node.name_en},
        "kind": node.kind,
        "direction": node.direction,
        "unit": {"zh": node.unit_zh, "en": node.unit_en},
        "weight_rule": node.weight_rule,
        **weights,
        "interval95": interval and [decimal_string(end, 10) for end in interval],
    }


def to_csv(document: Mapping[str, Any]) -> str:
    """Write the nodes of a weight file as CSV, one row a node, with a byte order mark.

    Text that a spreadsheet would run as a formula gets an apostrophe in front. Numbers here are
    never negative, so none of them is touched.

    Parameters
    ----------
    document
        A weight file, as `weight_document` returns it or `read_weight_file` has read it.

    Returns
    -------
    str
        The text of the table; weights with all their digits, undefined cells empty.
    """
    text = io.StringIO(newline="")
    text.write("\ufeff")
    writer = csv.writer(text, lineterminator="\r\n")
    rows = [_flat(node) for node in document["nodes"]]
    writer.writerow(rows[0])
    writer.writerows([_cell(value) for value in row.values()] for row in rows)
    return text.getvalue()


def _flat(node: Mapping[str, Any]) -> dict[str, Any]:
    low, high = node["interval95"] or (None, None)
    unit = node["unit"] or {"zh": None, "en": None}
    return {
        **{key: node[key] for key in ("code", "parent", "level")},
        **{f"name_{language}": node["name"][language] for language in ("zh", "en")},
        **{key: node[key] for key in ("kind", "direction")},
        **{f"unit_{language}": unit[language] for language in ("zh", "en")},
        **{key: node[key] for key in ("weight_rule", *_WEIGHTS)},
        "interval95_low": low,
        "interval95_high": high,
    }


def _cell(value: Any) -> str:
    return "" if value is None else harmless(str(value))


@dataclass(frozen=True)
class WeightFile:
    """A weight file that was read and checked; weights by code, exact as printed."""

    #: name of the file as the user gave it
    file: str
    #: the whole document as it stands in the file
    document: dict[str, Any]
    #: the indicators; `local_percent` is not filled
    tree: Tree
    #: share among the siblings, unrounded, 0..1
    local: dict[str, Fraction]
    #: share of the whole, unrounded, 0..1
    global_: dict[str, Fraction]
    #: share among the siblings as published, in percent
    published_local: dict[str, Fraction]
    #: share of the whole as published, in percent
    published_global: dict[str, Fraction]


def read_weight_file(path: str | Path, *, for_scoring: bool = False) -> WeightFile:
    """Read a weight file and check it: its form by the schema, then its arithmetic.

    Parameters
    ----------
    path
        A JSON file `delphi-weights/1`; further keys are allowed.
    for_scoring
        Whether every leaf must say its kind and direction.

    Returns
    -------
    WeightFile
        Its nodes and the four weights of each.

    Raises
    ------
    InputError
        Naming the path of each key that is missing or not what the schema says; then of codes that
        repeat, nodes that do not stand after their parent, levels that do not fit; then of groups
        whose weights do not sum to 1 within 1e-18 (100 within 1e-16 where published) and of global
        weights that are not the product of the local ones.
    """
    document = read_json(path)
    problems = Problems(str(path))
    _check_form(document, schema(), "", problems)
    problems.raise_any()
    _check_places(entries := document["nodes"], problems)
    problems.raise_any()
    tree = Tree(tuple(map(_read_node, entries)))
    weights = [{entry["code"]: Fraction(entry[key]) for entry in entries} for key in _WEIGHTS]
    places = {entry["code"]: f"nodes[{at}]" for at, entry in enumerate(entries)}
    for code, key, found, expected in _wrong_weights(tree, weights):
        problems.add(found, expected, column=f"{places[code]}.{key}")
    for leaf in tree.leaves if for_scoring else ():
        if leaf.kind is None or leaf.direction is None:
            problems.add("no kind or no direction", "both on a leaf", column=places[leaf.code])
    problems.raise_any()
    return WeightFile(str(path), document, tree, *weights)


def _check_form(value: Any, rule: Mapping[str, Any], path: str, problems: Problems) -> None:
    """Hold a value against the part of JSON Schema that `schema` uses."""
    if not _fits(value, rule):
        found = quoted(value) if isinstance(value, str) else json.dumps(value, default=str)[:SHOWN]
        problems.add(found, rule["description"], column=path or None)
    elif isinstance(value, dict):
        for key in (key for key in rule.get("required", ()) if key not in value):
            problems.add("nothing", f"the key {key}", column=f"{path}.{key}".lstrip("."))
        inner = rule.get("properties", {})
        for key in (key for key in inner if key in value):
            _check_form(value[key], inner[key], f"{path}.{key}".lstrip("."), problems)
    elif isinstance(value, list):
        for at, item in enumerate(value):
            _check_form(item, rule["items"], f"{path}[{at}]", problems)


_TYPES: dict[str, Callable[[Any], bool]] = {
    "null": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "string": lambda value: isinstance(value, str),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}


def _fits(value: Any, rule: Mapping[str, Any]) -> bool:
    names = rule["type"] if isinstance(rule["type"], list) else [rule["type"]]
    if not any(_TYPES[name](value) for name in names) or value not in rule.get("enum", [value]):
        return False
    if isinstance(value, str):
        return "pattern" not in rule or re.fullmatch(rule["pattern"], value) is not None
    if isinstance(value, list):
        return bool(rule["minItems"] <= len(value) <= rule.get("maxItems", len(value)))
    return not isinstance(value, int) or bool(value >= rule.get("minimum", value))


def _check_places(entries: list[dict[str, Any]], problems: Problems) -> None:
    levels: dict[str | None, int] = {None: 0}
    for at, entry in enumerate(entries):
        code, parent = entry["code"], entry["parent"]
        if code in levels:
            problems.add(f"{quoted(code)} twice", "each code once", column=f"nodes[{at}].code")
        elif parent not in levels:
            expected = "null or the code of a node before this one"
            problems.add(quoted(str(parent)), expected, column=f"nodes[{at}].parent")
        elif entry["level"] != levels[parent] + 1:
            expected = f"{levels[parent] + 1}, one below its parent"
            problems.add(str(entry["level"]), expected, column=f"nodes[{at}].level")
        levels[code] = entry["level"]


def _read_node(entry: Mapping[str, Any]) -> Node:
    unit = entry["unit"] or {}
    return Node(
        code=entry["code"],
        parent=entry["parent"],
        name_zh=entry["name"]["zh"],
        name_en=entry["name"]["en"],
        kind=entry["kind"],
        direction=entry["direction"],
        unit_zh=unit.get("zh"),
        unit_en=unit.get("en"),
        weight_rule=entry["weight_rule"],
    )


def _wrong_weights(
    tree: Tree, weights: list[dict[str, Fraction]]
) -> Iterator[tuple[str, str, str, str]]:
    """Yield (code, key, found, expected) for groups that do not add up and paths that are off."""
    leaves = tuple(leaf.code for leaf in tree.leaves)
    for first, whole in ((0, 1), (2, 100)):
        local, global_ = weights[first : first + 2]
        sums = [(first, local, codes) for codes in tree.groups().values()]
        for key, shares, codes in [*sums, (first + 1, global_, leaves)]:
            total = sum((shares[code] for code in codes), Fraction(0))
            if abs(total - whole) > TOLERANCE * whole:
                found = f"a sum of {decimal_string(total)} over {quoted(', '.join(codes))}"
                yield codes[0], _WEIGHTS[key], found, f"a sum of {whole}"
        products = global_weights(tree, {code: share / whole for code, share in local.items()})
        for code, product in products.items():
            if abs(global_[code] - product * whole) > TOLERANCE * whole:
                expected = f"{decimal_string(product * whole)}, the product of the local weights"
                yield code, _WEIGHTS[first + 1], decimal_string(global_[code]), expected


def schema() -> dict[str, Any]:
    """Read the JSON Schema of the weight file, which ships with the program.

    Returns
    -------
    dict
        A fresh copy each time.
    """
    path = files("analysis").joinpath("schemas", "delphi-weights-1.json")
    return dict(json.loads(path.read_text(encoding="utf-8")))
