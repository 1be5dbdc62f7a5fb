"""The root application: which API answers which path, and what is started and stopped with the server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager

from starlette.types import ASGIApp

from muster.web.routes import Receive, Scope, Send

Lifespan = Callable[[], AbstractAsyncContextManager[None]]


class Mounts:
    """Applications by the prefix of their path; the longest prefix wins, and what none of them has is 404."""

    def __init__(self, mounts: Mapping[str, ASGIApp], otherwise: ASGIApp, lifespan: Lifespan) -> None:
        self._mounts = sorted(mounts.items(), key=lambda mount: -len(mount[0]))
        self._otherwise = otherwise
        self._lifespan = lifespan

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the connection to whom it belongs."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        path: str = scope["path"]
        for prefix, app in self._mounts:
            if path.startswith(prefix) and path[len(prefix) : len(prefix) + 1] in ("", "/"):
                await app({**scope, "root_path": prefix}, receive, send)
                return
        await self._otherwise(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            async with self._lifespan():
                await send({"type": "lifespan.startup.complete"})
                await receive()
        except BaseException as failure:
            await send({"type": "lifespan.startup.failed", "message": str(failure)})
            raise
        await send({"type": "lifespan.shutdown.complete"})
