"""The look of the figures: colours, sizes, and the matplotlib settings as a context.

Ink on white, hairlines, one accent. What is looked at now is filled and dark, what was before is
hollow and grey: they differ in lightness and in shape too, so that a black-and-white print and
every kind of colour vision tell them apart. A figure is as wide as the text of an A4 page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import RLock
from typing import Any, Final, Literal

from analysis.plots import fonts

Language = Literal["zh", "en"]

PAPER = "#ffffff"
#: text and figures
INK = "#1b2024"
#: captions
INK_2 = "#4b555d"
#: heads of columns, ticks
INK_3 = "#5e6870"
#: grid lines; never the only mark of anything
RULE = "#dcdfdb"
#: axes and borders
RULE_STRONG = "#7f8990"

#: Width of a figure in inches: 160 mm, an A4 page with margins of 25 mm.
WIDTH = 160 / 25.4
#: Points: heading, names and figures, ticks and captions.
LARGE, MIDDLE, SMALL = 11.0, 8.5, 7.5
#: Of the font size: from one line of text to the next.
LEADING: Final[dict[Language, float]] = {"zh": 1.55, "en": 1.4}
POINT = 1 / 72


@dataclass(frozen=True)
class Mark:
    """How one kind of thing is drawn, whatever the figure."""

    #: of lines and points; contrast with the paper at least 3
    colour: str
    #: of bands and boxes that text or marks may lie on
    wash: str
    #: whether points are filled
    filled: bool
    #: of lines, as matplotlib names it
    line: str
    #: of boxes, as matplotlib names it
    hatch: str


#: The round in view, the observed figure, the panel.
NOW = Mark("#17597a", "#9dbece", True, "-", "")
#: Earlier rounds, other arrangements, single answers.
BEFORE = Mark("#7d878f", "#dfe2e4", False, "--", "")
#: What is undefined.
NOTHING = Mark("#5e6870", "#ffffff", False, ":", "////")
MARKS = (NOW, BEFORE, NOTHING)
#: Boxes of the levels of a tree, from the root outwards; text on them is `INK`.
LEVELS = ("#b9d2de", "#d3e2ea", "#e8f0f4", "#f6f9fb")

_SETTINGS: Final[dict[str, Any]] = {
    "axes.unicode_minus": True,
    "figure.dpi": 100,
    "figure.facecolor": PAPER,
    "hatch.linewidth": 0.5,
    "path.simplify": False,
    "pdf.compression": 6,
    "pdf.fonttype": 3,  # as type 42 matplotlib embeds PostScript outlines that no reader draws
    "savefig.bbox": None,
    "savefig.facecolor": "auto",
    "savefig.transparent": False,
    "svg.fonttype": "path",
    "svg.hashsalt": "delphi-weights",
    "text.hinting": "no_hinting",
    "text.parse_math": False,
    "text.usetex": False,
}
#: matplotlib's settings belong to the whole process: one figure at a time.
_LOCK = RLock()


@contextmanager
def settings(families: Sequence[str] = (fonts.FAMILY,)) -> Iterator[None]:
    """Draw or save with the settings of the theme, and leave those of the process as they were.

    Parameters
    ----------
    families
        Faces in order of preference, as `fonts.choose` gives them.

    Yields
    ------
    None
        Nothing a user has set for other figures has an effect inside. Threads wait for one another.
    """
    from matplotlib import style

    fonts.register()
    with _LOCK, style.context({**_SETTINGS, "font.family": list(families)}, after_reset=True):
        yield
