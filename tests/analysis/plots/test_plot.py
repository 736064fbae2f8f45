"""What every figure owes its reader, whatever it shows."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from matplotlib import _pylab_helpers

from analysis.plots import theme
from analysis.plots.plot import Plot
from analysis.plots.theme import Language
from tests.analysis.plots.examples import FIGURES, LANGUAGES, TREES, faults, icicle, strips, texts
from tests.architecture.walls import ROOT

EACH = [(name, language) for name in FIGURES for language in LANGUAGES]
NUMBER = re.compile(r"[+−]?\d+(?:\.\d+)?")
CHINESE = re.compile(r"[\u3400-\u9fff]")


@pytest.fixture(scope="module")
def drawn() -> dict[tuple[str, Language], Plot]:
    return {(name, language): FIGURES[name](language) for name, language in EACH}


@pytest.mark.parametrize("which", EACH, ids="-".join)
def test_no_words_overlap_leave_the_page_or_are_too_small(which, drawn) -> None:
    assert faults(drawn[which]) == []


def test_words_on_each_other_beyond_the_page_and_too_small_are_found() -> None:
    plot = strips("en")
    heading = texts(plot)[0]
    paper = heading.axes
    assert paper is not None
    paper.text(*heading.get_position(), "again", size=theme.MIDDLE)
    paper.text(-0.5, 1, "outside", size=theme.MIDDLE)
    paper.text(3, 0.5, "tiny", size=4)
    found = faults(plot)
    assert any("lies on" in fault and "again" in fault for fault in found)
    assert {"outside leaves the page", "tiny is too small"} <= set(found)


@pytest.mark.parametrize("which", EACH, ids="-".join)
def test_the_text_has_every_number_of_the_figure(which, drawn) -> None:
    plot = drawn[which]
    known = set(NUMBER.findall(plot.text))
    shown = [one for one in texts(plot) if one.get_color() not in (theme.INK_3, theme.INK_2)]
    numbers = {number for one in shown for number in NUMBER.findall(one.get_text())}
    assert numbers
    assert numbers - known == set()


@pytest.mark.parametrize("which", EACH, ids="-".join)
def test_the_text_names_title_description_and_every_row(which, drawn) -> None:
    plot = drawn[which]
    lines = plot.text.split("\n")
    assert lines[:2] == [plot.title, plot.description]
    assert len(lines) == len(plot.rows) + 2
    assert all(len(row) == len(plot.columns) for row in plot.rows)
    assert all(cell in line for row, line in zip(plot.rows, lines[2:], strict=True) for cell in row)
    assert plot.missing == ()
    assert plot.families == (theme.fonts.FAMILY,)


@pytest.mark.parametrize("name", FIGURES)
def test_an_english_figure_has_no_chinese_and_a_chinese_one_little_english(name, drawn) -> None:
    english, chinese = drawn[name, "en"], drawn[name, "zh"]
    words = [one.get_text() for one in texts(english)]
    assert not CHINESE.search("".join(words) + english.text)
    left = re.sub(r"\b(W|p|CV)\b|\d+[MG]|[A-Z]{3}\b", "", chinese.text)
    assert not re.search("[A-Za-z]{2}", left)


@pytest.mark.parametrize("name", FIGURES)
def test_an_unknown_language_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="language 'fr'"):
        FIGURES[name]("fr")  # type: ignore[arg-type]  # the point


@pytest.mark.parametrize("tree", TREES, ids=lambda path: path.stem)
@pytest.mark.parametrize("language", LANGUAGES)
def test_both_indicator_trees_are_drawn_without_fault(tree, language: Language) -> None:
    plot = icicle(language, str(tree))
    assert faults(plot) == []
    assert plot.missing == ()


def test_pyplot_knows_nothing_of_the_figures(drawn) -> None:
    assert _pylab_helpers.Gcf.get_num_fig_managers() == 0
    assert {type(plot.figure.canvas).__name__ for plot in drawn.values()} == {"FigureCanvasAgg"}


def test_a_notebook_shows_the_figure(drawn) -> None:
    assert 'role="img"' in drawn["strips", "zh"]._repr_svg_()


def test_importing_the_modules_does_not_load_matplotlib() -> None:
    names = [path.stem for path in (ROOT / "analysis" / "plots").glob("*.py")]
    code = "; ".join(
        [
            "import sys",
            *(f"import analysis.plots.{name}" for name in names if name != "__init__"),
            "print({'matplotlib', 'scipy', 'fontTools'} & set(sys.modules))",
        ]
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "set()"
