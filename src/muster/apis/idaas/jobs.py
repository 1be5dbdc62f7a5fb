"""Operations that are started, asked after and fetched. No process keeps one: its id is what was asked, signed.

So any node answers for it, it outlives a restart, and it costs nothing to be kept. It is complete at once, since the
question is answered when its result is fetched. It is good for whoever started it, for its own kind of question, and
for a day; whatever else is shown names no operation.
"""

from __future__ import annotations

import msgspec
from msgspec import Struct

from muster.apis.idaas.dates import instant
from muster.apis.idaas.shapes_jobs import AsyncOperationStatus
from muster.apis.idaas.shapes_paging import SearchParms
from muster.core.refusals import Fault, Invalid, Unknown, refuse
from muster.core.rights import Demand
from muster.web.routes import Call

LIFETIME = 86_400_000
"""Milliseconds for which an operation can be asked after."""

MOST_ID = 12_000
"""Characters of an operation's id, which has to fit into a request's first line."""

_encode = msgspec.json.Encoder().encode


class _Job(Struct, array_like=True):
    at: int
    parms: SearchParms


_decoder = msgspec.json.Decoder(_Job)


async def started(call: Call, kind: str, parms: SearchParms, permission: str) -> AsyncOperationStatus:
    """A new operation that asks this, of whoever holds the permission.

    Refuses with `Invalid` a search that is too long to be carried in an id.
    """
    await call.directory.ask(call.actor, Demand(permission))
    at = call.directory.now()
    job = call.directory.sign(_encode(_Job(at, parms)).decode(), _context(call, kind))
    if len(job) > MOST_ID:
        refuse(Invalid("searchByAttributes", Fault.TOO_LONG))
    return _status(job, at)


async def status(call: Call, kind: str, permission: str) -> AsyncOperationStatus:
    """How the operation that the path names stands. Refuses with `Unknown` what is none of the caller's."""
    await call.directory.ask(call.actor, Demand(permission))
    return _status(call.params["id"], _job(call, kind).at)


async def asked_for(call: Call, kind: str, permission: str) -> SearchParms:
    """What the operation that the path names asks. Refuses as `status`."""
    await call.directory.ask(call.actor, Demand(permission))
    return _job(call, kind).parms


def _job(call: Call, kind: str) -> _Job:
    text = call.params["id"]
    signed = call.directory.signed(text, _context(call, kind)) if len(text) <= MOST_ID else None
    if signed is None:
        refuse(Unknown("operation"))
    try:
        job = _decoder.decode(signed)
    except msgspec.ValidationError:
        # Made by another version of Muster, which asked otherwise.
        refuse(Unknown("operation"))
    if call.directory.now() - job.at > LIFETIME:
        refuse(Unknown("operation"))
    return job


def _context(call: Call, kind: str) -> str:
    return f"job {call.actor.tenant} {call.actor.kind} {call.actor.id} {kind}"


def _status(job: str, at: int) -> AsyncOperationStatus:
    then = instant(at)
    return AsyncOperationStatus(job, "COMPLETED", then, then, then)
