"""Which tenants a command is about, and how a text from the database is printed."""

from __future__ import annotations

import argparse

from muster.core.authority import system
from muster.core.directory import Directory
from muster.core.events import Origin
from muster.core.known import INSTALLATION
from muster.core.tenancy import Tenant
from muster.core.tenants import Tenants
from muster.core.values import fold

ORIGIN = Origin("command")


class NoSuchTenant(Exception):
    """Nothing goes by the name or id that was given; the text says so."""


async def tenants(directory: Directory, wanted: str | None) -> tuple[Tenant, ...]:
    """All tenants, or the one of this name, number or id. Raises `NoSuchTenant`."""
    found = await directory.ask(system(INSTALLATION, "command"), Tenants())
    if wanted is None:
        return found
    chosen = tuple(one for one in found if fold(one.name) == fold(wanted) or wanted in (one.id, str(one.number)))
    if not chosen:
        raise NoSuchTenant(f"there is no tenant {printable(wanted)}")
    return chosen


async def first_tenant(directory: Directory, wanted: str | None) -> Tenant:
    """The tenant of this name, number or id; without one, the oldest. Raises `NoSuchTenant`, for several too."""
    found = await tenants(directory, wanted)
    if not found:
        raise NoSuchTenant("there is no tenant yet: start the server once")
    if wanted is not None and len(found) > 1:
        numbers = ", ".join(str(one.number) for one in found)
        raise NoSuchTenant(f"several tenants are called {printable(wanted)}; say which by its number: {numbers}")
    return found[0]


def with_tenant(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """The parser, with the option that chooses a tenant."""
    parser.add_argument("--tenant", metavar="NAME", help="a tenant's name, number or id; the oldest one if not given")
    return parser


def printable(text: str) -> str:
    """The text in one line without anything that a terminal would obey."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)
