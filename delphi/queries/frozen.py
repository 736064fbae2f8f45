"""Documents that never change once they are stored, parsed once per process.

A questionnaire or a feedback document is frozen by its hash, so the key says all that could differ.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Document = TypeVar("Document")
#: Rounds that are worked on at the same time are few; older ones are parsed again.
MOST_DOCUMENTS = 64


class FrozenDocuments(Generic[Document]):
    """The last few documents of one kind, least recently used ones given up first."""

    def __init__(self, most: int = MOST_DOCUMENTS) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, Document] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, read: Callable[[], Document]) -> Document:
        """Return the document of `key`, calling `read` when it is not here yet."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        document = read()  # outside the lock: two threads may both read, which is harmless
        with self._lock:
            self._kept[key] = document
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return document
