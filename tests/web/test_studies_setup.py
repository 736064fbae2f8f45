"""Weight rules, protocol, letter, launch: what may change until launch, and not after."""

from __future__ import annotations

import json

import pytest
from flask import Flask

from delphi.models.study import Study
from delphi.web.site import Site
from tests.web.studies_desk import LANGUAGES, Desk, heading, words

PROTOCOL = {
    "rounds": "4",
    "answer_step": "1",
    "tolerance": "１０",
    "preset": "classic",
    "response": "66.5 %",
    "minimum": "10",
    "item_order": "tree",
    "self_assessment": "B",
    "own_first": "yes",
    "proposals": "yes",
    "step.root": "",
}
LETTER = {
    "title_zh": "城市指数",
    "title_en": "City index",
    **{
        f"{name}.{language}": f"{name} in {language}"
        for name in ("organiser", "purpose", "viewpoint", "contact")
        for language in ("zh", "en")
    },
    "telephone": "010-5555 0123",
    "email": "lin@example.org",
    "minutes": "15",
}


@pytest.fixture
def desk(app: Flask, site: Site) -> Desk:
    return Desk(app, site)


def stored(desk: Desk, base: str) -> Study:
    with desk.site.database.reading() as session:
        study = session.get_one(Study, base.rsplit("/", 1)[1])
        session.expunge(study)
    return study


# ------------------------------------------------------------------------------------ weight rules


def test_weight_rules_are_chosen_by_group_and_the_protocol_follows(desk: Desk) -> None:
    base = desk.empty()
    fields = {"rule.root": "equal_siblings", "rule.S": "elicited", "rule.D": "equal_leaves"}
    answer = desk.post(f"{base}/indicators", fields)
    assert answer.status_code == 303
    page = desk.get(answer.headers["Location"])
    assert heading(page) == "The panel weights 1 of 8 groups"
    assert "The weight rules are saved." in page
    plan = json.loads(stored(desk, base).protocol)["round_plan"]
    assert [question["question"] for question in plan[0]["questions"]] == ["S"]
    assert "S Information consumption supply" in words(desk.get(f"{base}/protocol"))


def test_a_rule_that_needs_weights_is_refused_and_the_choice_kept(desk: Desk) -> None:
    base = desk.empty()
    before = stored(desk, base).protocol
    fields = {"rule.D": "equal_siblings", "rule.root": "fixed"}
    answer = desk.post(f"{base}/indicators", fields)
    assert answer.status_code == 422
    assert "This group has no weights that it could be fixed at" in words(answer.text)
    assert answer.text.count('<option value="equal_siblings" selected>') == 1
    assert stored(desk, base).protocol == before
    assert '<option value="equal_siblings" selected>' not in desk.get(f"{base}/indicators")


def test_an_unknown_rule_is_refused(desk: Desk) -> None:
    answer = desk.post(f"{desk.empty()}/indicators", {"rule.root": "voted"})
    assert answer.status_code == 422
    assert "There is no weight rule of this name." in answer.text


def test_the_tree_shows_both_names_and_its_notes(desk: Desk) -> None:
    page = desk.get(f"{desk.empty()}/indicators")
    assert '<span class="u" lang="zh-CN">信息消费需求</span>' in page
    assert "The text says communication service capability" in page
    assert "Statistics bureau" in page


# ---------------------------------------------------------------------------------------- protocol


