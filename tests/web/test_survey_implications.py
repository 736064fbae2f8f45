"""Last round, before the check: what the own answers imply further down, and opinions on it."""

from __future__ import annotations

import json
import random
import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask

from analysis.templates import template_tree
from analysis.treefile import parse_tree
from delphi.clock import FixedClock
from delphi.domain.protocol import default_protocol
from delphi.queries.assessment_rules import assessment_rule
from delphi.schemas import require_valid
from delphi.surroundings import Surroundings
from delphi.web.site import Site
from tests.implied_tree import ANSWER, IMPLIED, TWO_ROUNDS
from tests.studies import HEAD, RunningStudy, typed
from tests.web.panel import CODE, Expert, Fields, open_study
from tests.web.test_survey_texts import TEXTS

PAGE = "/survey/implications"
SOME = {"implication.S3": "too_high", "implication.E12": "acceptable"}
STORED = {"S3": "too_high", "E12": "acceptable"}


def last_round(site: Site, around: Surroundings, *, ready: bool = True) -> RunningStudy:
    """Answer and close the first of two rounds; open the last."""
    study = open_study(site, around, experts=5, tree=IMPLIED, protocol=TWO_ROUNDS, ready=ready)
    for one in range(5):
        study.submits(one, typed(ANSWER))
    return study.closes_round().opens_round(departure="Another round.")


@pytest.fixture
def study(site: Site, around: Surroundings) -> RunningStudy:
    return last_round(site, around)


@pytest.fixture
def expert(app: Flask, study: RunningStudy) -> Expert:
    """Give an expert who has filled in the weights."""
    expert = Expert(app, study.tokens[0]).enters()
    assert expert.sends(**ANSWER).headers["Location"] == PAGE
    return expert


def said(page: str) -> str:
    """Return the words of a page as they are read."""
    text = re.sub(r"<wbr>|</?span[^>]*>", "", page)
    return unescape(re.sub(r"[\u00a0\s]+", " ", text.replace("\u2060", "")))


def chosen(page: str) -> dict[str, str]:
    return {
        name: value for name, value in Fields(page).values.items() if name.startswith("implication")
    }


def stored(study: RunningStudy) -> list[object]:
    return [json.loads(one.document)["implications"] for one in study.submissions()]


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


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_choices_are_kept_checked_stored_and_read_back(
    expert: Expert, study: RunningStudy, language: str
) -> None:
    expert.language = language
    answer = expert.presses(PAGE, PAGE, **SOME, action="continue")
    assert answer.headers["Location"] == "/survey/check"
    assert chosen(expert.looks(PAGE).text) == SOME
    high, skipped = ("Too high", "skipped") if language == "en" else ("偏高", "未填")
    for page in ("/survey/check", "/survey/receipt"):
        text = expert.looks(page).text
        assert f"<td>{high}</td>" in text
        assert (f"<td>{skipped}</td>" in text) is (page == "/survey/check")
        assert ": 16%" in said(text) or "：16%" in said(text)
        if page == "/survey/check":
            assert expert.submits().status_code == 303
    assert stored(study) == [STORED]
    for one in study.submissions():
        require_valid(json.loads(one.document))


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_all_of_it_may_be_skipped(expert: Expert, study: RunningStudy, language: str) -> None:
    expert.language = language
    assert expert.presses(PAGE, PAGE, action="continue").headers["Location"] == "/survey/check"
    expert.submits()
    assert stored(study) == [None]
    words = "You said nothing of what" if language == "en" else "您没有对推出的下级权重发表看法"
    assert words in said(expert.looks("/survey/receipt").text)


def test_changing_the_weights_keeps_choices_and_moves_figures(expert: Expert) -> None:
    expert.presses(PAGE, PAGE, **SOME, action="continue")
    assert expert.sends(**ANSWER | {"S": "60", "E": "20"}).headers["Location"] == PAGE
    page = expert.looks(PAGE).text
    assert chosen(page) == SOME
    assert "Public services: 12%" in said(page)
    form = Fields(page).values
    assert expert.posts(PAGE, {**form, "action": "clear"}).headers["Location"] == PAGE
    assert chosen(expert.looks(PAGE).text) == {}
    assert expert.fields().values["points.S"] == "60"


