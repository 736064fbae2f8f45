"""Wrong links by network, in memory and for a minute: who tries them by the thousand is slowed.

Nothing is stored and no address is kept: networks are counted under a key that lives as long as the
process. A right link always opens, however many wrong ones came from the same office.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import OrderedDict, deque
from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)
#: Wrong links that a network may send in a minute.
MOST = 30
#: Networks that are counted at once; the one that was quiet longest is forgotten first.
_MOST_NETWORKS = 10_000


class WrongLinks:
    """Counts of the last minute."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._tries: OrderedDict[bytes, deque[datetime]] = OrderedDict()

    def is_too_many(self, network: str, now: datetime) -> bool:
        """Note a wrong link; tell whether its network has sent too many within a minute."""
        key = hmac.digest(self._key, network.encode(), hashlib.sha256)
        tries = self._tries.setdefault(key, deque(maxlen=MOST))
        self._tries.move_to_end(key)
        while tries and now - tries[0] >= MINUTE:
            tries.popleft()
        if len(self._tries) > _MOST_NETWORKS:
            self._tries.popitem(last=False)
        if len(tries) == MOST:
            return True
        tries.append(now)
        return False
