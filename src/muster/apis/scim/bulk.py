"""Bulk requests (RFC 7644, section 3.7): each operation is what it would be as a request of its own.

They are carried out in their order, but for those that refer to one that comes later. What cannot touch one another is
asked for together, so that one commit holds it; each is an act of its own nevertheless.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from muster.apis.scim import groups, shapes, users
from muster.apis.scim.discovery import BULK_BYTES, BULK_OPERATIONS
from muster.apis.scim.normal import misfit
from muster.apis.scim.profiles import Habit
from muster.apis.scim.references import references, resolved
from muster.apis.scim.refusals import MEDIA_TYPE, answer, error, hindered, misfitting, misshapen, refused, wrong
from muster.apis.scim.requests import body_of, profile_of, shaped
from muster.core.refusals import Refused
from muster.core.values import fold
from muster.web.answers import Answer, Headers, Hindered, Problem, WrongShape
from muster.web.router import Router
from muster.web.routes import Call, Route

log = logging.getLogger(__name__)

MOST_TOGETHER = 128
"""How many are asked for at once, so that one request does not fill the queue that all requests wait in."""

_NAMES = {name.casefold(): name for name in shapes.BulkOperation.__struct_fields__}
METHODS = ("POST", "PUT", "PATCH", "DELETE")

_CLAIMED = ("username", "displayname", "externalid")
"""What no two resources may have the same of, as far as the order of operations could decide who gets it."""

_OWN_HEADERS = (b"if-match", b"if-none-match", b"content-type", b"content-length")
_ROUTER = Router(
    route
    for route in (*users.ROUTES, *groups.ROUTES)
    if route.method in METHODS and not route.path.endswith("/.search")
)

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True)
class _Operation:
    """One operation, and what is known of it before it is carried out."""

    method: str
    path: str
    bulk_id: str | None
    version: str | None
    data: Any
    needs: frozenset[str] = field(default_factory=frozenset)

    @property
    def endpoint(self) -> str:
        """The first segment of its path."""
        return self.path[1:].partition("/")[0]

    @property
    def touched(self) -> frozenset[str]:
        """The resource that it is about, or of a new one the names that it would have."""
        return _claimed(self.data) if self.method == "POST" else frozenset((self.path,))

    @property
    def goes_alone(self) -> bool:
        """Whether it may take a name that another operation gives up, or the other way round."""
        return self.method in ("PUT", "PATCH") and bool(_claimed(self.data))

    def goes_beside(self, first: _Operation) -> bool:
        """Whether it can be asked for together with one that comes before it."""
        return (first.method, first.endpoint) == (self.method, self.endpoint) and not self.goes_alone


async def bulk(call: Call) -> Answer:
    """Carry out several operations: 200 with what became of each, in the order of the request."""
    if len(call.body) > BULK_BYTES:
        return error(413, f"a bulk request has at most {BULK_BYTES} bytes (maxPayloadSize)")
    body = body_of(call)
    sent = next((value for name, value in body.items() if name.casefold() == "operations"), None)
    if isinstance(sent, list) and len(sent) > BULK_OPERATIONS:
        return error(413, f"a bulk request has at most {BULK_OPERATIONS} operations (maxOperations)")
    request = _request(call, body)
    await call.directory.confirm(call.actor)
    job = _Job(call, [_read(one) for one in request.Operations], request.failOnErrors)
    await job.run()
    results = [job.result(at) for at in sorted(job.answers)]
    failed = sum(answer_.status >= 400 for answer_ in job.answers.values())
    call.remarks.append(f"{len(results)} of {len(request.Operations)} operations were carried out, {failed} failed")
    return answer({"schemas": [shapes.BULK_RESPONSE], "Operations": results})


def _request(call: Call, body: dict[str, Any]) -> shapes.BulkRequest:
    """The message, whose keys may be in any case, those of its operations too. Raises `Misfit`."""
    told = {"schemas": [], **{name.casefold(): value for name, value in body.items()}}
    sent = told.get("operations")
    if isinstance(sent, list):
        told["operations"] = [_with_names(one) if isinstance(one, dict) else one for one in sent]
    request: shapes.BulkRequest = shaped(told, shapes.BulkRequest)
    if shapes.BULK_REQUEST not in request.schemas and not profile_of(call).forgives(Habit.NO_SCHEMAS):
        misfit("invalidValue", f"schemas is {shapes.BULK_REQUEST}")
    if not request.Operations:
        misfit("invalidSyntax", "Operations is a list of at least one operation")
    if request.failOnErrors is not None and request.failOnErrors < 1:
        misfit("invalidValue", "failOnErrors is at least 1")
    made = [one.bulkId for one in request.Operations if one.bulkId and one.method.upper() == "POST"]
    if len(set(made)) < len(made):
        misfit("invalidValue", "two operations have the same bulkId")
    return request


def _with_names(operation: dict[str, Any]) -> dict[str, Any]:
    return {_NAMES.get(name.casefold(), name): value for name, value in operation.items()}


def _read(one: shapes.BulkOperation) -> _Operation:
    path = "/" + one.path.strip("/")
    needs = frozenset((*references(path), *references(one.data)))
    return _Operation(one.method.upper(), path, one.bulkId, one.version, one.data, needs)


def _claimed(data: Any) -> frozenset[str]:
    """What a resource, or an operation of a PATCH wherever it stands, says about names."""
    found: set[str] = set()
    for name, value in data.items() if isinstance(data, dict) else ():
        if name.casefold().endswith(_CLAIMED):
            found.add(fold(str(value)))
        elif name.casefold() == "path" and str(value).casefold().endswith(_CLAIMED):
            found.add(str(value))
        elif isinstance(value, dict):
            found |= _claimed(value)
        elif name.casefold() == "operations" and isinstance(value, list):
            found = found.union(*map(_claimed, value))
    return frozenset(found)


class _Job:
    """A bulk request under way: `answers` holds what became of each operation by its place, once it is known."""

    def __init__(self, call: Call, operations: list[_Operation], most_errors: int | None) -> None:
        self._call = call
        self._operations = operations
        self._most_errors = most_errors
        self._made: dict[str, str] = {}
        self._names = {one.bulk_id: at for at, one in enumerate(operations) if one.method == "POST" and one.bulk_id}
        self.answers: dict[int, Answer] = {}

    async def run(self) -> None:
        """Carry out all, or as many as there are before too many have failed."""
        waiting = dict(enumerate(self._operations))
        while waiting and not self._is_over():
            together = self._next(waiting)
            if not together:
                for at in waiting:
                    self.answers[at] = error(409, "bulkId: the operations refer to one another in a circle")
                return
            answers = await asyncio.gather(*(self._attempt(waiting[at]) for at in together))
            for at, answer_ in zip(together, answers, strict=True):
                self._settle(at, waiting.pop(at), answer_)

    def _is_over(self) -> bool:
        failed = sum(one.status >= 400 for one in self.answers.values())
        return self._most_errors is not None and failed >= self._most_errors

    def _settle(self, at: int, operation: _Operation, told: Answer) -> None:
        self.answers[at] = told
        where = dict(told.headers).get(b"location")
        if operation.bulk_id is not None and operation.method == "POST" and told.status == 201 and where is not None:
            self._made[operation.bulk_id] = where.decode().rpartition("/")[2]

    def _is_ready(self, operation: _Operation) -> bool:
        return all(self._names.get(name) is None or self._names[name] in self.answers for name in operation.needs)

    def _next(self, waiting: dict[int, _Operation]) -> list[int]:
        """The first operation that can be carried out now, and those after it that can be carried out beside it."""
        together: list[int] = []
        taken: set[str] = set()
        for at, operation in waiting.items():
            if not self._is_ready(operation):
                continue
            if together and not (operation.goes_beside(waiting[together[0]]) and taken.isdisjoint(operation.touched)):
                break
            together.append(at)
            taken |= operation.touched
            if operation.goes_alone or self._most_errors is not None or len(together) == MOST_TOGETHER:
                break
        return together

    async def _attempt(self, operation: _Operation) -> Answer:
        for name in operation.needs - self._made.keys():
            if name not in self._names:
                return misfitting("invalidValue", f"no operation makes bulkId:{name[:200]}")
            return error(409, f"bulkId:{name[:200]} was not made")
        if operation.method == "POST" and not operation.bulk_id:
            return misfitting("invalidSyntax", "an operation POST has a bulkId")
        try:
            return await _carried_out(self._call, operation, self._made)
        except Refused as failure:
            return refused(failure.refusal)
        except Hindered as failure:
            return hindered(failure)
        except WrongShape as failure:
            return misshapen(failure)
        except Exception as failure:
            told = wrong(failure)
            if told is None:
                log.exception("one of several met a defect", extra={"request": self._call.origin.request})
            return told or hindered(Hindered(Problem.BROKEN))

    def result(self, at: int) -> dict[str, Any]:
        """What is told of an operation."""
        operation, told = self._operations[at], self.answers[at]
        headers = dict(told.headers)
        found: dict[str, Any] = {"method": operation.method}
        if operation.bulk_id is not None:
            found["bulkId"] = operation.bulk_id
        if b"location" in headers:
            found["location"] = headers[b"location"].decode()
        elif operation.method != "POST" and operation.needs <= self._made.keys():
            found["location"] = self._call.base + _path(operation, self._made)
        if b"etag" in headers:
            found["version"] = headers[b"etag"].decode()
        found["status"] = str(told.status)
        if told.status >= 400:
            found["response"] = msgspec.Raw(told.body)
        return found


def _path(operation: _Operation, made: dict[str, str]) -> str:
    path: str = resolved(operation.path, made)
    return path


async def _carried_out(call: Call, operation: _Operation, made: dict[str, str]) -> Answer:
    """The answer to the operation as a request of its own. Raises what a handler raises."""
    path = _path(operation, made)
    routes, values = _ROUTER.find(path)
    route, names = routes.get(operation.method, (None, ()))
    if route is None:
        problem = Problem.WRONG_METHOD if routes else Problem.UNKNOWN_ROUTE
        raise Hindered(problem, ", ".join(sorted(routes)))
    data = resolved(operation.data, made)
    inner = replace(
        call,
        method=operation.method,
        params=dict(zip(names, values, strict=True)),
        # Nothing of the resource is told, so nothing more than this need be read.
        query_string=b"attributes=id",
        headers=(*_kept(call.headers), *_conditions(operation)),
        body=b"" if data is None else _encode(data),
        path=path,
    )
    return await route.handler(inner)


def _kept(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    return tuple(one for one in headers if one[0] not in _OWN_HEADERS)


def _conditions(operation: _Operation) -> Headers:
    content = (b"content-type", MEDIA_TYPE.encode())
    return (content,) if operation.version is None else (content, (b"if-match", operation.version.encode()))


ROUTES = (
    Route("POST", "/Bulk", bulk, "Carry out several operations", takes=shapes.BulkRequest, gives=shapes.BulkResponse),
)
