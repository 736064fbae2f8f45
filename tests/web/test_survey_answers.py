"""The questionnaire: what is typed is kept, what is wrong is named, nothing is lost."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from analysis.treefile import parse_tree
from delphi.domain.protocol import default_protocol
from delphi.surroundings import Surroundings
from delphi.web.site import Site
from tests.studies import FOUR_GROUPS, RunningStudy
from tests.web.panel import Expert, Fields, drafts, open_study, plain


@pytest.fixture
def study(site: Site, around: Surroundings) -> RunningStudy:
    return open_study(site, around, experts=5)


@pytest.fixture
def expert(app: Flask, study: RunningStudy) -> Expert:
    return Expert(app, study.tokens[0]).enters()


# ------------------------------------------------------------------------------------ what is asked


def test_round_1_asks_without_any_figure_of_the_group(expert: Expert) -> None:
    page = expert.looks().text
    assert "How much should each of the three dimensions count in “City index”?" in page
    assert "Words" in page  # the viewpoint
    assert "go in steps of 5" in page
    fields = Fields(page)
    assert [fields.values[f"points.{code}"] for code in "DSE"] == ["", "", ""]
    assert fields.values["version"] == "0"
    assert "100 points left" in page
    assert "Median" not in page
    assert "Keep my last answer" not in page


def test_the_first_button_of_the_form_is_continue(expert: Expert) -> None:
    page = expert.looks().text
    form = page.split("data-questionnaire", 1)[1]
    assert Fields(form).buttons[0] == ("action", "continue")
    values = [value for name, value in Fields(form).buttons if name == "action"]
    assert values == ["continue", "even", "clear", "continue", "save"]


def test_every_expert_has_an_own_order_of_items(app: Flask, study: RunningStudy) -> None:
    orders = set()
    for token in study.tokens:
        page = Expert(app, token).enters().looks().text
        orders.add("".join(sorted("DSE", key=lambda code: page.index(f'id="points-{code}"'))))
    assert len(orders) > 1


def test_several_groups_are_asked_on_one_page(app: Flask, site: Site, around: Surroundings) -> None:
    study = open_study(site, around, experts=5, tree=FOUR_GROUPS)
    expert = Expert(app, study.tokens[0]).enters()
    page = expert.looks().text
    assert "Please divide 100 points in each of the two questions below" in page
    assert "Within “Demand”, how much should each of the two indicators count?" in page
    fields = Fields(page)
    assert {f"points.{code}" for code in ("D", "S", "E", "D1", "D2")} <= fields.values.keys()
    assert ("action", "clear.D") in fields.buttons
    form = {**expert.form(D=20, S=50, E=30, D1=60), "abstain.D": "1"}
    assert expert.posts("/survey", form).headers["Location"] == "/survey/check"
    assert "Left out: you cannot judge it" in expert.looks("/survey/check").text
    cleared = expert.posts("/survey", {**form, "version": "1", "action": "clear.root"})
    assert cleared.headers["Location"] == "/survey#q-root"
    values = expert.fields().values
    assert (values["points.D"], values["points.D1"]) == ("", "60")


def test_what_an_item_contains_stands_beside_it(
    app: Flask, site: Site, around: Surroundings
) -> None:
    tree = parse_tree(
        "code,parent,name_zh,name_en,kind,direction,weight_rule,local_percent,unit_zh,unit_en,"
        "source_zh,source_en,note_zh,note_en\n"
        "A,,甲,Alpha,,,elicited,,,,,,,\n"
        "B,,乙,Beta,value,cost,elicited,,元,CNY,统计局,Statistics bureau,注,A <note>\n"
        "A1,A,甲一,Alpha one,value,benefit,equal_leaves,,,,,,,\n"
        "A2,A,甲二,Alpha two,ratio,benefit,equal_leaves,,,,,,,\n",
        "facts.csv",
        require_weights=False,
    )
    study = open_study(site, around, experts=5, tree=tree)
    expert = Expert(app, study.tokens[0]).enters()
    page = plain(expert.looks().text)
    assert "Alpha one, Alpha two: 2 indicators" in page
    for fact in (
        "A measured value; the less, the better",
        "CNY",
        "Statistics bureau",
        "A &lt;note&gt;",
    ):
        assert fact in page
    expert.language = "zh-CN"
    page = plain(expert.looks().text)
    assert "甲一、甲二，共 2 项指标" in page
    assert "单位：元" in page


# --------------------------------------------------------------------------------- what comes in


def test_good_answers_lead_to_the_check(expert: Expert, study: RunningStudy) -> None:
    response = expert.sends(D=20, S=50, E=30)
    assert response.status_code == 303
    assert response.headers["Location"] == "/survey/check"
    assert drafts(study)[1]["fields"] == {
        "points.D": "20",
        "points.S": "50",
        "points.E": "30",
    }


@pytest.mark.parametrize(
    "points",
    [
        ("２０", "５０", "３０"),
        (" 20", "5 0", "30 "),
        ("0", "100", "0"),
        ("020", "050", "030"),
        ("20", "50", "\u00a030"),
    ],
)
def test_digits_are_read_in_every_width(expert: Expert, points: tuple[str, str, str]) -> None:
    response = expert.sends(**dict(zip("DSE", points, strict=True)))
    assert response.status_code == 303


BAD = [
    (("", "", ""), 3, "This field is empty"),
    (("20", "50", ""), 1, "This field is empty"),
    (("20", "50", " "), 1, "This field is empty"),
    (("20", "50", "25"), 1, "95 points in all, 5 are left"),
    (("20", "50", "35"), 1, "105 points in all, 5 too many"),
    (("100", "100", "100"), 1, "300 points in all, 200 too many"),
    (("0", "0", "0"), 1, "0 points in all, 100 are left"),
    (("20", "50", "-30"), 1, "-30 is less than 0"),
    (("20", "50", "−30"), 1, "-30 is less than 0"),
    (("20", "47", "33"), 2, "47 is not a multiple of 5. Write 45 or 50."),
    (("20", "50", "30.0"), 1, "30.0 is not a whole number"),
    (("20", "50", "29,9"), 1, "29,9 is not a whole number"),
    (("20", "50", "3e1"), 1, "“3e1” is not a number"),
    (("20", "50", "thirty"), 1, "“thirty” is not a number"),
    (("20", "50", "三十"), 1, "“三十” is not a number"),
    (("20", "50", "0x1e"), 1, "“0x1e” is not a number"),
    (("20", "50", "30%"), 1, "“30%” is not a number"),
    (("20", "50", "%(name)s"), 1, "“%(name)s” is not a number"),
    (("20", "50", "{{7*7}}"), 1, "“{{7*7}}” is not a number"),
    (("20", "50", "105"), 1, "105 is more than 100"),
    (("20", "50", "1000"), 1, "1000 is more than 100"),
    (("20", "50", "9" * 4000), 1, "9" * 40 + " is more than 100"),
    (("20", "50", "<script>alert(1)</script>"), 1, "&lt;script&gt;alert(1)&lt;/script&gt;"),
    (("20", "50", "٣٠"), 1, "is not a number"),
    (("20", "50", "³⁰"), 1, "“³⁰” is not a number"),  # what they would stand for is a guess
    (("20", "50", "③0"), 1, "“③0” is not a number"),
]


@pytest.mark.parametrize(("points", "gaps", "words"), BAD)
def test_what_is_wrong_is_named_and_everything_typed_is_kept(
    expert: Expert, study: RunningStudy, points: tuple[str, str, str], gaps: int, words: str
) -> None:
    answer = dict(zip("DSE", points, strict=True))
    response = expert.sends({"reason.S": "A reason."}, **answer)
    assert response.status_code == 422
    page = plain(response.text)
    assert words in page
    summary = Fields(page.split('id="error-summary"', 1)[1].split("</div>", 1)[0])
    assert len(summary.links) == gaps
    assert {link.removeprefix("#") for link in summary.links} <= Fields(page).ids
    assert page.count("<title>Error: ") == 1
    values = Fields(response.text).values
    for code, text in answer.items():
        assert values[f"points.{code}"] == text.strip()[:40].strip()
    assert values["reason.S"] == "A reason."
    assert drafts(study)[1]["reasons"] == {"S": "A reason."}
    assert Fields(expert.looks().text).values["reason.S"] == "A reason."


def test_a_step_of_1_is_a_rule_of_the_protocol(
    app: Flask, site: Site, around: Surroundings
) -> None:
    protocol = replace(default_protocol(["root"]), answer_step=1)
    study = open_study(site, around, experts=5, protocol=protocol)
    expert = Expert(app, study.tokens[0]).enters()
    assert "whole points only" in expert.looks().text
    assert expert.sends(D=21, S=46, E=33).status_code == 303


def test_fields_that_nobody_asked_for_are_left(expert: Expert, study: RunningStudy) -> None:
    more = {"points.X": "50", "reason.X": "x", "abstain.X": "1", "respondent": "x", "round_id": "x",
            "weights": "1", "state": "closed", "points.": "1", "points.D.D": "2"}  # fmt: skip
    assert expert.sends(more, D=20, S=50, E=30).status_code == 303
    assert drafts(study)[1] == {
        "abstained": [],
        "kept": False,
        "fields": {"points.D": "20", "points.S": "50", "points.E": "30"},
        "reasons": {},
    }


def test_abstaining_keeps_the_points_and_asks_for_none(expert: Expert) -> None:
    response = expert.sends({"abstain.root": "1"}, D=20)
    assert response.headers["Location"] == "/survey/check"
    fields = expert.fields()
    assert "abstain.root" in fields.checked
    assert fields.values["points.D"] == "20"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Saved. You can close this page now and go on later with the same link."),
        ("zh-CN", "已保存。现在可以关闭页面，以后用同一链接继续填写。"),
    ],
)
def test_saving_for_later_leads_back_to_the_questions_and_says_that_one_may_go(
    expert: Expert, language: str, words: str
) -> None:
    expert.language = language
    assert words not in expert.looks().text
    response = expert.posts("/survey", {**expert.form(D=20), "action": "save"})
    assert response.headers["Location"] == "/survey?saved=1"
    page = expert.looks(response.headers["Location"]).text
    assert words in page
    assert Fields(page).values["points.D"] == "20"


def test_an_unknown_act_is_continue(expert: Expert) -> None:
    form = {**expert.form(D=20, S=50, E=30), "action": "fly"}
    assert expert.posts("/survey", form).headers["Location"] == "/survey/check"


@pytest.mark.parametrize(
    ("act", "before", "after"),
    [
        ("even", ("20", "", ""), ("20", "40", "40")),
        ("even", ("", "", ""), ("35", "35", "30")),
        ("even", ("20", "50", "30"), ("20", "50", "30")),
        ("even", ("120", "", ""), ("120", "", "")),
        ("clear", ("20", "50", "30"), ("", "", "")),
        ("keep", ("20", "", ""), ("20", "", "")),  # there is no last answer
    ],
)
def test_the_acts_work_without_script(
    expert: Expert, act: str, before: tuple[str, ...], after: tuple[str, ...]
) -> None:
    form = {**expert.form(**dict(zip("DSE", before, strict=True))), "action": act}
    assert expert.posts("/survey", form).headers["Location"] == "/survey"
    values = expert.fields().values
    assert tuple(values[f"points.{code}"] for code in "DSE") == after


# --------------------------------------------------------------------------------- form tokens


@pytest.mark.parametrize("token", [None, "", "x", "0" * 90])
def test_a_form_without_its_token_is_shown_again_with_everything_typed(
    expert: Expert, study: RunningStudy, token: str | None
) -> None:
    form = {**expert.form(D=20, S=50, E=30), "reason.D": "Not lost."}
    del form["csrf_token"]
    response = expert.posts("/survey", form if token is None else {**form, "csrf_token": token})
    assert response.status_code == 403
    assert "nothing was saved" in response.text
    values = Fields(response.text).values
    assert (values["points.S"], values["reason.D"]) == ("50", "Not lost.")
    assert drafts(study) == {}
    again = expert.posts("/survey", {**values, "action": "continue"})
    assert again.headers["Location"] == "/survey/check"


def test_a_form_after_the_visit_ended_is_shown_again_with_everything_typed(
    app: Flask, expert: Expert, study: RunningStudy
) -> None:
    form = {**expert.form(D=20, S=50, E=30), "reason.D": "Not <lost>.", "abstain.root": "1"}
    expert.client.delete_cookie("delphi-expert")
    response = expert.posts("/survey", {**form, "points.X Y": "1", "x": "y" * 100})
    assert response.status_code == 403
    assert "Your visit ended" in response.text
    assert "Not &lt;lost&gt;." in response.text
    fields = Fields(response.text)
    assert (fields.values["points.S"], fields.values["reason.D"]) == ("50", "Not <lost>.")
    assert "abstain.root" in fields.checked
    assert "x" not in fields.values
    assert drafts(study) == {}
    expert.enters()  # in a second window
    again = expert.posts("/survey", {**fields.values, "action": "continue"})
    assert again.headers["Location"] == "/survey/check"


# ------------------------------------------------------------------------------------- autosave


def test_autosave_keeps_what_is_typed(expert: Expert, study: RunningStudy) -> None:
    form = expert.form(D="2")
    response = expert.posts("/survey/draft", form)
    assert (response.status_code, response.get_json()) == (200, {"saved": True, "version": 1})
    form |= {"version": "1", "points.D": "20", "reason.E": "Because."}
    assert expert.posts("/survey/draft", form).get_json() == {"saved": True, "version": 2}
    assert drafts(study)[1]["fields"] == {"points.D": "20"}
    page = expert.fields()
    assert (page.values["version"], page.values["reason.E"]) == ("2", "Because.")


def test_saving_the_same_twice_is_saving_once(expert: Expert) -> None:
    form = expert.form(D="20")
    for _ in range(3):
        assert expert.posts("/survey/draft", form).get_json() == {"saved": True, "version": 1}


def test_autosave_gets_a_new_token_when_its_own_is_refused(expert: Expert) -> None:
    form = {**expert.form(D="20"), "csrf_token": "old"}
    response = expert.posts("/survey/draft", form)
    assert response.status_code == 403
    answer = response.get_json()
    assert answer["error"] == "form"
    again = expert.posts("/survey/draft", {**form, "csrf_token": answer["csrf_token"]})
    assert again.get_json()["saved"] is True


def test_autosave_says_when_the_visit_has_ended(expert: Expert) -> None:
    form = expert.form(D="20")
    expert.client.delete_cookie("delphi-expert")
    for token in (form["csrf_token"], "older than the visit"):
        response = expert.posts("/survey/draft", {**form, "csrf_token": token})
        assert (response.status_code, response.get_json()) == (403, {"error": "link"})


# ------------------------------------------------------------------------------------ two windows


def test_two_windows_keep_both_versions(expert: Expert, study: RunningStudy) -> None:
    here, there = expert.form(D=25, S=45, E=30), expert.form(D=30, S=40, E=30)
    assert expert.posts("/survey/draft", {**there, "reason.D": "There."}).status_code == 200
    response = expert.posts("/survey", {**here, "reason.D": "Here <b>."})
    assert response.status_code == 409
    for words in ("There are two versions of your answers", ">25<", ">45<", ">40<", "There.",
                  "Here &lt;b&gt;."):  # fmt: skip
        assert words in response.text, words
    assert drafts(study)[1]["reasons"] == {"D": "There."}
    assert drafts(study)[2]["reasons"] == {"D": "Here <b>."}
    assert "There are two versions of your answers" in expert.looks().text


@pytest.mark.parametrize(("choice", "points"), [("here", "25"), ("other", "30"), ("", "25")])
def test_one_of_two_versions_is_chosen(expert: Expert, choice: str, points: str) -> None:
    here, there = expert.form(D=25, S=45, E=30), expert.form(D=30, S=40, E=30)
    expert.posts("/survey/draft", there)
    page = Fields(expert.posts("/survey", here).text)
    response = expert.posts("/survey/choose", {**page.values, "keep": choice})
    assert response.headers["Location"] == "/survey"
    assert expert.fields().values["points.D"] == points
    again = expert.posts("/survey/choose", {**page.values, "keep": "other"})
    assert again.status_code == 303
    assert expert.fields().values["points.D"] == points


def test_a_choice_needs_the_form_token(expert: Expert) -> None:
    here, there = expert.form(D=25, S=45, E=30), expert.form(D=30, S=40, E=30)
    expert.posts("/survey/draft", there)
    expert.posts("/survey", here)
    expert.posts("/survey/choose", {"keep": "here"})
    assert "There are two versions of your answers" in expert.looks().text


def test_autosave_tells_a_window_that_another_has_saved(expert: Expert) -> None:
    here, there = expert.form(D=25), expert.form(D=30)
    expert.posts("/survey/draft", there)
    response = expert.posts("/survey/draft", here)
    assert response.status_code == 409
    assert response.get_json() == {"saved": False, "conflict": True, "version": 2}


def test_a_third_window_keeps_what_it_cannot_store(expert: Expert, study: RunningStudy) -> None:
    forms = [expert.form(D=20 + at, S=50 - at, E=30) for at in range(3)]
    for form in forms[:2]:
        expert.posts("/survey/draft", form)
    before = drafts(study)
    told = expert.posts("/survey/draft", forms[2])
    assert (told.status_code, told.get_json()) == (409, {"error": "unkept"})
    page = expert.posts("/survey", {**forms[2], "reason.D": "Typed in the third window."})
    assert page.status_code == 409
    assert "Not saved: two other versions are kept already" in page.text
    assert drafts(study) == before
    kept = Fields(page.text).values
    assert (kept["points.D"], kept["reason.D"]) == ("22", "Typed in the third window.")
    expert.presses("/survey", "/survey/choose", keep="here")
    again = expert.posts("/survey", kept)
    assert again.status_code == 409
    assert "Typed in the third window." in again.text
    assert {one["fields"]["points.D"] for one in drafts(study).values()} == {"21", "22"}  # type: ignore[index]  # JSON


def test_a_form_without_a_version_replaces_what_is_there(expert: Expert) -> None:
    expert.sends(D=25, S=45, E=30)
    form = expert.form(D=30, S=40, E=30)
    del form["version"]
    assert expert.posts("/survey", form).headers["Location"] == "/survey/check"


@pytest.mark.parametrize("version", ["-1", "x", "1e3", "9" * 30, "１", ""])
def test_an_odd_version_is_none(expert: Expert, version: str) -> None:
    form = {**expert.form(D=30, S=40, E=30), "version": version}
    assert expert.posts("/survey", form).status_code == 303
