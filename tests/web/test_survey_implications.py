"""Last round, before the check: what the own answers imply further down, and opinions on it.

What the pages beside the weights have in common: `test_survey_own_pages.py`.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from analysis.templates import template_tree
from analysis.treefile import parse_tree
from delphi.domain.protocol import default_protocol
from delphi.queries.assessment_rules import assessment_rule
from delphi.surroundings import Surroundings
from delphi.web.site import Site
from tests.implied_tree import ANSWER, IMPLIED, TWO_ROUNDS
from tests.studies import HEAD, RunningStudy, typed
from tests.web.own_pages import CHECK, IMPLICATIONS, said, stored
from tests.web.panel import Expert, Fields, open_study

PAGE, SOME, chosen = IMPLICATIONS.address, IMPLICATIONS.some, IMPLICATIONS.filled


@pytest.fixture
def study(site: Site, around: Surroundings) -> RunningStudy:
    return IMPLICATIONS.opens(site, around)


@pytest.fixture
def expert(app: Flask, study: RunningStudy) -> Expert:
    """Give an expert who has filled in the weights."""
    return IMPLICATIONS.answered(app, study)


FIGURES = {
    "D1": "10%", "D2": "10%", "S1": "25%", "S2": "15%", "S3": "10%", "E11": "8%", "E12": "16%",
}  # fmt: skip


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            (
                "What your answers imply further down",
                "By your answers it counts 20% of the whole. This is split equally over its 2 "
                "parts.",
                "By your answers it counts 50% of the whole. This is split by fixed weights",
                "By your answers it counts 24% of the whole. It is split equally over the 3 "
                "indicators at the lowest level below it; a row that holds more",
                "Public services: 10%",
                "changes no weight",
                "from 5 answers on",
                "may be skipped",
                "Step 3 of 4",
            ),
        ),
        (
            "zh-CN",
            (
                "由您的答案推出的下级权重",
                "按您的答案，它占总体的 20%。这一比重由其下 2 项平均分配。",
                "这一比重按研究方案规定的比例分配。",
                "它占总体的 24%。这一比重平分给其下 3 个末级指标；",
                "公共服务：10%",
                "不改变任何权重",
                "至少有 5 人作答",
                "都可以不填",
                "第 3 步，共 4 步",
            ),
        ),
    ],
)
def test_the_page_shows_what_follows_and_presets_nothing(
    expert: Expert, language: str, words: tuple[str, ...]
) -> None:
    expert.language = language
    page = expert.looks(PAGE).text
    missing = [text for text in words if text not in said(page)]
    assert not missing, said(page)
    assert page.count('type="radio"') == 3 * len(FIGURES)
    assert chosen(page) == {}
    for code, figure in FIGURES.items():
        fieldset = page.split(f'id="implication-{code}"', 1)[1].split("</legend>", 1)[0]
        assert fieldset.endswith(figure)


def test_changing_the_weights_moves_figures_and_choices_can_be_cleared(expert: Expert) -> None:
    expert.presses(PAGE, PAGE, **SOME, action="continue")
    assert expert.sends(**ANSWER | {"S": "60", "E": "20"}).headers["Location"] == PAGE
    page = expert.looks(PAGE).text
    assert chosen(page) == SOME
    assert "Public services: 12%" in said(page)
    assert ("action", "clear") in Fields(page).buttons
    assert expert.presses(PAGE, PAGE, action="clear").headers["Location"] == PAGE
    assert chosen(expert.looks(PAGE).text) == {}
    assert expert.fields().values["points.S"] == "60"


def test_what_was_left_out_implies_nothing(expert: Expert, study: RunningStudy) -> None:
    expert.presses(PAGE, PAGE, **SOME, action="continue")
    expert.sends({"abstain.root": "1"}, **ANSWER)
    page = expert.looks(PAGE).text
    assert "By your answers it counts 80% within “Environment”" in said(page)
    assert chosen(page) == {"implication.E12": "acceptable"}
    expert.submits()
    assert stored(IMPLICATIONS, study) == [{"E12": "acceptable"}]
    expert.sends({"abstain.root": "1", "abstain.E": "1"}, **ANSWER)
    assert "nothing follows from them here" in said(expert.looks(PAGE).text)
    expert.presses(PAGE, PAGE, action="continue")
    expert.submits()
    assert stored(IMPLICATIONS, study)[-1] is None


def test_a_round_that_is_not_the_last_has_no_such_page(
    app: Flask, site: Site, around: Surroundings
) -> None:
    study = open_study(site, around, experts=5, tree=IMPLIED, protocol=TWO_ROUNDS)
    expert = Expert(app, study.tokens[0]).enters()
    assert expert.sends(**ANSWER).headers["Location"] == CHECK
    assert "imply" not in expert.looks(CHECK).text
    assert expert.looks(PAGE).headers["Location"] == "/survey"
    form = {**expert.fields().values, **SOME}
    assert expert.posts(PAGE, form).headers["Location"] == CHECK
    assert expert.posts(f"{PAGE}/draft", form).get_json() == {"saved": True, "version": 0}
    expert.submits()
    assert stored(IMPLICATIONS, study) == [None]


def test_it_follows_the_self_assessment(app: Flask, site: Site, around: Surroundings) -> None:
    rules = replace(TWO_ROUNDS, self_assessment=assessment_rule("A"))
    study = open_study(site, around, experts=5, tree=IMPLIED, protocol=rules)
    for one in range(5):
        study.submits(one, typed(ANSWER))
    study.closes_round().opens_round(departure="Another round.")
    expert = Expert(app, study.tokens[0]).enters()
    assert "Continue: how familiar you are" in expert.looks().text
    assert expert.sends(**ANSWER).headers["Location"] == "/survey/familiarity"
    page = expert.looks("/survey/familiarity").text
    assert "Continue: what your answers imply" in page
    assert "Step 3 of 5" in said(page)
    sent = expert.presses("/survey/familiarity", "/survey/familiarity", action="continue")
    assert sent.headers["Location"] == PAGE
    assert "/survey/familiarity" in expert.fields(PAGE).links
    assert "Step 5 of 5" in said(expert.looks(CHECK).text)


@pytest.mark.parametrize(("leaves", "folds"), [(6, False), (7, True)])
def test_many_figures_are_folded_item_by_item(
    app: Flask, site: Site, around: Surroundings, leaves: int, *, folds: bool
) -> None:
    rows = [
        line
        for one in "AB"
        for line in (
            f"{one},,甲{one},Item {one},,,elicited,\n",
            *(
                f"{one}{at},{one},乙{at},Leaf {at},value,benefit,equal_siblings,\n"
                for at in range(leaves)
            ),
        )
    ]
    tree = parse_tree(HEAD + "".join(rows), "wide.csv", require_weights=False)
    study = open_study(site, around, experts=5, tree=tree, protocol=default_protocol(["root"], 2))
    for one in range(5):
        study.submits(one, (50, 50))
    study.closes_round().opens_round(departure="Another round.")
    expert = Expert(app, study.tokens[0]).enters()
    expert.sends(A=50, B=50)
    assert expert.looks(PAGE).text.count("<details") == (2 if folds else 0)
    expert.presses(PAGE, PAGE, **{"implication.B1": "too_low"}, action="continue")
    page = expert.looks(PAGE).text
    assert page.count('<details class="fold-sheet gap" open>') == int(folds)
    assert page.count('type="radio"') == 2 * leaves * 3


def test_the_last_round_of_the_demonstration_shows_it(
    app: Flask, site: Site, around: Surroundings
) -> None:
    study = open_study(
        site,
        around,
        experts=5,
        tree=template_tree("icdi_ec_2022"),
        protocol=default_protocol(["root"], 2),
    )
    for one in range(5):
        study.submits(one, (15, 55, 30))
    study.closes_round().opens_round(departure="Another round.")
    expert = Expert(app, study.tokens[0]).enters()
    expert.language = "zh-CN"
    expert.sends(D=15, S=55, E=30)
    page = said(expert.looks(PAGE).text)
    assert "公共服务发展水平：21.2%" in page
    assert "这一比重平分给其下 13 个末级指标" in page
    assert "<details" not in page


@pytest.mark.parametrize(
    ("points", "children", "figures", "rounded"),
    [
        ((91, 9), 2, ("9%", "4.5%"), False),
        ((50, 50), 4, ("50%", "12.5%"), False),
        ((55, 45), 8, ("45%", "5.6%"), True),
        # with one decimal four times 12.8% would be 51.2%
        ((49, 51), 4, ("51%", "12.75%"), False),
        ((90, 10), 3, ("10%", "3.3%"), True),
    ],
)
def test_parts_add_up_to_what_is_split_or_are_said_to_be_rounded(
    app: Flask,
    site: Site,
    around: Surroundings,
    points: tuple[int, int],
    children: int,
    figures: tuple[str, str],
    *,
    rounded: bool,
) -> None:
    leaves = "".join(
        f"B{at},B,乙{at},Leaf {at},value,benefit,equal_siblings,\n" for at in range(children)
    )
    tree = parse_tree(
        f"{HEAD}A,,甲,Item A,value,benefit,elicited,\nB,,乙,Item B,,,elicited,\n{leaves}",
        "split.csv",
        require_weights=False,
    )
    rules = replace(default_protocol(["root"], 2), answer_step=1)
    study = open_study(site, around, experts=5, tree=tree, protocol=rules)
    for one in range(5):
        study.submits(one, points)
    study.closes_round().opens_round(departure="Another round.")
    expert = Expert(app, study.tokens[0]).enters()
    expert.sends(A=points[0], B=points[1])
    page = said(expert.looks(PAGE).text)
    assert f"it counts {figures[0]} of the whole" in page
    assert f"Leaf 0: {figures[1]}" in page
    assert ("rounded and need not add up exactly" in page) is rounded
