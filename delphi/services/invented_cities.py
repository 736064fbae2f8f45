"""Data of cities that do not exist, as `analysis score` reads them, for demonstrations."""

from __future__ import annotations

from analysis.simulation import simulated_units
from analysis.tree import Tree

FILE = "invented-cities.csv"
CITIES = 26
YEARS = (2018, 2019, 2020)


def invented_cities(tree: Tree) -> bytes:
    """Return a table with every leaf of a tree, the same each time."""
    leaves = tree.leaves
    data = simulated_units(tuple(leaf.kind or "" for leaf in leaves), CITIES, len(YEARS))
    lines = [",".join(("unit", "year", *(leaf.code for leaf in leaves)))]
    lines += [
        ",".join((f"虚构市{city:02d}", str(year), *(f"{cell:.2f}" for cell in row)))
        for year, table in zip(YEARS, data.tolist(), strict=True)
        for city, row in enumerate(table, start=1)
    ]
    return ("\n".join(lines) + "\n").encode("utf-8-sig")
