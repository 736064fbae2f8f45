"""Plots as files. Equal plots give equal bytes: no date, no random number, no name of a machine."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from io import BytesIO
from xml.sax.saxutils import escape

from analysis.plots.plot import Plot
from analysis.plots.theme import settings

#: Pixels to the inch of a PNG: A4 print.
RESOLUTION = 300
_CREATOR = "Delphi Weights"
_LANGUAGES = {"zh": "zh-CN", "en": "en"}


def to_svg(plot: Plot) -> bytes:
    """Write a plot as SVG.

    Parameters
    ----------
    plot
        Not changed.

    Returns
    -------
    bytes
        UTF-8, the same for equal plots in every process. Letters are outlines, so that they look
        the same everywhere; the root element has `role="img"`, its title, and the text alternative
        as its description.
    """
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    drawn = _save(plot, "svg", metadata=nothing).decode("utf-8")
    start = drawn.index(">\n", drawn.index("<svg "))
    language = _LANGUAGES[plot.language]
    name = sha256(plot.text.encode()).hexdigest()[:12]
    head = (
        f' role="img" lang="{language}" xml:lang="{language}"'
        f' aria-labelledby="title-{name}" aria-describedby="text-{name}">\n'
        f' <title id="title-{name}">{escape(plot.title)}</title>\n'
        f' <desc id="text-{name}">{escape(plot.text)}</desc>\n'
    )
    return (drawn[:start] + head + drawn[start + 2 :]).encode("utf-8")


def to_png(plot: Plot, *, resolution: int = RESOLUTION) -> bytes:
    """Write a plot as PNG.

    Parameters
    ----------
    plot
        Not changed.
    resolution
        Pixels to the inch.

    Returns
    -------
    bytes
        With title and text alternative in the file; the same for equal plots.
    """
    words = {"Title": plot.title, "Description": plot.text, "Software": _CREATOR}
    return _save(plot, "png", metadata=words, dpi=resolution)


def to_pdf(plot: Plot) -> bytes:
    """Write a plot as PDF.

    Parameters
    ----------
    plot
        Not changed.

    Returns
    -------
    bytes
        One page of the size of the figure, with the title in its properties; the same for equal
        plots.
    """
    words = {"Title": plot.title, "Creator": _CREATOR, "Producer": _CREATOR, "CreationDate": None}
    return _save(plot, "pdf", metadata=words)


def _save(plot: Plot, form: str, *, metadata: Mapping[str, str | None], dpi: float = 72) -> bytes:
    stream = BytesIO()
    with settings(plot.families):
        plot.figure.savefig(stream, format=form, metadata=metadata, dpi=dpi)
    return stream.getvalue()
