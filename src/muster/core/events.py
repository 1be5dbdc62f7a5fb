"""What happened, and the hash chain that ties the events of a tenant together.

An event's link is SHA-256 over the link before it and every field of the event, each with its length in front, so
that no two different events (and no two splits of the same bytes) have the same preimage.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from muster.core.entity import Entity

FIRST_LINK = bytes(32)


@dataclass(frozen=True, slots=True)
class Change:
    """One field's old and new value; None is absence. A member of a set is one change: added or removed."""

    field: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class Origin:
    """Through what a request came: the channel's name, the client's address and the request's id."""

    channel: str
    address: str | None = None
    request: str | None = None


@dataclass(frozen=True, slots=True)
class Event(Entity):
    """Something that happened in a tenant. `at` is UTC milliseconds; `sequence` counts from 1 without a gap."""

    KEY = ("tenant", "sequence")

    tenant: str
    sequence: int
    id: str
    at: int
    act: str
    actor_kind: str
    actor: str
    actor_name: str
    credential: str | None
    channel: str
    address: str | None
    request: str | None
    noun: str
    subject: str
    subject_name: str
    changes: tuple[Change, ...]
    link: bytes


def _measured(fields: Iterable[str | None]) -> bytes:
    parts = []
    for field in fields:
        if field is None:
            parts.append(b"-")
        else:
            data = field.encode()
            parts.append(b"%d:" % len(data))
            parts.append(data)
    return b"".join(parts)


def link_after(previous: bytes, event: Event) -> bytes:
    """The event's link (32 bytes), given the link before it. The event's own `link` plays no part."""
    fields: list[str | None] = [
        event.tenant,
        str(event.sequence),
        event.id,
        str(event.at),
        event.act,
        event.actor_kind,
        event.actor,
        event.actor_name,
        event.credential,
        event.channel,
        event.address,
        event.request,
        event.noun,
        event.subject,
        event.subject_name,
    ]
    for change in event.changes:
        fields += (change.field, change.old, change.new)
    return sha256(previous + _measured(fields)).digest()


def differences(old: object | None, new: object | None, fields: Iterable[str]) -> tuple[Change, ...]:
    """The changes between two states of an entity over the named fields, in their order; an absent state is None."""
    changes: list[Change] = []
    for field in fields:
        before, after = getattr(old, field, None), getattr(new, field, None)
        if before != after:
            changes.extend(_difference(field, before, after))
    return tuple(changes)


def _difference(field: str, before: object, after: object) -> Iterable[Change]:
    if isinstance(before, tuple) or isinstance(after, tuple):
        was, becomes = _members(before), _members(after)
        yield from (Change(field, member, None) for member in was if member not in becomes)
        yield from (Change(field, None, member) for member in becomes if member not in was)
    else:
        yield Change(field, _text(before), _text(after))


def _members(value: object) -> tuple[str, ...]:
    return tuple(str(member) for member in value) if isinstance(value, tuple) else ()


def _text(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)
