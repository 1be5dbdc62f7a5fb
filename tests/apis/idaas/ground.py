"""Something to ask about: ids that are made up name nothing, so each one stands for one that there is.

What there is, is learned from the answers, so that operations that are added later need nothing here. The application
that all requests are made with is left as it is: what would delete it or give it another secret is asked about others.
"""

from __future__ import annotations

import json
from random import Random
from typing import Any
from uuid import UUID

from schemathesis import Case
from schemathesis.core.transport import Response

NOBODY = str(UUID(int=1))
MOST = 20
_NOUNS = {"userid": "users", "roleid": "roles", "orgid": "organizations", "userids": "users", "userId": "users"}
_LISTS = {"groups": "groups", "organizations": "organizations", "oauthRoles": "oauthroles"}
_PLURAL = "paged"


class Ground:
    """The ids that were seen in answers, by the noun in the path that they were seen below."""

    def __init__(self, own: str) -> None:
        self._own = own
        self._seen: dict[str, list[str]] = {}

    def place(self, case: Case[Any]) -> None:
        """Make what the request names something that there is; the same for the same request and ground."""
        draw = Random(repr((case.path_parameters, case.query, case.body)))
        for name, value in case.path_parameters.items():
            if isinstance(value, str) and value.isprintable() and "/" not in value and draw.random() < 0.9:
                case.path_parameters[name] = self._some(_NOUNS.get(name) or _noun(case.operation.path), draw)
        body: Any = case.body
        if isinstance(body, dict):
            for name, noun in _LISTS.items():
                if isinstance(body.get(name), list) and all(isinstance(one, str) for one in body[name]):
                    body[name] = [self._some(noun, draw) for _ in body[name][:3]]

    def learn(self, case: Case[Any], answer: Response) -> None:
        """Take up the ids that an answer tells, and forget the one that was deleted."""
        noun = _noun(case.operation.path)
        if answer.status_code != 200:
            return
        if case.method == "DELETE":
            gone = case.path_parameters.get("id")
            self._seen[noun] = [one for one in self._seen.get(noun, []) if one != gone]
        elif answer.content:
            self._take(noun, json.loads(answer.content))

    def _take(self, noun: str, told: Any) -> None:
        if isinstance(told, list):
            for one in told:
                self._take(noun, one)
        elif isinstance(told, dict):
            if isinstance(told.get("id"), str) and told["id"] != self._own:
                there = self._seen.setdefault(noun, [])
                there[:] = [*(one for one in there if one != told["id"]), told["id"]][-MOST:]
            for part in ("results", "user"):
                self._take(noun, told.get(part))

    def _some(self, noun: str, draw: Random) -> str:
        return draw.choice([*self._seen.get(noun, []), NOBODY])


def _noun(path: str) -> str:
    """What is below a path: `groups` for /v1/groups/{id}, `adminapi` for /v1/applications/adminapi/{id}."""
    words = [part for part in path.split("/")[2:] if not part.startswith("{")]
    return next((word.removesuffix(_PLURAL) for word in words if word != "applications"), "")
