"""Programs: what a tenant lets in, or lets people sign in to, besides its people; and the one space of their names."""

from __future__ import annotations

from muster.core import values
from muster.core.acts import Case, View
from muster.core.entity import Entity
from muster.core.events import Change, named_differences
from muster.core.frozen import frozen
from muster.core.known import Known
from muster.core.refusals import Fault, Full, Invalid, Taken, refuse
from muster.core.values import EXTRA_LENGTH, TEXT_LENGTH

Extras = tuple[tuple[str, str], ...]

ExtraChanges = tuple[tuple[str, str | None], ...]
"""Extras that shall be different; None erases one."""

MOST_PROGRAMS = 500
"""How many applications and clients together a tenant may have."""

MOST_EXTRAS = 20


@frozen
class Application(Entity):
    """A machine client that acts with a role, or without one can do nothing.

    `long_lived` lets its id and secret stand for a session. `address_list` is the id of the list of addresses from
    which alone it may be used. `extras` is what only one API knows, each under its name.
    """

    UNIQUE = (("id",),)
    MANY = (("tenant",),)
    AUTHORITY = ("digest", "role", "long_lived", "address_list")

    id: str
    tenant: str
    name: str
    digest: str
    role: str | None
    long_lived: bool
    created_at: int
    last_used_at: int | None = None
    description: str | None = None
    address_list: str | None = None
    extras: Extras = ()


@frozen
class Client(Entity):
    """A program that people sign in to. It has no secret and no role: nothing can be asked for here in its name."""

    UNIQUE = (("id",),)
    MANY = (("tenant",),)

    id: str
    tenant: str
    name: str
    created_at: int
    description: str | None = None
    extras: Extras = ()


def applications_of(view: View) -> tuple[Application, ...]:
    """All applications of the tenant, by id. Raises `Unloaded`."""
    return tuple(sorted(view.known.many(Application, ("tenant",), view.tenant), key=lambda it: it.id))


def clients_of(view: View) -> tuple[Client, ...]:
    """All clients of the tenant, by id. Raises `Unloaded`."""
    return tuple(sorted(view.known.many(Client, ("tenant",), view.tenant), key=lambda it: it.id))


def must_name(case: Case, name: str, but: str | None = None) -> None:
    """Refuse a name that cannot be, or that another program of the tenant has; `but` is the one that is named so."""
    values.login_name(name, "name")
    others: tuple[Application | Client, ...] = (*applications_of(case), *clients_of(case))
    for other in others:
        if other.id != but and values.fold(other.name) == values.fold(name):
            refuse(Taken("name"))


def must_fit(case: Case) -> None:
    """Refuse one program more than a tenant may have."""
    if len(applications_of(case)) + len(clients_of(case)) >= MOST_PROGRAMS:
        refuse(Full("application", MOST_PROGRAMS))


def check_texts(description: str | None, extras: Extras) -> None:
    """Refuse a description over 1024 characters, and extras that are too many or too long."""
    values.text(description or "", "description", TEXT_LENGTH)
    if len(extras) > MOST_EXTRAS:
        refuse(Invalid("extras", Fault.TOO_MANY, MOST_EXTRAS))
    for name, text in extras:
        values.text(text, name, EXTRA_LENGTH)


def merged(extras: Extras, changes: ExtraChanges) -> Extras:
    """The extras with these in their place."""
    becomes: dict[str, str | None] = {**dict(extras), **dict(changes)}
    return tuple((name, text) for name, text in becomes.items() if text is not None)


def differing(old: Extras, new: Extras) -> tuple[Change, ...]:
    """The changes between two states of a program's extras, for its event; of a long text only its length."""
    return tuple(Change(name, _told(was), _told(becomes)) for name, was, becomes in named_differences(old, new))


def _told(text: str | None) -> str | None:
    return text if text is None or len(text) <= TEXT_LENGTH else f"{len(text)} characters"


def is_known(known: Known, program: str) -> bool:
    """Whether any tenant has a program of this id."""
    return any(known.one(kind, ("id",), program) is not None for kind in (Application, Client))
