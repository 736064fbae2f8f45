"""What stands between a draft and its launch."""

from __future__ import annotations

from dataclasses import replace

import pytest

from delphi.domain.readiness import MOST_ITEMS, Facts, readiness

READY = Facts(
    experts=12,
    groups=1,
    unnamed=(),
    without_kind=(),
    large_groups=(),
    letter_gaps=(),
    minimum=8,
    response_percent=70,
)


def codes(**changes: object) -> list[str]:
    return [gap.code for gap in readiness(replace(READY, **changes))]


def blocking(**changes: object) -> list[str]:
    return [gap.code for gap in readiness(replace(READY, **changes)) if gap.blocks]


def test_a_study_with_everything_has_no_gap() -> None:
    assert readiness(READY) == ()


@pytest.mark.parametrize(
    ("change", "code", "remedy"),
    [
        ({"experts": 0}, "panel_empty", "panel"),
        ({"experts": 4}, "panel_too_small", "panel"),
        ({"groups": 0}, "nothing_to_weight", "indicators"),
        ({"unnamed": ("D1",)}, "names_missing", "indicators"),
        ({"letter_gaps": ("purpose.en",)}, "letter_incomplete", "letter"),
    ],
)
def test_a_gap_that_blocks_names_its_remedy(
    change: dict[str, object], code: str, remedy: str
) -> None:
    (gap,) = readiness(replace(READY, **change))
    assert (gap.code, gap.remedy, gap.blocks) == (code, remedy, True)


@pytest.mark.parametrize(
    ("change", "code", "remedy"),
    [
        ({"experts": 11}, "panel_small", "panel"),
        ({"minimum": 13}, "minimum_unreachable", "panel"),
        ({"without_kind": ("D1",)}, "kind_missing", "indicators"),
        ({"large_groups": ("root",)}, "group_too_large", "indicators"),
        ({"rated": ("root",)}, "weights_from_ratings", "protocol"),
        ({"ranked": ("root",)}, "weights_from_ranking", "protocol"),
        ({"uncompared": ("root",)}, "never_compared", "protocol"),
    ],
)
def test_a_weakness_warns_and_does_not_block(
    change: dict[str, object], code: str, remedy: str
) -> None:
    (gap,) = readiness(replace(READY, **change))
    assert (gap.code, gap.remedy, gap.blocks) == (code, remedy, False)


@pytest.mark.parametrize(
    ("experts", "found"),
    [
        (0, ["panel_empty"]),
        (4, ["panel_too_small"]),
        (5, ["panel_small", "minimum_unreachable"]),
        (7, ["panel_small", "minimum_unreachable"]),
        (8, ["panel_small"]),
        (11, ["panel_small"]),
        (12, []),
    ],
)
def test_each_size_of_the_panel_gets_its_own_words(experts: int, found: list[str]) -> None:
    assert codes(experts=experts) == found


def test_a_panel_that_can_never_show_quartiles_is_warned() -> None:
    assert codes(experts=7, minimum=5) == ["panel_small", "quartiles_unreachable"]


def test_launch_is_refused_below_five_and_allowed_from_five() -> None:
    assert blocking(experts=4) == ["panel_too_small"]
    assert blocking(experts=5) == []


def test_what_blocks_stands_first() -> None:
    found = readiness(replace(READY, experts=11, letter_gaps=("telephone",), without_kind=("D",)))
    assert [gap.blocks for gap in found] == [True, False, False]


def test_every_gap_at_once_is_listed() -> None:
    found = codes(
        experts=0, groups=0, unnamed=("A",), without_kind=("A",), large_groups=("root",),
        letter_gaps=("telephone",), rated=("root",), ranked=("D",), uncompared=("D",),
    )  # fmt: skip
    assert set(found) == {
        "panel_empty", "nothing_to_weight", "names_missing", "kind_missing", "group_too_large",
        "letter_incomplete", "weights_from_ratings", "weights_from_ranking", "never_compared",
    }  # fmt: skip


def test_a_gap_says_what_it_found() -> None:
    small, unreachable = readiness(replace(READY, experts=6))
    assert small.parameters == {"found": 6, "advised": 12}
    assert unreachable.parameters == {"found": 6, "minimum": 8}
    (large,) = readiness(replace(READY, large_groups=("root", "D")))
    assert large.parameters == {"codes": ("root", "D"), "most": MOST_ITEMS}
    (rated,) = readiness(replace(READY, rated=("root", "D")))
    assert rated.parameters == {"codes": ("root", "D")}
