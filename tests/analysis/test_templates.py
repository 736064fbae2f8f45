from fractions import Fraction as Fr

import pytest

from analysis.templates import TEMPLATES, template_text, template_tree
from analysis.tree import global_weights, local_weights


def test_there_are_two_templates_with_titles_and_sources():
    assert [template.id for template in TEMPLATES] == ["icdi_ec_2022", "dei_2021"]
    assert all(t.title_zh and t.title_en and t.source for t in TEMPLATES)


def test_the_consumption_index_splits_each_dimension_equally_over_its_leaves():
    tree = template_tree("icdi_ec_2022")
    assert [len([n for n in tree.nodes if tree.level(n.code) == k]) for k in (1, 2, 3)] == [
        3,
        11,
        23,
    ]
    weights = global_weights(tree, local_weights(tree))
    assert [weights[code] for code in "DSE"] == [Fr(15, 100), Fr(55, 100), Fr(30, 100)]
    by_dimension = {
        code: {weights[leaf.code] for leaf in tree.leaves if leaf.code[0] == code} for code in "DSE"
    }
    assert by_dimension == {"D": {Fr(1, 20)}, "S": {Fr(55, 1300)}, "E": {Fr(30, 700)}}
    assert float(weights["S4"] * 100) == pytest.approx(21.1538, abs=5e-5)
    assert sum(weights[leaf.code] for leaf in tree.leaves) == 1


def test_the_digital_economy_index_has_46_leaves_whose_weights_sum_to_exactly_one():
    tree = template_tree("dei_2021")
    weights = global_weights(tree, local_weights(tree))
    leaves = [weights[leaf.code] for leaf in tree.leaves]
    assert len(leaves) == 46
    assert sum(leaves) == 1
    assert weights["A1.1"] == Fr(20 * 30 * 20, 10**6)
    assert weights["D2.1"] == Fr("12.5") * 70 * 25 / 10**6


def test_notes_on_the_sources_are_kept():
    assert "原表此行缺失" in (template_tree("dei_2021")["C2.7"].note_zh or "")
    assert "S5" in (template_tree("icdi_ec_2022")["S4.5"].note_en or "")


def test_a_template_can_be_downloaded_as_the_table_it_is():
    assert template_text("dei_2021").startswith("code,parent,level,name_zh")


@pytest.mark.parametrize("name", ["", "../secret", "icdi"])
def test_an_unknown_template_is_refused(name):
    with pytest.raises(KeyError):
        template_tree(name)
