"""What processes have used, read from /proc: CPU time and memory of a process and all below it."""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")
#: Places after the name in /proc/<pid>/stat: parent, own and waited-for children's CPU time.
_PARENT, _CPU = 1, slice(11, 15)


@dataclass(frozen=True)
class Used:
    """What a tree of processes has used so far."""

    #: seconds of CPU, user and system, ended children included
    cpu: float
    #: bytes, shared pages counted once
    memory: int
    processes: int


def used_by(root: int) -> Used:
    """Return what a process and everything below it has used."""
    found = {pid: stat for pid in _pids() if (stat := _stat(pid)) is not None}
    below: dict[int, list[int]] = defaultdict(list)
    for pid, stat in found.items():
        below[int(stat[_PARENT])].append(pid)
    tree, waiting = [], [root] if root in found else []
    while waiting:
        pid = waiting.pop()
        tree.append(pid)
        waiting += below[pid]
    ticks = sum(int(part) for pid in tree for part in found[pid][_CPU])
    return Used(ticks / _TICKS, sum(_memory(pid) for pid in tree), len(tree))


def _pids() -> list[int]:
    return [int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit()]


def _stat(pid: int) -> list[str] | None:
    """Return the fields after the name, which may hold blanks itself; None when it has ended."""
    try:
        text = (PROC / str(pid) / "stat").read_text()
    except OSError:
        return None
    return text.rpartition(")")[2].split()


def _memory(pid: int) -> int:
    try:
        lines = (PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:"))
