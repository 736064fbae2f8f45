"""Weight files that the schema and the reader refuse, with the place."""

import copy
from typing import Any

import pytest

from analysis.weightfile import read_weight_file
from tests.analysis.weightfile.conftest import DOCUMENTS, SHA, VALIDATOR, node, refusal

PROMISED = [
    "format rehearsal study round released_on panel rules nodes provenance",
    "study.id study.title study.protocol_sha256 study.title.zh study.title.en",
    "panel.invited panel.answered panel.used",
    "rules.aggregation rules.rounding_step_percent rules.quantile rules.expert_weights",
    "provenance.answers_sha256 provenance.bundle_sha256 provenance.software provenance.seed",
    "nodes.code nodes.parent nodes.level nodes.name nodes.kind nodes.direction nodes.unit",
    "nodes.weight_rule nodes.local nodes.global nodes.published_local_percent",
    "nodes.published_global_percent nodes.interval95 nodes.name.zh nodes.name.en nodes.unit.zh",
    "nodes.unit.en",
]


@pytest.mark.parametrize("path", " ".join(PROMISED).split())
def test_every_promised_key_is_required_by_schema_and_reader(path, document, saved):
    *parents, key = path.split(".")
    place: Any = document
    for step in parents:
        place = place[step][0] if step == "nodes" else place[step]
    del place[key]
    assert not VALIDATOR.is_valid(document)
    shown = path.replace("nodes.", "nodes[0].")
    assert refusal(saved(document)) == (
        f"weights.json, column {shown}: found nothing, expected the key {key}"
    )


@pytest.mark.parametrize(
    ("path", "value", "found"),
    [
        ("format", "delphi-weights/2", '"delphi-weights/2"'),
        ("rehearsal", "no", '"no"'),
        ("rehearsal", None, "null"),
        ("study", [], "[]"),
        ("study.id", 7, "7"),
        ("study.title.zh", {}, "{}"),
        ("study.protocol_sha256", SHA.upper(), f'"{SHA.upper()}"'),
        ("round", 0, "0"),
        ("round", 1.5, '"1.5"'),
        ("round", True, "true"),
        ("released_on", "30.6.2025", '"30.6.2025"'),
        ("panel.invited", -1, "-1"),
        ("panel.used", "8", '"8"'),
        ("rules.rounding_step_percent", 5, "5"),
        ("rules.rounding_step_percent", "5 %", '"5 %"'),
        ("provenance.seed", "1", '"1"'),
        ("nodes", {}, "{}"),
        ("nodes", [], "[]"),
        ("nodes[0]", None, "null"),
        ("nodes[0].code", "", '""'),
        ("nodes[0].code", "a b", '"a b"'),
        ("nodes[0].parent", 1, "1"),
        ("nodes[0].level", 0, "0"),
        ("nodes[0].level", "1", '"1"'),
        ("nodes[0].name", None, "null"),
        ("nodes[0].name.en", " ", '" "'),
        ("nodes[0].kind", "percent", '"percent"'),
        ("nodes[0].direction", "up", '"up"'),
        ("nodes[0].weight_rule", "guess", '"guess"'),
        ("nodes[0].local", 0.15, '"0.15"'),
        ("nodes[0].local", "1.5", '"1.5"'),
        ("nodes[0].local", "-0.1", '"-0.1"'),
        ("nodes[0].global", "1e-3", '"1e-3"'),
        ("nodes[0].published_local_percent", "100.5", '"100.5"'),
        ("nodes[0].published_global_percent", "15%", '"15%"'),
        ("nodes[0].interval95", ["0.1"], '["0.1"]'),
        ("nodes[0].interval95[1]", 0.2, '"0.2"'),
    ],
)
def test_what_the_schema_refuses_the_reader_refuses_with_the_path(
    path, value, found, document, saved
):
    *parents, key = [
        int(step) if step.isdigit() else step
        for step in path.replace("[", ".").replace("]", "").split(".")
    ]
    place: Any = document
    for step in parents:
        place = place[step]
    place[key] = value
    assert not VALIDATOR.is_valid(document)
    start = f"weights.json, column {path}: found {found}, expected "
    assert refusal(saved(document)).startswith(start)


def test_a_code_with_a_line_break_is_refused(document, saved):
    document["nodes"][0]["code"] = "D\n"
    assert "column nodes[0].code" in refusal(saved(document))


@pytest.mark.parametrize("content", ["[]", "null", "3"])
def test_a_document_that_is_no_object_is_refused(content, saved):
    assert refusal(saved(content)) == (
        f"weights.json: found {content}, expected an object, a weight file delphi-weights/1"
    )


def test_a_repeated_code_is_refused(document, saved):
    document["nodes"][2]["code"] = "D1"
    assert refusal(saved(document)).startswith(
        'weights.json, column nodes[2].code: found "D1" twice, expected each code once'
    )


def test_a_node_before_its_parent_is_refused(document, saved):
    document["nodes"][0]["parent"] = "D1"
    assert refusal(saved(document)).startswith(
        'weights.json, column nodes[0].parent: found "D1", '
        "expected null or the code of a node before this one"
    )


def test_a_level_that_does_not_fit_is_refused(document, saved):
    document["nodes"][2]["level"] = 2
    assert refusal(saved(document)) == (
        "weights.json, column nodes[2].level: found 2, expected 3, one below its parent"
    )


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        (
            "local",
            "0.143",
            'nodes[0].local: found a sum of 0.99925000000000000000 over "D, S, E", expected a sum',
        ),
        (
            "global",
            "0.143",
            "nodes[0].global: found 0.14300000000000000000, expected 0.14375000000000000000, the",
        ),
        ("published_local_percent", "14", "found a sum of 99.000000000000000000 over"),
        (
            "published_global_percent",
            "14",
            "found 14.000000000000000000, expected 15.000000000000000000, the product",
        ),
    ],
)
def test_weights_that_do_not_add_up_are_refused(key, value, expected, document, saved):
    document["nodes"][0][key] = value
    assert expected in refusal(saved(document))


def test_leaves_whose_last_digits_are_cut_off_are_refused(saved):
    document = copy.deepcopy(DOCUMENTS["plain"])
    for entry in document["nodes"]:
        entry["global"] = entry["global"][:18]
    message = refusal(saved(document))
    assert "column nodes[1].global" not in message  # 0.05 loses nothing but zeros
    assert "nodes[2].global: found a sum of 0.9999999999999" in message
    assert "expected a sum of 1 (and" in message


def test_for_scoring_every_leaf_must_say_kind_and_direction(document, saved):
    found = node(document, "D1.1")
    found["kind"] = None
    read_weight_file(saved(document))
    assert refusal(saved(document), for_scoring=True) == (
        "weights.json, column nodes[2]: found no kind or no direction, expected both on a leaf"
    )
