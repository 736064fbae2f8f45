"""The tables that a protocol may choose for the self-assessment; `analysis` has the numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from analysis.authority import FAMILIARITY_SCALES, TABLES
from delphi.domain.protocol import Protocol, default_protocol
from delphi.domain.self_assessment import AssessmentRule, Ground

USUAL_TABLE, USUAL_SCALE = "A", "fifths"
#: Names of the tables.
TABLE_NAMES = tuple(TABLES)


def assessment_rule(table: str) -> AssessmentRule:
    """Return a table with the usual scale; raises `KeyError` for an unknown one."""
    values = TABLES[table]
    return AssessmentRule(
        table=table,
        grounds=tuple(map(Ground, values.grounds, values.hundredths)),
        scale=tuple(f"{value:g}" for value in FAMILIARITY_SCALES[USUAL_SCALE]),
    )


def usual_protocol(groups: Iterable[str]) -> Protocol:
    """Return the rules that a new study starts with: the self-assessment is asked, by table A."""
    return replace(default_protocol(groups), self_assessment=assessment_rule(USUAL_TABLE))
