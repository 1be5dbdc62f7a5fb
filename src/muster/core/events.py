"""What happened, and the hash chain that ties the events of a tenant together.

An event's link is SHA-256 over the link before it and every field of the event, each with its length in front, so
that no two different events (and no two splits of the same bytes) have the same preimage.
"""

from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

from muster.core.entity import Entity
from muster.core.frozen import frozen

FIRST_LINK = bytes(32)
_made = tuple.__new__


class Change(NamedTuple):
    """One field's old and new value; None is absence. A member of a set is one change: added or removed."""

    field: str
    old: str | None
    new: str | None


@frozen
class Origin:
    """Through what a request came: the channel's name, the client's address and the request's id."""

    channel: str
    address: str | None = None
    request: str | None = None


@frozen
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


def link_after(previous: bytes, event: Event) -> bytes:
    """The event's link (32 bytes), given the link before it. The event's own `link` plays no part.

    Each field goes in as its length in characters, a colon and its text (UTF-8); an absent one as a hyphen.
    """
    e = event
    sequence, at = str(e.sequence), str(e.at)
    measured = [
        f"{len(e.tenant)}:{e.tenant}{len(sequence)}:{sequence}{len(e.id)}:{e.id}{len(at)}:{at}",
        _who(e.act, e.actor_kind, e.actor, e.actor_name, e.credential, e.channel, e.address),
        _measured((e.request, e.noun, e.subject, e.subject_name)),
    ]
    for field, old, new in event.changes:
        if old is None and new is not None:
            # As below, in one go: in a create these are two fields of three.
            measured.append(f"{len(field)}:{field}-{len(new)}:{new}")
        else:
            measured.append(_measured((field, old, new)))
    return sha256(previous + "".join(measured).encode()).digest()


def _measured(texts: tuple[str | None, ...]) -> str:
    return "".join(["-" if text is None else f"{len(text)}:{text}" for text in texts])


@lru_cache(1024)
def _who(*texts: str | None) -> str:
    """Who did what from where: who asks for something asks again."""
    return _measured(texts)


def chain(event: Event, sequence: int, previous: bytes) -> None:
    """Give a new event, which nobody has seen yet, its place in the chain."""
    # Not by a second object: this is the hottest of paths, and until now nobody has seen the event.
    object.__setattr__(event, "sequence", sequence)
    object.__setattr__(event, "link", link_after(previous, event))


def differences(old: object | None, new: object | None, fields: tuple[str, ...]) -> tuple[Change, ...]:
    """The changes between two states of an entity over the named fields, in their order; an absent state is None."""
    if old is None:
        return () if new is None else tuple(_values(new, fields))
    if new is None:
        return tuple([Change(field, text, None) for field, _, text in _values(old, fields)])
    changes: list[Change] = []
    for field in fields:
        before, after = getattr(old, field), getattr(new, field)
        if before == after:
            continue
        if isinstance(before, tuple) or isinstance(after, tuple):
            was, becomes = _members(before), _members(after)
            changes += [Change(field, member, None) for member in was if member not in becomes]
            changes += [Change(field, None, member) for member in becomes if member not in was]
        else:
            changes.append(Change(field, _text(before), _text(after)))
    return tuple(changes)


def named_differences(old: tuple[tuple[str, str], ...], new: tuple[tuple[str, str], ...]) -> tuple[Change, ...]:
    """The changes between two sets of texts, each of which has a name."""
    was, becomes = dict(old), dict(new)
    names = [name for name in {**was, **becomes} if was.get(name) != becomes.get(name)]
    return tuple(Change(name, was.get(name), becomes.get(name)) for name in names)


def _values(entity: object, fields: tuple[str, ...]) -> list[Change]:
    """Each field that has a value, as if it were new; a set once for each member."""
    found: list[Change] = []
    for field in fields:
        value = getattr(entity, field)
        if value is None:
            continue
        # Not by the constructor, which takes twice as long: this is most of what a create records.
        if type(value) is str:
            found.append(_made(Change, (field, None, value)))
        elif type(value) is tuple:
            found += [_made(Change, (field, None, str(member))) for member in value]
        else:
            found.append(_made(Change, (field, None, _text(value))))
    return found


def _members(value: object) -> tuple[str, ...]:
    return tuple(str(member) for member in value) if isinstance(value, tuple) else ()


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
