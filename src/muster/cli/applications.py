"""`muster application`: machine clients of the Administration API."""

from __future__ import annotations

import argparse
import json
from typing import Any

from muster.apis.idaas.roles import SITE_ROLES, TEMPLATES
from muster.app.compose import Installation, installation
from muster.app.sources import new_id, new_secret
from muster.cli.chosen import ORIGIN, first_tenant, printable, with_tenant
from muster.core.applications import AllowLongLived, Application, ApplicationDraft, Applications, CreateApplication
from muster.core.authority import Actor, system
from muster.core.refusals import Unknown, refuse
from muster.core.values import fold
from muster.settings import Settings

ROLES = {template.name: template.number for template in TEMPLATES}
SWITCH = {"on": True, "off": False}


def add(subparsers: Any) -> None:
    """Register `application add`, `application edit` and `application list`."""
    parser: argparse.ArgumentParser = subparsers.add_parser("application", help="add, edit and list applications")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    adding = with_tenant(actions.add_parser("add", help="make an application and print its secret, once"))
    adding.add_argument("name")
    adding.add_argument("--role", choices=sorted(ROLES), default="Super Administrator")
    adding.add_argument("--long-lived", choices=SWITCH, default="off")
    adding.set_defaults(run=add_application)
    editing = with_tenant(actions.add_parser("edit", help="change an application"))
    editing.add_argument("application", nargs="?", help="name or id; the oldest one where none is given")
    editing.add_argument("--long-lived", choices=SWITCH, required=True)
    editing.set_defaults(run=edit_application)
    with_tenant(actions.add_parser("list", help="list the applications")).set_defaults(run=list_applications)


async def _actor(here: Installation, args: argparse.Namespace) -> Actor:
    return system((await first_tenant(here.directory, args.tenant)).id, "command")


async def add_application(args: argparse.Namespace, settings: Settings) -> None:
    """Make an application."""
    role = (SITE_ROLES, ROLES[args.role])
    draft = ApplicationDraft(new_id(), args.name, role, new_secret(), SWITCH[args.long_lived])
    async with installation(settings) as here:
        await here.directory.do(await _actor(here, args), CreateApplication(draft), ORIGIN)
    print(json.dumps({"applicationId": draft.id, "sharedSecret": draft.secret.text}, indent=2))


async def edit_application(args: argparse.Namespace, settings: Settings) -> None:
    """Change an application."""
    async with installation(settings) as here:
        actor = await _actor(here, args)
        chosen = _chosen(await here.directory.ask(actor, Applications()), args.application)
        await here.directory.do(actor, AllowLongLived(chosen.id, SWITCH[args.long_lived]), ORIGIN)


def _chosen(applications: tuple[Application, ...], wanted: str | None) -> Application:
    meant = [one for one in applications if wanted is None or wanted == one.id or fold(wanted) == fold(one.name)]
    return meant[0] if meant else refuse(Unknown("application"))


async def list_applications(args: argparse.Namespace, settings: Settings) -> None:
    """Print id, name and whether the long-lived form is allowed, of each application."""
    async with installation(settings) as here:
        for one in await here.directory.ask(await _actor(here, args), Applications()):
            print(one.id, "long-lived" if one.long_lived else "sessions", printable(one.name))
