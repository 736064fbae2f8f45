from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from flask import Flask
from markupsafe import Markup

from delphi.translations.typesetting import tie
from delphi.web.formatting import (
    clauses,
    day,
    deadline,
    figure,
    interval,
    moment,
    names,
    p_value,
    percent,
    share,
)

NBSP, JOIN = "\u00a0", "\u2060"
DUE = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)


@pytest.fixture
def chinese(app: Flask) -> Iterator[None]:
    with app.test_request_context("/?lang=zh-CN"):
        yield


@pytest.fixture
def english(app: Flask) -> Iterator[None]:
    with app.test_request_context("/?lang=en"):
        yield


@pytest.mark.parametrize(
    ("value", "places", "printed"),
    [
        ("30.625", 2, "30.63"),  # a binary float would give 30.62
        ("14.375", 2, "14.38"),
        ("2.5", 0, "3"),
        ("3.5", 0, "4"),
        ("-2.5", 0, "−3"),
        ("-0.4", 0, "0"),
        ("0.0005", 3, "0.001"),
        (Decimal("1.005"), 2, "1.01"),
        (1.005, 2, "1.01"),
        (0.1 + 0.2, 3, "0.300"),
        ("55", 3, "55.000"),
        (7, 0, "7"),
        ("0.22340", None, "0.2234"),
        ("55.000", None, "55"),
        ("100", None, "100"),
        (Decimal("1E+2"), None, "100"),
        ("1E-7", None, "0.0000001"),
        ("-12.5", None, "−12.5"),
        ("9999.5", 1, "9999.5"),
        ("10000", None, "10\u202f000"),
        ("-1234567.891", 2, "−1\u202f234\u202f567.89"),
        ("9999.99", 0, "10\u202f000"),
        ("0.14285714285714285714", 4, "0.1429"),
        (None, 2, "—"),
    ],
)
def test_figures_are_rounded_once_half_away_from_zero(
    value: str | None, places: int | None, printed: str
) -> None:
    assert figure(value, places) == printed


@pytest.mark.parametrize("value", ["NaN", "Infinity", float("nan"), float("-inf")])
def test_a_figure_that_does_not_exist_must_come_as_none(value: str | float) -> None:
    with pytest.raises(ValueError, match="a figure that does not exist is None"):
        figure(value)


def test_percent_stands_close_up() -> None:
    assert percent("55") == "55%"
    assert percent("14.375", 1) == "14.4%"
    assert share("0.55") == "55%"
    assert share("0.30625", 2) == "30.63%"
    assert share("1") == "100%"
    assert percent(None) == share(None) == "—"


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        ("0.0000071", f"7.1{NBSP}×{NBSP}10⁻⁶"),
        (3.6e-06, f"3.6{NBSP}×{NBSP}10⁻⁶"),
        ("0.00099949", "0.0010"),
        ("1e-300", f"1.0{NBSP}×{NBSP}10⁻³⁰⁰"),
        ("0.001", "0.0010"),
        ("0.0314", "0.031"),
        ("0.0315", "0.032"),
        ("0.0999", "0.10"),
        ("0.5", "0.50"),
        ("0.996", "1.0"),
        ("1", "1.0"),
        (0.049999, "0.050"),
        ("0", "0"),
        (None, "—"),
    ],
)
def test_p_values_have_two_significant_digits(value: str | None, printed: str) -> None:
    assert p_value(value) == printed


def test_ranges_stay_on_one_line() -> None:
    assert interval("10", "25") == f"10{JOIN}–{JOIN}25"
    assert interval("13.75", "15", 2) == f"13.75{JOIN}–{JOIN}15.00"


def test_deadlines_name_weekday_hour_and_zone(chinese: None) -> None:
    printed = deadline(DUE).replace(NBSP, " ")
    assert printed == "2026 年 11 月 16 日（星期一）18:00（北京时间）"
    assert deadline(DUE, year=False).replace(NBSP, " ") == "11 月 16 日（星期一）18:00（北京时间）"
    assert moment(DUE).replace(NBSP, " ") == "11 月 16 日 18:00"
    assert day(DUE).replace(NBSP, " ") == "2026 年 11 月 16 日"
    assert deadline(DUE, "Europe/London").replace(NBSP, " ").endswith("10:00（伦敦时间）")
    assert deadline(None) == "—"


