"""Files: the same bytes for the same plot, in any process; whole for those who cannot see."""

from __future__ import annotations

import os
import re
import struct
import subprocess
import sys
import zlib
from xml.etree import ElementTree

import pytest

from analysis.plots import saving
from analysis.plots.movement import movement_plot
from analysis.plots.plot import Labels
from tests.analysis.panels import T2
from tests.analysis.plots.examples import FIGURES, POINTS, strips
from tests.architecture.walls import ROOT

SVG = "{http://www.w3.org/2000/svg}"
#: Writes a hash of every figure as SVG, and of one in the other formats.
HASHES = """
import warnings
warnings.simplefilter("error")
from hashlib import sha256
from analysis.plots import saving
from tests.analysis.plots.examples import FIGURES, LANGUAGES
for at, (name, draw) in enumerate(FIGURES.items()):
    print(name, sha256(saving.to_svg(draw(LANGUAGES[at % 2]))).hexdigest())
plot = FIGURES["influence"]("zh")
print(sha256(saving.to_png(plot)).hexdigest(), sha256(saving.to_pdf(plot)).hexdigest())
"""


def parsed(svg: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314  # written by ourselves


def hashes(seed: int) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", HASHES],
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": str(seed), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split("\n")


def test_files_are_byte_identical_in_every_process() -> None:
    first, second = hashes(1), hashes(2)
    assert first == second
    assert len(first) == len(FIGURES) + 2


def test_saving_twice_gives_the_same_bytes() -> None:
    plot = strips("zh")
    for save in (saving.to_svg, saving.to_png, saving.to_pdf):
        assert save(plot) == save(plot)


def test_an_svg_is_an_image_with_title_and_text_alternative() -> None:
    plot = movement_plot(
        {1: T2[0]}, ["A & B", "<b>", '"c"'], POINTS, labels=Labels(title="R&D > x"), language="en"
    )
    root = parsed(saving.to_svg(plot))
    title, text = root[0], root[1]
    assert (root.tag, root.get("role"), root.get("lang")) == (SVG + "svg", "img", "en")
    assert (title.tag, title.text) == (SVG + "title", "R&D > x")
    assert (text.tag, text.text) == (SVG + "desc", plot.text)
    assert root.get("aria-labelledby") == title.get("id")
    assert root.get("aria-describedby") == text.get("id")


def test_an_svg_has_outlines_for_letters_and_no_date_and_no_address_but_namespaces() -> None:
    data = saving.to_svg(strips("zh")).decode("utf-8")
    assert "<text" not in data
    assert "font-family" not in data
    assert "<metadata" not in data
    assert "<image" not in data
    addresses = {"www.w3.org"}
    assert set(re.findall(r"https?://([^/]+)", data)) == addresses
    assert re.search(r"\b20\d\d-\d\d-\d\d\b", data) is None


def chunks(png: bytes) -> list[tuple[bytes, bytes]]:
    found, at = [], 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        found.append((png[at + 4 : at + 8], png[at + 8 : at + 8 + length]))
        at += 12 + length
    return found


def test_a_png_has_the_size_asked_for_and_the_text_alternative() -> None:
    plot = strips("zh")
    found = chunks(saving.to_png(plot, resolution=100))
    width, height = struct.unpack(">II", found[0][1][:8])
    wide, high = plot.figure.get_size_inches()
    assert (width, height) == (int(wide * 100), int(high * 100))
    written = b"".join(body for kind, body in found if kind in (b"tEXt", b"iTXt", b"zTXt"))
    assert plot.text.encode() in written
    assert b"Delphi Weights" in written
    assert {kind for kind, _ in found} & {b"tIME", b"eXIf"} == set()


def test_a_pdf_has_no_date_and_its_letters_as_drawings() -> None:
    data = saving.to_pdf(strips("zh"))
    assert data.startswith(b"%PDF")
    assert b"/CreationDate" not in data
    assert b"/ModDate" not in data
    assert b"/Producer (Delphi Weights)" in data
    assert b"/Subtype /Type3" in data  # a PostScript face as type 42 is drawn by no reader
    assert b"CIDFontType2" not in data
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL)
    content = [zlib.decompress(one) for one in streams if one[:1] == b"x"]
    assert any(b" Tf" in one for one in content)


@pytest.mark.parametrize("title", ["", "x" * 200, "信" * 120])
def test_a_heading_of_any_length_is_saved(title: str) -> None:
    plot = movement_plot({1: T2[0]}, ["a", "b", "c"], POINTS, labels=Labels(title=title))
    assert parsed(saving.to_svg(plot))[0].text == (title or None)
