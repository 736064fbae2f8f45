"""The pages beside the weights and what an expert says on each, for tests of all three or of one.

page = FAMILIARITY
study = page.opens(site, around)
expert = page.answered(app, study)
expert.presses(page.address, page.address, **page.some, action="continue")
assert stored(page, study) == [page.stored]
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from html import unescape
from typing import Any

from flask import Flask

from delphi.domain.protocol import default_protocol
from delphi.queries.assessment_rules import usual_protocol
from delphi.surroundings import Surroundings
from delphi.web.site import Site
from tests.implied_tree import ANSWER, IMPLIED, TWO_ROUNDS
from tests.studies import RunningStudy, typed
from tests.web.panel import Expert, Fields, open_study

CHECK = "/survey/check"
FLAT = {"D": "20", "S": "50", "E": "30"}


@dataclass(frozen=True)
class Words:
    """What other pages say of the answers, in one language."""

    #: what the check calls the page
    name: str
    #: of `some`, on the check and the receipt
    kept: tuple[str, ...]
    #: of what was left out, on the check before it is sent
    gaps: tuple[str, ...]
    #: of `some` and of `other`, where two versions differ; and what stands beside them
    some: tuple[str, ...]
    other: tuple[str, ...]
    beside: tuple[str, ...]
    #: of `some`, where it is sent once more
    again: tuple[str, ...]
    #: of nothing at all, on the check and on the receipt
    skipped: tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True)
class OwnPage:
    """One of the pages."""

    #: what a submission calls it
    name: str
    address: str
    #: launches a study that asks it, and opens the round that does
    opens: Callable[..., RunningStudy]
    #: weights, the same with a change, and where they lead
    weights: Mapping[str, Any]
    changed: Mapping[str, Any]
    follows: str
    #: how the names of its fields begin
    fields: tuple[str, ...]
    #: what an expert says on it, and what a second window says
    some: dict[str, str]
    other: dict[str, str]
    #: `some` as it is stored, and nothing
    stored: object
    nothing: object
    #: fields and values that hostile posts are drawn from
    hostile: tuple[tuple[str, ...], tuple[str, ...]]
    words: Mapping[str, Words]

    def answered(self, app: Flask, study: RunningStudy) -> Expert:
        """Return the first expert, who has filled in the weights."""
        expert = Expert(app, study.tokens[0]).enters()
        assert expert.sends(**self.weights).headers["Location"] == self.follows
        return expert

    def others_submit(self, study: RunningStudy) -> None:
        """Let all but the first expert submit their weights."""
        for one in range(1, len(study.tokens)):
            study.submits(one, typed(self.weights))

    def filled(self, text: str) -> dict[str, str]:
        """Return what its fields hold, choices from lists included."""
        found = dict(Fields(text).values)
        for name, options in re.findall(
            r'<select id="[^"]+" name="([^"]+)".*?>(.*?)</select>', text, re.S
        ):
            chosen = re.search(r'value="([^"]*)" selected', options)
            found[name] = chosen.group(1) if chosen else ""
        return {
            name: value.strip()
            for name, value in found.items()
            if value and name.startswith(self.fields)
        }


def stored(page: OwnPage, study: RunningStudy) -> list[object]:
    """Return what every submission holds of a page."""
    return [json.loads(one.document)[page.name] for one in study.submissions()]


def said(text: str) -> str:
    """Return the words of a page as they are read."""
    text = re.sub(r"<wbr>|</?span[^>]*>", "", text)
    return unescape(re.sub(r"[\u00a0\s]+", " ", text.replace("\u2060", "")))


def last_round(site: Site, around: Surroundings, *, ready: bool = True) -> RunningStudy:
    """Answer and close the first of two rounds; open the last."""
    study = open_study(site, around, experts=5, tree=IMPLIED, protocol=TWO_ROUNDS, ready=ready)
    for one in range(5):
        study.submits(one, typed(ANSWER))
    return study.closes_round().opens_round(departure="Another round.")


def _asks_familiarity(site: Site, around: Surroundings, **how: Any) -> RunningStudy:
    return open_study(site, around, experts=5, protocol=usual_protocol(["root"]), **how)


def _takes_proposals(site: Site, around: Surroundings, **how: Any) -> RunningStudy:
    rules = replace(default_protocol(["root"]), proposals=True)
    return open_study(site, around, experts=5, protocol=rules, **how)


FAMILIARITY = OwnPage(
    name="self_assessment",
    address="/survey/familiarity",
    opens=_asks_familiarity,
    weights=FLAT,
    changed=FLAT | {"D": "25", "S": "45"},
    follows="/survey/familiarity",
    fields=("familiarity.", "basis."),
    some={"familiarity.D": "1", "familiarity.S": "3", "basis.practice": "2"},
    other={"familiarity.D": "4"},
    stored={"familiarity": {"D": 1, "S": 3}, "basis": {"practice": 2}},
    nothing=None,
    hostile=(
        (
            *("familiarity.D", "familiarity.S", "familiarity.E", "familiarity.X", "familiarity."),
            *("basis.practice", "basis.theory", "basis.peers", "basis.magic", "assessment"),
        ),
        ("0", "1", "3", "5", "6", "-1", "1e3", "٣", "１", "null", "9" * 30),
    ),
    words={
        "en": Words(
            name="How familiar you are",
            kept=("<td>Very</td>", "<td>skipped</td>"),
            gaps=(),
            some=("Very", "Partly"),
            other=("A little",),
            beside=(),
            again=("Familiarity (Demand): Very", "Practical experience: Medium"),
            skipped=(("Skipped",), ("You skipped",)),
        ),
        "zh-CN": Words(
            name="熟悉程度与判断依据",
            kept=("<td>很熟悉</td>", "<td>未填</td>"),
            gaps=(),
            some=("很熟悉", "一般"),
            other=("不太熟悉",),
            beside=(),
            again=("熟悉程度（需求）：很熟悉", "实践经验：中"),
            skipped=(("未填",), ("您没有填写",)),
        ),
    },
)

IMPLICATIONS = OwnPage(
    name="implications",
    address="/survey/implications",
    opens=last_round,
    weights=ANSWER,
    changed=ANSWER | {"S": "60", "E": "20"},
    follows="/survey/implications",
    fields=("implication.",),
    some={"implication.S3": "too_high", "implication.E12": "acceptable"},
    other={"implication.S3": "too_low"},
    stored={"S3": "too_high", "E12": "acceptable"},
    nothing=None,
    hostile=(
        (
            *("implication.D1", "implication.S3", "implication.E12", "implication.X"),
            *("implication.", "judged", "judged_version"),
        ),
        ("acceptable", "too_high", "too_low", "TOO_LOW", "0", "1", "null", "9" * 30),
    ),
    words={
        "en": Words(
            name="What your answers imply",
            kept=("<td>Too high</td>", ": 16%"),
            gaps=("<td>skipped</td>",),
            some=("Too high",),
            other=("Too low",),
            beside=("Public services", "Opinions on implied weights"),
            again=("Implied weight (Public services): Too high",),
            skipped=((), ("You said nothing of what",)),
        ),
        "zh-CN": Words(
            name="由您的答案推出的权重",
            kept=("<td>偏高</td>", "：16%"),
            gaps=("<td>未填</td>",),
            some=("偏高",),
            other=("偏低",),
            beside=("公共服务", "有出入的看法"),
            again=("推出的权重（公共服务）：偏高",),
            skipped=((), ("您没有对推出的下级权重发表看法",)),
        ),
    },
)

PROPOSALS = OwnPage(
    name="proposals",
    address="/survey/proposals",
    opens=_takes_proposals,
    weights=FLAT,
    changed=FLAT | {"D": "25", "S": "45"},
    follows=CHECK,
    fields=("kind.", "about.", "proposal."),
    some={
        "kind.1": "indicator",
        "proposal.1": "Add broadband.",
        "kind.2": "definition",
        "about.2": "S",
        "proposal.2": "Supply of what?",
    },
    other={"kind.1": "tree", "proposal.1": "Too deep."},
    stored=[
        {"kind": "indicator", "item": None, "text": "proposal:1"},
        {"kind": "definition", "item": "S", "text": "proposal:2"},
    ],
    nothing=[],
    hostile=(
        (
            *("kind.1", "about.1", "proposal.1", "kind.5", "proposal.5", "proposal.6", "kind."),
            *("about.X", "proposal.0", "proposals", "proposals_version"),
        ),
        ("indicator", "definition", "tree", "TREE", "S", "root", "0", "1", "null", "9" * 30),
    ),
    words={
        "en": Words(
            name="Suggestions and comments",
            kept=("Question a definition (Supply)", "Supply of what?"),
            gaps=(),
            some=("Add broadband.", "Supply of what?"),
            other=("Too deep.",),
            beside=(),
            again=("Text 1: Suggest an indicator", "Supply of what?"),
            skipped=((), ()),
        ),
        "zh-CN": Words(
            name="建议与评论",
            kept=("对定义提出疑问（供给）", "Supply of what?"),
            gaps=(),
            some=("Add broadband.", "Supply of what?"),
            other=("Too deep.",),
            beside=(),
            again=("第 1 条：建议增加指标", "Supply of what?"),
            skipped=((), ()),
        ),
    },
)

PAGES = (FAMILIARITY, IMPLICATIONS, PROPOSALS)
