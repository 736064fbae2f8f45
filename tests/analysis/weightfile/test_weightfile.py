"""Weight files that are written, and read back as they were."""

import csv
import io
from fractions import Fraction as Fr

import jsonschema
import pytest

from analysis.templates import template_tree
from analysis.tree import Tree, local_weights
from analysis.treefile import parse_tree
from analysis.weightfile import read_weight_file, schema, software, to_csv, weight_document
from tests.analysis.weightfile.conftest import DOCUMENTS, PANEL, SHA, VALIDATOR, node


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


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@sum", "\tx", "\rx", "＝1", "\u200b=1"])
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
