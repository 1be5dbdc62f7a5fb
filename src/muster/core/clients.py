"""Clients: how a program that people sign in to is made, changed and removed."""

from __future__ import annotations

from dataclasses import replace

from muster.core.acts import Case, Command, Question, View
from muster.core.entity import KEPT, Kept
from muster.core.frozen import frozen
from muster.core.known import INSTALLATION
from muster.core.programs import (
    Application,
    Client,
    ExtraChanges,
    Extras,
    applications_of,
    check_texts,
    clients_of,
    differing,
    is_known,
    merged,
    must_fit,
    must_name,
)
from muster.core.refusals import Taken, Unknown, refuse

RECORDED = ("name", "description")

KINDS = ("application", "client")
"""What kinds of program there are."""


@frozen
class ClientDraft:
    """A client as somebody wants it. Without an `id` it gets a new one."""

    id: str | None
    name: str
    description: str | None = None
    extras: Extras = ()


@frozen
class CreateClient(Command[Client]):
    """Make a client. Refuses a name that another program of the tenant has, and an id that any program has.

    A client is known by its id before any tenant is, as an application is, so that ids are one space for all tenants.
    """

    permission = "applications:create"
    heads = (INSTALLATION,)

    draft: ClientDraft

    def decide(self, case: Case) -> Client:
        """The new client."""
        draft = self.draft
        case.actor.must_see_all()
        check_texts(draft.description, draft.extras)
        must_name(case, draft.name)
        must_fit(case)
        if draft.id is not None and is_known(case.known, draft.id):
            refuse(Taken("id"))
        made = Client(draft.id or case.fresh.id(), case.tenant, draft.name, case.at, draft.description, draft.extras)
        case.put(None, made)
        more = differing((), made.extras)
        case.record("client.created", "client", made.id, made.name, None, made, RECORDED, more)
        return made


@frozen
class ClientEdit:
    """What shall be different about a client; None erases."""

    name: str | Kept = KEPT
    description: str | Kept | None = KEPT
    extras: ExtraChanges = ()


@frozen
class EditClient(Command[Client]):
    """Change a client. Refuses an unknown one, and what making one refuses."""

    permission = "applications:edit"

    client: str
    edit: ClientEdit

    def decide(self, case: Case) -> Client:
        """The client as it stands then; unchanged if nothing is different."""
        case.actor.must_see_all()
        client, edit = find_client(case, self.client), self.edit
        changed = replace(client, extras=merged(client.extras, edit.extras))
        if edit.name is not KEPT:
            changed = replace(changed, name=edit.name)
        if edit.description is not KEPT:
            changed = replace(changed, description=edit.description)
        check_texts(changed.description, changed.extras)
        if changed.name != client.name:
            must_name(case, changed.name, client.id)
        if changed != client:
            case.put(client, changed)
            more = differing(client.extras, changed.extras)
            case.record("client.edited", "client", client.id, client.name, client, changed, RECORDED, more)
        return changed


@frozen
class DeleteClient(Command[None]):
    """Delete a client for good. Refuses an unknown one."""

    permission = "applications:delete"

    client: str

    def decide(self, case: Case) -> None:
        """Done."""
        case.actor.must_see_all()
        client = find_client(case, self.client)
        case.put(client, None)
        case.record("client.deleted", "client", client.id, client.name, client, None, RECORDED)


def find_client(view: View, client_id: str) -> Client:
    """The client of this id. Refuses with `Unknown` if the tenant has none."""
    client = view.known.one(Client, Client.KEY, view.tenant, client_id)
    if client is None:
        refuse(Unknown("client"))
    return client


@frozen
class Clients(Question[tuple[Client, ...]]):
    """All clients of the tenant."""

    permission = "applications:view"

    def answer(self, view: View) -> tuple[Client, ...]:
        """The clients, by id."""
        return clients_of(view)


@frozen
class ClientById(Question[Client]):
    """One client of the tenant."""

    permission = "applications:view"

    client: str

    def answer(self, view: View) -> Client:
        """It. Refuses with `Unknown` if the tenant has none of this id."""
        return find_client(view, self.client)


@frozen
class Programs(Question[tuple[Application | Client, ...]]):
    """All programs of the tenant."""

    permission = "applications:view"

    def answer(self, view: View) -> tuple[Application | Client, ...]:
        """Applications and clients, by id."""
        return tuple(sorted((*applications_of(view), *clients_of(view)), key=lambda it: it.id))


@frozen
class ProgramKinds(Question[tuple[str, ...]]):
    """What kinds of program can be made here."""

    permission = "program-kinds:view"

    def answer(self, view: View) -> tuple[str, ...]:
        """The kinds."""
        return KINDS
