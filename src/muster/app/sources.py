"""Time, randomness and secrecy: what `core.ports.Sources` promises, from the machine."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import os
import secrets
import string
import time
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from muster.core.ports import Secret
from muster.core.values import digest

SECRET_LENGTH = 47
"""Characters of a secret: 47 of 62 kinds are 279 bits, and the length that clients of such keys expect."""

PASSWORD_THREADS = 2
_ALPHABET = string.ascii_letters + string.digits
_NONCE = 12
_PROOF = 20
IDS_TOGETHER = 8
"""How many ids a request draws at once: looking at the clock and writing it down takes longer than an id."""

DRAWN_TOGETHER = 256
"""For how many ids randomness is drawn at once: each call of the system costs as much as an id."""

_PARTS = 4096
# Of each part its digits, since writing them takes a third of an id's time.
_DIGITS = [f"{part:03x}" for part in range(_PARTS)]
# What each byte is where the variant stands: 0b10, and six random bits.
_VARIANTS = bytes(0x80 | byte & 0x3F for byte in range(256))
# What each byte stands for; those from 248 = 4 x 62 on are thrown away, so that every character is equally likely.
_CHARACTERS = bytes(ord(_ALPHABET[byte % 62]) for byte in range(256))
_UNEVEN = bytes(range(248, 256))


def new_id() -> str:
    """A UUIDv7 (RFC 9562, section 5.7) in its 36-character form: 48 bits of milliseconds, 12 of parts, 62 random.

    So a process makes them in order (section 6.2, method 3), and whoever sorts by id sorts by time: a request draws
    `IDS_TOGETHER` when it asks for the first one, so that its later ones say when that was.
    """
    return _new_ids(1)[0]


# Written out here, since the objects that a library makes cost ten times as much.
def _new_ids(number: int) -> list[str]:
    """So many ids, each a part of a millisecond after the one before."""
    whole, rest = divmod(time.time_ns(), 1_000_000)
    part = rest * _PARTS // 1_000_000
    found = _ids_of(whole, _DIGITS[part : part + number])
    return found if len(found) == number else found + _ids_of(whole + 1, _DIGITS[: number - len(found)])


def _ids_of(milliseconds: int, parts: list[str]) -> list[str]:
    written = f"{milliseconds:012x}"
    begin = f"{written[:8]}-{written[8:]}-7"
    return [f"{begin}{part}-{_end()}" for part in parts]


_ends: list[str] = []
# Two processes must not end their ids alike.
os.register_at_fork(after_in_child=_ends.clear)


def _end() -> str:
    """How an id ends, from the variant on: drawn, for nobody else."""
    while True:
        try:
            return _ends.pop()
        except IndexError:
            drawn = bytearray(os.urandom(8 * DRAWN_TOGETHER))
            drawn[::8] = drawn[::8].translate(_VARIANTS)
            _ends.extend([drawn[at : at + 8].hex("-", 6) for at in range(0, len(drawn), 8)])


def new_secret() -> Secret:
    """A secret of 47 ASCII letters and digits, with the digest under which it is kept."""
    drawn = b""
    while len(drawn) < SECRET_LENGTH:
        drawn += os.urandom(SECRET_LENGTH + 8).translate(_CHARACTERS, delete=_UNEVEN)
    text = drawn[:SECRET_LENGTH].decode()
    return Secret(text, digest(text))


class Sealer:
    """AES-256-GCM under the installation's key, and HMAC-SHA-256 under another that is made of it.

    What was sealed or signed for one context opens in no other.
    """

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(hashlib.sha256(b"muster seal" + key).digest())
        self._signing = hashlib.sha256(b"muster sign" + key).digest()

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

    def sign(self, text: str, context: str) -> bytes:
        """The text after a proof of 160 bits."""
        kept = text.encode()
        return self._proof(kept, context) + kept

    def signed(self, token: bytes, context: str) -> str | None:
        """The text again; None if it was signed with another key or for another context, or changed since."""
        proof, kept = token[:_PROOF], token[_PROOF:]
        return kept.decode() if hmac.compare_digest(proof, self._proof(kept, context)) else None

    def _proof(self, text: bytes, context: str) -> bytes:
        bound = context.encode()
        # The length first: no context and text can be taken for another pair of them.
        return hmac.digest(self._signing, len(bound).to_bytes(8) + bound + text, "sha256")[:_PROOF]


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
            self._ids += _new_ids(IDS_TOGETHER)
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

    def seal_token(self, text: str, context: str) -> str:
        return base64.urlsafe_b64encode(self._sealer.seal(text, context)).decode()

    def unseal_token(self, token: str, context: str) -> str | None:
        try:
            return self._sealer.open(base64.b64decode(token, b"-_", validate=True), context)
        except ValueError:
            return None

    def sign(self, text: str, context: str) -> str:
        return base64.urlsafe_b64encode(self._sealer.sign(text, context)).decode()

    def signed(self, token: str, context: str) -> str | None:
        try:
            return self._sealer.signed(base64.b64decode(token, b"-_", validate=True), context)
        except ValueError:
            return None

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
