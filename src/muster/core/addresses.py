"""Addresses, and the rules about where a tenant's credentials may be used.

A rule is about the whole tenant, about all keys of one user, or about one key. A scope without a rule allows every
address; one that has rules allows what lies in the range of any of them and nothing else; and every scope that binds
a credential has to allow its address.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

from muster.core.entity import Entity
from muster.core.frozen import frozen

if TYPE_CHECKING:
    from muster.core.known import Known

Ranges = tuple[tuple[str, str], ...]
"""The first and last address of each range of one scope, packed."""


@frozen
class AddressRule(Entity):
    """A range of addresses, packed, ends included, that a scope allows.

    `user` is None where it is about the whole tenant. A rule about one key names its user too, since it ends with him.
    """

    UNIQUE = (("tenant", "number"),)
    MANY = (("tenant",), ("tenant", "user"))
    STABLE = True

    id: str
    tenant: str
    number: int
    user: str | None
    key: str | None
    first: str
    last: str
    description: str | None
    created_at: int

    @property
    def first_address(self) -> str:
        """Where the range begins, as people write it."""
        return spelled(self.first)

    @property
    def last_address(self) -> str:
        """Where the range ends, itself included."""
        return spelled(self.last)


def packed(text: str) -> str:
    """An address so that two of one family compare as they lie: 8 hex digits of IPv4, or 32 of IPv6.

    An IPv4 address that is mapped into IPv6 is the IPv4 address. Raises `ValueError`.

    >>> packed("192.0.2.7"), packed("::ffff:192.0.2.7")
    ('c0000207', 'c0000207')
    """
    address = ip_address(text)
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped.packed.hex()
    return address.packed.hex()


def spelled(address: str) -> str:
    """A packed address as people write it."""
    return str(ip_address(bytes.fromhex(address)))


def binding(rules: Iterable[AddressRule], user: str, credential: str) -> tuple[Ranges, ...]:
    """What each scope that has rules allows, of those that bind a credential; a user's own where it is a key."""
    kept = tuple(rules)
    scopes = ((None, None), (user, None), (user, credential))
    found = (tuple((rule.first, rule.last) for rule in kept if (rule.user, rule.key) == scope) for scope in scopes)
    return tuple(ranges for ranges in found if ranges)


def ranges_of(known: Known, tenant: str, user: str, credential: str) -> tuple[Ranges, ...]:
    """As `binding`, over all rules of the tenant. Raises `Unloaded`."""
    return binding(known.many(AddressRule, ("tenant",), tenant), user, credential)


def admits(scopes: Iterable[Ranges], address: str | None) -> bool:
    """Whether every scope allows the address; one that is unknown, or is none, lies in no range."""
    try:
        where = packed(address or "")
    except ValueError:
        return False
    return all(any(len(first) == len(where) and first <= where <= last for first, last in scope) for scope in scopes)
