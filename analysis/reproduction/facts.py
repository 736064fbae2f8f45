"""Reads the printed figures that ship with the program."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from analysis.errors import InputError, Problem, quoted
from analysis.reproduction.findings import Claim
from analysis.scoring.data import read_tiers
from analysis.scoring.tiers import Tier
from analysis.tables import Table, parse_decimal, read_table
from analysis.tree import Tree
from analysis.treefile import read_tree

DATA = Path(__file__).resolve().parent.parent / "data"
CLAIMS = (
    "claim",
    "source",
    "title_zh",
    "title_en",
    "inputs",
    "printed",
    "unit_zh",
    "unit_en",
    "expected",
)


@dataclass(frozen=True)
class Facts:
    """All printed figures that recomputation starts from."""

    #: what is recomputed, in the order of the file
    claims: tuple[Claim, ...]
    #: year → index of the demonstration cities
    index: dict[int, Fraction]
    #: demonstration city → `comprehensive` or `specialised`
    city_types: dict[str, str]
    #: city → total score
    scores: dict[str, Fraction]
    #: city → tier under which the appendix lists it
    listed_tiers: dict[str, str]
    #: city and size of its digital economy in 100 million CNY, row by row as printed
    sizes: tuple[tuple[str, Fraction], ...]
    #: region → cities
    regions: dict[str, tuple[str, ...]]
    #: tier bounds
    tiers: tuple[Tier, ...]
    #: trees by source
    trees: dict[str, Tree]


def read_facts(folder: Path = DATA) -> Facts:
    """Read the printed figures.

    Parameters
    ----------
    folder
        Holds `published/`, `tiers/` and `trees/`; the one that ships with the program if not given.

    Returns
    -------
    Facts
        Every figure exact, as printed.

    Raises
    ------
    InputError
        When a file is missing or a figure in it is not a number.
    """
    published = folder / "published"
    index = read_table(published / "icdi_ec_2022_index.csv", required=("year", "index"))
    cities = read_table(published / "icdi_ec_2022_cities.csv", required=("city", "type"))
    scores = read_table(
        published / "dei_2021_scores.csv", required=("rank", "city", "score", "tier")
    )
    sizes = read_table(published / "dei_2021_sizes.csv", required=("rank", "city", "size"))
    regions = read_table(published / "dei_2021_regions.csv", required=("region", "city"))
    sources = ("icdi_ec_2022", "dei_2021")
    return Facts(
        claims=_claims(published / "claims.csv"),
        index=dict(zip(map(int, index.column("year")), _numbers(index, "index"), strict=True)),
        city_types=dict(zip(cities.column("city"), cities.column("type"), strict=True)),
        scores=dict(zip(scores.column("city"), _numbers(scores, "score"), strict=True)),
        listed_tiers=dict(zip(scores.column("city"), scores.column("tier"), strict=True)),
        sizes=tuple(zip(sizes.column("city"), _numbers(sizes, "size"), strict=True)),
        regions=_groups(regions),
        tiers=read_tiers(folder / "tiers" / "dei_2021.csv"),
        trees={source: read_tree(folder / "trees" / f"{source}.csv") for source in sources},
    )


def _claims(path: Path) -> tuple[Claim, ...]:
    table = read_table(path, required=CLAIMS)
    return tuple(
        Claim(
            claim=record["claim"],
            source=record["source"],
            title_zh=record["title_zh"],
            title_en=record["title_en"],
            inputs=tuple(record["inputs"].split()),
            printed=tuple(record["printed"].split()),
            unit_zh=record["unit_zh"],
            unit_en=record["unit_en"],
            expected=record["expected"],
        )
        for _, record in table.records()
    )


def _numbers(table: Table, column: str) -> list[Fraction]:
    """Return one column as exact numbers."""
    found = []
    for line, text in zip(table.lines, table.column(column), strict=True):
        number = parse_decimal(text)
        if number is None:
            raise InputError([Problem(table.file, quoted(text), "a number", line, column)])
        found.append(Fraction(number))
    return found


def _groups(table: Table) -> dict[str, tuple[str, ...]]:
    groups: dict[str, tuple[str, ...]] = {}
    for region, city in zip(table.column("region"), table.column("city"), strict=True):
        groups[region] = (*groups.get(region, ()), city)
    return groups
