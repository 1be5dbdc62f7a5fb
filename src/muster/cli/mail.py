"""`muster mail`: the mails that are owed and those that went out, with their links.

It is how a new user gets his link where no mail server is set: whoever runs the machine tells him.
"""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from typing import Any

from muster.app.compose import Installation, installation
from muster.cli.chosen import NoSuchTenant, printable, tenants
from muster.core.authority import system
from muster.core.letters import LetterOf
from muster.core.links import digest_of
from muster.core.mails import Mail
from muster.core.refusals import Refused, Unknown
from muster.settings import Settings
from muster.trail.texts import password_address

LIMIT = 50
MOST = 1_000


def add(subparsers: Any) -> None:
    """Register the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser("mail", help="list mails that are owed, and recent ones")
    parser.add_argument("--tenant", metavar="NAME", help="only this tenant's; its name, number or id")
    parser.add_argument("--limit", type=_limit, default=LIMIT, help=f"how many to show of each sort ({LIMIT})")
    parser.set_defaults(run=run)


def _limit(text: str) -> int:
    number = int(text)
    if not 1 <= number <= MOST:
        raise argparse.ArgumentTypeError(f"is from 1 to {MOST}")
    return number


async def run(args: argparse.Namespace, settings: Settings) -> int:
    """Print undelivered and recent mails, the newest last; 1 if there is no such tenant."""
    async with installation(settings) as here:
        try:
            mails = await _mails(here, args.tenant, args.limit)
        except NoSuchTenant as wrong:
            print(f"muster: {wrong}", file=sys.stderr)
            return 1
        for mail in mails:
            print(_line(mail, here.sources.now()))
            if mail.sealed is not None:
                print(f"    {await _link(here, mail, mail.sealed)}")
    if not mails:
        print("There are no mails.", file=sys.stderr)
    return 0


async def _mails(here: Installation, wanted: str | None, limit: int) -> list[Mail]:
    history = here.store.history
    chosen = await tenants(here.directory, wanted)
    recent: list[Mail] = []
    for tenant in chosen:
        recent = _newest(recent + await history.newest_mails(tenant.id, limit), limit)
    ids = {tenant.id for tenant in chosen}
    waiting = [mail for mail in await history.waiting_mails(limit) if mail.tenant in ids]
    both = {mail.id: mail for mail in recent + waiting}
    return _newest(list(both.values()), len(both))


def _newest(mails: list[Mail], limit: int) -> list[Mail]:
    return sorted(mails, key=lambda mail: (mail.created_at, mail.id))[-limit:]


def _line(mail: Mail, now: int) -> str:
    return f"{_moment(mail.created_at)}  {printable(mail.recipient)}  {mail.kind}  {state(mail, now)}"


def state(mail: Mail, now: int) -> str:
    """What has become of a mail by this time (UTC milliseconds)."""
    if mail.sent_at is not None:
        return f"sent {_moment(mail.sent_at)}"
    if mail.failed_at is not None:
        return f"given up after {mail.attempts}: {printable(mail.error or '')}"
    if mail.claimed_until is not None and mail.claimed_until > now:
        return "being sent"
    if mail.attempts:
        return f"tried {mail.attempts}, again {_moment(mail.due_at)}: {printable(mail.error or 'broken off')}"
    return "waiting"


def _moment(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d %H:%M:%S}Z"


async def _link(here: Installation, mail: Mail, sealed: bytes) -> str:
    secret = here.sealer.open(sealed, mail.id)
    if secret is None:
        return "(its link was sealed with another secret key)"
    question = LetterOf(mail.id, digest_of(secret))
    try:
        await here.directory.ask(system(mail.tenant, "command"), question)
    except Refused as refused:
        if isinstance(refused.refusal, Unknown):
            return "(its link was used or replaced, or has expired)"
        raise
    return password_address(here.settings.public_url, secret)