def test_deadlines_in_english(english: None) -> None:
    printed = deadline(DUE).replace(NBSP, " ")
    assert printed == "Monday 16 November 2026, 18:00 Beijing time"
    assert moment(DUE, year=True).replace(NBSP, " ") == "16 November 2026, 18:00"
    assert day(date(2026, 1, 2), year=False) == f"2{NBSP}January"
    assert deadline(DUE, "America/New_York").endswith(f"05:00 New{NBSP}York{NBSP}time")


def test_every_weekday_and_month_has_its_word(app: Flask) -> None:
    for number in range(1, 8):
        instant = datetime(2026, 6, number, 12, tzinfo=UTC)  # 1 June 2026 is a Monday
        with app.test_request_context("/?lang=zh-CN"):
            assert f"（星期{'一二三四五六日'[number - 1]}）" in deadline(instant)
        with app.test_request_context("/?lang=en"):
            assert deadline(instant).startswith(f"{instant:%A} ")
    with app.test_request_context("/?lang=en"):
        for month in range(1, 13):
            assert f"{date(2026, month, 1):%B}" in day(date(2026, month, 1))


def test_an_instant_takes_the_day_of_its_zone(english: None) -> None:
    late = datetime(2026, 11, 16, 17, 0, tzinfo=UTC)
    assert day(late, "Asia/Shanghai") == f"17{NBSP}November{NBSP}2026"
    assert day(late) == f"16{NBSP}November{NBSP}2026"


def test_chinese_headings_break_between_clauses(chinese: None) -> None:
    assert clauses("第 2 轮进行中，8 位已完成") == (
        '<span class="clause">第 2 轮进行中，</span><span class="clause">8 位已完成</span>'
    )
    assert clauses("谁？什么：为何；完。") == "".join(
        f'<span class="clause">{piece}</span>' for piece in ("谁？", "什么：", "为何；", "完。")
    )
    assert clauses("一句话。") == "一句话。"


def test_english_headings_are_left_alone(english: None) -> None:
    assert clauses("Round 2，open") == "Round 2，open"


def test_headings_are_escaped(chinese: None) -> None:
    assert clauses("<b>，&") == (
        '<span class="clause">&lt;b&gt;，</span><span class="clause">&amp;</span>'
    )
    assert clauses(Markup("<i>x</i>")) == "<i>x</i>"


@dataclass
class Named:
    name_zh: str = "需求"
    name_en: str = "Demand"
    title_zh: str = "研究"
    title_en: str = ""


def test_names_are_those_of_the_reader(chinese: None) -> None:
    assert names({"zh": "需求", "en": "Demand"}) == "需求"
    assert names(Named()) == "需求"
    assert names(Named(), "title") == "研究"
    assert names({"zh": "", "en": "Demand"}) == "Demand"


def test_a_missing_name_is_shown_in_the_other_language(english: None) -> None:
    assert names({"zh": "需求", "en": "Demand"}) == "Demand"
    assert names(Named(), "title") == "研究"
    assert names({"zh": "需求"}) == "需求"


@pytest.mark.parametrize(
    ("text", "tied"),
    [
        ("第 3 轮", f"第{NBSP}3{NBSP}轮"),
        ("12 月 4 日", f"12{NBSP}月{NBSP}4{NBSP}日"),
        ("8 位专家", f"8{NBSP}位专家"),
        ("第 %(n)s 轮", f"第{NBSP}%(n)s{NBSP}轮"),
        ("还剩 %(num)d 分", f"还剩 %(num)d{NBSP}分"),
        ("10–25 分", f"10{JOIN}–{JOIN}25{NBSP}分"),
        ("%(low)s–%(high)s", f"%(low)s{JOIN}–{JOIN}%(high)s"),
        ("共 3 项", f"共 3{NBSP}项"),
        ("用 CSV 导入", "用 CSV 导入"),
        ("第一 轮", "第一 轮"),
        ("", ""),
    ],
)
def test_numbers_stay_with_their_measure_words(text: str, tied: str) -> None:
    assert tie(text) == tied
    assert tie(tied) == tied
