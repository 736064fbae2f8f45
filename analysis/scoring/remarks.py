"""What the scoring engine has to say about the data, in both languages."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.scoring.data import UnitColumns, UnitData
from analysis.scoring.thresholds import Thresholds, without_variation

#: Names shown in one message before the rest is counted.
SHOWN = 5


@dataclass(frozen=True)
class Remark:
    """Something that is allowed and should be known."""

    #: `no_variation`, `no_data`, `looks_like_share` or `unit_without_row`
    code: str
    #: code of the leaf it is about; None when it is about units
    indicator: str | None
    #: one sentence in Chinese
    zh: str
    #: one sentence in English
    en: str


def find_remarks(
    data: UnitData,
    thresholds: Thresholds,
    *,
    base_year: int | None = None,
    columns: UnitColumns | None = None,
) -> tuple[Remark, ...]:
    """Look through data and thresholds.

    Parameters
    ----------
    data
        Values of the units.
    thresholds
        What they are divided by. With a threshold for each year, an indicator is flagged as soon
        as a single year shows no variation.
    base_year
        Year whose values gave the thresholds, when there is one; a flag is raised for it too.
    columns
        Table of units, when there is one.

    Returns
    -------
    tuple of Remark
        `no_variation` (无区分度): all present values are equal, so the indicator cannot tell units
        apart. `no_data`: no value at all. `looks_like_share`: a ratio indicator that varies but
        never exceeds 1, although ratio data are percents. `unit_without_row`: units that the table
        of units does not know and that are in no group.
    """
    flat = without_variation(data.values)
    if thresholds.years:
        flat = flat | without_variation(data.values, data.years)
    if base_year is not None:
        flat = flat | without_variation(data.values[data.years == base_year])
    missing = np.isnan(data.values)
    highest = np.where(missing, -np.inf, data.values).max(axis=0)
    found = []
    for at, indicator in enumerate(thresholds.indicators):
        if missing[:, at].all():
            found.append(_no_data(indicator.code))
        elif flat[at]:
            found.append(_no_variation(indicator.code))
        elif indicator.kind == "ratio" and highest[at] <= 1:
            found.append(_looks_like_share(indicator.code))
    if columns is not None:
        found.extend(_without_row(data, columns))
    return tuple(found)


def _no_data(code: str) -> Remark:
    return Remark(
        "no_data", code, f"指标 {code} 没有任何数据", f"indicator {code} has no data at all"
    )


def _no_variation(code: str) -> Remark:
    return Remark(
        "no_variation",
        code,
        f"指标 {code} 无区分度：各单位取值相同",
        f"indicator {code} has no variation: it cannot tell units apart",
    )


def _looks_like_share(code: str) -> Remark:
    return Remark(
        "looks_like_share",
        code,
        f"占比类指标 {code} 的取值均不超过 1；占比类数据应以百分数填写",
        f"ratio indicator {code} never exceeds 1; ratio data are percents",
    )


def _without_row(data: UnitData, columns: UnitColumns) -> list[Remark]:
    known = set(columns.units)
    lost = [unit for unit in dict.fromkeys(data.units) if unit not in known]
    if not lost:
        return []
    more = len(lost) - SHOWN
    zh, en = "、".join(lost[:SHOWN]), ", ".join(lost[:SHOWN])
    return [
        Remark(
            "unit_without_row",
            None,
            f"单位表中没有：{zh}{f' 等 {len(lost)} 个' if more > 0 else ''}；不计入任何分组",
            f"not in the table of units: {en}{f' and {more} more' if more > 0 else ''};"
            " in no group",
        )
    ]
