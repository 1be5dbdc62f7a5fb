"""`muster policy`: a tenant's settings, by the vendors' names for them."""

from __future__ import annotations

import argparse
from typing import Any

from muster.apis.idaas.policies import listed, named
from muster.app.compose import installation
from muster.cli.chosen import ORIGIN, first_tenant, with_tenant
from muster.core.authority import system
from muster.core.policies import Policies, SetPolicy
from muster.settings import Settings


def add(subparsers: Any) -> None:
    """Register `policy set NAME VALUE` and `policy list`."""
    parser: argparse.ArgumentParser = subparsers.add_parser("policy", help="show and set a tenant's settings")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    setting = with_tenant(actions.add_parser("set", help="set one"))
    setting.add_argument("name")
    setting.add_argument("value")
    setting.set_defaults(run=set_policy)
    with_tenant(actions.add_parser("list", help="list all")).set_defaults(run=list_policies)


async def set_policy(args: argparse.Namespace, settings: Settings) -> None:
    """Set a policy."""
    async with installation(settings) as here:
        tenant = await first_tenant(here.directory, args.tenant)
        command = SetPolicy(*named(args.name, args.value))
        await here.directory.do(system(tenant.id, "command"), command, ORIGIN)


async def list_policies(args: argparse.Namespace, settings: Settings) -> None:
    """Print name and value of each policy."""
    async with installation(settings) as here:
        tenant = await first_tenant(here.directory, args.tenant)
        policies = await here.directory.ask(system(tenant.id, "command"), Policies())
        for name, value in listed(policies):
            print(name, value)
