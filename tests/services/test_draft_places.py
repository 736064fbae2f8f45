"""Who may write where: what was typed behind the access code comes first."""

from __future__ import annotations

import pytest

from delphi.services.draft_places import OTHER, WORKING, Held, Place, Version, place_for

FIRST, SECOND = Version(1, "{}", {}), Version(2, "{}", {})
HERE = Version(1, "{}", {"device": "a"})


def held(*versions: Version) -> Held:
    return Held("respondent", "round", dict(zip((WORKING, OTHER), versions, strict=False)))


def place(
    kept: Held, device: str, after: Version | None, *, replaces: bool = False
) -> Place | None:
    return place_for(kept, device, lambda one: one is after, replaces=replaces)


@pytest.mark.parametrize(
    ("kept", "after", "found"),
    [
        ((), None, Place(WORKING, None)),
        ((FIRST,), FIRST, Place(WORKING, FIRST)),
        ((FIRST,), None, Place(OTHER, FIRST, differs=True)),
        ((FIRST, SECOND), FIRST, Place(WORKING, FIRST)),
        ((FIRST, SECOND), SECOND, Place(OTHER, SECOND, differs=True)),
        ((FIRST, SECOND), None, None),
        ((HERE,), HERE, Place(WORKING, HERE)),
        ((HERE,), None, Place(WORKING, None, moves=True)),
        ((FIRST, HERE), None, None),
        ((FIRST, HERE), HERE, None),
    ],
)
def test_behind_the_code(
    kept: tuple[Version, ...], after: Version | None, found: Place | None
) -> None:
    assert place(held(*kept), "", after) == found


@pytest.mark.parametrize(
    ("kept", "device", "after", "found", "instead"),
    [
        ((), "a", None, Place(WORKING, None), Place(WORKING, None)),
        ((FIRST,), "a", FIRST, Place(OTHER, None), Place(OTHER, None)),
        ((FIRST, SECOND), "a", FIRST, None, None),
        ((HERE,), "a", HERE, Place(WORKING, HERE), Place(WORKING, HERE)),
        ((FIRST, HERE), "a", HERE, Place(OTHER, HERE), Place(OTHER, HERE)),
        ((FIRST, HERE), "a", None, None, Place(OTHER, HERE)),
        ((FIRST, HERE), "b", HERE, None, Place(OTHER, None)),
    ],
)
def test_without_the_code(
    kept: tuple[Version, ...],
    device: str,
    after: Version | None,
    found: Place | None,
    instead: Place | None,
) -> None:
    assert place(held(*kept), device, after) == found
    assert place(held(*kept), device, after, replaces=True) == instead


def test_numbers_go_on_over_both_places() -> None:
    assert [held(*kept).next_version for kept in ((), (FIRST,), (SECOND, FIRST))] == [1, 2, 3]
