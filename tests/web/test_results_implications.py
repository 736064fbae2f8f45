"""What the weights imply further down on the page of the last round, in both languages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from delphi.services.staff import StaffMember
from delphi.surroundings import Surroundings
from delphi.web.site import Site
from tests.implied_tree import ANSWER, IMPLIED, TWO_ROUNDS
from tests.studies import COORDINATOR, RunningStudy, typed
from tests.web.conftest import sign_in
from tests.web.panel import open_study
from tests.web.results_desk import words_of

LANGUAGES = ("en", "zh-CN")
FULL = typed(ANSWER)
OTHER = typed({**ANSWER, "S": "60", "E": "20"})


def closed(site: Site, around: Surroundings, said: Sequence[str], **how: Any) -> RunningStudy:
    """Close both rounds; one expert after the other says something of S3, of whom one skips D1."""
    study = open_study(site, around, experts=8, tree=IMPLIED, protocol=TWO_ROUNDS)
    for expert in range(8):
        study.submits(expert, FULL)
    study.closes_round().opens_round(departure="Another round.")
    for expert, one in enumerate(said):
        given = {"S3": one} | ({"D1": one} if expert else {})
        answer = replace(FULL if expert % 2 else OTHER, judged=given)
        study.submits(expert, replace(answer, **how))
    return study.closes_round()


def page(app: Flask, site: Site, study: RunningStudy, language: str, number: int = 2) -> str:
    client = app.test_client()
    sign_in(client, site, StaffMember(COORDINATOR, "lin", "Lin"))
    address = f"/studies/{study.id}/rounds/{number}/result"
    found = client.get(address, headers={"Accept-Language": language})
    assert found.status_code == 200
    return found.text


def section(text: str) -> str:
    return text.split('<section id="implications">', 1)[1].split("</section>", 1)[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_nodes_stand_with_the_panels_weight_and_their_counts(
    app: Flask, site: Site, around: Surroundings, language: str
) -> None:
    said = ["too_high", "too_high", "acceptable", "too_high", "too_low", "acceptable"]
    text = section(page(app, site, closed(site, around, said), language))
    name, demand = ("Public services", "Traffic") if language == "en" else ("公共服务", "流量")
    row = words_of(text.split(f">{name}<", 1)[1].split("</tr>", 1)[0].partition(">")[2])
    # The mean of 60, 50, 60, 50, 60 and 50 points, and a fifth of it; six opinions.
    assert row.split() == ["11.000%", "6", "2", "3", "1"]
    unsaid = words_of(text.split(f">{demand}<", 1)[1].split("</tr>", 1)[0])
    assert "10.000% 0" in unsaid
    hidden = "withheld below 5" if language == "en" else "不足 5 位，不显示"
    assert unsaid.replace("\u00a0", " ").count(hidden) == 1
    why = "fewer than 5 experts said something" if language == "en" else "发表看法的专家不足 5 位时"
    assert why in words_of(text).replace("\u00a0", " ")


@pytest.mark.parametrize("language", LANGUAGES)
def test_weights_and_counts_of_a_small_panel_are_withheld(
    app: Flask, site: Site, around: Surroundings, language: str
) -> None:
    text = section(page(app, site, closed(site, around, ["too_high"] * 4), language))
    assert "%" not in words_of(text)
    assert ">4<" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_figure_within_a_group_says_so(
    app: Flask, site: Site, around: Surroundings, language: str
) -> None:
    study = closed(site, around, ["acceptable"] * 5, abstained=frozenset({"root"}))
    text = words_of(section(page(app, site, study, language))).replace("\u00a0", " ")
    words = "26.667% within “Environment”" if language == "en" else "26.667% 占“环境”的比重"
    assert words in text


def test_other_rounds_have_no_such_section(app: Flask, site: Site, around: Surroundings) -> None:
    study = closed(site, around, ["acceptable"] * 5)
    assert 'id="implications"' not in page(app, site, study, "en", number=1)
