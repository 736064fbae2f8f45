"""The instance key: kept in a file of its own, one derived key a purpose."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from delphi.instance_key import (
    InstanceKey,
    InstanceKeyError,
    ensure_instance_key,
    load_instance_key,
)

KEY = InstanceKey(bytes(range(32)))


def test_what_was_sealed_opens_again() -> None:
    sealed = KEY.seal("link", b"secret")
    assert KEY.open("link", sealed) == b"secret"
    assert b"secret" not in sealed


def test_sealing_twice_gives_different_bytes() -> None:
    assert KEY.seal("link", b"secret") != KEY.seal("link", b"secret")


def test_nothing_else_opens_it() -> None:
    sealed = KEY.seal("link", b"secret")
    assert KEY.open("cookie", sealed) is None
    assert InstanceKey(bytes(32)).open("link", sealed) is None


@pytest.mark.parametrize("place", range(34))
def test_any_changed_byte_keeps_it_shut(place: int) -> None:
    sealed = bytearray(KEY.seal("link", b"secret"))
    assert len(sealed) == 34
    sealed[place] ^= 1
    assert KEY.open("link", bytes(sealed)) is None


@pytest.mark.parametrize("sealed", [b"", b"short", bytes(12), bytes(28)])
def test_what_was_never_sealed_stays_shut(sealed: bytes) -> None:
    assert KEY.open("link", sealed) is None


def test_each_purpose_has_a_key_of_its_own() -> None:
    assert len({KEY.derive(purpose) for purpose in ("link", "cookie", "session")}) == 3
    assert KEY.derive("link") == InstanceKey(bytes(range(32))).derive("link")


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_key_of_another_length_is_refused(size: int) -> None:
    with pytest.raises(InstanceKeyError, match=f"an instance key has 32 bytes, not {size}"):
        InstanceKey(bytes(size))


def test_the_file_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "instance" / "instance.key"
    first = ensure_instance_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert ensure_instance_key(path).derive("x") == first.derive("x")
    assert load_instance_key(path).derive("x") == first.derive("x")


def test_two_installations_have_different_keys(tmp_path: Path) -> None:
    keys = {ensure_instance_key(tmp_path / name).derive("x") for name in ("a", "b")}
    assert len(keys) == 2


def test_a_missing_file_is_refused_with_its_remedy(tmp_path: Path) -> None:
    with pytest.raises(InstanceKeyError, match=r"does not exist; `delphi db upgrade` makes it"):
        load_instance_key(tmp_path / "nowhere.key")


@pytest.mark.parametrize("text", ["", "00", "zz" * 32, "00" * 33, "密" * 32])
def test_a_file_without_a_key_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "instance.key"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    with pytest.raises(InstanceKeyError, match=r"instance key"):
        load_instance_key(path)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "instance.key"
    ensure_instance_key(path)
    path.chmod(mode)
    with pytest.raises(InstanceKeyError, match=f"readable by others; run: chmod 600 {path}"):
        ensure_instance_key(path)


def test_a_folder_in_the_place_of_the_file_is_refused(tmp_path: Path) -> None:
    os.mkdir(tmp_path / "instance.key", 0o700)
    with pytest.raises(InstanceKeyError, match="does not hold an instance key"):
        load_instance_key(tmp_path / "instance.key")
