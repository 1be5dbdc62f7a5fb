"""`muster serve`: the server."""

from __future__ import annotations

import argparse
import gc
import json
import sys
from typing import Any

import uvicorn

from muster.app.bootstrap import FILE, Credentials
from muster.app.compose import application
from muster.settings import NAMES, Settings
from muster.web.connections import Connection
from muster.web.logs import set_up

SHUTDOWN_SECONDS = 30
BACKLOG = 2048
SWITCH_SECONDS = 0.0005
GARBAGE_THRESHOLDS = (20_000, 50, 100)


def add(subparsers: Any) -> None:
    """Register the command, with a flag for every setting."""
    parser: argparse.ArgumentParser = subparsers.add_parser("serve", help="serve the APIs")
    for name in NAMES:
        parser.add_argument(f"--{name.replace('_', '-')}", metavar="VALUE", help=f"as MUSTER_{name.upper()}")
    parser.set_defaults(run=run)


def run(_: argparse.Namespace, settings: Settings) -> int:
    """Serve until SIGTERM or SIGINT; then finish what was begun, for half a minute at most."""
    set_up(settings.log_level, sys.stderr)
    config = uvicorn.Config(
        application(settings, lambda made: show(made, settings)),
        host=settings.host,
        port=settings.port,
        http=Connection,
        loop="uvloop",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=BACKLOG,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        ssl_certfile=settings.tls_cert,
        ssl_keyfile=settings.tls_key,
    )
    _tune()
    server = uvicorn.Server(config)
    server.run()
    return 0 if server.started else 1


def _tune() -> None:
    """Let a finished commit be heard of sooner, and look for garbage less often: little here is ever cyclic."""
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE_THRESHOLDS)


def show(made: Credentials, settings: Settings) -> None:
    """Print a first administrator's credentials, this once."""
    print(f"A first tenant was made. Its credentials, also in {settings.data / FILE}:", flush=True)
    print(json.dumps(made.shown(), indent=2), flush=True)
