"""`/healthz`: the process lives. `/readyz`: it can serve, its database answering. And 404 for what nobody has."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


def health(is_ready: Callable[[], Awaitable[bool]]) -> Starlette:
    """The application for all paths that belong to no API."""

    async def healthz(_: Request) -> JSONResponse:
        return JSONResponse({"status": "alive"})

    async def readyz(_: Request) -> JSONResponse:
        if await is_ready():
            return JSONResponse({"status": "ready"})
        return JSONResponse({"status": "not ready"}, 503)

    async def unknown(_: Request, __: Exception) -> JSONResponse:
        return JSONResponse({"error": "There is nothing at this address."}, 404)

    return Starlette(routes=[Route("/healthz", healthz), Route("/readyz", readyz)], exception_handlers={404: unknown})
