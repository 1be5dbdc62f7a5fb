"""`muster census`: proves the numbers of users that are kept beside them, and sets them right."""

from __future__ import annotations

import argparse
from typing import Any

from muster.app.compose import installation
from muster.settings import Settings


def add(subparsers: Any) -> None:
    """Register `census verify` and `census rebuild`."""
    parser: argparse.ArgumentParser = subparsers.add_parser("census", help="prove how many users are counted")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    proof = actions.add_parser("verify", help="count everybody, and compare")
    proof.set_defaults(run=verify)
    anew = actions.add_parser("rebuild", help="count everybody anew, if anything is wrong; meanwhile nobody can write")
    anew.set_defaults(run=rebuild)


async def verify(_: argparse.Namespace, settings: Settings) -> int:
    """Say whether the census is right; 1 if it is not."""
    async with installation(settings) as here:
        wrong = await here.store.verify_census()
    print(f"{wrong} figures are wrong" if wrong else "the census is right")
    return 1 if wrong else 0


async def rebuild(_: argparse.Namespace, settings: Settings) -> None:
    """Set the census right."""
    async with installation(settings) as here:
        wrong = await here.store.correct_census()
    print(f"{wrong} figures were wrong, and are right now" if wrong else "the census was right")