def test_every_rule_can_be_set(desk: Desk) -> None:
    base = desk.draft()
    answer = desk.post(f"{base}/protocol", PROTOCOL)
    assert answer.status_code == 303, answer.text
    document = json.loads(stored(desk, base).protocol)
    assert len(document["round_plan"]) == 4
    assert document["answer_step"] == 1
    assert document["tolerance"] == 10
    assert document["stopping"] == {"preset": "classic", "response": "0.665", "minimum": 10}
    assert document["item_order"] == "tree"
    assert document["publishing_steps"] == [{"group": "root", "step_percent": None}]
    assert document["self_assessment"]["table"] == "B"
    assert document["self_assessment"]["scale"] == ["1", "0.8", "0.6", "0.4", "0.2"]
    page = desk.get(answer.headers["Location"])
    assert document["feedback"]["own_first"] is True
    assert document["proposals"] is True
    assert "11 rules differ from their defaults." in words(page)
    assert 'value="66.5"' in page


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("tolerance", "two", "Tolerance: “two” is no whole number; one such as 5 is expected."),
        ("tolerance", "51", "Tolerance: “51” is not possible here. Possible: 1–50."),
        ("rounds", "5", "Rounds at most: “5” is not possible here. Possible: 2–4."),
        ("answer_step", "3", "Answer step: “3” is not possible here. Possible: 1, 5."),
        ("preset", "", "What is judged: “” is not possible here."),
        ("item_order", "x", "Order of indicators: “x” is not possible here."),
        ("own_first", "", "Own answer first: Choose yes or no."),
        ("proposals", "maybe", "Suggestions by experts: Choose yes or no."),
        ("minimum", "-1", "Least number in both rounds: “-1” is no whole number"),
        ("minimum", "2", "Least number in both rounds: “2” is not possible here."),
        ("response", "abc", "Least response: “abc” is no percentage; one such as 5 is expected."),
        ("response", "0", "Least response: “0” is not possible here."),
        ("response", "101", "Least response: “1.01” is not possible here."),
        ("step.root", "7", "Publishing step: “7” is not possible here."),
        ("step.root", "1e3", "Publishing step: “1e3” is no percentage"),
    ],
)
def test_a_value_outside_the_rules_is_refused_at_its_field(
    desk: Desk, field: str, value: str, said: str
) -> None:
    base = desk.draft()
    before = stored(desk, base).protocol
    answer = desk.post(f"{base}/protocol", {**PROTOCOL, field: value})
    assert answer.status_code == 422
    assert said in words(answer.text)
    assert f'<a href="#{field}">' in answer.text
    if field in {"tolerance", "minimum", "response", "step.root"}:
        assert f'value="{value}" aria-invalid="true"' in answer.text
    assert stored(desk, base).protocol == before


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_self_assessment_is_asked_by_table_a_unless_it_is_left_out(
    desk: Desk, language: str
) -> None:
    base = desk.draft()
    page = words(desk.get(f"{base}/protocol", language))
    assert ("Ca is at least 0.6 for everybody" if language == "en" else "Ca 至少为 0.6") in page
    asked = json.loads(stored(desk, base).protocol)["self_assessment"]
    assert asked["table"] == "A"
    assert asked["grounds"][0] == {"ground": "practice", "hundredths": [50, 40, 30]}
    assert desk.post(f"{base}/protocol", {**PROTOCOL, "self_assessment": "none"}).status_code == 303
    assert json.loads(stored(desk, base).protocol)["self_assessment"] is None


@pytest.mark.parametrize("wrong", ["", "Z", "a", "A ", "<script>"])
def test_an_unknown_table_is_refused_by_its_field(desk: Desk, wrong: str) -> None:
    base = desk.draft()
    before = stored(desk, base).protocol
    answer = desk.post(f"{base}/protocol", {**PROTOCOL, "self_assessment": wrong})
    assert answer.status_code == 422
    assert '<a href="#self_assessment">' in answer.text
    assert stored(desk, base).protocol == before


