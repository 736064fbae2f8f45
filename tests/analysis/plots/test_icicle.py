"""The tree of weights: every indicator with its path and its weight."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.patches import Rectangle

from analysis.plots.icicle import icicle_plot
from analysis.plots.saving import to_svg
from tests.analysis.plots.examples import faults, icicle, texts

NAMES = ["甲", "乙", "甲一", "甲二"]
PARENTS = [None, None, 0, 0]
WEIGHTS = np.array([0.55, 0.45, 0.25, 0.3])


def test_the_rows_are_the_paths_and_weights_of_the_tree() -> None:
    plot = icicle("zh")
    assert plot.columns == ("指标", "组合权重")
    assert len(plot.rows) == 37
    assert plot.rows[0] == ("信息消费需求", "15.000%")
    path = "信息消费供给 / 公共服务发展水平 / 政务数据“上云”覆盖率"
    assert dict(plot.rows)[path] == "4.231%"


def test_rows_are_in_pre_order_and_boxes_as_high_as_weights() -> None:
    plot = icicle_plot(NAMES, PARENTS, WEIGHTS)
    assert [row[0] for row in plot.rows] == ["甲", "甲 / 甲一", "甲 / 甲二", "乙"]
    boxes = [p for axes in plot.figure.axes for p in axes.patches if isinstance(p, Rectangle)]
    heights = np.array([box.get_height() for box in boxes])
    np.testing.assert_allclose(heights / heights[0] * 0.55, [0.55, 0.25, 0.3, 0.45])


def test_an_undefined_weight_is_hatched_and_says_so() -> None:
    weights = np.array([0.55, 0.45, np.nan, 0.3])
    plot = icicle_plot(NAMES, PARENTS, weights)
    assert plot.rows[1] == ("甲 / 甲一", "无定义")
    written = "".join(one.get_text() for one in texts(plot))
    assert "无定义" in written
    assert "斜线方框的权重无定义" in written
    boxes = [p for axes in plot.figure.axes for p in axes.patches if isinstance(p, Rectangle)]
    assert [bool(box.get_hatch()) for box in boxes] == [False, True, True, False]
    assert faults(plot) == []


def test_names_that_do_not_fit_are_counted_and_in_the_text() -> None:
    names = ["大", "一个名称很长很长很长很长的指标", "末一", "末二"]
    plot = icicle_plot(names, [None, None, 0, 1], np.array([0.9999, 0.0001, 0.9999, 0.0001]))
    assert "有 1 个方框太矮，写不下名称。" in "".join(one.get_text() for one in texts(plot))
    assert names[1] in plot.text
    assert faults(plot) == []


def test_one_indicator_sixty_leaves_and_five_levels_are_legible() -> None:
    assert faults(icicle_plot(["甲"], [None], np.ones(1), language="en")) == []
    plot = icicle_plot([f"指标 {at}" for at in range(60)], [None] * 60, np.full(60, 1 / 60))
    assert faults(plot) == []
    deep = icicle_plot([f"第 {at} 级指标" for at in range(5)], [None, 0, 1, 2, 3], np.ones(5))
    assert faults(deep) == []
    assert deep.rows[-1][0].count(" / ") == 4


def test_weights_of_zero_are_listed() -> None:
    plot = icicle_plot(["a", "b", "c"], [None] * 3, np.array([1.0, 0, 0]), language="en")
    assert plot.rows == (("a", "100%"), ("b", "0%"), ("c", "0%"))
    assert faults(plot) == []


def test_the_input_is_not_touched_and_equal_input_gives_equal_bytes() -> None:
    weights = WEIGHTS.copy()
    weights.flags.writeable = False
    first, second = (icicle_plot(NAMES, PARENTS, weights) for _ in range(2))
    assert to_svg(first) == to_svg(second)


def test_what_is_no_tree_of_weights_is_refused() -> None:
    with pytest.raises(ValueError, match="no shares of 1"):
        icicle_plot(NAMES, PARENTS, WEIGHTS * 2)
