"""`muster address-rule`: from where a tenant's credentials may be used. Commands on the machine are not bound by it."""

from __future__ import annotations

import argparse
from typing import Any

from muster.app.compose import Installation, installation
from muster.cli.chosen import ORIGIN, first_tenant, printable, with_tenant
from muster.core.authority import Actor, system
from muster.core.network import AddressRules, AddressRuleView, RemoveAddressRule
from muster.settings import Settings


def add(subparsers: Any) -> None:
    """Register `address-rule list` and `address-rule delete NUMBER`."""
    parser: argparse.ArgumentParser = subparsers.add_parser("address-rule", help="list and delete address rules")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    with_tenant(actions.add_parser("list", help="list the rules")).set_defaults(run=list_rules)
    deleting = with_tenant(actions.add_parser("delete", help="delete a rule, also one that shuts everybody out"))
    deleting.add_argument("number", type=int)
    deleting.set_defaults(run=delete_rule)


async def _actor(here: Installation, args: argparse.Namespace) -> Actor:
    return system((await first_tenant(here.directory, args.tenant)).id, "command")


async def list_rules(args: argparse.Namespace, settings: Settings) -> None:
    """Print number, range and scope of each rule."""
    async with installation(settings) as here:
        _, views = await here.directory.ask(await _actor(here, args), AddressRules())
    for view in views:
        print(*_words(view))


def _words(view: AddressRuleView) -> list[str]:
    rule = view.rule
    scope = "everybody"
    if view.key is not None:
        scope = f"key {view.key}"
    elif view.user is not None:
        scope = f"user {view.user}"
    words = [str(rule.number), f"{rule.first_address}-{rule.last_address}", scope]
    return words if rule.description is None else [*words, printable(rule.description)]


async def delete_rule(args: argparse.Namespace, settings: Settings) -> None:
    """Delete a rule."""
    async with installation(settings) as here:
        await here.directory.do(await _actor(here, args), RemoveAddressRule(args.number), ORIGIN)