def test_several_wrong_values_are_told_together(desk: Desk) -> None:
    fields = {**PROTOCOL, "tolerance": "two", "minimum": "1", "step.root": "7"}
    answer = desk.post(f"{desk.draft()}/protocol", fields, language="zh-CN")
    assert "有 3 处需要更正，研究方案没有改动" in words(answer.text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_frozen_protocol_shows_its_values_and_hash(desk: Desk, language: str) -> None:
    base = f"/studies/{desk.running().id}"
    page = desk.get(f"{base}/protocol", language)
    assert stored(desk, base).protocol_sha256 in page
    assert "<input" not in page
    assert "70%" in page


# ------------------------------------------------------------------------------------------ letter


def test_the_letter_is_stored_and_previewed_in_both_languages(desk: Desk) -> None:
    base = desk.empty()
    assert heading(desk.get(f"{base}/letter")) == "The letter lacks 9 entries"
    answer = desk.post(f"{base}/letter", LETTER)
    assert answer.status_code == 303
    page = desk.get(answer.headers["Location"])
    assert heading(page) == "The letter is filled in, in both languages"
    assert "It takes about 15 minutes" in words(page)
    assert "有疑问请打 010-5555 0123（contact in zh）。" in words(page)
    assert json.loads(stored(desk, base).letter)["email"] == "lin@example.org"
    assert stored(desk, base).title_en == "City index"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("minutes", "ten", "Give a number of minutes from 1 to 120."),
        ("minutes", "0", "Give a number of minutes from 1 to 120."),
        ("purpose.zh", "长" * 601, "The text is too long; at most 600 characters."),
        ("title_zh", " ", "The title is missing."),
    ],
)
def test_a_letter_that_cannot_be_stored_comes_back_as_typed(
    desk: Desk, field: str, value: str, said: str
) -> None:
    base = desk.empty()
    before = stored(desk, base)
    answer = desk.post(f"{base}/letter", {**LETTER, field: value})
    assert answer.status_code == 422
    assert said in words(answer.text)
    assert f'<a href="#{field}">' in answer.text
    assert "viewpoint in en" in answer.text
    after = stored(desk, base)
    assert (after.letter, after.title_zh) == (before.letter, before.title_zh)


# ------------------------------------------------------------------------------------------ launch


def test_a_blocked_launch_leads_to_what_is_missing(desk: Desk) -> None:
    base = desk.empty()
    page = desk.get(f"{base}/launch", "zh-CN")
    assert heading(page) == "启动之前，还有 2 处需要处理"
    assert "disabled" not in page
    answer = desk.post(f"{base}/launch")
    assert answer.status_code == 409
    for code, remedy in (("panel_empty", "panel"), ("letter_incomplete", "letter")):
        assert f'<a href="#gap-{code}">' in answer.text
        assert f'id="gap-{code}"' in answer.text
        assert f'<a href="{base}/{remedy}">' in answer.text
    assert stored(desk, base).state == "draft"


@pytest.mark.parametrize("experts", [0, 4])
def test_a_panel_that_is_too_small_blocks_the_launch(desk: Desk, experts: int) -> None:
    base = desk.draft(experts=experts)
    answer = desk.post(f"{base}/launch")
    assert answer.status_code == 409
    said = "The panel is empty" if experts == 0 else "The panel has 4 experts, fewer than 5"
    assert said in words(answer.text)


def test_what_is_weak_may_stay(desk: Desk) -> None:
    base = desk.draft(experts=6)
    page = words(desk.get(f"{base}/launch"))
    assert "Everything is in place for launch" in page
    assert "The panel has 6 experts, fewer than the 12 advised" in page
    assert "every verdict from round 2 on would be “on hold”" in page
    answer = desk.post(f"{base}/launch")
    assert answer.status_code == 303
    page = desk.get(answer.headers["Location"])
    assert heading(page) == "Launched, round 1 is not open yet"
    assert "The study is launched." in page


def test_a_launched_study_is_not_launched_again(desk: Desk) -> None:
    base = f"/studies/{desk.running().id}"
    assert desk.client.get(f"{base}/launch").headers["Location"] == base
    answer = desk.post(f"{base}/launch")
    assert answer.status_code == 409
    assert "The study has been launched" in answer.text


@pytest.mark.parametrize(
    ("page", "fields"),
    [
        ("indicators", {"rule.root": "equal_siblings"}),
        ("protocol", PROTOCOL),
        ("letter", LETTER),
    ],
)
def test_nothing_of_a_launched_study_changes(desk: Desk, page: str, fields: dict[str, str]) -> None:
    base = f"/studies/{desk.running().id}"
    before = stored(desk, base)
    answer = desk.post(f"{base}/{page}", fields)
    assert answer.status_code == 422
    assert "The study has been launched" in answer.text
    after = stored(desk, base)
    assert (after.protocol, after.letter) == (before.protocol, before.letter)
