"""`muster oauth-role`: the roles of resource servers that users can be assigned, which no API makes."""

from __future__ import annotations

import argparse
import json
from typing import Any

from muster.app.compose import Installation, installation
from muster.cli.chosen import ORIGIN, first_tenant, printable, with_tenant
from muster.core.authority import Actor, system
from muster.core.refusals import Unknown, refuse
from muster.core.resource_roles import AddResourceRole, DeleteResourceRole, Lineage, ResourceRoles
from muster.core.values import fold
from muster.settings import Settings


def add(subparsers: Any) -> None:
    """Register `oauth-role add`, `oauth-role list` and `oauth-role delete`."""
    parser: argparse.ArgumentParser = subparsers.add_parser("oauth-role", help="add, list and delete OAuth roles")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    adding = with_tenant(actions.add_parser("add", help="make a role and print its id"))
    adding.add_argument("name")
    adding.add_argument("--description", metavar="TEXT")
    adding.add_argument("--parent", metavar="ROLE", help="name or id of the role that it inherits from")
    adding.set_defaults(run=add_role)
    with_tenant(actions.add_parser("list", help="list the roles")).set_defaults(run=list_roles)
    deleting = with_tenant(actions.add_parser("delete", help="delete a role that no other inherits from"))
    deleting.add_argument("role", help="name or id")
    deleting.set_defaults(run=delete_role)


async def _actor(here: Installation, args: argparse.Namespace) -> Actor:
    return system((await first_tenant(here.directory, args.tenant)).id, "command")


async def _chosen(here: Installation, actor: Actor, wanted: str) -> Lineage:
    found = await here.directory.ask(actor, ResourceRoles())
    meant = [one for one in found if wanted == one.role.id or fold(wanted) == fold(one.role.name)]
    return meant[0] if meant else refuse(Unknown("resource-role"))


async def add_role(args: argparse.Namespace, settings: Settings) -> None:
    """Make a role."""
    async with installation(settings) as here:
        actor = await _actor(here, args)
        parent = None if args.parent is None else (await _chosen(here, actor, args.parent)).role.id
        made = await here.directory.do(actor, AddResourceRole(args.name, args.description, parent), ORIGIN)
    print(json.dumps({"id": made.id, "name": made.name}, indent=2))


async def list_roles(args: argparse.Namespace, settings: Settings) -> None:
    """Print id and name of each role, and the ids of those that it inherits from, the nearest first."""
    async with installation(settings) as here:
        for one in await here.directory.ask(await _actor(here, args), ResourceRoles()):
            print(one.role.id, printable(one.role.name), *(f"< {ancestor}" for ancestor in one.ancestors))


async def delete_role(args: argparse.Namespace, settings: Settings) -> None:
    """Delete a role."""
    async with installation(settings) as here:
        actor = await _actor(here, args)
        chosen = await _chosen(here, actor, args.role)
        await here.directory.do(actor, DeleteResourceRole(chosen.role.id), ORIGIN)
