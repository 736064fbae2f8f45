"""Clocks, and the day that a ledger event carries."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from delphi.clock import FixedClock, SystemClock, utc_day

SHANGHAI = timezone(timedelta(hours=8))


def test_a_fixed_clock_stands_where_it_is_put() -> None:
    clock = FixedClock(datetime(2026, 11, 2, tzinfo=UTC))
    assert clock.now() == clock.now()
    clock.instant += timedelta(days=1)
    assert clock.now().day == 3


def test_the_clock_of_the_machine_tells_utc() -> None:
    assert SystemClock().now().utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 11, 2, 23, 59, 59, tzinfo=UTC), date(2026, 11, 2)),
        (datetime(2026, 11, 3, 0, 0, tzinfo=UTC), date(2026, 11, 3)),
        (datetime(2026, 11, 3, 7, 59, tzinfo=SHANGHAI), date(2026, 11, 2)),
        (datetime(2026, 11, 3, 8, 0, tzinfo=SHANGHAI), date(2026, 11, 3)),
    ],
)
def test_the_day_is_that_of_utc_wherever_the_clock_stands(instant: datetime, day: date) -> None:
    assert utc_day(FixedClock(instant)) == day
