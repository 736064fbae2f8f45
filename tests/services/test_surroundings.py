"""What a service takes from outside."""

from __future__ import annotations

from datetime import UTC, datetime

from delphi.clock import SystemClock
from delphi.instance_key import InstanceKey
from delphi.surroundings import Surroundings, system_surroundings

KEY = InstanceKey(bytes(32))


def test_the_running_program_has_the_clock_of_the_machine() -> None:
    around = system_surroundings(KEY)
    before, now, after = datetime.now(UTC), around.clock.now(), datetime.now(UTC)
    assert before <= now <= after
    assert now.tzinfo is UTC


def test_identifiers_are_random_hexadecimal() -> None:
    around = system_surroundings(KEY)
    assert len({around.new_id() for _ in range(1000)}) == 1000
    assert len(around.new_id()) == 16
    assert len(around.new_id(16)) == 32


def test_identifiers_follow_from_the_randomness_given() -> None:
    around = Surroundings(KEY, SystemClock(), lambda size: b"\xab" * size)
    assert around.new_id(2) == "abab"
