"""What a service takes from outside: time, randomness, the instance key."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from delphi.clock import Clock, SystemClock, utc_day
from delphi.instance_key import InstanceKey

ID_BYTES = 8


@dataclass(frozen=True)
class Surroundings:
    """Handed to every service that needs more than the session."""

    key: InstanceKey
    clock: Clock
    #: n → n random bytes
    random: Callable[[int], bytes]

    def new_id(self, size: int = ID_BYTES) -> str:
        """Return a random identifier in hexadecimal."""
        return self.random(size).hex()

    @property
    def day(self) -> date:
        """The UTC day."""
        return utc_day(self.clock)


def system_surroundings(key: InstanceKey, clock: Clock | None = None) -> Surroundings:
    """Return the surroundings of the running program."""
    return Surroundings(key, clock or SystemClock(), secrets.token_bytes)
