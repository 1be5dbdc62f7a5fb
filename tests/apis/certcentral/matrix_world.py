"""Two accounts with somebody of every role at every place, and the objects that they are after."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.apis.certcentral.accounts import new_account, root_of
from tests.apis.certcentral.caller import Caller, unused
from tests.apis.certcentral.matrix import BEFORE, BODIES, LACKS, ROLES, Line
from tests.apis.certcentral.test_containers import child

NEVER = 987_654_321
"""An id that there never is."""

CONSTANTS = {"permission": "view_users", "template": 5}


@dataclass(frozen=True)
class Shelf:
    """Objects that lie in one division of an account, made by the account's administrator."""

    owner: Caller
    root: int
    division: int
    kept: dict[str, Any] = field(default_factory=dict)

    def value(self, kind: str, *, fresh: bool) -> Any:
        """An object of this kind: the one that all share, or one that nobody has touched."""
        if kind == "division":
            return self.division
        if kind == "root":
            return self.root
        if fresh:
            return self._make(kind)
        if kind not in self.kept:
            self.kept[kind] = self._make(kind)
        return self.kept[kind]

    def _make(self, kind: str) -> Any:
        makers: dict[str, Callable[[], Any]] = {
            "account": lambda: self.owner.info(self.owner.number)["account_id"],
            "container": lambda: child(self.owner, self.division),
            "key": lambda: self.owner.issue_key(self.value("user", fresh=False))[0],
            "name": lambda: self.owner.info(self.value("user", fresh=False))["username"],
            "rule": self._rule,
            "service user": self._service_user,
            "user": self._user,
        }
        return makers[kind]()

    def _user(self) -> int:
        where = {"container": {"id": self.division}, "container_id_assignments": [self.division]}
        return self.owner.create(access_roles=[{"id": 2}], job_title="Medic", telephone="1", **where)

    def _service_user(self) -> int:
        body = {"is_api_only": True, "email": "s@example.com", "api_name": "k"}
        return made(self.owner.post("/user", json={**body, "container_id_assignments": [self.division]}))

    def _rule(self) -> int:
        body = {"ip_address": "192.0.2.7", "user_id": self.value("user", fresh=False)}
        return made(self.owner.post(f"/container/{self.root}/ip/rules", json=body))


@dataclass(frozen=True)
class Place:
    """Where somebody of every role stands: `near` is what lies before their eyes, `far` where the object is."""

    callers: dict[int, Caller]
    near: Shelf
    far: Shelf
    changes: bool = False

    def ask(self, line: Line, role: int, *, unknown: bool = False) -> tuple[httpx.Response, dict[str, Any]]:
        """The line's request by this role, about the object or one that there never was, and the names it stood for."""
        values: dict[str, Any] = {}
        fresh = self.changes and line.method != "GET" and line.marks[role] != LACKS

        def value(name: str) -> Any:
            if name not in values:
                values[name] = self._value(name, fresh=fresh, unknown=unknown)
            return values[name]

        target, body = filled(line.target, value), filled(BODIES.get(line.call), value)
        before = BEFORE.get(line.call) if fresh else None
        if before is not None:
            assert self.far.owner.put(filled(before, value)).status_code == 204
        return self.callers[role].ask(line.method, target, json=body), values

    def object(self, kind: str) -> Any:
        """The object that all share."""
        return self._value(kind, fresh=False, unknown=False)

    def _value(self, name: str, *, fresh: bool, unknown: bool) -> Any:
        if name in CONSTANTS:
            return CONSTANTS[name]
        if name == "unused":
            return unused("matrix")
        if name in ("mine", "my user", "my rule", "root", "division"):
            return self.near.value({"mine": "container"}.get(name, name.removeprefix("my ")), fresh=fresh)
        if unknown:
            return unused("nobody") if name == "name" else NEVER
        if name == "top":
            # The roots of two accounts may have one number: to a stranger any other container of the account is put.
            return self.far.root if self.near.owner == self.far.owner else self.far.value("container", fresh=False)
        return self.far.value(name, fresh=fresh)


def filled(template: Any, value: Callable[[str], Any]) -> Any:
    """The template with values for the names in braces; a text that is one name becomes the value itself."""
    if isinstance(template, dict):
        return {key: filled(one, value) for key, one in template.items()}
    if isinstance(template, list):
        return [filled(one, value) for one in template]
    if not isinstance(template, str):
        return template
    if re.fullmatch(r"\{[a-z ]+\}", template):
        return value(template[1:-1])
    return re.sub(r"\{([a-z ]+)\}", lambda found: str(value(found[1])), template)


def made(answer: httpx.Response) -> int:
    """The id of what was made."""
    assert answer.status_code == 201, answer.text
    number: int = answer.json()["id"]
    return number


def callers(owner: Caller, division: int | None) -> dict[int, Caller]:
    """Somebody of every role, restricted to a division or not at all."""
    where: dict[str, Any] = {}
    if division is not None:
        where = {"container": {"id": division}, "container_id_assignments": [division]}
    administrator = owner.colleague(1, **where)
    found = {1: administrator}
    for role in ROLES[1:]:
        if role < 100:
            found[role] = owner.colleague(role, **where)
        else:
            found[role] = administrator.with_key(owner.issue_key(administrator.number, role)[1])
    return found


def places(admin: Caller) -> dict[str, Place]:
    """Every place, in two new accounts. The foreign one is made first, so that its numbers are none of the objects'."""
    # Not the founders, whom no other administrator may manage: they have roles of every API.
    stranger, owner = new_account(admin).colleague(1), new_account(admin).colleague(1)
    there = root_of(stranger)
    away = Shelf(stranger, there, child(stranger, there, name="Abroad"))
    strangers = callers(stranger, None)
    highest = max(away.value(kind, fresh=False) for kind in ("user", "key", "container", "rule"))

    root = root_of(owner)
    east, west = child(owner, root, name="East"), child(owner, root, name="West")
    free, here, elsewhere = (callers(owner, division) for division in (None, east, west))
    inside, outside = Shelf(owner, root, east), Shelf(owner, root, west)
    lowest = min(inside.value(kind, fresh=False) for kind in ("user", "service user", "key", "container", "rule"))
    assert highest < lowest, "a number of the foreign account is one of the objects'"
    return {
        "everywhere": Place(free, inside, inside, changes=True),
        "restricted": Place(here, inside, inside, changes=True),
        "elsewhere": Place(elsewhere, outside, inside),
        "foreign": Place(strangers, away, inside),
    }
