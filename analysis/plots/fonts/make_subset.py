"""Makes the vendored font from Debian's Noto Sans CJK, and checks that it still is what this makes.

    python -m analysis.plots.fonts.make_subset           writes the file anew
    python -m analysis.plots.fonts.make_subset --check   compares, exit 1 if it differs

Source: `NotoSansCJK-Regular.ttc` of Debian's fonts-noto-cjk 1:20220127+repack1-1, whose third face
is Simplified Chinese, version 2.004. Font tables depend on the fontTools that writes them; the
version is in the locked requirements, as matplotlib needs it. The licence stands in OFL.txt.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.plots.fonts import FAMILY, FILE

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont

SOURCE = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
SOURCE_SHA256 = "b76b0433203017ca80401b2ee0dd69350349871c4b19d504c34dbdd80541690a"
SOURCE_VERSION = "Version 2.004;hotconv 1.0.118;makeotfexe 2.5.65603"
FACE = "Noto Sans CJK SC"
TREES = Path(__file__).parents[2] / "data" / "trees"
#: First and last code point of what is taken beside GB 2312, as far as the source has it.
RANGES = (
    (0x0020, 0x007E),  # Latin
    (0x00A0, 0x024F),  # Latin-1 and its extensions: names of people and places
    (0x02B0, 0x02FF),  # modifier letters
    (0x0300, 0x036F),  # combining marks
    (0x0370, 0x03FF),  # Greek
    (0x1E00, 0x1EFF),  # more Latin: pinyin, Vietnamese
    (0x2000, 0x206F),  # punctuation
    (0x2070, 0x209F),  # superscripts and subscripts
    (0x20A0, 0x20BF),  # currencies
    (0x2100, 0x214F),  # letter-like: ℃ № ℓ
    (0x2150, 0x218F),  # fractions, Roman numerals
    (0x2190, 0x21FF),  # arrows
    (0x2200, 0x22FF),  # mathematics
    (0x2460, 0x24FF),  # circled numbers
    (0x25A0, 0x25FF),  # geometric shapes
    (0x3000, 0x303F),  # Chinese punctuation
    (0xFF00, 0xFFEF),  # full width
)


def wanted() -> set[int]:
    """Return the code points asked for; what the source lacks of them stays out.

    Returns
    -------
    set of int
        `RANGES`, all of GB 2312, and every character of the indicator trees that come with the
        package.
    """
    points = {point for first, last in RANGES for point in range(first, last + 1)}
    pairs = (bytes((a, b)) for a in range(0xA1, 0xFF) for b in range(0xA1, 0xFF))
    points |= {ord(char) for pair in pairs for char in pair.decode("gb2312", "ignore")}
    for tree in sorted(TREES.glob("*.csv")):
        points |= set(map(ord, tree.read_text(encoding="utf-8")))
    return {point for point in points if chr(point).isprintable() or point == 0xA0}


def make(source: Path = SOURCE) -> bytes:
    """Return the bytes of the font file.

    Parameters
    ----------
    source
        The font collection.

    Returns
    -------
    bytes
        An OpenType font with PostScript outlines, without hints, under a family name of its own so
        that no system font is taken for it.

    Raises
    ------
    ValueError
        If the file is not the font that this script knows.
    """
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTCollection

    data = source.read_bytes()
    if (found := sha256(data).hexdigest()) != SOURCE_SHA256:
        raise ValueError(f"{source} has SHA-256 {found}, expected {SOURCE_SHA256}")
    faces = TTCollection(BytesIO(data), lazy=True).fonts
    font = next(face for face in faces if face["name"].getDebugName(1) == FACE)
    font.recalcTimestamp = False
    font.recalcBBoxes = False  # the box of all glyphs may stay too large: that is quicker
    options = Options(
        layout_features=["kern", "ccmp", "mark", "mkmk", "pwid"],
        hinting=False,
        notdef_outline=True,
        name_IDs=[0, 1, 2, 3, 4, 5, 6, 7, 13, 14],
        name_languages=[0x409],
        drop_tables=["BASE", "VORG", "vhea", "vmtx", "DSIG"],
    )
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=wanted())
    subsetter.subset(font)
    _rename(font)
    stream = BytesIO()
    font.save(stream, reorderTables=True)
    return stream.getvalue()


def _rename(font: TTFont) -> None:
    postscript = FAMILY.replace(" ", "") + "-Regular"
    names = font["name"]
    for number, text in ((1, FAMILY), (3, f"2.004;{postscript}"), (4, FAMILY), (6, postscript)):
        names.setName(text, number, 3, 1, 0x409)
    cff = font["CFF "].cff
    cff.fontNames[0] = postscript
    cff.topDictIndex[0].FullName = FAMILY
    cff.topDictIndex[0].FamilyName = FAMILY


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the font, or compare it.

    Parameters
    ----------
    arguments
        Of the command line.

    Returns
    -------
    int
        0, or 1 where the vendored file is not what this script makes.
    """
    parser = argparse.ArgumentParser(description="The vendored font and its source.")
    parser.add_argument("--check", action="store_true", help="compare and write nothing")
    made = make()
    if not parser.parse_args(arguments).check:
        FILE.write_bytes(made)
    elif FILE.read_bytes() != made:
        sys.stderr.write(f"{FILE} is not what this script makes\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
