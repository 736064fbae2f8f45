"""The typeface of the figures: one vendored file, so that Chinese is right on every machine.

`delphi-sans-sc.otf` has the letters, signs and mathematics that figures need, all of GB 2312 and
every character of the indicator trees that come with the package; `make_subset.py` makes it. Other
characters are taken from a system font if one has them.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from matplotlib.font_manager import FontPath
    from matplotlib.ft2font import FT2Font

#: Name of the vendored face; no system font bears it.
FAMILY = "Delphi Sans SC"
FILE = Path(__file__).with_name("delphi-sans-sc.otf")
#: System fonts asked for what the vendored file lacks: simplified Chinese faces first, never a
#: Japanese one before them.
SYSTEM = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "PingFang SC",
    "Microsoft YaHei",
    "HarmonyOS Sans SC",
    "WenQuanYi Micro Hei",
    "Noto Sans",
    "DejaVu Sans",
)


class Choice(NamedTuple):
    """The faces a text is set in."""

    #: the vendored face, then system fonts where it lacks a character
    families: tuple[str, ...]
    #: characters that none of them has, each once, by code point
    missing: tuple[str, ...]


def choose(texts: Iterable[str]) -> Choice:
    """Find the faces that together have the characters of some texts.

    Parameters
    ----------
    texts
        What will be printed. Line breaks and blanks need no glyph.

    Returns
    -------
    Choice
        No system font is named unless a character needs it, so that the figure does not depend on
        the machine.
    """
    families = [FAMILY]
    left = {char for text in texts for char in text if not char.isspace()}
    left -= characters(FAMILY)
    for family in SYSTEM:
        if not left:
            break
        if found := left & characters(family):
            families.append(family)
            left -= found
    return Choice(tuple(families), tuple(sorted(left)))


@cache
def characters(family: str) -> frozenset[str]:
    """List the characters that a face has.

    Parameters
    ----------
    family
        `FAMILY`, or the name of a system font.

    Returns
    -------
    frozenset of str
        Empty if no such font is installed.
    """
    path = _path(family)
    return frozenset() if path is None else frozenset(map(chr, _face(path).get_charmap()))


@cache
def advance(char: str) -> float:
    """Measure one character of the vendored face.

    Parameters
    ----------
    char
        One character.

    Returns
    -------
    float
        Width in em; 1 for a character that the face lacks, as it is most likely a Chinese one.
    """
    from matplotlib.ft2font import LoadFlags

    if char not in characters(FAMILY):
        return 1.0
    face = _face(str(FILE))
    return face.load_char(ord(char), LoadFlags.NO_SCALE).horiAdvance / face.units_per_EM


def _path(family: str) -> str | FontPath | None:
    from matplotlib import font_manager

    register()
    if family not in font_manager.get_font_names():
        return None
    wanted = font_manager.FontProperties(family=family)
    return font_manager.findfont(wanted, fallback_to_default=False)


def _face(path: str | FontPath) -> FT2Font:
    from matplotlib import font_manager

    return font_manager.get_font(path)


@cache
def register() -> None:
    """Make the vendored face known to matplotlib in this process."""
    from matplotlib import font_manager

    font_manager.fontManager.addfont(FILE)
