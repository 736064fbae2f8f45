import json
from fractions import Fraction

import pytest

from analysis.cli import main
from analysis.templates import template_text
from analysis.weightfile import read_weight_file

BAD = "code,parent,name_zh,name_en,weight_rule,local_percent\nA,,甲,A,fixed,40\nB,,乙,B,fixed,50\n"


@pytest.fixture
def nodes(tmp_path):
    def write(text: str) -> str:
        path = tmp_path / "nodes.csv"
        path.write_text(text, encoding="utf-8-sig")
        return str(path)

    return write


def test_the_weight_file_is_printed_and_written(nodes, tmp_path, capfdbinary):
    out_path = tmp_path / "weights.json"
    assert main(["tree", nodes(template_text("icdi_ec_2022")), "--out", str(out_path)]) == 0
    out, err = capfdbinary.readouterr()
    assert err == b""
    assert out_path.read_bytes() == out
    document = json.loads(out)
    assert (document["format"], document["rehearsal"]) == ("delphi-weights/1", False)
    weights = read_weight_file(out_path, for_scoring=True)
    found = {leaf.code[0]: weights.published_global[leaf.code] for leaf in weights.tree.leaves}
    assert {code: float(w) for code, w in found.items()} == pytest.approx(
        {"D": 5, "S": 55 / 13, "E": 30 / 7}, abs=1e-15
    )


def test_without_out_nothing_is_written(nodes, tmp_path, capfdbinary):
    assert main(["tree", nodes(template_text("dei_2021"))]) == 0
    document = json.loads(capfdbinary.readouterr()[0])
    inner = {node["parent"] for node in document["nodes"]}
    leaves = [Fraction(n["global"]) for n in document["nodes"] if n["code"] not in inner]
    assert (len(leaves), sum(leaves)) == (46, 1)
    assert [path.name for path in tmp_path.iterdir()] == ["nodes.csv"]


def test_a_refused_tree_prints_and_writes_nothing(nodes, tmp_path, capfdbinary):
    out_path = tmp_path / "weights.json"
    path = nodes(BAD)
    assert main(["tree", path, "--out", str(out_path)]) == 2
    out, err = capfdbinary.readouterr()
    assert out == b""
    assert err.decode() == (
        f'{path}, row 2, column local_percent: found a sum of 90 over "A, B", '
        "expected a sum of exactly 100\n"
    )
    assert not out_path.exists()


def test_a_place_that_cannot_be_written_is_an_error_and_prints_nothing(
    nodes, tmp_path, capfdbinary
):
    path = tmp_path / "nowhere" / "weights.json"
    assert main(["tree", nodes(template_text("dei_2021")), "--out", str(path)]) == 2
    out, err = capfdbinary.readouterr()
    assert out == b""
    assert err.decode() == (
        f"{path}: found no such file or directory, expected a file that can be written\n"
    )


def test_a_leaf_without_kind_is_fine_until_it_is_scored(nodes, capfdbinary):
    text = "code,parent,name_zh,name_en,weight_rule,local_percent\nA,,甲,A,,\n"
    assert main(["tree", nodes(text)]) == 0
    node = json.loads(capfdbinary.readouterr()[0])["nodes"][0]
    assert (node["kind"], node["local"], node["weight_rule"]) == (
        None,
        "1.0000000000000000000",
        None,
    )
