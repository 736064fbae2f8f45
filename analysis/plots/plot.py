"""What a plot function returns: the figure, and the same in words and figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from analysis.plots.theme import Language

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Labels:
    """What the figure says beyond the names of the items, in the language of the figure."""

    #: heading; None gives the usual one
    title: str | None = None
    #: unit of the answers or weights, printed below the axis: 分, points, %
    unit: str = ""


#: The usual heading, no unit.
USUAL = Labels()


@dataclass(frozen=True, eq=False)
class Plot:
    """A figure with its numbers as text; `saving` turns it into a file."""

    #: matplotlib figure with a canvas of its own; pyplot does not know it
    figure: Figure
    #: `zh` or `en`
    language: Language
    #: heading, as it stands in the figure
    title: str
    #: what is shown and what it comes to, in one or two sentences
    description: str
    #: heads of the columns of `rows`
    columns: tuple[str, ...]
    #: every number of the figure as it is printed; what is undefined says so
    rows: tuple[tuple[str, ...], ...]
    #: faces the figure is set in
    families: tuple[str, ...]
    #: characters that no face at hand has; a box stands in their place in the figure, the text has
    #: them as they are
    missing: tuple[str, ...]

    @property
    def text(self) -> str:
        """The text alternative: title, description, and one line for each row of the table."""
        colon, stop = _PUNCTUATION[self.language]
        lines = [
            stop.join(
                f"{column}{colon}{cell}" for column, cell in zip(self.columns, row, strict=True)
            )
            for row in self.rows
        ]
        return "\n".join([self.title, self.description, *lines])

    def _repr_svg_(self) -> str:
        """Show the figure in a notebook."""
        from analysis.plots.saving import to_svg

        return to_svg(self).decode("utf-8")


_PUNCTUATION: Final[dict[Language, tuple[str, str]]] = {"zh": ("：", "；"), "en": (": ", "; ")}
