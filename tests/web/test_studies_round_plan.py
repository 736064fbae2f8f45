"""The round plan on the page of the protocol: chosen, refused, kept as chosen, read."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from flask import Flask

from analysis.tree import Tree
from analysis.treefile import parse_tree
from delphi.models.study import Study
from delphi.web.site import Site
from tests.studies import FOUR_GROUPS, HEAD
from tests.web.studies_desk import LANGUAGES, METHODOLOGIST, Desk, foreign_words, words

RULES = {
    "rounds": "3",
    "answer_step": "5",
    "tolerance": "5",
    "preset": "recommended",
    "response": "70",
    "minimum": "8",
    "item_order": "per_respondent",
    "self_assessment": "A",
    "own_first": "no",
    "proposals": "no",
    "step.root": "5",
}
#: Value of a cell → how it is stored.
WAYS: dict[str, dict[str, Any]] = {
    "constant_sum": {"method": "constant_sum"},
    "rating.1-5": {"method": "rating", "scale": [1, 5], "criteria": ["importance"]},
    "rating.1-9": {"method": "rating", "scale": [1, 9], "criteria": ["importance"]},
    "rating.0-100": {"method": "rating", "scale": [0, 100], "criteria": ["importance"]},
    "ranking": {"method": "ranking"},
    "pairwise": {"method": "pairwise"},
    "best_worst": {"method": "best_worst"},
}


@pytest.fixture
def desk(app: Flask, site: Site) -> Desk:
    return Desk(app, site)


def of_size(items: int) -> Tree:
    rows = "".join(f"A{n},,项{n},Item {n},value,benefit,elicited,\n" for n in range(items))
    return parse_tree(HEAD + rows, "tree.csv", require_weights=False)


def cells(**asked: str) -> dict[str, str]:
    """Return the cells of each group, its rounds parted by blanks; a dot where it is not asked."""
    return {
        f"plan.{number}.{group}": "none" if value == "." else value
        for group, values in asked.items()
        for number, value in enumerate(values.split(), start=1)
    }


def document(desk: Desk, base: str) -> dict[str, Any]:
    with desk.site.database.reading() as session:
        found: dict[str, Any] = json.loads(session.get_one(Study, base.rsplit("/", 1)[1]).protocol)
    return found


def questions(desk: Desk, base: str) -> list[list[dict[str, Any]]]:
    """Return what each round asks, as it is stored."""
    return [one["questions"] for one in document(desk, base)["round_plan"]]


def choices(page: str) -> dict[str, tuple[list[str], str | None]]:
    """Return field → values that are offered and the one that is chosen."""
    found = {}
    for field, inner in re.findall(r'<select id="(plan[^"]+)".*?>(.*?)</select>', page, re.DOTALL):
        options = re.findall(r'<option value="([^"]*)"( selected)?>', inner)
        chosen = next((value for value, selected in options if selected), None)
        found[field] = ([value for value, _ in options], chosen)
    return found


# ----------------------------------------------------------------------------------------- choosing


def test_a_draft_offers_every_method_for_each_round_and_group(desk: Desk) -> None:
    found = choices(desk.get(f"{desk.draft(tree=FOUR_GROUPS)}/protocol"))
    assert sorted(found) == sorted(cells(root=". . .", D=". . ."))
    assert all(one == (["none", *WAYS], "constant_sum") for one in found.values())


@pytest.mark.parametrize(
    ("language", "label", "rating"),
    [("en", "First level in round 2", "Rating 1–5"), ("zh-CN", "第 2 轮：第一级", "评分 1–5")],
)
def test_a_choice_is_named_by_group_round_and_method(
    desk: Desk, language: str, label: str, rating: str
) -> None:
    page = desk.get(f"{desk.draft()}/protocol", language)
    plain = page.replace("\u00a0", " ").replace("\u2060", "")
    assert f'name="plan.2.root" aria-label="{label}"' in plain
    assert f'<option value="rating.1-5">{rating}</option>' in plain
    if language == "zh-CN":
        assert foreign_words(page) == []


@pytest.mark.parametrize("value", WAYS)
def test_each_method_is_stored_and_shown_again(desk: Desk, value: str) -> None:
    base = desk.draft()
    answer = desk.post(f"{base}/protocol", RULES | cells(root=f"constant_sum {value} {value}"))
    assert answer.status_code == 303, answer.text
    points = {"question": "root", "method": "constant_sum"}
    asked = {"question": "root", **WAYS[value]}
    assert questions(desk, base) == [[points], [asked], [asked]]
    page = desk.get(answer.headers["Location"])
    assert choices(page)["plan.3.root"][1] == value
    usual = value == "constant_sum"
    said = "Every rule has its default." if usual else "1 rule differs from its default."
    assert said in words(page)


def test_groups_may_be_asked_in_some_rounds_only(desk: Desk) -> None:
    base = desk.draft(tree=FOUR_GROUPS)
    plan = cells(root=". pairwise pairwise", D="rating.1-9 rating.1-9 .")
    assert desk.post(f"{base}/protocol", RULES | plan).status_code == 303
    assert [[one["question"] for one in asked] for asked in questions(desk, base)] == [
        ["D"],
        ["root", "D"],
        ["root"],
    ]
    found = choices(desk.get(f"{base}/protocol"))
    assert {field: chosen for field, (_, chosen) in found.items()} == plan


def test_ratings_go_by_importance_and_what_else_is_chosen(desk: Desk) -> None:
    base = desk.draft()
    plan = cells(root="rating.1-5 rating.1-5 constant_sum")
    fields = {**RULES, **plan, "criteria": ["representativeness", "operability"]}
    assert desk.post(f"{base}/protocol", fields).status_code == 303
    first, _, last = questions(desk, base)
    assert first[0]["criteria"] == ["importance", "operability", "representativeness"]
    assert "criteria" not in last[0]
    page = desk.get(f"{base}/protocol")
    for code in ("operability", "representativeness"):
        assert f'name="criteria" value="{code}" checked' in page
    assert 'name="criteria" value="sensitivity">' in page
    assert '<input type="checkbox" checked disabled><span>Importance' in page


def test_added_rounds_ask_what_the_last_one_does(desk: Desk) -> None:
    base = desk.draft()
    plan = cells(root="ranking pairwise best_worst")
    assert desk.post(f"{base}/protocol", RULES | plan | {"rounds": "4"}).status_code == 303
    methods = [asked[0]["method"] for asked in questions(desk, base)]
    assert methods == ["ranking", "pairwise", "best_worst", "best_worst"]
    assert "plan.4.root" in choices(desk.get(f"{base}/protocol"))


def test_rounds_that_are_taken_away_are_the_last_ones(desk: Desk) -> None:
    base = desk.draft()
    plan = cells(root="ranking pairwise best_worst")
    assert desk.post(f"{base}/protocol", RULES | plan | {"rounds": "2"}).status_code == 303
    assert [asked[0]["method"] for asked in questions(desk, base)] == ["ranking", "pairwise"]
    assert "plan.3.root" not in choices(desk.get(f"{base}/protocol"))


def test_a_table_with_more_rounds_than_are_stored_by_now_is_taken_as_it_was_sent(
    desk: Desk,
) -> None:
    base = desk.draft()
    assert desk.post(f"{base}/protocol", RULES | {"rounds": "2"}).status_code == 303
    plan = cells(root="constant_sum ranking ranking")
    assert desk.post(f"{base}/protocol", RULES | plan).status_code == 303
    methods = [asked[0]["method"] for asked in questions(desk, base)]
    assert methods == ["constant_sum", "ranking", "ranking"]


def test_cells_that_were_not_sent_stay_as_they_are(desk: Desk) -> None:
    base = desk.draft(tree=FOUR_GROUPS)
    plan = cells(root="ranking ranking ranking", D="pairwise pairwise .")
    assert desk.post(f"{base}/protocol", RULES | plan).status_code == 303
    assert desk.post(f"{base}/protocol", RULES | {"tolerance": "10"}).status_code == 303
    found = choices(desk.get(f"{base}/protocol"))
    assert {field: chosen for field, (_, chosen) in found.items()} == plan


# ---------------------------------------------------------------------------------------- refusing

REFUSED = {
    "missing": (
        cells(root="ranking ranking ranking", D=". . ."),
        "plan.1.D",
        "Round plan: No round asks “D Demand”. Choose a method for it in at least one round",
        "函询方案：没有一轮问“D 需求”。请至少在一轮里为它选一种方法",
    ),
    "interrupted": (
        cells(root="ranking ranking ranking", D="pairwise . pairwise"),
        "plan.2.D",
        "Round plan: “D Demand” is asked before and after round 2, but not in it.",
        "函询方案：“D 需求”在第 2 轮之前和之后都问，唯独这一轮不问。",
    ),
    "empty": (
        cells(root="ranking ranking .", D="pairwise pairwise ."),
        "plan.3.root",
        "Round plan: Round 3 asks nothing. Choose a method for at least one group",
        "函询方案：第 3 轮什么都不问。请至少为一个指标组选一种方法",
    ),
    "unknown": (
        cells(root="ranking swara ranking", D="pairwise pairwise ."),
        "plan.2.root",
        "Round plan: “swara” is not possible here. Possible: none, constant_sum, rating.1-5",
        "函询方案：这里不能是“swara”。可用：none, constant_sum",
    ),
    "taken away": (
        {**cells(root="ranking ranking ranking", D=". . pairwise"), "rounds": "2"},
        "plan.1.D",
        "Round plan: No round asks “D Demand”.",
        "函询方案：没有一轮问“D 需求”。",
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", REFUSED)
def test_a_plan_that_cannot_be_is_refused_at_its_cell_and_kept_as_chosen(
    desk: Desk, case: str, language: str
) -> None:
    plan, field, english, chinese = REFUSED[case]
    base = desk.draft(tree=FOUR_GROUPS)
    before = document(desk, base)
    fields = {**RULES, **plan, "criteria": "sensitivity", "own_first": "yes", "tolerance": "20"}
    answer = desk.post(f"{base}/protocol", fields, language=language)
    assert answer.status_code == 422
    assert (english if language == "en" else chinese) in words(answer.text)
    assert f'<a href="#{field}">' in answer.text
    assert f'aria-invalid="true" aria-describedby="{field}-error "' in answer.text
    kept = {one: chosen for one, (_, chosen) in choices(answer.text).items()}
    assert kept == {
        one: value if value != "swara" else None
        for one, value in plan.items()
        if one.startswith("plan.")
    }
    assert 'value="sensitivity" checked' in answer.text
    assert 'name="own_first" value="yes" checked' in answer.text
    assert 'value="20"' in answer.text
    assert document(desk, base) == before


def test_an_unknown_criterion_is_refused(desk: Desk) -> None:
    base = desk.draft()
    answer = desk.post(f"{base}/protocol", {**RULES, "criteria": ["beauty", "sensitivity"]})
    assert answer.status_code == 422
    assert "Criteria of ratings: “beauty” is not possible here." in words(answer.text)
    assert '<a href="#criteria">' in answer.text
    assert 'value="sensitivity" checked' in answer.text


def test_everything_that_is_wrong_is_told_together(desk: Desk) -> None:
    plan = cells(root="ranking ranking .", D=". . .")
    fields = RULES | plan | {"tolerance": "two", "own_first": ""}
    answer = desk.post(f"{desk.draft(tree=FOUR_GROUPS)}/protocol", fields)
    found = re.findall(r'<a href="#([^"]+)">', answer.text[answer.text.index("error-summary") :])
    assert found[:4] == ["tolerance", "own_first", "plan.3.root", "plan.1.D"]


@pytest.mark.parametrize(
    ("items", "missing"),
    [(9, set()), (10, {"pairwise", "best_worst"}), (13, {"pairwise", "best_worst", "ranking"})],
)
def test_methods_that_a_group_is_too_large_for_are_not_offered(
    desk: Desk, items: int, missing: set[str]
) -> None:
    page = desk.get(f"{desk.draft(tree=of_size(items))}/protocol")
    (offered, _) = choices(page)["plan.1.root"]
    assert set(WAYS) - set(offered) == missing


@pytest.mark.parametrize(
    ("value", "items", "english", "chinese"),
    [
        (
            "pairwise",
            10,
            "“Pairwise comparison” takes at most 9 indicators; “First level” has 10.",
            "“两两比较”至多用于 9 个指标，而“第一级”有 10 个。请改用分配 100 分或评分。",
        ),
        (
            "ranking",
            13,
            "“Ranking” takes at most 12 indicators; “First level” has 13.",
            "“排序”至多用于 12 个指标，而“第一级”有 13 个。请改用分配 100 分或评分。",
        ),
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_they_are_refused_all_the_same(
    desk: Desk, language: str, value: str, items: int, english: str, chinese: str
) -> None:
    base = desk.draft(tree=of_size(items))
    before = document(desk, base)
    fields = RULES | cells(root=f"constant_sum {value} constant_sum")
    answer = desk.post(f"{base}/protocol", fields, language=language)
    assert answer.status_code == 422
    assert (english if language == "en" else chinese) in words(answer.text)
    assert choices(answer.text)["plan.2.root"][1] == value
    assert value not in choices(answer.text)["plan.1.root"][0]
    assert document(desk, base) == before


# ----------------------------------------------------------------------------------------- reading


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_frozen_plan_is_said_in_words(desk: Desk, language: str) -> None:
    base = desk.draft(experts=12, tree=FOUR_GROUPS)
    plan = cells(root=". pairwise pairwise", D="rating.1-5 constant_sum constant_sum")
    fields = {**RULES, **plan, "criteria": "operability", "proposals": "yes"}
    assert desk.post(f"{base}/protocol", fields).status_code == 303
    assert desk.post(f"{base}/launch").status_code == 303
    page = desk.get(f"{base}/protocol", language)
    assert "<select" not in page
    assert "<input" not in page
    said = words(page)
    english = (
        "D Demand2 indicators Rating 1–5 Dividing 100 points Dividing 100 points",
        "Criteria of ratings Importance, operability",
        "Not asked Pairwise comparison Pairwise comparison",
    )
    chinese = ("评分 1–5 分配 100 分 分配 100 分", "重要性、可操作性", "不问 两两比较 两两比较")
    for one in english if language == "en" else chinese:
        assert one in said
    other, end = ("Ranking", "Headline") if language == "en" else ("排序", "主结果")
    assert other not in said.split(end)[0]


def test_a_methodologist_reads_the_plan_of_a_draft(desk: Desk) -> None:
    base = desk.draft()
    page = desk.get(f"{base}/protocol", client=desk.browser(METHODOLOGIST))
    assert "<select" not in page
    assert "Round 3" in words(page)
    assert "Criteria of ratings" not in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_headline_rules_are_named_by_method(desk: Desk, language: str) -> None:
    base = desk.draft(tree=FOUR_GROUPS)
    plan = cells(root="ranking ranking ranking", D="rating.1-5 rating.1-5 .")
    assert desk.post(f"{base}/protocol", RULES | plan).status_code == 303
    said = words(desk.get(f"{base}/protocol", language))
    english = (
        "Ranking: Mean of rank-order centroid weights",
        "Computed beside: mean of rank-sum weights, mean of reciprocal-rank weights.",
        "Rating: Mean of each expert’s normalised ratings",
    )
    chinese = ("排序：排序重心权重（ROC）的平均", "评分：各位专家评分归一后的平均")
    for one in english if language == "en" else chinese:
        assert one in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_plan_that_weakens_the_weights_is_told_before_launch(desk: Desk, language: str) -> None:
    base = desk.draft(experts=12, tree=FOUR_GROUPS)
    plan = cells(root="ranking ranking ranking", D="constant_sum constant_sum rating.1-5")
    assert desk.post(f"{base}/protocol", RULES | plan).status_code == 303
    said = words(desk.get(f"{base}/launch", language))
    english = (
        "Weights will come from ratings D. Ratings lie close together",
        "Weights will come from places alone First level. A ranking does not say",
        "The method that gives the weights is asked in one round only D. Without a round before",
    )
    chinese = (
        "权重将由评分得出D。评分彼此接近",
        "权重将只由名次得出第一级。排序说不出",
        "得出权重的方法只用了一轮D。",
    )
    for one in english if language == "en" else chinese:
        assert one.replace(" ", "") in said.replace(" ", "")
    assert desk.post(f"{base}/launch").status_code == 303
