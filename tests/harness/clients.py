"""Clients that act at the same time, each on a connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

Found = TypeVar("Found")


def at_once(acts: Sequence[Callable[[], Found]]) -> list[Found | Exception]:
    """Run acts in threads that start together; return what each gave or raised."""
    found: list[Found | Exception] = [RuntimeError("not run")] * len(acts)
    start = threading.Barrier(len(acts))

    def run(number: int, act: Callable[[], Found]) -> None:
        start.wait()
        try:
            found[number] = act()
        except Exception as error:
            found[number] = error

    threads = [threading.Thread(target=run, args=one) for one in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found
