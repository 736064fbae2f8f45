"""The page: as wide as an A4 column, as high as its words need."""

from __future__ import annotations

import pytest

from analysis.plots import theme
from analysis.plots.plot import Labels
from analysis.plots.sheet import Words, inches, leading, open_sheet, wording
from tests.analysis.plots.examples import texts


def test_a_page_is_as_wide_as_the_column_and_as_high_as_its_content() -> None:
    bare, more, longer = (
        open_sheet(Words("zh", "题", caption, ""), body, []).figure.get_size_inches()
        for caption, body in (("注", 1.0), ("注", 2.0), ("注" * 200, 1.0))
    )
    assert bare[0] == more[0] == longer[0] == pytest.approx(160 / 25.4)
    assert more[1] - bare[1] == pytest.approx(1)
    assert longer[1] > bare[1] + 2.5 * leading(theme.SMALL, "zh")


def test_a_line_is_measured_in_inches() -> None:
    assert inches("权重", 36) == pytest.approx(1)


def test_chinese_lines_stand_further_apart() -> None:
    assert leading(10, "zh") > leading(10, "en")


def test_the_usual_heading_gives_way_to_the_one_given() -> None:
    assert wording("en", Labels(), "Usual", "").title == "Usual"
    assert wording("en", Labels("Own\x00 one", " % "), "Usual", "") == Words(
        "en", "Own one", "", "%"
    )


def test_english_quotation_marks_are_narrow() -> None:
    features = {
        language: [one.get_fontfeatures() for one in texts(_titled(open_sheet(words, 1.0, [])))]
        for language in ("zh", "en")
        for words in [Words(language, "“x”", "", "")]
    }
    assert features["zh"] == [None]
    assert [tuple(found) for found in features["en"]] == [("pwid",)]


def _titled(sheet):
    return sheet.finish("", [], [])
