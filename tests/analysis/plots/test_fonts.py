"""The vendored typeface: has what is printed, and is what its script makes."""

from __future__ import annotations

import ast
import logging
import os
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from analysis.plots import fonts
from analysis.plots.fonts import make_subset
from analysis.plots.movement import movement_plot
from analysis.plots.saving import to_svg
from tests.analysis.panels import T2
from tests.analysis.plots.examples import POINTS, TREES, texts
from tests.architecture.walls import ROOT

#: Not in GB 2312, but in the system font that the tests install.
RARE = "𠮷"
#: In no font: for private use.
NOWHERE = "\ue123"
with TTFont(fonts.FILE) as font:
    GLYPHS: dict[int, str] = font.getBestCmap()
    NOTES = {number: font["name"].getDebugName(number) for number in (0, 1, 5, 13)}


def without_glyph(text: str) -> set[str]:
    return {char for char in text if not char.isspace() and ord(char) not in GLYPHS}


def written(path: Path) -> str:
    """Return all texts of a module that are not documentation."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    return "".join(one for one in found if isinstance(one, str))


@pytest.mark.parametrize("tree", TREES, ids=lambda path: path.stem)
def test_every_character_of_an_indicator_tree_has_a_glyph(tree: Path) -> None:
    assert without_glyph(tree.read_text(encoding="utf-8")) == set()


@pytest.mark.parametrize(
    "module", sorted((ROOT / "analysis" / "plots").glob("*.py")), ids=lambda path: path.stem
)
def test_every_character_a_figure_writes_has_a_glyph(module: Path) -> None:
    assert without_glyph(written(module)) == set()


def test_all_of_gb_2312_has_a_glyph() -> None:
    pairs = (bytes((high, low)) for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF))
    chinese = "".join(pair.decode("gb2312", "ignore") for pair in pairs)
    assert len(chinese) == 6763
    assert without_glyph(chinese) == set()


def test_a_character_without_a_glyph_is_noticed() -> None:
    assert without_glyph(f"权重{RARE}") == {RARE}


def test_the_glyphs_are_not_empty_boxes() -> None:
    assert GLYPHS[ord("权")] != ".notdef"
    assert len({GLYPHS[ord(char)] for char in "信息消费供给"}) == 6


def test_the_file_says_whose_it_is_and_under_which_licence() -> None:
    assert NOTES[1] == fonts.FAMILY
    assert NOTES[5] == make_subset.SOURCE_VERSION
    assert "Adobe" in NOTES[0]
    assert "SIL Open Font License" in NOTES[13]
    licence = fonts.FILE.with_name("OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert "Reserved Font Name 'Source'" in licence
    assert "Source" not in fonts.FAMILY


#: `make test` installs the source font; where that was forbidden the check is left to CI, which
#: never skips it.
NEEDS_SOURCE = pytest.mark.skipif(
    not make_subset.SOURCE.exists() and not os.environ.get("CI"),
    reason="the source font is not installed",
)


@NEEDS_SOURCE
def test_the_vendored_file_is_what_its_script_makes() -> None:
    assert make_subset.main(["--check"]) == 0


@NEEDS_SOURCE
def test_a_file_that_the_script_does_not_make_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.otf"
    other.write_bytes(fonts.FILE.read_bytes() + b"\0")
    monkeypatch.setattr(make_subset, "FILE", other)
    monkeypatch.setattr(make_subset, "make", fonts.FILE.read_bytes)
    assert make_subset.main(["--check"]) == 1
    assert "is not what this script makes" in capsys.readouterr().err
    assert make_subset.main([]) == 0
    assert other.read_bytes() == fonts.FILE.read_bytes()


def test_another_source_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.ttc"
    other.write_bytes(b"no font")
    with pytest.raises(ValueError, match=r"has SHA-256 .*, expected b76b0433"):
        make_subset.make(other)


def test_texts_within_the_vendored_face_need_no_system_font() -> None:
    assert fonts.choose(["信息消费 Demand “x” ± 1.5\n"]) == ((fonts.FAMILY,), ())


def test_a_rare_character_comes_from_a_system_font_if_one_has_it() -> None:
    families, missing = fonts.choose([f"{RARE}野"])
    has_it = RARE in fonts.characters("Noto Sans CJK SC")
    assert missing == (() if has_it else (RARE,))
    assert families == (fonts.FAMILY, *(["Noto Sans CJK SC"] if has_it else []))


def test_a_character_that_no_font_has_is_reported_and_a_box_is_drawn(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        plot = movement_plot({1: T2[0]}, [f"甲{NOWHERE}", "乙", "丙"], POINTS)
        drawn = to_svg(plot).decode("utf-8")
    assert plot.missing == (NOWHERE,)
    assert "甲□" in [one.get_text() for one in texts(plot)]
    assert f"甲{NOWHERE}" in plot.text
    assert f"甲{NOWHERE}" in drawn
    assert caplog.records == []


def test_a_font_that_is_not_installed_has_no_characters() -> None:
    assert fonts.characters("No Such Face") == frozenset()


def test_chinese_is_one_em_wide_and_figures_are_all_alike() -> None:
    assert fonts.advance("权") == fonts.advance(NOWHERE) == 1
    assert {fonts.advance(figure) for figure in "0123456789"} == {0.555}
