"""Two tenants with an application of every role in each, and the objects that they are after."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx

from muster.core.address_lists import AddAddressList
from muster.core.resource_roles import AddResourceRole
from tests.apis.beside import done
from tests.apis.idaas.caller import Caller, custom, unused
from tests.apis.idaas.matrix import LACKS, ROLES, Line
from tests.apis.idaas.matrix_bodies import BEFORE, BODIES
from tests.apis.idaas.places import NOBODY, condition, good, group, organization
from tests.apis.idaas.tokens import APP, SECRET, SOFT, give
from tests.support.commands import told
from tests.support.live import LiveMuster

CONSTANTS = {"type": SOFT}
NAMES = {"user id", "alias", "external id", "serial"}
"""What is a name and no id, besides whatever is a `…'s name`."""
LASTING = {"oauth role", "ip list", "role", "highest role", "administrator"}
"""What no operation changes, so that one is enough."""

JOBS = {
    "assigned": "/v1/async/tokenspaged/assigned",
    "unassigned": "/v1/async/tokenspaged/unassigned",
    "search": "/v4/async/userspaged",
}
SINCE = condition("eventTime", "GREATER_THAN_OR_EQUAL", "2020-01-01T00:00:00Z")

ADMIN_API, AUTH_API = "/v1/applications/adminapi", "/v1/applications/authapi"


@dataclass(frozen=True)
class Shelf:
    """Objects of a tenant, made by its first application, and by commands where no operation makes them."""

    owner: Caller
    own_id: str
    tenant: str
    url: str
    kept: dict[str, Any] = field(default_factory=dict)

    def value(self, kind: str, *, fresh: bool = False) -> Any:
        """An object of this kind: the one that all share, or one that nobody has touched."""
        if fresh and kind not in LASTING:
            return self._make(kind, fresh=True)
        if kind not in self.kept:
            self.kept[kind] = self._make(kind, fresh=False)
        return self.kept[kind]

    def _make(self, kind: str, *, fresh: bool) -> Any:
        of, _, what = kind.partition("'s ")
        if what:
            return self._property(of, what, fresh=fresh)
        makers: dict[str, Callable[[], Any]] = {
            "administrator": lambda: self.own_id,
            "alias": lambda: self._user(fresh=fresh)["userAliases"][0]["value"],
            "application": lambda: good(self.owner.post(ADMIN_API, json=self._named(roleId=self.value("role"))))["id"],
            "attribute": lambda: good(self.owner.post("/v1/userattributes", json=self._named()))["id"],
            "auditor": lambda: self._holder("role"),
            "boss": lambda: self._holder("highest role"),
            "client": lambda: good(self.owner.post(AUTH_API, json=self._client()))["id"],
            "event": lambda: self._event()["id"],
            "external id": lambda: self._user(fresh=fresh)["externalId"],
            "group": lambda: group(self.owner, externalId=unused("outside"))["id"],
            "highest role": lambda: self.role("Super Administrator"),
            "ip list": lambda: done(self.url, AddAddressList(unused("list"), ("127.0.0.0/8",)), self.tenant).id,
            **{name: partial(self.job, self.owner, name) for name in JOBS},
            "oauth role": lambda: done(self.url, AddResourceRole(unused("reader")), self.tenant).id,
            "organization": lambda: organization(self.owner)["id"],
            "role": lambda: self.role("Auditor"),
            "serial": lambda: self._token(self.value("token", fresh=fresh))["serialNumber"],
            "token": lambda: give(self.owner, self.value("user", fresh=fresh), APP, SECRET)["id"],
            "user": lambda: self._new_user(**({} if fresh else self._places())),
            "user id": lambda: self._user(fresh=fresh)["userId"],
        }
        return makers[kind]()

    def role(self, name: str | None) -> str:
        """The id of a role by its name."""
        [found] = [one["id"] for one in good(self.owner.get("/v1/roles")) if one["roleName"] == name]
        return str(found)

    def job(self, caller: Caller, kind: str) -> str:
        """The id of an operation that the caller has started."""
        return str(good(caller.post(JOBS[kind], json={}))["id"])

    def _property(self, of: str, what: str, *, fresh: bool) -> Any:
        if (of, what) == ("boss", "token"):
            return give(self.owner, self.value("boss", fresh=fresh), APP, SECRET)["id"]
        if of == "event":
            return self._event()["eventTime"]
        place = {
            "application": ADMIN_API,
            "attribute": "/v1/userattributes",
            "client": AUTH_API,
            "group": "/v1/groups",
            "organization": "/v1/organizations",
        }[of]
        found = good(self.owner.get(f"{place}/{self.value(of, fresh=fresh)}"))
        return found[{"name": "name", "external id": "externalId"}[what]]

    @staticmethod
    def _named(**more: Any) -> dict[str, Any]:
        return {"name": unused("matrix"), **more}

    def _client(self) -> dict[str, Any]:
        return self._named(applicationTemplate="Authentication API")

    def _new_user(self, **places: list[str]) -> str:
        name = unused("user")
        fields = {"externalId": f"{name}.x", "userAliases": custom(f"{name}.a")}
        return str(self.owner.create(userId=name, **places, **fields)["id"])

    def _places(self) -> dict[str, list[str]]:
        """Where only the one is whom all share, so that a search for who is there shows him on its first page."""
        return {"groups": [self.value("group")], "organizations": [self.value("organization")]}

    def _user(self, *, fresh: bool) -> dict[str, Any]:
        return self.owner.user(self.value("user", fresh=fresh))

    def _holder(self, role: str) -> str:
        user = self._new_user()
        good(self.owner.put(f"/v1/users/{user}/roles/{self.value(role)}"))
        return user

    def _token(self, token: str) -> dict[str, Any]:
        found: dict[str, Any] = good(self.owner.get(f"/v1/tokens/{token}"))
        return found

    def _event(self) -> dict[str, Any]:
        search = [SINCE, condition("entityName", "EQUALS", self.value("user id"))]
        found = good(self.owner.post("/v2/reports/auditeventspaged", json={"searchByAttributes": search}))
        event: dict[str, Any] = found["results"][-1]
        return event


@dataclass(frozen=True)
class Place:
    """Where an application of every role stands: `near` is its own tenant's, `far` where the object is."""

    callers: dict[str, Caller]
    secrets: dict[str, tuple[str, str]]
    near: Shelf
    far: Shelf

    def ask(self, line: Line, role: str, *, unknown: bool = False) -> tuple[httpx.Response, dict[str, Any]]:
        """The line's request by this role, about the object or one that there never was, and the names it stood for."""
        values: dict[str, Any] = {}
        own = self.near is self.far
        fresh = (own or line.foreign == "as free") and line.changes and line.marks[role] != LACKS

        def value(name: str) -> Any:
            if name not in values:
                values[name] = self._value(name, role, fresh=fresh, unknown=unknown)
            return values[name]

        if own and line.marks[role] != LACKS:
            values.update({job: self.near.job(self.callers[role], job) for job in JOBS if f"{{{job}}}" in line.path})
        path, body = filled(line.path, value), filled(BODIES.get(line.call), value)
        if fresh and line.call in BEFORE:
            method, target = BEFORE[line.call]
            good(self.far.owner.ask(method, filled(target, value)))
        options = {} if body is None else {"json": body}
        return self.callers[role].ask(line.method, path, **options), values

    def object(self, kind: str) -> Any:
        """The object that all share."""
        return self.far.value(kind)

    def _value(self, name: str, role: str, *, fresh: bool, unknown: bool) -> Any:
        if name in CONSTANTS:
            return CONSTANTS[name]
        if name == "unused":
            return unused("matrix")
        if name in ("own id", "own secret"):
            return self.secrets[role][name == "own secret"]
        if name.startswith("my "):
            return self.near.value(name.removeprefix("my "), fresh=fresh)
        if not unknown:
            return self.far.value(name, fresh=fresh)
        if name == "event's time":
            return "2020-01-01T00:00:00.000Z"
        return unused("nobody") if name in NAMES or "'s name" in name or "external id" in name else NOBODY


