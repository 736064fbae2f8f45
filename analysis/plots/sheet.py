"""The page a figure stands on: heading above, caption below, everything measured in inches.

Sizes follow from the words, measured before anything is drawn: the sheet grows, letters never
shrink and never overlap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from analysis.plots import fonts
from analysis.plots.lettering import balance, clean, printable, width, wrap
from analysis.plots.plot import Labels, Plot
from analysis.plots.theme import (
    INK,
    INK_2,
    LARGE,
    LEADING,
    MIDDLE,
    PAPER,
    POINT,
    SMALL,
    WIDTH,
    Language,
    settings,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: White around everything, inches.
MARGIN = 0.1
_BELOW_HEADING = 0.14
_ABOVE_CAPTION = 0.1
#: From the middle of a line of text down to its baseline, in em.
_TO_BASELINE = 0.36


@dataclass(frozen=True)
class Words:
    """The words around a figure, cleaned."""

    #: `zh` or `en`
    language: Language
    #: heading
    title: str
    #: what mark is what, below the figure
    caption: str
    #: unit of the axis; may be empty
    unit: str


def wording(language: Language, labels: Labels, title: str, caption: str) -> Words:
    """Choose the words around a figure.

    Parameters
    ----------
    language
        `zh` or `en`.
    labels
        What the user wants written.
    title
        Heading if the user has none.
    caption
        What mark is what.

    Returns
    -------
    Words
        Cleaned.
    """
    heading = title if labels.title is None else labels.title
    return Words(language, clean(heading), caption, clean(labels.unit))


@dataclass(frozen=True, eq=False)
class Sheet:
    """An empty page; coordinates in inches from its upper left corner, downwards."""

    #: with a canvas of its own
    figure: Figure
    #: axes of the whole page, for words
    paper: Axes
    #: printed already
    words: Words
    #: faces, and what they lack
    choice: fonts.Choice
    #: where the body begins
    top: float
    #: where it ends
    bottom: float

    def write(
        self,
        at: tuple[float, float],
        text: str,
        *,
        size: float = MIDDLE,
        colour: str = INK,
        align: Literal["left", "center", "right"] = "left",
        covering: bool = False,
    ) -> None:
        """Print one line of text.

        Parameters
        ----------
        at
            Inches: its left end, middle or right end, and the middle of its height.
        text
            The line.
        size
            Points.
        colour
            Of the letters.
        align
            What of the line stands at the place.
        covering
            Whether it hides what is below.
        """
        x, y = at
        y += _TO_BASELINE * size * POINT
        shown = printable(text, self.choice.missing)
        line = self.paper.text(x, y, shown, size=size, color=colour, ha=align, va="baseline")
        if self.words.language == "en":
            line.set_fontfeatures(["pwid"])  # else “ ” and ’ are as wide as a Chinese character
        if covering:
            line.set_bbox({"facecolor": PAPER, "edgecolor": "none", "pad": 1.5})

    def write_lines(
        self, at: tuple[float, float], lines: Sequence[str], *, size: float, colour: str = INK
    ) -> None:
        """Print lines of text below each other.

        Parameters
        ----------
        at
            Inches: left end and upper edge of the first line.
        lines
            From the top down.
        size
            Points.
        colour
            Of the letters.
        """
        step = leading(size, self.words.language)
        for line, text in enumerate(lines):
            self.write((at[0], at[1] + (line + 0.5) * step), text, size=size, colour=colour)

    def area(self, box: tuple[float, float, float, float], limits: tuple[float, float]) -> Axes:
        """Mark off a part of the page with a scale of its own from left to right.

        Parameters
        ----------
        box
            Inches: left, top, right, bottom.
        limits
            Values at its left and right edge.

        Returns
        -------
        Axes
            x in the unit of the data, y in inches from the top of the box downwards; no frame.
        """
        left, top, right, bottom = box
        wide, high = self.figure.get_size_inches()
        place = (left / wide, 1 - bottom / high, (right - left) / wide, (bottom - top) / high)
        axes = self.figure.add_axes(place)
        axes.set_axis_off()
        axes.set_xlim(*limits)
        axes.set_ylim(bottom - top, 0)
        return axes

    def finish(
        self, description: str, columns: Sequence[str], rows: Sequence[Sequence[str]]
    ) -> Plot:
        """Put the figure and its text together.

        Parameters
        ----------
        description
            One or two sentences.
        columns
            Heads of the table.
        rows
            Its rows, as printed.

        Returns
        -------
        Plot
            What the plot functions return.
        """
        return Plot(
            figure=self.figure,
            language=self.words.language,
            title=self.words.title,
            description=description,
            columns=tuple(columns),
            rows=tuple(map(tuple, rows)),
            families=self.choice.families,
            missing=self.choice.missing,
        )


def leading(size: float, language: Language) -> float:
    """Return the height of a line.

    Parameters
    ----------
    size
        Of the letters, points.
    language
        Chinese is set wider.

    Returns
    -------
    float
        Inches.
    """
    return size * POINT * LEADING[language]


def inches(text: str, size: float) -> float:
    """Measure a line of text.

    Parameters
    ----------
    text
        One line.
    size
        Points.

    Returns
    -------
    float
        Its width in inches.
    """
    return width(text) * size * POINT


def break_lines(text: str, size: float, measure: float) -> list[str]:
    """Break a name or heading into lines of about equal length.

    Parameters
    ----------
    text
        Without line breaks.
    size
        Points.
    measure
        Longest line in inches.

    Returns
    -------
    list of str
        At least one.
    """
    return balance(text, measure / (size * POINT))


def open_sheet(words: Words, body: float, names: Sequence[str]) -> Sheet:
    """Take a page that is high enough, and print heading and caption.

    Parameters
    ----------
    words
        Heading, caption, language.
    body
        Height of what comes between them, inches.
    names
        Every other word of the user's that will be printed, for the choice of faces.

    Returns
    -------
    Sheet
        With the body empty. It is to be drawn on inside `theme.settings(sheet.choice.families)`.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    choice = fonts.choose([words.title, words.caption, words.unit, *names])
    heading = break_lines(words.title, LARGE, _TEXT)
    caption = wrap(words.caption, _TEXT / (SMALL * POINT))
    top = MARGIN + len(heading) * leading(LARGE, words.language) + _BELOW_HEADING
    bottom = top + body
    height = bottom + _ABOVE_CAPTION + len(caption) * leading(SMALL, words.language) + MARGIN
    with settings(choice.families):
        figure = Figure(figsize=(WIDTH, height), facecolor=PAPER)
        FigureCanvasAgg(figure)
        paper = figure.add_axes((0, 0, 1, 1))
        paper.set_axis_off()
        paper.set_zorder(1)  # words above marks
        paper.set_xlim(0, WIDTH)
        paper.set_ylim(height, 0)
        sheet = Sheet(figure, paper, words, choice, top, bottom)
        sheet.write_lines((MARGIN, MARGIN), heading, size=LARGE)
        below = (MARGIN, bottom + _ABOVE_CAPTION)
        sheet.write_lines(below, caption, size=SMALL, colour=INK_2)
    return sheet


_TEXT: Final = WIDTH - 2 * MARGIN
