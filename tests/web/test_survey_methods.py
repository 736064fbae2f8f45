"""Every question method over HTTP: gaps and their words, what is kept, what other pages show."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from delphi.domain.answers.checking import fields_of
from delphi.models.answer import Draft, Submission
from delphi.schemas import require_valid
from delphi.surroundings import Surroundings
from delphi.web.site import Site
from tests.five_methods import ANSWER, FIVE_METHODS, five_methods, full_answer
from tests.studies import RunningStudy
from tests.web.panel import Expert, Fields, open_study, plain


@pytest.fixture
def study(site: Site, around: Surroundings) -> RunningStudy:
    return open_study(site, around, tree=FIVE_METHODS, protocol=five_methods())


@pytest.fixture
def expert(app: Flask, study: RunningStudy) -> Expert:
    return Expert(app, study.tokens[0]).enters()


def sends(expert: Expert, changed: Mapping[str, str]) -> tuple[int, str]:
    """Send the full answer with some fields changed; return the status and the page."""
    form = {**expert.fields().values, **ANSWER, **changed, "action": "continue"}
    response = expert.posts("/survey", form)
    return response.status_code, plain(response.text)


def submitted(study: RunningStudy) -> list[str]:
    with study.database.reading() as session:
        return list(session.scalars(select(Submission.document)))


GAPS = [
    ({"more.D:S": ""}, "more-D--S", "Choose which counts more, or Equal", "请选哪一个更重要"),
    ({"more.D:S": "perhaps"}, "more-D--S", "not compared yet", "还没有比较"),
    ({"times.D:S": ""}, "times-D--S", "Choose a number from 2 to 9", "请选 2 到 9"),
    ({"times.D:S": "10"}, "times-D--S", "Choose a number from 2 to 9", "请选 2 到 9"),
    (
        {"rating.operability.D2": ""},
        "rating-operability.D2",
        "Give one from 1 to 5",
        "在 1 到 5 之间",
    ),
    ({"rating.importance.D1": "6"}, "rating-importance.D1", "“6” is no rating", "“6”不是评分"),
    ({"rating.importance.E1.1": "101"}, "rating-importance.E1.1", "from 0 to 100", "0 到 100"),
    ({"rating.importance.E1.1": "70.5"}, "rating-importance.E1.1", "from 0 to 100", "0 到 100"),
    ({"place.S1": ""}, "place-S1", "Give one from 1 to 4", "请写 1 到 4"),
    ({"place.S4": "2"}, "place-S4", "Place 2 is given twice", "第 2 位给了两项"),
    ({"place.S1": "5"}, "place-S1", "“5” is no place", "“5”不是位次"),
    ({"best.E": ""}, "best-E", "Choose the one that counts most", "请选出最重要的一项"),
    ({"worst.E": "nobody"}, "worst-E", "Choose the one that counts least", "请选出最不重要的一项"),
    ({"worst.E": "E1"}, "worst-E", "The same one is chosen", "选了同一项"),
    ({"best_to.E3": ""}, "best_to-E3", "Choose a number from 1 to 9", "请选 1 到 9"),
    ({"to_worst.E2": "x"}, "to_worst-E2", "Choose a number from 1 to 9", "请选 1 到 9"),
]


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize(("changed", "field", "english", "chinese"), GAPS)
def test_every_gap_is_named_at_its_field(
    expert: Expert,
    changed: dict[str, str],
    field: str,
    english: str,
    chinese: str,
    language: str,
) -> None:
    expert.language = language
    status, page = sends(expert, changed)
    assert status == 422
    assert f'href="#{field}"' in page
    assert field in Fields(page).ids
    assert (english if language == "en" else chinese) in page
    # What was typed stays.
    shown = Fields(expert.looks().text).values
    kept = {name: text for name, text in {**ANSWER, **changed}.items() if name.startswith("place")}
    assert {name: shown[name] for name in kept} == kept
    overview = plain(expert.looks("/survey/check").text)
    assert f"/survey#{field}" in overview


def test_a_full_answer_is_checked_received_and_stored(expert: Expert, study: RunningStudy) -> None:
    assert sends(expert, {})[0] == 303
    page = plain(expert.looks("/survey/check").text)
    for words in (
        "“Supply” counts 3 times as much",
        "the same",
        "place 4",
        "8 times",
        "Infrastructure",
    ):
        assert words in page
    assert "Out of 100, your comparisons give: “Supply” 55, “Environment” 24, “Demand” 21." in page
    assert expert.submits().status_code == 303
    (document,) = map(json.loads, submitted(study))
    require_valid(document)
    receipt = plain(expert.looks("/survey/receipt").text)
    for words in ("“Supply” counts 3 times as much", "Purchasing power, operability", "place 1"):
        assert words in receipt


def test_the_draft_tells_what_comparisons_give(expert: Expert) -> None:
    form = {**expert.fields().values, "more.D:S": "first", "times.D:S": "3"}
    answer = expert.posts("/survey/draft", form).get_json()
    assert answer["help"] == {"root": [], "E": []}
    circle = {"more.S:E": "first", "times.S:E": "3", "more.D:E": "second", "times.D:E": "3"}
    answer = expert.posts("/survey/draft", {**form, **circle, "version": "1"}).get_json()
    weights, advice = answer["help"]["root"]
    assert weights.startswith("Out of 100")
    assert "“Demand” counts 3 times as much as “Supply”" in advice
    assert "“Supply” counts 3 times as much as “Environment”" in advice
    assert "“Environment” counts 3 times as much as “Demand”" in advice
    assert "it would follow that “Demand” counts 9 times as much as “Environment”" in advice
    abstained = {**form, **circle, "abstain.root": "1", "version": "2"}
    assert expert.posts("/survey/draft", abstained).get_json()["help"]["root"] == []


def test_a_group_that_cannot_be_judged_is_left_out(expert: Expert, study: RunningStudy) -> None:
    groups = {f"abstain.{name}": "1" for name in ("root", "D", "S", "E", "E1")}
    form = {**expert.fields().values, "points.D1.1": "50", "points.D1.2": "50", **groups}
    assert expert.posts("/survey", {**form, "action": "continue"}).status_code == 303
    assert expert.submits().status_code == 303
    (document,) = map(json.loads, submitted(study))
    assert [one["question"] for one in document["answers"] if one.get("abstain")] == [
        "root",
        "D",
        "S",
        "E",
        "E1",
    ]


def test_acts_below_a_card_do_what_they_say_without_script(expert: Expert) -> None:
    sends(expert, {})
    for group, gone in (("root", "times.D:S"), ("D", "rating.importance.D1"), ("E", "best.E")):
        form = {**expert.fields().values, "action": f"clear.{group}"}
        assert expert.posts("/survey", form).status_code == 303
        assert expert.fields().values.get(gone, "") == ""
    # Nothing is split where no points are divided.
    before = expert.fields().values
    assert expert.posts("/survey", {**before, "action": "even.S"}).status_code == 303
    after = expert.fields().values
    assert {**before, "version": "", "csrf_token": ""} == {**after, "version": "", "csrf_token": ""}


def test_two_windows_show_both_versions_line_by_line(expert: Expert) -> None:
    form = {**expert.fields().values, **ANSWER, "action": "save"}
    expert.posts("/survey", form)
    other = {**form, "more.D:S": "equal", "place.S1": "3"}
    response = expert.posts("/survey", other)
    page = plain(response.text)
    assert response.status_code == 409
    assert "“Supply” counts 3 times as much" in page
    assert "place 3" in page
    assert "place 2" in page


def test_a_late_answer_is_listed_and_shown_in_the_next_round(
    expert: Expert, study: RunningStudy
) -> None:
    form = {**expert.fields().values, **ANSWER, "action": "continue"}
    for at in range(1, 8):
        study.submits(at, full_answer())
    study.closes_round()
    response = expert.posts("/survey", form)
    assert response.status_code == 409
    assert "“Supply” counts 3 times as much" in plain(response.text)
    study.opens_round(departure="Another round.")
    assert "“Supply” counts 3 times as much" in plain(expert.looks().text)


def test_what_was_typed_survives_the_end_of_the_visit(expert: Expert) -> None:
    form = {**expert.fields().values, **ANSWER, "action": "continue"}
    expert.client.delete_cookie("delphi-expert")
    response = expert.posts("/survey", form)
    assert response.status_code == 403
    kept = Fields(response.text).values
    assert {name: kept.get(name) for name in ANSWER} == dict(ANSWER)


def test_round_2_shows_the_group_in_the_unit_of_each_method(
    app: Flask, expert: Expert, study: RunningStudy
) -> None:
    for at in range(8):
        study.submits(at, full_answer({"place.S1": "1", "place.S3": "2"} if at % 2 else None))
    study.closes_round().opens_round(departure="Another round.")
    page = plain(expert.looks().text)
    figures = {
        code: re.findall(r"<dd[^>]*>([^<]*)</dd>", found)
        for code, found in re.findall(r'id="figures-([A-Z0-9.]+)">(.*?)</dl>', page, re.S)
    }
    assert figures["S1"] == ["2", "1.5", "1–2"]
    assert figures["D2"] == ["3", "3", "3"]
    assert figures["E1.2"] == ["90", "90", "90"]
    assert figures["S"] == ["55", "55", "50–55"] or figures["S"][0] == "55"
    assert "The figures are those for importance." in page
    changed = {"place.S1": "4", "place.S4": "1", "rating.importance.D1": "1"}
    form = {**expert.fields().values, **ANSWER, **changed, "action": "save"}
    expert.posts("/survey", form)
    page = plain(expert.looks().text)
    assert "Place 4 lies outside the middle half of the answers (place 1–2)" in page
    assert "Your rating of 1 lies outside the middle half of the ratings (4)" in page


ODD = (
    st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=8)
    | st.integers(-3, 120).map(str)
    | st.sampled_from(
        ["first", "second", "equal", "E1", "E2", "E3", "３", "=1+1", "<b>", "1e9", "٣"]
    )
)


def test_whatever_is_posted_is_answered_and_kept(app: Flask, study: RunningStudy) -> None:
    names = [name for one in study.questionnaire.questions for name in fields_of(one)]
    acts = st.sampled_from(["continue", "save", "clear.E", "even", "keep.S", "odd"])

    @settings(max_examples=40, deadline=None)
    @given(st.dictionaries(st.sampled_from(names), ODD, max_size=12), acts)
    def posts(posted: dict[str, str], act: str) -> None:
        expert = Expert(app, study.tokens[1]).enters()
        form = {**expert.fields().values, **ANSWER, **posted}
        assert expert.posts("/survey", {**form, "action": act}).status_code in {303, 422}
        assert expert.posts("/survey/draft", form).status_code in {200, 409}
        for address in ("/survey", "/survey/check"):
            assert expert.looks(address).status_code in {200, 303}
        with study.database.reading() as session:
            for content in session.scalars(select(Draft.content)):
                assert set(json.loads(content)["fields"]) <= set(names)

    posts()


def test_many_gaps_of_a_question_are_one_line_above_it_and_each_a_line_on_the_check(
    expert: Expert,
) -> None:
    places = {f"place.S{at}": "" for at in range(1, 5)}
    status, page = sends(expert, places)
    assert status == 422
    assert "“Supply”: 4 answers are left to give or to correct" in page
    assert page.count("This place is missing") == 4  # each at its field
    overview = plain(expert.looks("/survey/check").text)
    for code in ("S1", "S2", "S3", "S4"):
        assert f'href="/survey#place-{code}"' in overview
