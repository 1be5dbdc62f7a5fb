"""`muster audit`: proves the audit trail, and seals how far it has come."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from muster.app.compose import Installation, installation
from muster.cli.chosen import NoSuchTenant, printable, tenants
from muster.settings import Settings
from muster.trail.audit import Verdict, chains, sealed_head, verify, verify_all
from muster.trail.heads import HeadRefused, HeadSeal, Mark, marks_of


def add(subparsers: Any) -> None:
    """Register `audit head [--to FILE]` and `audit verify [--heads FILE] [--tenant NAME]`."""
    parser: argparse.ArgumentParser = subparsers.add_parser("audit", help="prove the audit trail")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    head = actions.add_parser("head", help="print each tenant's newest event, sealed; keep it on another machine")
    head.add_argument("--to", metavar="FILE", type=Path, help="append to this file instead of printing")
    head.set_defaults(run=seal_heads)
    proof = actions.add_parser("verify", help="prove that no event was edited, deleted, inserted or cut off")
    proof.add_argument("--heads", metavar="FILE", type=Path, help="sealed heads that the chains must still fit")
    proof.add_argument("--tenant", metavar="NAME", help="only this tenant's; its name, number or id")
    proof.set_defaults(run=verify_chains)


async def seal_heads(args: argparse.Namespace, settings: Settings) -> int:
    """Print a sealed head for each tenant to which anything has happened; 2 if the file cannot be written."""
    seal = HeadSeal(settings.secret_key)
    async with installation(settings) as here:
        trail, now = here.store.history, here.sources.now()
        found = [await sealed_head(trail, tenant, seal, now) async for tenant in chains(trail)]
    lines = [line for line in found if line is not None]
    if args.to is None:
        print(*lines, sep="\n")
        return 0
    try:
        _append(args.to, lines)
    except OSError as error:
        return _complain(f"{args.to} cannot be written: {error.strerror}", 2)
    return 0


def _append(path: Path, lines: list[str]) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)
        file.flush()
        os.fsync(file.fileno())


async def verify_chains(args: argparse.Namespace, settings: Settings) -> int:
    """Print what holds and what does not; 1 if anything is wrong, 2 if the heads cannot be read."""
    try:
        marks = {} if args.heads is None else _marks(args.heads, HeadSeal(settings.secret_key))
    except OSError as error:
        return _complain(f"{args.heads} cannot be read: {error.strerror}", 2)
    except HeadRefused as refused:
        return _complain(f"{args.heads}: {refused}; nothing was verified", 1)
    async with installation(settings) as here:
        try:
            return await _report(here, args.tenant, marks)
        except NoSuchTenant as wrong:
            return _complain(str(wrong), 1)


def _marks(path: Path, seal: HeadSeal) -> dict[str, list[Mark]]:
    with path.open(encoding="utf-8", errors="replace") as file:
        return marks_of(file, seal)


async def _report(here: Installation, wanted: str | None, marks: dict[str, list[Mark]]) -> int:
    chosen = await tenants(here.directory, wanted)
    names = {tenant.id: tenant.name for tenant in chosen}
    proven = broken = 0
    async for verdict in _verdicts(here, None if wanted is None else list(names), marks):
        if verdict.broken is not None:
            broken += 1
        elif verdict.proven:
            proven += 1
        else:
            continue
        print(_line(verdict, names.get(verdict.tenant)))
    if broken:
        return _complain(f"the audit trail of {broken} tenant(s) is broken", 1)
    return 0 if proven else _complain("there is no audit trail at all", 1)


async def _verdicts(here: Installation, only: list[str] | None, marks: dict[str, list[Mark]]) -> AsyncIterator[Verdict]:
    trail = here.store.history
    if only is None:
        async for verdict in verify_all(trail, marks):
            yield verdict
    else:
        for tenant in only:
            yield await verify(trail, tenant, marks.get(tenant, ()))


def _line(verdict: Verdict, name: str | None) -> str:
    who = f"{printable(name or 'unnamed')} ({printable(verdict.tenant)})"
    if verdict.broken is None:
        return f"holds   {who}: {verdict.proven} events, {verdict.marks} sealed heads"
    return f"BROKEN  {who}: event {verdict.broken.sequence}: {verdict.broken.flaw.value}"


def _complain(message: str, status: int) -> int:
    print(f"muster: {message}", file=sys.stderr)
    return status
