"""Checked against the vectors that RFC 4226 (appendix D) and RFC 6238 (appendix B) print."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from delphi.domain.totp import (
    STEP_SECONDS,
    code_at,
    matching_step,
    otpauth_address,
    time_step,
)

SECRET = b"12345678901234567890"
NOW = datetime(2026, 11, 16, 10, 0, 10, tzinfo=UTC)
STEP = timedelta(seconds=STEP_SECONDS)
RFC_4226 = ("755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583")
RFC_6238 = {
    59: "94287082",
    1111111109: "07081804",
    1111111111: "14050471",
    1234567890: "89005924",
    2000000000: "69279037",
    20000000000: "65353130",
}


@pytest.mark.parametrize(("counter", "code"), list(enumerate(RFC_4226)))
def test_codes_are_those_of_rfc_4226(counter: int, code: str) -> None:
    assert code_at(SECRET, counter) == code


@pytest.mark.parametrize(("seconds", "code"), list(RFC_6238.items()))
def test_codes_are_those_of_rfc_6238(seconds: int, code: str) -> None:
    step = time_step(datetime.fromtimestamp(seconds, UTC))
    assert code_at(SECRET, step, digits=8) == code


@pytest.mark.parametrize("drift", [-1, 0, 1])
def test_a_clock_may_be_one_step_off(drift: int) -> None:
    code = code_at(SECRET, time_step(NOW) + drift)
    assert matching_step(SECRET, code, NOW) == time_step(NOW) + drift


@pytest.mark.parametrize("drift", [-2, 2])
def test_a_clock_two_steps_off_is_refused(drift: int) -> None:
    assert matching_step(SECRET, code_at(SECRET, time_step(NOW) + drift), NOW) is None


def test_a_code_works_once() -> None:
    code = code_at(SECRET, time_step(NOW))
    used = matching_step(SECRET, code, NOW)
    assert used is not None
    assert matching_step(SECRET, code, NOW, last_step=used) is None


def test_a_code_older_than_the_last_one_is_refused() -> None:
    code = code_at(SECRET, time_step(NOW) - 1)
    assert matching_step(SECRET, code, NOW, last_step=time_step(NOW)) is None


def test_the_next_code_works_after_the_last_one() -> None:
    code = code_at(SECRET, time_step(NOW) + 1)
    assert matching_step(SECRET, code, NOW + STEP, last_step=time_step(NOW)) is not None


def test_blanks_in_a_typed_code_are_ignored() -> None:
    code = code_at(SECRET, time_step(NOW))
    assert matching_step(SECRET, f" {code[:3]} {code[3:]} ", NOW) == time_step(NOW)


@pytest.mark.parametrize(
    "typed", ["", "12345", "1234567", "12345a", "１２３４５６", "-12345", "\0" * 6]
)
def test_what_is_no_code_is_refused(typed: str) -> None:
    assert matching_step(SECRET, typed, NOW) is None


def test_a_wrong_code_is_refused() -> None:
    right = int(code_at(SECRET, time_step(NOW)))
    assert matching_step(SECRET, f"{(right + 1) % 10**6:06d}", NOW) is None


def test_the_address_for_authenticators_names_issuer_account_and_secret() -> None:
    parts = urlsplit(otpauth_address(SECRET, "lin@example.org", "Delphi Weights"))
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert parts.path == "/Delphi%20Weights%3Alin%40example.org"
    assert parse_qs(parts.query) == {
        "secret": ["GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"],
        "issuer": ["Delphi Weights"],
        "algorithm": ["SHA1"],
        "digits": ["6"],
        "period": ["30"],
    }
