"""What the letter says of the task, by what the round asks."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from analysis.tree import Tree
from delphi.domain.methods import BEST_WORST, PAIRWISE, RANKING, RATING, PlannedQuestion
from delphi.domain.protocol import Protocol, default_protocol, same_in_every_round
from delphi.queries.assessment_rules import assessment_rule
from delphi.surroundings import Surroundings
from delphi.web.site import Site
from tests.five_methods import FIVE_METHODS, five_methods
from tests.studies import THREE
from tests.web.panel import Expert, open_study

PLAIN = default_protocol(["root"])


def asking(question: PlannedQuestion) -> Protocol:
    return replace(PLAIN, plan=same_in_every_round([question], 2))


@pytest.mark.parametrize(
    ("tree", "protocol", "english", "chinese"),
    [
        (THREE, PLAIN, "divide 100 points among", "把 100 分分给"),
        (
            THREE,
            asking(PlannedQuestion("root", RATING, (1, 9), ("importance",))),
            "What you do: rate “Demand”",
            "评分",
        ),
        (THREE, asking(PlannedQuestion("root", RANKING)), "in order.", "排出先后"),
        (THREE, asking(PlannedQuestion("root", PAIRWISE)), "two at a time", "两两比较"),
        (THREE, asking(PlannedQuestion("root", BEST_WORST)), "most and the least", "最不重要"),
        (FIVE_METHODS, five_methods(), "answer six questions on how much", "回答六道题"),
        (
            THREE,
            replace(PLAIN, self_assessment=assessment_rule("A")),
            "ask how familiar you are with the dimensions",
            "问您对各个维度的熟悉程度",
        ),
        (
            THREE,
            replace(PLAIN, proposals=True),
            "you may also suggest an indicator",
            "您还可以建议增加指标、对定义提出疑问",
        ),
        (
            THREE,
            replace(PLAIN, own_first=True),
            "From the second on you first look at your own last answer",
            "您先回看自己上一轮的答案",
        ),
    ],
)
def test_the_letter_says_what_is_asked(  # noqa: PLR0917 - a row of the table
    app: Flask,
    site: Site,
    around: Surroundings,
    tree: Tree,
    protocol: Protocol,
    english: str,
    chinese: str,
) -> None:
    study = open_study(site, around, tree=tree, protocol=protocol)
    expert = Expert(app, study.tokens[0]).enters()
    for language, words in (("en", english), ("zh-CN", chinese)):
        expert.language = language
        letter = expert.looks("/survey/about").text.replace("\u00a0", " ").replace("\u2060", "")
        assert words in letter


def test_quoted_names_stand_beside_each_other_in_chinese(
    app: Flask, site: Site, around: Surroundings
) -> None:
    study = open_study(site, around, tree=THREE, protocol=PLAIN)
    expert = Expert(app, study.tokens[0]).enters()
    assert "“Demand”, “Supply” and “Environment”" in expert.looks("/survey/about").text
    expert.language = "zh-CN"
    # GB/T 15834: no comma between a closing quotation mark and the next opening one
    assert "“需求”“供给”和“环境”" in expert.looks("/survey/about").text
