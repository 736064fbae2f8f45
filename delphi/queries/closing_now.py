"""What closing the running round now would mean, as far as it holds whoever is still waiting.

The number of the finished moves in steps: up to two may have submitted without being counted in.
So each conclusion is drawn from the least and from the most who can have answered; where the two
differ, it is left open, and nothing here tells how many are waiting.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from delphi.domain.disclosure import MEDIAN_FROM, QUARTILES_FROM

#: Marks wait until there are three of them, so at most two are not yet counted in.
MOST_WAITING = 2


@dataclass(frozen=True)
class RunningRound:
    """What conclusions are drawn from; all of it is on the page already."""

    number: int
    invited: int
    #: recorded as finished
    finished: int
    #: how many answers counted in the round before; None in the first
    before: int | None
    #: whether another round may follow
    is_last: bool

    @property
    def most(self) -> int:
        """The most who can have answered: all of them would have been counted in at once."""
        if self.finished >= self.invited:
            return self.invited
        return min(self.finished + MOST_WAITING, self.invited - 1)


@dataclass(frozen=True)
class Conclusion:
    """One thing that closing now would mean."""

    code: str
    #: True when it is well, False when it is not, None when it cannot be said yet
    holds: bool | None
    parameters: Mapping[str, object] = field(default_factory=dict)


def closing_now(running: RunningRound, response: str, minimum: int) -> tuple[Conclusion, ...]:
    """Return what would follow from closing now.

    Parameters
    ----------
    running
        The open round.
    response
        Least response by the protocol, decimal string.
    minimum
        Least number of experts who answered this round and the one before, by the protocol.
    """
    found = [_response(running, Fraction(response))]
    if running.before is not None:
        found.append(_both(running, running.before, minimum))
    if not running.is_last:
        found.append(_feedback(running))
    if running.finished == 0:
        found.insert(0, Conclusion("nobody", None))
    return tuple(found)


def _response(running: RunningRound, limit: Fraction) -> Conclusion:
    share = Fraction(running.finished, running.invited)
    parameters = {
        "finished": running.finished,
        "invited": running.invited,
        "share": share,
        "limit": limit,
    }
    if share >= limit:
        return Conclusion("response_met", True, parameters)
    if Fraction(running.most, running.invited) < limit:
        return Conclusion("response_missed", False, parameters)
    return Conclusion("response_unknown", None, parameters)


def _both(running: RunningRound, before: int, minimum: int) -> Conclusion:
    """Those who answered both rounds: not fewer than must overlap, not more than either."""
    parameters = {"minimum": minimum}
    least = max(0, running.finished + before - running.invited)
    if least >= minimum:
        return Conclusion("both_met", True, parameters)
    if min(running.most, before) < minimum:
        return Conclusion("both_missed", False, parameters)
    return Conclusion("both_unknown", None, parameters)


def _feedback(running: RunningRound) -> Conclusion:
    """Say what the next round can show to experts."""
    parameters = {"median_from": MEDIAN_FROM, "quartiles_from": QUARTILES_FROM}
    if running.finished >= QUARTILES_FROM:
        return Conclusion("quartiles_shown", True, parameters)
    if running.most < MEDIAN_FROM:
        return Conclusion("feedback_withheld", False, parameters)
    if running.most < QUARTILES_FROM:
        return Conclusion("quartiles_withheld", False, parameters)
    return Conclusion("quartiles_unknown", None, parameters)
