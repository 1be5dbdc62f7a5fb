"""Time, randomness and secrecy: what `core.ports.Sources` promises, from the machine."""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
import string
import time
from concurrent.futures import ThreadPoolExecutor

import uuid6
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from muster.core.ports import Secret

SECRET_LENGTH = 47
"""Characters of a secret: 47 of 62 kinds are 279 bits, and the length that clients of such keys expect."""

PASSWORD_THREADS = 2
_ALPHABET = string.ascii_letters + string.digits
_NONCE = 12
# What a byte below 248 = 4 x 62 stands for, so that every character is equally likely.
_CHARACTER = bytes(ord(_ALPHABET[byte % 62]) for byte in range(248))


def new_id() -> str:
    """A UUIDv7 (RFC 9562) in its 36-character form."""
    return str(uuid6.uuid7())


def new_secret() -> Secret:
    """A secret of 47 ASCII letters and digits, with the digest under which it is kept."""
    text = ""
    while len(text) < SECRET_LENGTH:
        drawn = bytes(byte for byte in os.urandom(SECRET_LENGTH + 8) if byte < len(_CHARACTER))
        text += drawn.translate(_CHARACTER + bytes(8)).decode()
    return Secret(text[:SECRET_LENGTH], digest(text[:SECRET_LENGTH]))


def digest(secret: str) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Sealer:
    """AES-256-GCM under the installation's key; what was sealed for one context opens in no other."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(hashlib.sha256(b"muster seal" + key).digest())

    def seal(self, text: str, context: str) -> bytes:
        """The text sealed."""
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, text.encode(), context.encode())

    def open(self, sealed: bytes, context: str) -> str | None:
        """The text again; None if it was sealed with another key or for another context."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], context.encode()).decode()
        except InvalidTag:
            return None


class FreshIds:
    """`core.ports.Fresh`: drawn when first asked for, and the same again after `rewind`."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer
        self._ids: list[str] = []
        self._secrets: list[Secret] = []
        self._next_id = 0
        self._next_secret = 0

    def rewind(self) -> None:
        self._next_id = 0
        self._next_secret = 0

    def id(self) -> str:
        if self._next_id == len(self._ids):
            self._ids.append(new_id())
        self._next_id += 1
        return self._ids[self._next_id - 1]

    def secret(self) -> Secret:
        if self._next_secret == len(self._secrets):
            self._secrets.append(new_secret())
        self._next_secret += 1
        return self._secrets[self._next_secret - 1]

    def seal(self, text: str, context: str) -> bytes:
        return self._sealer.seal(text, context)


class MachineSources:
    """`core.ports.Sources` from this machine's clock, random source and the installation's key."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer
        self._hasher = PasswordHasher()
        self._threads = ThreadPoolExecutor(PASSWORD_THREADS, "password")
        self._dummy: str | None = None

    def now(self) -> int:
        return time.time_ns() // 1_000_000

    def fresh(self) -> FreshIds:
        return FreshIds(self._sealer)

    def digest(self, secret: str) -> str:
        return digest(secret)

    async def hash_password(self, password: str) -> str:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._hasher.hash, password)

    async def verify_password(self, password: str, hashed: str | None) -> bool:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._verify, password, hashed)

    def _verify(self, password: str, hashed: str | None) -> bool:
        if self._dummy is None:
            self._dummy = self._hasher.hash(secrets.token_hex(16))
        try:
            self._hasher.verify(hashed or self._dummy, password)
        except (VerificationError, InvalidHashError):
            return False
        return hashed is not None
