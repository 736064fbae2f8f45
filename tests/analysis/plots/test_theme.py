"""The look: colours everybody can tell apart, and settings that leave no trace."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import matplotlib as mpl
import numpy as np
import pytest
from numpy.typing import NDArray

from analysis.plots import theme
from analysis.plots.saving import to_svg
from tests.analysis.plots.examples import strips

Floats = NDArray[np.float64]

#: Machado, Oliveira & Fernandes 2009, severity 1.0, for linear RGB.
SIGHT = {
    "usual": np.eye(3),
    "protan": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deutan": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritan": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
#: Distances in CIELAB below which two colours side by side are easily taken for one another, and
#: the difference in lightness that a grey print needs.
APART, LIGHTER = 12.0, 10.0
PAIRS = [
    (theme.NOW.colour, theme.BEFORE.colour),
    (theme.NOW.colour, theme.INK),
    (theme.BEFORE.colour, theme.INK),
    (theme.NOW.wash, theme.BEFORE.wash),
    (theme.NOW.wash, theme.INK),
    (theme.NOW.colour, theme.BEFORE.wash),
]


def linear(colour: str) -> Floats:
    parts = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def contrast(first: str, second: str) -> float:
    light, dark = sorted((TO_XYZ[1] @ linear(colour) for colour in (first, second)), reverse=True)
    return float((light + 0.05) / (dark + 0.05))


def lab(colour: str, sight: str) -> Floats:
    xyz = TO_XYZ @ np.clip(SIGHT[sight] @ linear(colour), 0, 1) / (TO_XYZ @ np.ones(3))
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def confused(first: str, second: str) -> list[str]:
    """Return the kinds of sight, and print, in which two colours look alike."""
    found = [
        sight for sight in SIGHT if np.linalg.norm(lab(first, sight) - lab(second, sight)) < APART
    ]
    grey = abs(lab(first, "usual")[0] - lab(second, "usual")[0]) < LIGHTER
    return found + ["print"] * bool(grey)


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_colours_that_mean_different_things_look_different_to_everybody(
    first: str, second: str
) -> None:
    assert confused(first, second) == []


def test_colours_that_some_confuse_are_found() -> None:
    assert confused("#2ca02c", "#d62728") == ["deutan"]
    assert confused("#5b84b1", "#5f8a8b") == ["tritan", "print"]
    assert confused("#777777", "#787878") == [*SIGHT, "print"]


@pytest.mark.parametrize("colour", [theme.INK, theme.INK_2, theme.INK_3])
def test_letters_stand_out_from_the_paper(colour: str) -> None:
    assert contrast(colour, theme.PAPER) >= 4.5


@pytest.mark.parametrize("colour", [*(mark.colour for mark in theme.MARKS), theme.RULE_STRONG])
def test_marks_stand_out_from_the_paper(colour: str) -> None:
    assert contrast(colour, theme.PAPER) >= 3


@pytest.mark.parametrize("box", theme.LEVELS)
def test_names_can_be_read_on_the_boxes_of_a_tree(box: str) -> None:
    assert contrast(theme.INK, box) >= 7


def test_contrast_is_that_of_the_accessibility_guidelines() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21, abs=1e-3)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=2e-3)


def test_marks_differ_in_shape_as_well_as_in_colour() -> None:
    shapes = {(mark.filled, mark.line, mark.hatch) for mark in theme.MARKS}
    assert len(shapes) == len(theme.MARKS)


def test_the_settings_of_the_process_are_left_as_they_were() -> None:
    before = dict(mpl.rcParams)
    with theme.settings():
        assert mpl.rcParams["svg.fonttype"] == "path"
    assert dict(mpl.rcParams) == before


def test_settings_of_the_process_have_no_effect_on_a_figure() -> None:
    usual = to_svg(strips("zh"))
    with mpl.rc_context({"font.size": 30, "lines.linewidth": 9, "svg.hashsalt": "other"}):
        assert to_svg(strips("zh")) == usual


def test_threads_draw_the_same_as_one_alone() -> None:
    with ThreadPoolExecutor(4) as pool:
        drawn = set(pool.map(lambda _: to_svg(strips("en")), range(8)))
    assert drawn == {to_svg(strips("en"))}
