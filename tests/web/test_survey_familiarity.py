"""Between the weights and the check: how well each dimension is known, and grounds of judgement.

What the pages beside the weights have in common: `test_survey_own_pages.py`.
"""

from __future__ import annotations

import pytest
from flask import Flask

from delphi.surroundings import Surroundings
from delphi.web.site import Site
from tests.studies import RunningStudy
from tests.web.own_pages import FAMILIARITY, said, stored
from tests.web.panel import Expert, Fields

PAGE, SOME, chosen = FAMILIARITY.address, FAMILIARITY.some, FAMILIARITY.filled


@pytest.fixture
def study(site: Site, around: Surroundings) -> RunningStudy:
    return FAMILIARITY.opens(site, around)


@pytest.fixture
def expert(app: Flask, study: RunningStudy) -> Expert:
    """Give an expert who has filled in the weights."""
    return FAMILIARITY.answered(app, study)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("How familiar are you with the dimensions?", "may be skipped", "Step 3 of 4")),
        ("zh-CN", ("您对各个维度有多熟悉", "都可以不填", "第 3 步，共 4 步")),
    ],
)
def test_the_page_asks_by_dimension_and_grounds_once(
    expert: Expert, language: str, words: tuple[str, ...]
) -> None:
    expert.language = language
    page = expert.looks(PAGE).text
    assert all(text in said(page) for text in words), said(page)
    assert page.count('type="radio"') == 3 * 5 + 4 * 3
    assert chosen(page) == {}


def test_it_can_be_cleared_and_the_weights_stay(expert: Expert) -> None:
    expert.presses(PAGE, PAGE, **SOME, action="continue")
    assert ("action", "clear") in expert.fields(PAGE).buttons
    assert expert.presses(PAGE, PAGE, action="clear").headers["Location"] == PAGE
    assert chosen(expert.looks(PAGE).text) == {}
    assert expert.fields().values["points.D"] == "20"


def test_the_next_round_is_empty_and_offers_the_own_last_answer(
    expert: Expert, study: RunningStudy
) -> None:
    expert.presses(PAGE, PAGE, **SOME, action="continue")
    expert.submits()
    FAMILIARITY.others_submit(study)
    study.closes_round().opens_round(departure="Another round.")
    expert.sends(D=20, S=50, E=30)
    page = expert.looks(PAGE).text
    assert chosen(page) == {}
    assert ("action", "keep") in Fields(page).buttons
    assert expert.presses(PAGE, PAGE, action="keep").headers["Location"] == PAGE
    assert chosen(expert.looks(PAGE).text) == SOME
    expert.submits()
    assert stored(FAMILIARITY, study) == [FAMILIARITY.stored]
