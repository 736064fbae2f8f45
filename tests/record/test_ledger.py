"""The chain: honest histories hold, every mutation is found at its height."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.record.canonical import canonical_bytes
from analysis.record.ledger import Event, first_break, next_event, payload_hash

Link = tuple[Event, str, dict[str, Any]]
STUDY = "5" * 16
DAYS = ("2026-11-02", "2026-11-03", "2026-11-03", "2026-11-20")


def chain(length: int = 5) -> list[Link]:
    links: list[Link] = []
    before = None
    for height in range(length):
        payload = {"round": height, "note": "指标"}
        before = next_event(STUDY, before, "round.opened", DAYS[height % len(DAYS)], payload)
        links.append((before, before.hash, payload))
    return links


def test_the_first_event_has_no_parent_and_height_zero() -> None:
    first = next_event(STUDY, None, "study.created", "2026-11-02", {})
    assert (first.height, first.parent) == (0, None)


def test_each_event_names_the_one_before() -> None:
    links = chain()
    for (before, _, _), (after, _, _) in pairwise(links):
        assert after.height == before.height + 1
        assert after.parent == before.hash


def test_the_hash_is_that_of_the_labelled_canonical_event() -> None:
    payload = {"invited": 8}
    event = next_event(STUDY, None, "panel.set", "2026-11-02", payload)
    body = hashlib.sha256(b"delphi-payload/1\x00" + canonical_bytes(payload)).hexdigest()
    document = {
        "format": "delphi-event/1", "study": STUDY, "height": 0, "parent": None,
        "type": "panel.set", "day": "2026-11-02", "payload_sha256": body,
    }  # fmt: skip
    expected = hashlib.sha256(b"delphi-event/1\x00" + canonical_bytes(document)).hexdigest()
    assert event.payload_sha256 == payload_hash(payload) == body
    assert event.hash == expected


@pytest.mark.parametrize("length", [0, 1, 2, 20])
def test_an_honest_chain_holds(length: int) -> None:
    assert first_break(chain(length)) is None


def _altered_event(change: dict[str, object]) -> Callable[[list[Link], int], None]:
    def mutate(links: list[Link], height: int) -> None:
        event, stored, payload = links[height]
        links[height] = (replace(event, **change), stored, payload)

    return mutate


def _altered_payload(links: list[Link], height: int) -> None:
    event, stored, payload = links[height]
    links[height] = (event, stored, payload | {"round": 99})


def _altered_hash(links: list[Link], height: int) -> None:
    event, stored, payload = links[height]
    links[height] = (event, ("1" if stored[0] == "0" else "0") + stored[1:], payload)


def _rehashed_alone(links: list[Link], height: int) -> None:
    """Change a payload and make its own event fit; what follows still names the old hash."""
    event, _, payload = links[height]
    payload = payload | {"round": 99}
    event = replace(event, payload_sha256=payload_hash(payload))
    links[height] = (event, event.hash, payload)


def _removed(links: list[Link], height: int) -> None:
    del links[height]


def _doubled(links: list[Link], height: int) -> None:
    links.insert(height, links[height])


def _swapped(links: list[Link], height: int) -> None:
    links[height], links[height + 1] = links[height + 1], links[height]


def _inserted(links: list[Link], height: int) -> None:
    before = links[height - 1][0] if height else None
    event = next_event(STUDY, before, "round.opened", "2026-11-02", {"forged": True})
    links.insert(height, (event, event.hash, {"forged": True}))


MUTATIONS: dict[str, tuple[Callable[[list[Link], int], None], int]] = {
    # what is done → at which height after it the chain breaks
    "study": (_altered_event({"study": "6" * 16}), 0),
    "type": (_altered_event({"type": "round.closed"}), 0),
    "day": (_altered_event({"day": "2026-11-04"}), 0),
    "height": (_altered_event({"height": 7}), 0),
    "parent": (_altered_event({"parent": "0" * 64}), 0),
    "payload hash": (_altered_event({"payload_sha256": "0" * 64}), 0),
    "payload": (_altered_payload, 0),
    "stored hash": (_altered_hash, 0),
    "payload with its own event": (_rehashed_alone, 1),
    "removed": (_removed, 0),
    "doubled": (_doubled, 1),
    "swapped with the next": (_swapped, 0),
    "inserted": (_inserted, 1),
}


@pytest.mark.parametrize("height", range(4))
@pytest.mark.parametrize("mutation", MUTATIONS)
def test_every_mutation_is_found_at_its_height(mutation: str, height: int) -> None:
    links = chain()
    mutate, later = MUTATIONS[mutation]
    mutate(links, height)
    assert first_break(links) == height + later


@settings(max_examples=100)
@given(st.integers(0, 12), st.data())
def test_random_honest_histories_give_no_false_alarm(length: int, data: st.DataObject) -> None:
    payloads = st.dictionaries(st.sampled_from("abc"), st.integers(0, 9) | st.none())
    before, links = None, []
    for _ in range(length):
        payload = data.draw(payloads)
        before = next_event(STUDY, before, "some.event", "2026-11-02", payload)
        links.append((before, before.hash, payload))
    assert first_break(links) is None


def test_a_chain_that_was_cut_off_still_holds_and_needs_a_witness() -> None:
    # Known and stated: heads on receipts and reports are what shows a missing end.
    assert first_break(chain()[:-1]) is None
