import copy
import csv
import io
import json
from fractions import Fraction as Fr
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from analysis.errors import InputError
from analysis.templates import template_tree
from analysis.tree import Tree, local_weights
from analysis.treefile import parse_tree
from analysis.weightfile import (
    Origin,
    read_weight_file,
    schema,
    software,
    to_csv,
    weight_document,
)

SHA = "0123456789abcdef" * 4
ORIGIN = Origin(
    rehearsal=True,
    study_id="s-1",
    title_zh="研究",
    title_en="Study",
    protocol_sha256=SHA,
    round=3,
    released_on="2025-06-30",
    invited=10,
    answered=9,
    used=8,
    aggregation="arithmetic_mean",
    rounding_step_percent="5",
    quantile="type 7",
    expert_weights="equal",
    answers_sha256=SHA,
    bundle_sha256=SHA,
    seed=1,
)
PANEL = {None: {"D": Fr(14375, 10**5), "S": Fr(55, 100), "E": Fr(30625, 10**5)}}
PUBLISHED = {None: {"D": Fr(15), "S": Fr(55), "E": Fr(30)}}


def plain_document() -> dict[str, Any]:
    tree = template_tree("icdi_ec_2022")
    return weight_document(tree, local_weights(tree))


def panel_document() -> dict[str, Any]:
    tree = template_tree("icdi_ec_2022")
    return weight_document(
        tree,
        local_weights(tree, PANEL),
        origin=ORIGIN,
        published=PUBLISHED,
        interval95={"D": (Fr(1, 8), Fr(13, 80))},
    )


DOCUMENTS = {"plain": plain_document(), "panel": panel_document()}
VALIDATOR = jsonschema.Draft202012Validator(schema())


@pytest.fixture
def document() -> dict[str, Any]:
    return copy.deepcopy(DOCUMENTS["panel"])


@pytest.fixture
def saved(tmp_path):
    def save(content: Any) -> Path:
        path = tmp_path / "weights.json"
        text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
        path.write_text(text, encoding="utf-8")
        return path

    return save


def refusal(path: Path, **options) -> str:
    with pytest.raises(InputError) as caught:
        read_weight_file(path, **options)
    return str(caught.value).replace(str(path), "weights.json")


def node(document: dict[str, Any], code: str) -> dict[str, Any]:
    return next(entry for entry in document["nodes"] if entry["code"] == code)


def test_the_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_follow_the_schema_and_are_read_back(name, saved):
    VALIDATOR.validate(DOCUMENTS[name])
    weights = read_weight_file(saved(DOCUMENTS[name]), for_scoring=True)
    assert weights.document == DOCUMENTS[name]
    assert [n.code for n in weights.tree.nodes] == [n["code"] for n in DOCUMENTS[name]["nodes"]]


def test_the_other_template_is_read_back_too(saved):
    tree = template_tree("dei_2021")
    weights = read_weight_file(saved(weight_document(tree, local_weights(tree))))
    assert sum(weights.global_[leaf.code] for leaf in weights.tree.leaves) == 1


def test_shares_have_twenty_significant_digits_and_the_leaves_sum_to_one(document):
    assert node(document, "D")["local"] == "0.14375000000000000000"
    assert node(document, "D1")["local"] == "0.33333333333333333333"
    assert node(document, "S4.1")["global"] == "0.042307692307692307692"
    inner = {entry["parent"] for entry in document["nodes"]}
    total = sum(Fr(e["global"]) for e in document["nodes"] if e["code"] not in inner)
    assert abs(total - 1) <= Fr(1, 10**18)


def test_published_weights_are_rounded_only_where_a_step_applies(document):
    found = {code: node(document, code)["published_local_percent"] for code in ("D", "D1", "D1.1")}
    assert found == {"D": "15", "D1": "33.333333333333333333", "D1.1": "100.00000000000000000"}


def test_published_global_weights_are_products_of_published_local_ones(document):
    found = {c: node(document, c)["published_global_percent"] for c in ("D", "S", "D1.1", "E2.1")}
    assert found == {
        "D": "15",
        "S": "55",
        "D1.1": "5.0000000000000000000",
        "E2.1": "4.2857142857142857143",
    }


def test_a_step_below_an_unrounded_group_rounds_the_local_weight_only():
    rows = ["A,,x,x,equal_siblings,", "B,,x,x,equal_siblings,", "C,,x,x,equal_siblings,"]
    rows += ["A1,A,x,x,elicited,33", "A2,A,x,x,elicited,67"]
    header = "code,parent,name_zh,name_en,weight_rule,local_percent"
    tree = parse_tree("\n".join([header, *rows]), "t.csv")
    document = weight_document(
        tree, local_weights(tree), published={"A": {"A1": Fr(35), "A2": Fr(65)}}
    )
    found = node(document, "A1")
    assert found["local"] == "0.33000000000000000000"
    assert found["published_local_percent"] == "35"
    assert found["published_global_percent"] == "11.666666666666666667"


