"""Something to ask about: what a request names that was made from the document alone becomes something that there is.

Numbers that schemathesis makes up name nothing, and every answer would be 404. So each one stands for one of those that
there are; a few go on naming nothing. What is wrong with a value on purpose is left as it is.

The caller's own user, key and container are kept as they are, since all later requests are his: the requests that would
disable his key, narrow it, take his role or restrict him are made about others instead. That he cannot delete himself
or shut himself out by an address rule is the server's own promise, and nothing is kept from it here.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from schemathesis import Case

from muster.apis.certcentral.shapes import LARGEST_ID
from muster.apis.certcentral.translate import USERNAME
from tests.apis.certcentral.caller import Caller

NOBODY = 999_999_999
REFRESHED = 20
SHORT = 200
_NAMES = {
    "container": "container",
    "container_id": "container",
    "container_id_assignments": "container",
    " container_id_assignments": "container",
    "user_id_assignments": "user",
    "account_manager_user_id": "user",
    "user_id": "user",
    "api_key_id": "key",
}


Choose = Callable[[str, bool], int]
"""One of a kind, which must be other than the caller's own or may be it."""


class Ground:
    """The users, containers, keys and address rules of the caller's account."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._account = caller.get("/account").json()
        self._root: int = self._account["root_container_id"]
        self._there: dict[str, list[int]] = {}
        self._asked = 0
        self.own = {"user": caller.number, "person": caller.number, "key": self._keys()[0], "container": self._root}
        for role in (1, 4, 5):
            caller.issue_key(caller.create(access_roles=[{"id": role}]))
        for name in ("East", "West"):
            self._divide(name)

    def place(self, case: Case[Any]) -> None:
        """Make what the request names something that there is; the same for the same request."""
        draw = Random(repr((case.path_parameters, case.query, case.body)))
        if self._asked % REFRESHED == 0:
            self._there.clear()
        self._asked += 1

        def choose(noun: str, other: bool) -> int:
            return draw.choice([*self._some(noun, other=other), NOBODY])

        for name, value in case.path_parameters.items():
            if _is_number(value) and name not in ("permission", "username"):
                case.path_parameters[name] = choose(_named(name, case), case.method != "GET")
        for name, noun in _NAMES.items():
            if _is_number(case.query.get(name)):
                case.query[name] = choose(noun, False)
        case.body = self._placed(case.body, None, choose)

    def _placed(self, body: Any, noun: str | None, choose: Choose) -> Any:
        if isinstance(body, list):
            return [self._placed(one, noun, choose) for one in body]
        if not isinstance(body, dict):
            return choose(noun, True) if noun is not None and _is_number(body) else body
        placed = {
            name: self._placed(value, noun if name == "id" else _NAMES.get(name), choose)
            for name, value in body.items()
        }
        username = placed.get("username")
        if isinstance(username, str) and USERNAME.fullmatch(username) and len(username) < SHORT:
            placed["username"] = f"{username}.{self._asked}"
        return placed

    def _some(self, noun: str, *, other: bool) -> list[int]:
        """Those of a kind, without the caller's own where it must be another."""
        if noun not in self._there:
            self._there[noun] = self._numbers(noun)
        return [one for one in self._there[noun] if not other or one != self.own.get(noun)]

    def _numbers(self, noun: str) -> list[int]:
        match noun:
            case "root":
                return [self._root] * 4  # so that it is mostly the one that there is
            case "user":
                return self._users("/user?limit=10")
            case "person":
                services = self._users("/user/api-only")
                return [user for user in self._users("/user?limit=50") if user not in services][:10]
            case "container":
                return [one["id"] for one in self._caller.get("/container?limit=6").json()["containers"]]
            case "key":
                return self._keys()
            case "rule":
                rules = self._caller.get(f"/container/{self._root}/ip/rules").json()["ip_rules"]
                return [rule["id"] for rule in rules[:5]]
            case "template":
                return [5, 6]
            case _:
                return [self._account["id"]]

    def _users(self, path: str) -> list[int]:
        return [user["id"] for user in self._caller.get(path).json()["users"]]

    def _keys(self) -> list[int]:
        return [key["id"] for key in self._caller.get("/key?limit=10").json()["api_keys"]]

    def _divide(self, name: str) -> None:
        answer = self._caller.post(f"/container/{self._root}/children", json={"name": name, "template_id": 5})
        assert answer.status_code == 201, answer.text


def _named(name: str, case: Case[Any]) -> str:
    """What a name in a path stands for."""
    path = case.operation.path
    if name != "id":
        return name.removesuffix("_id")
    if "/ip/" in path:
        return "root"  # Address rules are the root's.
    # Of a service user nothing but the e-mail is read.
    return "person" if (case.method, path) == ("PUT", "/user/{id}") else path.split("/")[1]


def _is_number(value: Any) -> bool:
    """Whether the value could be somebody's number."""
    text = str(value)
    good = not isinstance(value, bool) and text.isascii() and text.isdigit()
    return good and 0 < int(text) <= LARGEST_ID and str(int(text)) == text
