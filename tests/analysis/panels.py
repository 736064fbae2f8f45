"""Panels with known figures, each with where it comes from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def panel(text: str) -> Floats:
    """One line an expert, one number an item; a dot is no answer."""
    rows = [line.split() for line in text.strip().splitlines()]
    return np.array([[np.nan if cell == "." else float(cell) for cell in row] for row in rows])


def write_csv(path: Path, items: str, values: Floats, *, experts: str = "") -> str:
    """Write answers as a ratings file and return its path; experts are E1, E2, ... if not named."""
    names = experts.split() or [f"E{at + 1}" for at in range(len(values))]
    lines = [",".join(["expert", *items.split()])]
    for name, row in zip(names, values, strict=True):
        lines.append(",".join([name, *("" if np.isnan(cell) else f"{cell:g}" for cell in row)]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


#: Made up for this project: seven experts rate five sibling indicators from 1 to 5, two rounds.
#: The figures in the tests were computed with plain NumPy and SciPy and, W among them, with R.
T1 = (
    panel("5 4 3 4 2\n5 5 3 4 3\n4 4 2 5 3\n5 4 4 3 2\n4 5 3 3 2\n5 3 3 4 3\n5 4 2 4 1"),
    panel("5 4 3 4 2\n5 4 3 4 2\n5 4 3 5 3\n5 4 3 4 2\n4 4 3 4 2\n5 4 3 4 3\n5 4 3 4 2"),
)

#: Made up likewise: eight experts divide 100 points over three dimensions, three rounds.
T2 = (
    panel("20 50 30\n10 70 20\n10 60 30\n30 40 30\n20 45 35\n15 65 20\n25 40 35\n5 60 35"),
    panel("15 55 30\n10 65 25\n10 60 30\n25 45 30\n15 50 35\n15 60 25\n20 45 35\n10 55 35"),
    panel("15 55 30\n15 55 30\n10 60 30\n20 50 30\n15 55 30\n15 60 25\n15 50 35\n10 55 35"),
)

#: Three raters rank eight factors: the example of KendallW in R's DescTools, after Siegel &
#: Castellan; the same W as by R's friedman.test.
SIEGEL_CASTELLAN = panel("5 6 7 1 2 4 3 8\n1 7 6 2 3 5 4 8\n4 5 1 3 2 7 6 8")

#: Six subjects rated by four judges (Shrout & Fleiss 1979); here the judges are the rows.
SHROUT_FLEISS = panel("9 2 5 8\n6 1 3 2\n8 4 6 8\n7 1 2 6\n10 5 6 9\n6 2 4 7").T.copy()

#: Twenty subjects rated by three judges, artificial: the data set anxiety of R's irr; the judges
#: are the rows.
IRR_ANXIETY = panel(
    "3 3 3 4 5 5 2 3 5 2 2 6 1 5 2 2 1 2 4 3\n"
    "3 6 4 6 2 4 2 4 3 3 2 3 3 3 2 2 1 3 3 4\n"
    "2 1 4 4 3 2 1 6 1 1 1 2 3 3 1 1 3 3 2 2"
)

#: Four observers code twelve units with gaps: the example of kripp.alpha in R's irr, after
#: Krippendorff.
KRIPPENDORFF_C = panel(
    "1 2 3 3 2 1 4 1 2 . . .\n"
    "1 2 3 3 2 2 4 1 2 5 . 3\n"
    ". 3 3 3 2 3 4 2 2 5 1 .\n"
    "1 2 3 3 2 4 4 1 2 5 1 ."
)