def test_without_a_step_published_weights_are_the_exact_ones_in_percent():
    found = node(DOCUMENTS["plain"], "S4")
    assert found["published_global_percent"] == "21.153846153846153846"
    assert node(DOCUMENTS["plain"], "D")["published_local_percent"] == "15.000000000000000000"


def test_a_document_of_a_study_says_where_its_weights_come_from(document):
    assert document["rehearsal"] is True
    assert document["study"] == {
        "id": "s-1",
        "title": {"zh": "研究", "en": "Study"},
        "protocol_sha256": SHA,
    }
    assert (document["round"], document["released_on"]) == (3, "2025-06-30")
    assert document["panel"] == {"invited": 10, "answered": 9, "used": 8}
    assert document["rules"]["rounding_step_percent"] == "5"
    assert document["provenance"]["software"] == software()
    assert node(document, "D")["interval95"] == ["0.1250000000", "0.1625000000"]
    assert node(document, "S")["interval95"] is None


def test_without_a_study_its_fields_are_null():
    plain = DOCUMENTS["plain"]
    assert plain["rehearsal"] is False
    assert plain["study"] == {
        "id": None,
        "title": {"zh": None, "en": None},
        "protocol_sha256": None,
    }
    assert (plain["round"], plain["released_on"]) == (None, None)
    assert set(plain["panel"].values()) == set(plain["rules"].values()) == {None}


def test_nodes_carry_names_units_level_and_rule(document):
    found = node(document, "E1.3")
    assert found["name"] == {"zh": "5G基站建设数量", "en": "5G base stations"}
    assert found["unit"] == {"zh": "万个", "en": "10k stations"}
    assert (found["parent"], found["level"]) == ("E1", 3)
    assert (found["kind"], found["direction"]) == ("value", "benefit")
    assert found["weight_rule"] == "equal_leaves"
    assert node(document, "E")["parent"] is None
    assert node(document, "E")["unit"] == {"zh": None, "en": None}


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        ({"D": {"D1": Fr(100)}}, "'D' is no elicited group"),
        ({"Z": {}}, "'Z' is no elicited group"),
        ({None: {"D": Fr(15), "S": Fr(55), "E": Fr(25)}}, "do not sum to 100"),
        ({None: {"D": Fr(45), "S": Fr(55)}}, "do not sum to 100"),
    ],
)
def test_published_weights_must_fit_the_tree(published, expected):
    tree = template_tree("icdi_ec_2022")
    with pytest.raises(ValueError, match=expected):
        weight_document(tree, local_weights(tree, PANEL), published=published)


def test_additional_keys_are_allowed(document, saved):
    document["remark"] = "x"
    document["study"]["edition"] = 2
    node(document, "D")["help"] = {"zh": "说明"}
    VALIDATOR.validate(document)
    read_weight_file(saved(document))


@pytest.mark.parametrize("key", ["study", "panel", "rules", "provenance"])
def test_a_whole_object_of_the_study_may_be_null(key, document, saved):
    document[key] = None
    VALIDATOR.validate(document)
    read_weight_file(saved(document))


def test_a_null_unit_is_read_as_no_unit(document, saved):
    node(document, "D")["unit"] = None
    VALIDATOR.validate(document)
    assert read_weight_file(saved(document)).tree["D"].unit_zh is None


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


def table(text: str) -> list[dict[str, str]]:
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:], newline="")))


def test_the_csv_has_every_node_column_in_both_languages(document):
    text = to_csv(document)
    assert text.splitlines()[0] == (
        "\ufeffcode,parent,level,name_zh,name_en,kind,direction,unit_zh,unit_en,weight_rule,local,"
        "global,published_local_percent,published_global_percent,interval95_low,interval95_high"
    )
    rows = table(text)
    assert len(rows) == 37
    assert rows[0]["interval95_high"] == "0.1625000000"
    assert rows[1]["local"] == "0.33333333333333333333"
    assert (rows[2]["name_zh"], rows[2]["unit_en"]) == ("人均可支配收入", "CNY")
    assert (rows[0]["parent"], rows[0]["kind"], rows[1]["interval95_low"]) == ("", "", "")


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@sum", "\tx", "\rx"])
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(name, document):
    document["nodes"][0]["name"]["en"] = name
    document["nodes"][0]["unit"] = None
    row = table(to_csv(document))[0]
    assert row["name_en"] == f"'{name}"
    assert (row["local"], row["unit_zh"]) == ("0.14375000000000000000", "")


def random_tree(sizes: list[int]) -> Tree:
    rows = [f"g{at},,x,x,equal_leaves" for at in range(len(sizes))]
    rows += [
        f"g{at}.{leaf},g{at},x,x,equal_siblings"
        for at, size in enumerate(sizes)
        for leaf in range(size)
    ]
    return parse_tree("\n".join(["code,parent,name_zh,name_en,weight_rule", *rows]), "t.csv")


@pytest.mark.parametrize("sizes", [[1], [7, 11, 13], [97, 89, 83, 3], [1] * 300])
def test_printed_shares_keep_their_sums_in_large_trees(sizes, saved):
    tree = random_tree(sizes)
    read_weight_file(saved(weight_document(tree, local_weights(tree))))
