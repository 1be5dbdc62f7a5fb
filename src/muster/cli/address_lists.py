"""`muster address-list`: named lists of addresses, from which alone the applications that refer to one may be used."""

from __future__ import annotations

import argparse
from typing import Any

from muster.app.compose import Installation, installation
from muster.cli.chosen import ORIGIN, first_tenant, printable, with_tenant
from muster.core.address_lists import AddAddressList, AddressList, AddressLists, RemoveAddressList, SetAddressList
from muster.core.authority import Actor, system
from muster.core.refusals import Unknown, refuse
from muster.core.values import fold
from muster.settings import Settings

RANGE = "an address, a network such as 192.0.2.0/24, or first-last"


def add(subparsers: Any) -> None:
    """Register `address-list add`, `set`, `list` and `delete`."""
    parser: argparse.ArgumentParser = subparsers.add_parser("address-list", help="named lists of addresses")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    adding = with_tenant(actions.add_parser("add", help="make a list and print its id"))
    adding.add_argument("name")
    adding.add_argument("ranges", nargs="+", metavar="RANGE", help=RANGE)
    adding.set_defaults(run=add_list)
    setting = with_tenant(actions.add_parser("set", help="put other ranges into a list"))
    setting.add_argument("list", metavar="LIST", help="name or id")
    setting.add_argument("ranges", nargs="+", metavar="RANGE", help=RANGE)
    setting.set_defaults(run=set_list)
    with_tenant(actions.add_parser("list", help="list the lists")).set_defaults(run=list_lists)
    deleting = with_tenant(actions.add_parser("delete", help="delete a list that no application refers to"))
    deleting.add_argument("list", metavar="LIST", help="name or id")
    deleting.set_defaults(run=delete_list)


async def _actor(here: Installation, args: argparse.Namespace) -> Actor:
    return system((await first_tenant(here.directory, args.tenant)).id, "command")


async def find_list(here: Installation, actor: Actor, wanted: str) -> AddressList:
    """The list of this name or id. Refuses with `Unknown` if there is none."""
    for one in await here.directory.ask(actor, AddressLists()):
        if wanted == one.id or fold(wanted) == fold(one.name):
            return one
    return refuse(Unknown("address-list"))


async def add_list(args: argparse.Namespace, settings: Settings) -> None:
    """Make a list."""
    async with installation(settings) as here:
        command = AddAddressList(args.name, tuple(args.ranges))
        made = await here.directory.do(await _actor(here, args), command, ORIGIN)
    print(made.id)


async def set_list(args: argparse.Namespace, settings: Settings) -> None:
    """Put other ranges into a list."""
    async with installation(settings) as here:
        actor = await _actor(here, args)
        kept = await find_list(here, actor, args.list)
        await here.directory.do(actor, SetAddressList(kept.id, tuple(args.ranges)), ORIGIN)


async def list_lists(args: argparse.Namespace, settings: Settings) -> None:
    """Print id, ranges and name of each list."""
    async with installation(settings) as here:
        for one in await here.directory.ask(await _actor(here, args), AddressLists()):
            print(one.id, ",".join(one.spans), printable(one.name))


async def delete_list(args: argparse.Namespace, settings: Settings) -> None:
    """Delete a list."""
    async with installation(settings) as here:
        actor = await _actor(here, args)
        kept = await find_list(here, actor, args.list)
        await here.directory.do(actor, RemoveAddressList(kept.id), ORIGIN)