def test_what_was_left_out_implies_nothing(expert: Expert, study: RunningStudy) -> None:
    expert.presses(PAGE, PAGE, **SOME, action="continue")
    expert.sends({"abstain.root": "1"}, **ANSWER)
    page = expert.looks(PAGE).text
    assert "By your answers it counts 80% within “Environment”" in said(page)
    assert chosen(page) == {"implication.E12": "acceptable"}
    expert.submits()
    assert stored(study) == [{"E12": "acceptable"}]
    expert.sends({"abstain.root": "1", "abstain.E": "1"}, **ANSWER)
    assert "nothing follows from them here" in said(expert.looks(PAGE).text)
    expert.presses(PAGE, PAGE, action="continue")
    expert.submits()
    assert stored(study)[-1] is None


def test_it_is_saved_while_it_is_chosen(expert: Expert) -> None:
    form = expert.fields(PAGE).values
    saved = expert.posts(f"{PAGE}/draft", {**form, **SOME})
    assert saved.get_json() == {"saved": True, "version": 1}
    again = expert.posts(f"{PAGE}/draft", {**form, "implication.D1": "too_low"})
    assert (again.status_code, again.get_json()["conflict"]) == (409, True)
    assert expert.posts(f"{PAGE}/draft", {**form, "csrf_token": "x"}).status_code == 403
    assert expert.looks(f"{PAGE}/draft").headers["Location"] == "/survey"


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_two_windows_lose_nothing(expert: Expert, language: str) -> None:
    expert.language = language
    form = expert.fields(PAGE).values
    expert.posts(PAGE, {**form, **SOME, "action": "continue"})
    second = expert.posts(PAGE, {**form, "implication.S3": "too_low", "action": "continue"})
    assert second.status_code == 409
    words = ("Too low", "Too high", "Public services", "Opinions on what follows")
    if language == "zh-CN":
        words = ("偏低", "偏高", "公共服务", "有出入的看法")
    assert all(one in said(second.text) for one in words)
    assert expert.looks(PAGE).headers["Location"] == "/survey"
    expert.presses("/survey", "/survey/choose", keep="here")
    assert chosen(expert.looks(PAGE).text) == {"implication.S3": "too_low"}
    assert expert.fields().values["points.S"] == "50"


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_an_expired_visit_sends_the_same_choices_again(
    expert: Expert, clock: FixedClock, language: str
) -> None:
    expert.language = language
    form = {**expert.fields(PAGE).values, **SOME, "action": "continue"}
    clock.instant += timedelta(hours=13)
    refused = expert.posts(PAGE, form)
    assert refused.status_code == 403
    assert f'action="{PAGE}"' in refused.text
    words = "Weight that follows (S3): Too high" if language == "en" else "推出的权重（S3）: 偏高"
    assert words in said(refused.text)
    again = Fields(refused.text).values
    assert {name: again[name] for name in SOME} == SOME
    expert.enters()
    token = expert.fields(PAGE).values["csrf_token"]
    sent = expert.posts(PAGE, {**again, "csrf_token": token, "action": "continue"})
    assert sent.headers["Location"] == "/survey/check"
    assert chosen(expert.looks(PAGE).text) == SOME


def test_a_form_that_is_not_ours_shows_the_choices_again(expert: Expert) -> None:
    form = expert.fields(PAGE).values
    answer = expert.posts(PAGE, {**form, **SOME, "csrf_token": "x"})
    assert answer.status_code == 403
    assert chosen(answer.text) == SOME
    assert chosen(expert.looks(PAGE).text) == {}


def test_a_check_that_showed_other_choices_does_not_submit(
    expert: Expert, study: RunningStudy
) -> None:
    check = expert.fields("/survey/check").values
    expert.presses(PAGE, PAGE, **SOME, action="continue")
    assert expert.posts("/survey/submit", check).status_code == 409
    assert stored(study) == []


