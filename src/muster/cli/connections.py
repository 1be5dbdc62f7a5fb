"""`muster scim`: identity providers' connections, and the log of what came over them."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from muster.apis.idaas.roles import SITE_ROLES, TEMPLATES
from muster.apis.scim.exchanges import line, reason
from muster.apis.scim.profiles import LENIENT, PROFILES
from muster.app.compose import Installation, installation
from muster.cli.chosen import ORIGIN, first_tenant, printable, with_tenant
from muster.core.authority import Actor, system
from muster.core.connections import Connection, ConnectionDraft, Connections, CreateConnection, RevokeConnection
from muster.core.exchanges import MOST_SHOWN, Exchange, ExchangesOf, Journal, Journals
from muster.core.refusals import Unknown, refuse
from muster.core.values import fold
from muster.settings import Settings

ROLES = {template.name: template.number for template in TEMPLATES}
PROVISIONING = "SCIM Provisioning"
FOLLOW_SECONDS = 1.0
USUAL_SHOWN = 50


def add(subparsers: Any) -> None:
    """Register `scim connection add`, `list` and `revoke`, and `scim log`."""
    parser: argparse.ArgumentParser = subparsers.add_parser("scim", help="identity providers and what they send")
    parts = parser.add_subparsers(required=True, metavar="PART")
    actions = parts.add_parser("connection", help="identity providers' tokens").add_subparsers(
        required=True, metavar="ACTION"
    )
    adding = with_tenant(actions.add_parser("add", help="make a connection and print its URL and token, once"))
    adding.add_argument("--profile", choices=PROFILES, default=LENIENT, help="what its client is forgiven")
    adding.add_argument("--name", help="its name; that of the profile if not given")
    adding.add_argument("--role", choices=sorted(ROLES), default=PROVISIONING, help="what it may do")
    adding.set_defaults(run=add_connection)
    with_tenant(actions.add_parser("list", help="list the connections")).set_defaults(run=list_connections)
    revoking = with_tenant(actions.add_parser("revoke", help="end a connection; its token is void at once"))
    revoking.add_argument("connection", help="name or id")
    revoking.set_defaults(run=revoke_connection)
    log = with_tenant(parts.add_parser("log", help="print what came and what was answered"))
    log.add_argument("--connection", metavar="NAME", help="a connection's name or id; all of them if not given")
    log.add_argument("--lines", type=_lines, default=USUAL_SHOWN, help=f"how many requests, {MOST_SHOWN} at most")
    log.add_argument("--bodies", action="store_true", help="with what was sent and answered")
    log.add_argument("--follow", action="store_true", help="go on until interrupted")
    log.set_defaults(run=show_log)


def _lines(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= MOST_SHOWN:
        raise argparse.ArgumentTypeError(f"a number from 1 to {MOST_SHOWN}")
    return int(text)


async def _actor(here: Installation, args: argparse.Namespace) -> Actor:
    return system((await first_tenant(here.directory, args.tenant)).id, "command")


async def add_connection(args: argparse.Namespace, settings: Settings) -> None:
    """Make a connection."""
    async with installation(settings) as here:
        actor = await _actor(here, args)
        name = args.name or _unused(args.profile, await here.directory.ask(actor, Connections()))
        draft = ConnectionDraft(name, (SITE_ROLES, ROLES[args.role]), args.profile)
        issued = await here.directory.do(actor, CreateConnection(draft), ORIGIN)
    shown = {"connection": name, "url": f"{settings.public_url}/scim/v2", "token": issued.token}
    print(json.dumps(shown, indent=2, ensure_ascii=True))


def _unused(profile: str, others: Iterable[Connection]) -> str:
    names = {fold(other.name) for other in others if other.active}
    number, name = 1, profile
    while fold(name) in names:
        number += 1
        name = f"{profile} {number}"
    return name


async def list_connections(args: argparse.Namespace, settings: Settings) -> None:
    """Print id, state, profile, when it was last used, and name, of each connection."""
    async with installation(settings) as here:
        for one in await here.directory.ask(await _actor(here, args), Connections()):
            used = "never used" if one.last_used_at is None else _moment(one.last_used_at)
            print(one.id, "active" if one.active else "revoked", printable(one.profile), used, printable(one.name))


async def revoke_connection(args: argparse.Namespace, settings: Settings) -> None:
    """End a connection."""
    async with installation(settings) as here:
        actor = await _actor(here, args)
        chosen = _chosen(await here.directory.ask(actor, Connections()), args.connection)
        await here.directory.do(actor, RevokeConnection(chosen.id), ORIGIN)


def _chosen(connections: tuple[Connection, ...], wanted: str) -> Connection:
    # One that is alive goes before a revoked one of the same name.
    for one in sorted(connections, key=lambda it: not it.active):
        if wanted == one.id or fold(wanted) == fold(one.name):
            return one
    return refuse(Unknown("connection"))


async def show_log(args: argparse.Namespace, settings: Settings) -> None:
    """Print the newest requests of a connection, or of all, and with `--follow` those that come."""
    async with installation(settings) as here:
        actor = await _actor(here, args)
        seen: dict[str, int] = {}
        await _show_newest(here, actor, args, seen)
        while args.follow:
            await asyncio.sleep(FOLLOW_SECONDS)
            await _show_following(here, actor, args, seen)


async def _journals(here: Installation, actor: Actor, wanted: str | None) -> list[Journal]:
    journals = await here.directory.ask(actor, Journals())
    if wanted is None:
        return list(journals)
    return [one for one in journals if wanted == one.connection or fold(wanted) == fold(one.name)]


async def _show_newest(here: Installation, actor: Actor, args: argparse.Namespace, seen: dict[str, int]) -> None:
    journals = await _journals(here, actor, args.connection)
    if args.connection is not None and not journals:
        # One that has had no request yet is no mistake.
        _chosen(await here.directory.ask(actor, Connections()), args.connection)
    found: list[tuple[Journal, Exchange]] = []
    for journal in journals:
        newest = await here.directory.ask(actor, ExchangesOf(journal.connection, args.lines))
        seen[journal.connection] = newest[-1].number if newest else -1
        found += [(journal, one) for one in newest]
    _print(sorted(found, key=lambda it: it[1].at)[-args.lines :], bodies=args.bodies)


async def _show_following(here: Installation, actor: Actor, args: argparse.Namespace, seen: dict[str, int]) -> None:
    for journal in await _journals(here, actor, args.connection):
        last = seen.get(journal.connection, -1)
        if journal.next - 1 > last:
            found = await here.directory.ask(actor, ExchangesOf(journal.connection, after=last))
            seen[journal.connection] = found[-1].number if found else last
            _print([(journal, one) for one in found], bodies=args.bodies)


def _print(found: Iterable[tuple[Journal, Exchange]], *, bodies: bool) -> None:
    for journal, one in found:
        told = f"{line(one)} {one.milliseconds} ms {one.request} {one.address or '-'}"
        print(_moment(one.at), printable(journal.name), printable(told), printable(one.agent), flush=True)
        for remark in filter(None, (*one.remarks.split("\n"), reason(one))):
            print("   ", printable(remark))
        if bodies:
            print("    sent:    ", printable(one.sent))
            print("    answered:", printable(one.answered), flush=True)


def _moment(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
