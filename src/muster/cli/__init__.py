"""The command `muster`: serve, and the same directory in process for whoever runs the machine.

A command beside a running server is one more writer, and needs no server to be running. Each command is a module with
a function `add` that registers it; what it does is asked of the directory, as everything else.
"""

from __future__ import annotations

import argparse
import asyncio
import inspect
import sys

from muster.app.compose import prepare
from muster.cli import (
    address_lists,
    address_rules,
    applications,
    audit,
    census,
    connections,
    mail,
    policies,
    resource_roles,
    serve,
    tenants,
)
from muster.cli.chosen import NoSuchTenant
from muster.core.refusals import Refused
from muster.settings import NAMES, SettingsWrong, read
from muster.store.session import DatabaseFailed

COMMANDS = (
    serve,
    tenants,
    applications,
    connections,
    policies,
    address_rules,
    address_lists,
    resource_roles,
    mail,
    audit,
    census,
)
INTERRUPTED = 130


def main(arguments: list[str] | None = None) -> int:
    """Run a command; its exit status: 0 done, 1 refused or found wrong, 2 asked for in a wrong way."""
    parser = argparse.ArgumentParser("muster", description="A self-hosted identity administration server.")
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add(subparsers)
    args = parser.parse_args(arguments)
    try:
        settings = read({name: getattr(args, name, None) for name in NAMES})
        prepare(settings)
        done = args.run(args, settings)
        return (asyncio.run(done) if inspect.iscoroutine(done) else done) or 0
    except SettingsWrong as wrong:
        print(f"muster: {wrong}", file=sys.stderr)
        return 2
    except NoSuchTenant as wrong:
        print(f"muster: {wrong}", file=sys.stderr)
        return 1
    except Refused as refused:
        print(f"muster: refused: {refused.refusal}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    except DatabaseFailed as failure:
        print(f"muster: the database failed: {failure}", file=sys.stderr)
        return 1