def filled(template: Any, value: Callable[[str], Any]) -> Any:
    """The template with values for the names in braces; a text that is one name becomes the value itself."""
    if isinstance(template, dict):
        return {key: filled(one, value) for key, one in template.items()}
    if isinstance(template, list):
        return [filled(one, value) for one in template]
    if not isinstance(template, str):
        return template
    return re.sub(r"\{([a-z0-9' ]+)\}", lambda found: str(value(found[1])), template)


def shelf(muster: LiveMuster, admin: Caller, url: str) -> Shelf:
    """A new tenant's."""
    name = unused("Matrix")
    made = told(muster, "tenant", "add", name)["idaas"]
    owner = admin.signed_in(made["applicationId"], made["sharedSecret"])
    return Shelf(owner, made["applicationId"], name, url)


def applications(here: Shelf) -> dict[str, tuple[str, str]]:
    """Id and secret of an application of every role."""
    found = {}
    for letter, name in ROLES.items():
        body = {"name": unused("asks"), "roleId": here.role(name or "Auditor")}
        made = good(here.owner.post(ADMIN_API, json=body))
        if name is None:
            good(here.owner.put(f"{ADMIN_API}/{made['id']}", json={"name": made["name"], "roleId": ""}))
        found[letter] = (made["id"], made["sharedSecret"])
    return found


def places(muster: LiveMuster, admin: Caller, url: str) -> dict[str, Place]:
    """Both places."""
    here, there = shelf(muster, admin, url), shelf(muster, admin, url)
    own, foreign = (
        {letter: (pair, at.owner.signed_in(*pair)) for letter, pair in applications(at).items()} for at in (here, there)
    )

    def place(who: dict[str, tuple[tuple[str, str], Caller]], near: Shelf) -> Place:
        callers = {letter: caller for letter, (_, caller) in who.items()}
        return Place(callers, {letter: pair for letter, (pair, _) in who.items()}, near, here)

    return {"own": place(own, here), "foreign": place(foreign, there)}
