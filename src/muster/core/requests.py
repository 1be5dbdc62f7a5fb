"""One request on its way to the store: an act with who asks it, when, through what, and its fresh ids."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from muster.core.acts import Case, Command, Question, View
from muster.core.authority import Actor, Credential, system
from muster.core.credentials import authenticate
from muster.core.events import Origin
from muster.core.known import Known
from muster.core.needs import Foreseen
from muster.core.ports import Fresh
from muster.core.query import Search
from muster.core.refusals import AddressForbidden, CredentialInvalid, refuse

R = TypeVar("R")


@dataclass(slots=True)
class Request(Generic[R]):
    """What the store carries out. `heads` are the head rows to lock; `actor` is renewed when his epoch has passed."""

    asked: Actor
    at: int
    heads: tuple[str, ...]
    needs: tuple[Foreseen, ...]
    _run: Callable[[Request[R], Known], R]
    searches: tuple[Search, ...] = ()
    actor: Actor = field(init=False)

    def __post_init__(self) -> None:
        self.actor = self.asked

    def run(self, known: Known) -> R:
        """Decide over what is known. Raises `Refused`, and `Unloaded` when more has to be loaded first."""
        # From the one who asked, each time: an earlier run may have renewed him over a batch that was never kept.
        self.actor = current(self.asked, known, self.at)
        return self._run(self, known)


def current(actor: Actor, known: Known, at: int) -> Actor:
    """The actor as he stands in what is known.

    Refuses with `CredentialInvalid` one whose credential has ended, with `AddressForbidden` one whose address rules do
    not admit him from where he asks.
    """
    if actor.credential is None:
        return actor
    if actor.expires_at is not None and actor.expires_at <= at:
        refuse(CredentialInvalid())
    if known.head(actor.tenant).epoch != actor.epoch:
        actor = authenticate(known, actor.credential, at).at(actor.address)
    if not actor.admitted:
        refuse(AddressForbidden())
    return actor


def commanding(actor: Actor, act: Command[R], at: int, fresh: Fresh, origin: Origin) -> Request[R]:
    """A request that carries out a command."""

    def run(request: Request[R], known: Known) -> R:
        fresh.rewind()
        case = Case(request.actor, known, at, fresh, origin)
        if act.permission is not None:
            case.actor.must(act.permission)
        result = act.decide(case)
        case.settle(chore=act.chore)
        return result

    heads = tuple(sorted({actor.tenant, *act.heads})) if act.heads else (actor.tenant,)
    return Request(actor, at, heads, (*act.needs(actor.tenant), *act.foreseen(actor.tenant, fresh)), run)


def asking(actor: Actor, act: Question[R], at: int) -> Request[R]:
    """A request that answers a question."""

    def run(request: Request[R], known: Known) -> R:
        if act.permission is not None:
            request.actor.must(act.permission)
        return act.answer(View(request.actor, known, at))

    searches = tuple(act.searches(actor.tenant)) if actor.within is None else ()
    return Request(actor, at, (actor.tenant,), tuple(act.needs(actor.tenant)), run, searches)


def identifying(tenant: str, credential: Credential, at: int) -> Request[Actor]:
    """A request that finds the actor behind a credential, which is thought to be of this tenant."""
    asked = system(tenant, "identification")
    return Request(asked, at, (tenant,), (), lambda _, known: authenticate(known, credential, at))
