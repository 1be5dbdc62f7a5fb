"""`muster application`: machine clients of the Administration API."""

from __future__ import annotations

import argparse
import json
from typing import Any

from muster.apis.idaas.roles import SITE_ROLES, TEMPLATES
from muster.app.compose import Installation, installation
from muster.cli.address_lists import find_list
from muster.cli.chosen import ORIGIN, first_tenant, printable, with_tenant
from muster.core.applications import (
    ApplicationDraft,
    ApplicationEdit,
    Applications,
    CreateApplication,
    DeleteApplication,
    EditApplication,
    IssuedApplication,
    RenewSecret,
)
from muster.core.authority import Actor, system
from muster.core.entity import KEPT
from muster.core.programs import Application
from muster.core.refusals import Unknown, refuse
from muster.core.values import fold
from muster.settings import Settings

ROLES = {template.name: template.number for template in TEMPLATES}
SWITCH = {"on": True, "off": False}
ANYWHERE = "-"


def add(subparsers: Any) -> None:
    """Register `application add`, `edit`, `renew`, `delete` and `list`."""
    parser: argparse.ArgumentParser = subparsers.add_parser("application", help="machine clients")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    adding = with_tenant(actions.add_parser("add", help="make an application and print its secret, once"))
    adding.add_argument("name")
    adding.add_argument("--role", choices=sorted(ROLES), default="Super Administrator")
    adding.add_argument("--long-lived", choices=SWITCH, default="off")
    adding.set_defaults(run=add_application)
    editing = with_tenant(actions.add_parser("edit", help="change an application"))
    editing.add_argument("application", nargs="?", help="name or id; the oldest one where none is given")
    editing.add_argument("--long-lived", choices=SWITCH)
    editing.add_argument("--address-list", metavar="LIST", help=f"name or id of a list; {ANYWHERE} for none")
    editing.set_defaults(run=edit_application)
    for name, run, help_ in (
        ("renew", renew_application, "give an application another secret, and print it, once"),
        ("delete", delete_application, "delete an application"),
    ):
        about_one = with_tenant(actions.add_parser(name, help=help_))
        about_one.add_argument("application", help="name or id")
        about_one.set_defaults(run=run)
    with_tenant(actions.add_parser("list", help="list the applications")).set_defaults(run=list_applications)


async def _actor(here: Installation, args: argparse.Namespace) -> Actor:
    return system((await first_tenant(here.directory, args.tenant)).id, "command")


async def add_application(args: argparse.Namespace, settings: Settings) -> None:
    """Make an application."""
    draft = ApplicationDraft(None, args.name, (SITE_ROLES, ROLES[args.role]), None, SWITCH[args.long_lived])
    async with installation(settings) as here:
        _show(await here.directory.do(await _actor(here, args), CreateApplication(draft), ORIGIN))


def _show(issued: IssuedApplication) -> None:
    print(json.dumps({"applicationId": issued.application.id, "sharedSecret": issued.secret}, indent=2))


async def edit_application(args: argparse.Namespace, settings: Settings) -> None:
    """Change an application."""
    async with installation(settings) as here:
        actor = await _actor(here, args)
        chosen = await _chosen(here, actor, args.application)
        edit = ApplicationEdit(
            long_lived=KEPT if args.long_lived is None else SWITCH[args.long_lived],
            address_list=KEPT if args.address_list is None else await _list_id(here, actor, args.address_list),
        )
        await here.directory.do(actor, EditApplication(chosen.id, edit), ORIGIN)


async def _list_id(here: Installation, actor: Actor, wanted: str) -> str | None:
    return None if wanted == ANYWHERE else (await find_list(here, actor, wanted)).id


async def renew_application(args: argparse.Namespace, settings: Settings) -> None:
    """Give an application another secret; the old one ends at once."""
    async with installation(settings) as here:
        actor = await _actor(here, args)
        chosen = await _chosen(here, actor, args.application)
        _show(await here.directory.do(actor, RenewSecret(chosen.id), ORIGIN))


async def delete_application(args: argparse.Namespace, settings: Settings) -> None:
    """Delete an application."""
    async with installation(settings) as here:
        actor = await _actor(here, args)
        chosen = await _chosen(here, actor, args.application)
        await here.directory.do(actor, DeleteApplication(chosen.id), ORIGIN)


async def _chosen(here: Installation, actor: Actor, wanted: str | None) -> Application:
    for one in await here.directory.ask(actor, Applications()):
        if wanted is None or wanted == one.id or fold(wanted) == fold(one.name):
            return one
    return refuse(Unknown("application"))


async def list_applications(args: argparse.Namespace, settings: Settings) -> None:
    """Print id, name and whether the long-lived form is allowed, of each application."""
    async with installation(settings) as here:
        for one in await here.directory.ask(await _actor(here, args), Applications()):
            print(one.id, "long-lived" if one.long_lived else "sessions", printable(one.name))
