"""The count of wrong links: by network, for a minute, in memory."""

from datetime import UTC, datetime, timedelta

from delphi.web.survey.wrong_links import MINUTE, MOST, WrongLinks

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)


def test_after_thirty_in_a_minute_a_network_is_slowed_and_others_are_not() -> None:
    wrong = WrongLinks()
    assert not any(wrong.is_too_many("192.0.2.0/24", NOW) for _ in range(MOST))
    assert wrong.is_too_many("192.0.2.0/24", NOW)
    assert not wrong.is_too_many("198.51.100.0/24", NOW)


def test_a_minute_later_all_is_forgotten() -> None:
    wrong = WrongLinks()
    for at in range(MOST):
        wrong.is_too_many("n", NOW + timedelta(seconds=at))
    assert wrong.is_too_many("n", NOW + timedelta(seconds=MOST))
    assert not wrong.is_too_many("n", NOW + MINUTE)
    assert not wrong.is_too_many("n", NOW + MINUTE + timedelta(seconds=MOST))


def test_no_address_stands_in_memory() -> None:
    wrong = WrongLinks()
    wrong.is_too_many("192.0.2.0/24", NOW)
    assert b"192.0.2" not in repr(vars(wrong)).encode()


def test_networks_without_end_do_not_fill_the_memory() -> None:
    wrong = WrongLinks()
    for at in range(10_050):
        wrong.is_too_many(str(at), NOW)
    assert len(wrong._tries) <= 10_000