def test_after_the_close_it_is_kept_and_not_counted(expert: Expert, study: RunningStudy) -> None:
    form = expert.fields(PAGE).values
    for one in range(1, 5):
        study.submits(one, typed(ANSWER))
    study.closes_round()
    saved = expert.posts(f"{PAGE}/draft", {**form, **SOME})
    assert (saved.status_code, saved.json) == (409, {"error": "closed", "kept": True})
    late = expert.posts(PAGE, {**form, **SOME, "action": "continue"})
    assert late.status_code == 409
    assert "was not counted" in late.text
    assert "<td>Too high</td>" in late.text
    assert stored(study) == [None] * 4


def test_other_rounds_and_studies_have_no_such_page(
    app: Flask, site: Site, around: Surroundings
) -> None:
    first = open_study(site, around, experts=5, tree=IMPLIED, protocol=TWO_ROUNDS)
    flat = open_study(site, around, experts=5)
    for study, points in ((first, ANSWER), (flat, {"D": "20", "S": "50", "E": "30"})):
        expert = Expert(app, study.tokens[0]).enters()
        assert expert.sends(**points).headers["Location"] == "/survey/check"
        assert "imply" not in expert.looks("/survey/check").text
        assert expert.looks(PAGE).headers["Location"] == "/survey"
        form = {**expert.fields().values, **SOME}
        assert expert.posts(PAGE, form).headers["Location"] == "/survey/check"
        assert expert.posts(f"{PAGE}/draft", form).get_json() == {"saved": True, "version": 0}
        expert.submits()
        assert stored(study) == [None]


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
    assert "Step 5 of 5" in said(expert.looks("/survey/check").text)


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


def test_a_locked_or_hidden_device_shows_nothing_of_it(
    app: Flask, site: Site, around: Surroundings
) -> None:
    study = last_round(site, around, ready=False)
    home = Expert(app, study.tokens[0]).enters()
    home.presses("/survey", "/survey/consent")
    home.presses("/survey", "/survey/code", access_code=CODE)
    home.sends(**ANSWER)
    home.presses(PAGE, PAGE, **SOME, action="continue")
    other = Expert(app, study.tokens[0]).enters()
    assert other.looks(PAGE).headers["Location"] == "/survey"
    token = other.fields().values["csrf_token"]
    posted = {"csrf_token": token, "implication.D1": "too_low", "round": "2"}
    locked = other.posts(PAGE, posted)
    assert locked.status_code == 403
    assert Fields(locked.text).values["implication.D1"] == "too_low"
    other.presses("/survey", "/survey/without")
    assert other.looks(PAGE).headers["Location"] == "/survey"
    told = other.posts(PAGE, {**posted, "version": "1"})
    assert told.status_code == 409
    assert "Too high" not in told.text
    assert "Too low" in told.text


def test_hostile_posts_store_nothing_off_the_schema(expert: Expert, study: RunningStudy) -> None:
    drawn = random.Random(4)  # noqa: S311  (repeatable on purpose)
    names = [
        *("implication.D1", "implication.S3", "implication.E12", "implication.X", "implication."),
        *("judged", "version", "round", "action", "judged_version", "__proto__"),
    ]
    values = [*TEXTS, "acceptable", "too_high", "too_low", "TOO_LOW", "0", "1", "null", "9" * 30]
    for _ in range(60):
        sent = {name: drawn.choice(values) for name in drawn.sample(names, 5)}
        token = expert.fields().values["csrf_token"]
        for address in (PAGE, f"{PAGE}/draft"):
            answer = expert.posts(address, {**sent, "csrf_token": token})
            assert answer.status_code < 500, (sent, answer.text)
        if expert.looks(PAGE).status_code == 303:
            expert.presses("/survey", "/survey/choose", keep="here")
        expert.submits()
    assert len(study.submissions()) > 1
    for one in study.submissions():
        require_valid(json.loads(one.document))
