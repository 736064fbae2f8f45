"""Pages of the coordinator, which methodologists read too."""

from delphi.web.studies import (
    creating,
    dataset,
    delivery,
    indicators,
    launch,
    ledger,
    letter,
    listing,
    overview,
    panel,
    proposals,
    protocol,
    refusals,
    results,
    rounds,
)
from delphi.web.studies.area import blueprint

__all__ = [
    "blueprint",
    "creating",
    "dataset",
    "delivery",
    "indicators",
    "launch",
    "ledger",
    "letter",
    "listing",
    "overview",
    "panel",
    "proposals",
    "protocol",
    "refusals",
    "results",
    "rounds",
]
