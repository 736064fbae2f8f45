"""The instance key: kept outside the database, seals tokens in rows and in cookies.

Somebody with the database alone cannot join a name and an answer; that takes this key as well. Each
purpose has a key of its own derived from it, so that one kind of sealed text is never another.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

KEY_BYTES = 32
_NONCE_BYTES = 12


class InstanceKeyError(ValueError):
    """The key file cannot be used; the text says why."""


class InstanceKey:
    """Seals and opens short secrets, one derived key a purpose (AES-256-GCM)."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise InstanceKeyError(f"an instance key has {KEY_BYTES} bytes, not {len(key)}")
        self._key = key
        self._ciphers: dict[str, AESGCM] = {}

    def derive(self, purpose: str) -> bytes:
        """Return the 32-byte key of one purpose."""
        return HKDFExpand(SHA256(), KEY_BYTES, f"delphi/{purpose}".encode()).derive(self._key)

    def seal(self, purpose: str, secret: bytes) -> bytes:
        """Return `secret` encrypted and authenticated for `purpose`."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher(purpose).encrypt(nonce, secret, None)

    def open(self, purpose: str, sealed: bytes) -> bytes | None:
        """Return what was sealed, or None when it was not sealed by this key for this purpose."""
        try:
            return self._cipher(purpose).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None)
        except (InvalidTag, ValueError):
            return None

    def _cipher(self, purpose: str) -> AESGCM:
        if purpose not in self._ciphers:
            self._ciphers[purpose] = AESGCM(self.derive(purpose))
        return self._ciphers[purpose]


def load_instance_key(path: Path) -> InstanceKey:
    """Read the key file.

    Raises
    ------
    InstanceKeyError
        When it is missing, malformed, or readable by others than its owner.
    """
    try:
        text = path.read_text(encoding="ascii").strip()
        if path.stat().st_mode & 0o077:
            raise InstanceKeyError(f"{path} is readable by others; run: chmod 600 {path}")
        return InstanceKey(bytes.fromhex(text))
    except FileNotFoundError:
        raise InstanceKeyError(f"{path} does not exist; `delphi db upgrade` makes it") from None
    except (OSError, UnicodeDecodeError, ValueError) as error:
        if isinstance(error, InstanceKeyError):
            raise
        raise InstanceKeyError(f"{path} does not hold an instance key") from None


def ensure_instance_key(path: Path) -> InstanceKey:
    """Read the key file, making it first (mode 600) when there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return load_instance_key(path)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(KEY_BYTES) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return load_instance_key(path)
