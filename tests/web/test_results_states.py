"""The convergence page in every state of a round, with every verdict, in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import unescape

import pytest

from delphi.domain.protocol import with_rounds
from delphi.services.closing import close_round
from tests.databases import SqliteSource
from tests.studies import FOUR_GROUPS, T2, RunningStudy, typed
from tests.web.results_desk import (
    RULES,
    TWO,
    address,
    replay,
    shared_desk,
    table_after,
    words_of,
)
from tests.web.studies_desk import LANGUAGES, METHODOLOGIST, Desk, foreign_words


@pytest.fixture(scope="module")
def desk(sqlite_source: SqliteSource, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with shared_desk(sqlite_source, tmp_path_factory.mktemp("results")) as given:
        yield given


# ------------------------------------------------------------------------------------------ states


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reader", ["coordinator", "methodologist"])
def test_an_open_round_shows_nothing_to_anybody(desk: Desk, language: str, reader: str) -> None:
    study = desk.running()
    study.opens_round().all_submit(T2[0])
    client = desk.browser(METHODOLOGIST) if reader == "methodologist" else desk.client
    page = desk.get(address(study, 1), language, client)
    text = words_of(page)
    assert ("No results are shown before the round closes, to anybody." in text
            or "轮次结束之前，这里不显示任何结果，任何人都看不到。" in text)  # fmt: skip
    assert "<table" not in page
    assert not re.search(r"\b8\b", text)
    assert client.get(f"/studies/{study.id}/rounds/1/figures.csv").status_code == 404


def test_results_being_computed_name_the_command_that_finishes_them(desk: Desk) -> None:
    study = desk.running()
    study.opens_round().all_submit(T2[0])
    with study.database.writing() as session:
        close_round(session, study.round_id, study.around)
    text = words_of(desk.get(address(study, 1)))
    assert "still being computed" in text
    assert "delphi tick" in text
    study.ticks()
    assert "16.875" in desk.get(address(study, 1))


UNSAID = {
    ("en", "apart"): "one or two experts answered only one of the two rounds",
    ("zh-CN", "apart"): "有一两位专家只答了其中一轮",
    ("en", "still"): "only one or two experts changed their answers",
    ("zh-CN", "still"): "只有一两位专家改了答案",
}


@pytest.mark.parametrize(("language", "reason"), UNSAID)
def test_where_a_difference_would_tell_of_one_person_the_page_says_that_it_shows_none(
    desk: Desk, language: str, reason: str
) -> None:
    alike = [(20, 50, 30), (20, 50, 30), (25, 45, 30), (20, 45, 35)] * 3
    later = alike[:11] if reason == "apart" else [*alike[:11], (35, 40, 25)]
    page = desk.get(address(replay(desk, [alike, later], experts=12), 2), language)
    text = words_of(page)
    # In the verdict, in the table of movement and below the items.
    assert text.count(UNSAID[language, reason]) == 3
    moved = table_after(page, "Movement" if language == "en" else "移动")
    assert [len(cells) for cells in moved] == [2]
    if language == "zh-CN":
        assert foreign_words(page) == []


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "4 answers: statistics are not shown."), ("zh-CN", "只有 4 份答案，不显示统计。")],
)
def test_below_five_answers_the_page_says_what_is_missing(
    desk: Desk, language: str, said: str
) -> None:
    study = desk.closed(1)
    study.opens_round().all_submit(T2[1][:4]).closes_round()
    page = desk.get(address(study, 2), language)
    text = words_of(page)
    assert said in text
    assert "Statistics by item" not in text
    assert "各项统计" not in text
    assert 'role="img"' not in page
    for figure in ("13.750", "46.250", "12.500"):
        assert figure not in text
    table = table_after(page, "Movement" if language == "en" else "移动")
    assert len(table[0]) == 2


SAYS: dict[str, tuple[Callable[[Desk], RunningStudy], int, str, str]] = {
    "first": (
        lambda desk: desk.closed(1),
        1,
        "There is no earlier round with the same method to compare with",
        "没有方法相同的上一轮可以比较",
    ),
    "continue": (
        lambda desk: desk.closed(2),
        2,
        "Answers are still moving: the median own move was 5 points, more than 2.5 points. By the "
        "protocol there is another round.",
        "答案还在移动：个人变动的中位数是 5 分，超过 2.5 分。按方案再开一轮。",
    ),
    "round_limit": (
        lambda desk: replay(desk, T2[:2], protocol=with_rounds(RULES, 2)),
        2,
        "The rule would ask for another round; the protocol allows two, so it stops here.",
        "按规则本应再开一轮，而方案至多两轮，因此到此为止。",
    ),
    "dissent": (
        lambda desk: replay(desk, [((60, 20, 20),) * 4 + ((20, 60, 20),) * 4] * 2),
        2,
        "Answers have settled, but the panel does not agree: the quartiles of “Demand” are 40 "
        "points apart, more than 5 points. 1 more item does not agree either. By the protocol the "
        "study ends here, and the spread is published with the weights.",
        "答案已经稳定，但意见并不一致：“需求”的四分位距为 40 分，超过 5 分。另有 1 项也不一致。"
        "按方案到此结束，分歧随权重一起公布。",
    ),
    "hold_response": (
        lambda desk: replay(desk, [T2[0][:5]]),
        1,
        "Only 5 of 8 invited experts answered, 62.5% and less than the 70% that the protocol asks "
        "for: too few for a verdict.",
        "受邀的 8 位专家中只有 5 位作答，积极系数 62.5%，低于方案要求的 70%，不足以判定。",
    ),
    "hold_both": (
        lambda desk: replay(desk, [T2[0], T2[1][:7]]),
        2,
        "Only 7 of the experts answered both rounds, fewer than the 8 that the protocol asks for",
        "只有 7 位专家两轮都作答，少于方案要求的 8 位，不足以判定。",
    ),
    "classic": (
        lambda desk: replay(desk, T2, protocol=replace(RULES, preset="classic")),
        3,
        "The panel agrees by the classic rule: no CV is above 0.25 (the largest is 0.2229), and "
        "the order is shared, with p = 3.6 × 10⁻⁶ for W, below 0.05.",
        "按经典规则，意见已经一致：变异系数都不超过 0.25（最大 0.2229）；先后次序也一致，W 的 p = "
        "3.6 × 10⁻⁶，小于 0.05。",
    ),
    "classic_cv": (
        lambda desk: replay(desk, T2[:2], protocol=replace(RULES, preset="classic")),
        2,
        "The panel does not agree yet by the classic rule: the CV of “Demand” is 0.3563, above "
        "0.25.",
        "按经典规则，意见还不一致：“需求”的变异系数为 0.3563，超过 0.25。",
    ),
}


@pytest.mark.parametrize("case", SAYS)
def test_the_verdict_is_said_in_both_languages(desk: Desk, case: str) -> None:
    make, number, english, chinese = SAYS[case]
    study = make(desk)
    for language, expected in (("en", english), ("zh-CN", chinese)):
        page = re.sub(r"</?span[^>]*>", "", desk.get(address(study, number), language))
        assert expected in words_of(page)


def test_a_group_of_two_shows_the_split(desk: Desk) -> None:
    study = replay(desk, [((70, 30),) * 5 + ((40, 60),) * 2 + ((50, 50),)], tree=TWO)
    page = desk.get(address(study, 1))
    assert table_after(page, "Which of the two comes first") == [["Round 1", "8", "5", "2", "1"]]
    assert "Kendall" not in words_of(page)
    assert "W, printed beside" not in words_of(page)


def test_a_group_nobody_judged_is_said_to_be_so(desk: Desk) -> None:
    study = desk.running(tree=FOUR_GROUPS)
    study.opens_round()
    for expert in range(8):
        study.submits(expert, typed({"D": 30, "S": 40, "E": 30}, abstained=["D"]))
    study.closes_round()
    text = words_of(desk.get(address(study, 1)))
    assert "Nobody gave points here: there are no statistics." in text
    assert "8 respondents said that this could not be judged." in text
    assert "Round 1: 0 of 2 groups may end" in text


def test_an_undefined_figure_is_never_a_zero(desk: Desk) -> None:
    study = replay(desk, [((0, 50, 50),) * 8])
    page = desk.get(address(study, 1, "?open=cv-D"))
    row = table_after(page, "Statistics by item")[0]
    assert row[4] == "undefined"
    assert "undefined, because the mean is 0, everybody gave it 0 points." in words_of(page)


def test_monte_carlo_says_how_many_and_with_which_seed(desk: Desk) -> None:
    study = replay(desk, [(*T2[0], *T2[0][:2])], experts=10)
    text = words_of(desk.get(address(study, 1)))
    assert "p (Monte Carlo)" in text
    assert "B = 99\u202f999 shuffles, seed 1" in unescape(desk.get(address(study, 1)))
    assert "Min–max" in text


def test_a_chinese_page_has_no_english_left(desk: Desk) -> None:
    study = desk.closed(3)
    base = f"/studies/{study.id}"
    for path in ("rounds/1/result", "rounds/3/result?open=w", "weights?open=way-D"):
        assert foreign_words(desk.get(f"{base}/{path}", "zh-CN")) == []
