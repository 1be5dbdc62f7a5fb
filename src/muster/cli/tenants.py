"""`muster tenant`: further tenants."""

from __future__ import annotations

import argparse
import json
from typing import Any

from muster.app.bootstrap import create_tenant
from muster.app.compose import installation
from muster.core.authority import system
from muster.core.known import INSTALLATION
from muster.core.tenants import Tenants
from muster.settings import Settings


def add(subparsers: Any) -> None:
    """Register `tenant add NAME` and `tenant list`."""
    parser: argparse.ArgumentParser = subparsers.add_parser("tenant", help="add and list tenants")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    adding = actions.add_parser("add", help="make a tenant and print its administrator's credentials, once")
    adding.add_argument("name")
    adding.set_defaults(run=add_tenant)
    actions.add_parser("list", help="list the tenants").set_defaults(run=list_tenants)


async def add_tenant(args: argparse.Namespace, settings: Settings) -> None:
    """Make a tenant."""
    async with installation(settings) as here:
        made = await create_tenant(here.directory, here.sources, args.name)
    print(json.dumps(made.shown(), indent=2))


async def list_tenants(_: argparse.Namespace, settings: Settings) -> None:
    """Print number and name of each tenant."""
    async with installation(settings) as here:
        for tenant in await here.directory.ask(system(INSTALLATION, "command"), Tenants()):
            print(tenant.number, tenant.name)
