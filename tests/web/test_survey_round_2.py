"""From round 2 on: the own last answer, the group's figures, reasons from both sides."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import update

from delphi.models.answer import Rationale
from delphi.surroundings import Surroundings
from delphi.web.site import Site
from tests.studies import RunningStudy, typed
from tests.web.panel import Expert, Fields, drafts, open_study, plain, study_in_round_2


@pytest.fixture
def second(site: Site, around: Surroundings) -> RunningStudy:
    return study_in_round_2(site, around)


def test_round_2_shows_the_own_last_answer_and_the_group(app: Flask, second: RunningStudy) -> None:
    page = plain(Expert(app, second.tokens[3]).enters().looks().text)
    assert "the median and middle half of the answers of 8 experts" in page
    assert "The medians need not add up to 100." in page
    row = page.split('data-row="D"', 1)[1].split('data-row="', 1)[0]
    assert 'data-last="30"' in row
    assert 'data-low="10" data-high="25"' in row
    for words in ("<dt>You, last round</dt><dd>30</dd>", "<dt>Median</dt><dd>17.5</dd>",
                  "<dt>Middle half</dt><dd>10–25</dd>"):  # fmt: skip
        assert words in row
    assert 'name="points.D" type="text" inputmode="numeric" autocomplete="off"' in row
    assert Fields(row).values["points.D"] == ""
    assert "In round 1 you wrote: “Reason of 3”" in row
    # Nobody has to defend the last answer before the next one is given.
    assert "outside the middle half" not in row


def test_reasons_of_others_stand_on_both_sides(app: Flask, second: RunningStudy) -> None:
    page = plain(Expert(app, second.tokens[3]).enters().looks().text)
    row = page.split('data-row="D"', 1)[1].split('data-row="', 1)[0]
    assert "Other experts’ reasons (4)" in row
    heavier = row.split("For more weight", 1)[1].split("For less weight", 1)[0]
    lighter = row.split("For less weight", 1)[1]
    assert "Reason of 4" in heavier
    for expert in (1, 5, 7):
        assert f"Reason of {expert}" in lighter
    assert "<li>Reason of 3</li>" not in row
    other = Expert(app, second.tokens[0]).enters().looks().text
    assert "Other experts’ reasons (5)" in other


def test_more_than_three_reasons_a_side_stand_behind_more(
    app: Flask, site: Site, around: Surroundings
) -> None:
    study = open_study(site, around, experts=9)
    for expert in range(9):
        points = (10, 60, 30) if expert < 5 else (5, 65, 30)
        study.submits(expert, points, reasons={"D": f"Reason of {expert}"})
    study.closes_round().opens_round(departure="Another round.")
    page = Expert(app, study.tokens[0]).enters().looks().text
    row = page.split('data-row="D"', 1)[1].split('data-row="', 1)[0]
    lighter = row.split("For less weight", 1)[1].split("Other views", 1)[0]
    assert lighter.count("<li>Reason of") == 4
    assert "1 more" in lighter
    assert lighter.index("1 more") < lighter.rindex("<li>Reason of")
    assert "No reason was given." in row.split("For more weight", 1)[1].split("For less weight")[0]


@pytest.mark.parametrize(
    ("points", "words"),
    [
        ((30, 40, 30), "30 lies outside the middle half of the answers (10–25)"),
        ((20, 45, 35), "You moved by 10 points since the last round"),
        ((25, 45, 30), ""),
    ],
)
def test_a_reason_is_asked_for_outside_the_middle_half_or_after_a_move(
    app: Flask, second: RunningStudy, points: tuple[int, ...], words: str
) -> None:
    expert = Expert(app, second.tokens[3]).enters()
    expert.sends(**dict(zip("DSE", points, strict=True)))
    page = plain(expert.looks().text)
    row = page.split('data-row="D"', 1)[1].split('data-row="', 1)[0]
    details = row.split("data-reason", 1)[1]
    if words:
        assert words in details
        assert details.startswith(" open>")
    else:
        assert "If you like, give a reason" in details
        assert details.startswith(">")


def test_an_erased_reason_is_gone_from_the_next_page_on(app: Flask, second: RunningStudy) -> None:
    expert = Expert(app, second.tokens[3]).enters()
    assert "Reason of 5" in expert.looks().text
    with second.database.writing() as session:
        session.execute(update(Rationale).where(Rationale.text == "Reason of 5").values(text=""))
    page = expert.looks().text
    assert "Reason of 5" not in page
    assert "Other experts’ reasons (3)" in page


@pytest.mark.parametrize(
    ("experts", "answered", "note"),
    [
        (6, 6, "the median of the answers of 6 experts"),
        (8, 7, "the median of the answers of at least 5 experts"),
        (9, 8, "middle half of the answers of at least 5 experts"),
        (5, 4, "Fewer than 5 experts answered last round"),
    ],
)
def test_what_is_withheld_is_said(
    app: Flask,
    site: Site,
    around: Surroundings,
    experts: int,
    answered: int,
    note: str,
) -> None:
    study = open_study(site, around, experts=experts)
    for expert in range(experts):
        if expert < answered:
            study.submits(expert, (20, 50, 30))
        else:
            study.submits(expert, typed(abstained=["root"]))
    study.closes_round().opens_round(departure="Another round.")
    page = plain(Expert(app, study.tokens[0]).enters().looks().text)
    assert note in page
    assert (answered < 8) == ("not shown: fewer than" in page)
    if answered < 5:
        assert "<dt>Whole group</dt>" in page
        assert "<dt>Median</dt>" not in page
        assert "not shown: fewer than 5 answered" in page
    elif answered < 8:
        assert "not shown: fewer than 8 answered" in page
        assert "<dt>Median</dt><dd>20</dd>" in page
    own = plain(Expert(app, study.tokens[-1]).enters().looks().text)
    if answered < experts:
        assert "You, last round" not in own
        assert "Keep my last answer" not in own


def test_keeping_the_last_answer_is_one_press(app: Flask, second: RunningStudy) -> None:
    expert = Expert(app, second.tokens[3]).enters()
    response = expert.posts("/survey", {**expert.form(D=5), "action": "keep"})
    assert response.headers["Location"] == "/survey"
    fields = expert.fields().values
    assert [fields[f"points.{code}"] for code in "DSE"] == ["30", "40", "30"]
    assert fields["kept"] == "1"
    expert.posts("/survey", {**fields, "action": "continue"})
    assert drafts(second)[1]["kept"] is True
    changed = {**expert.fields().values, "points.D": "25", "points.S": "45"}
    expert.posts("/survey", {**changed, "action": "continue"})
    assert drafts(second)[1]["kept"] is False


def test_only_what_says_the_same_is_kept(app: Flask, second: RunningStudy) -> None:
    expert = Expert(app, second.tokens[3]).enters()
    expert.sends({"kept": "1"}, D=25, S=45, E=30)
    assert drafts(second)[1]["kept"] is False


def test_what_was_typed_too_late_last_round_is_shown(
    app: Flask, site: Site, around: Surroundings
) -> None:
    study = open_study(site, around, experts=8)
    study.all_submit([(20, 50, 30)] * 7)
    study.drafts(7, typed({"D": 15, "S": 55, "E": 30}))
    study.drafts(0, typed({"D": 20, "S": 50, "E": 30}))
    study.closes_round().opens_round(departure="Another round.")
    late = Expert(app, study.tokens[7]).enters().looks().text
    assert "was not submitted in time" in late
    assert "Demand 15 points; Supply 55 points; Environment 30 points" in plain(late)
    in_time = Expert(app, study.tokens[0]).enters().looks().text
    assert "was not submitted in time" not in in_time


def test_no_expert_sees_mean_cv_or_w(app: Flask, second: RunningStudy) -> None:
    page = Expert(app, second.tokens[0]).enters().looks().text.lower()
    for word in ("mean", "average", "kendall", "variation", "consensus", "16.875", "convergence"):
        assert word not in page, word


def test_a_reason_of_a_round_with_two_answers_is_held_and_that_is_said(
    app: Flask, site: Site, around: Surroundings
) -> None:
    study = open_study(site, around, experts=8)
    for expert in (3, 4):
        study.submits(expert, (20, 50, 30), reasons={"D": f"Reason of {expert}"})
    study.closes_round().opens_round(departure="Another round.")
    other, writer = (Expert(app, study.tokens[one]).enters().looks() for one in (0, 3))
    assert "Reason of" not in other.text
    assert "Reason of 4" not in writer.text
    assert "Reason of 3" in writer.text
    held = '<dt>Reasons</dt><dd class="withheld">not shown: fewer than 3 answered</dd>'
    assert plain(other.text).count(held) == 3
