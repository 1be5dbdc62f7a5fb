"""Who may do what: every call, by every role, wherever its object lies. `test_matrix` plays each line.

The marks, first for users of the access roles 1 to 5, then for the keys of an administrator that 100 to 103 narrow:

    +   done: 2xx, and a list holds the object
    0   2xx, and the list is empty
    .   403 access_denied|missing_permission
    ^   403 access_denied|exceeds_own_access: the object, or what is asked for, reaches further than who asks

Then, for those who are not stopped by a `.`:

    restricted  who is restricted to the division in which the object lies; = is as the marks say
    elsewhere   who is restricted to another division; = is as `restricted`
    foreign     who is in another account; = is as `elsewhere`

A status with a word is a refusal, exactly the one that an id is answered with that there never was; a 400 is about a
part of the body, and comes after a `^`. `no user` is a list without him, and so on. Of a username, `told` is that it is
taken, and `as free` that it is not. - is not asked, since the call names nothing that could lie there.

{user}, {key}, {container}, {service user}, {rule}, {name} (a username), {account} and {top} (the account's root) are
the object; what stands in brackets is the part of the body that the line is about, and holds the object then. {mine},
{my user} and {my rule} lie where who asks sees them, as do the {root} of his account and his {division}.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

ROLES = (1, 2, 3, 4, 5, 100, 101, 102, 103)
MAY, NOTHING, LACKS, TOO_FAR = "+", "0", ".", "^"
NOT_ASKED = "-"
LACKING = (403, "access_denied|missing_permission")
REACHING_TOO_FAR = (403, "access_denied|exceeds_own_access")

TABLE = """\
call                                                 1 2 3 4 5  100-103  restricted     elsewhere        foreign
POST /user                                           + . . . .  . . . ^  =              -                -
POST /user [home]                                    + . . . .  . . . ^  =              400 container    =
POST /user [restriction]                             + . . . .  . . . ^  =              400 container    =
POST /user [service user]                            + . . . .  . . . .  =              -                -
POST /user [service user's restriction]              + . . . .  . . . .  =              400 container    =
GET /user?filters[search]={name}                     + . . + .  . . + +  =              no user          =
GET /user?container_id={container}                   + . . + .  . . + +  =              400 container    =
GET /user/api-only                                   + . . + .  . . + +  =              no service user  =
GET /service-user                                    + . . + .  . . + +  =              no service user  =
GET /user/me                                         + + + + +  + + + +  =              -                -
GET /user/{user}                                     + . . + .  . . + +  =              404 user         =
PUT /user/{user}                                     + . . + .  . . . ^  =              404 user         =
PUT /user/{service user}                             + . . ^ .  . . . ^  =              404 user         =
DELETE /user/{user}                                  + . . . .  . . . ^  =              404 user         =
PUT /user/{user}/role                                + . . + .  . . . ^  =              404 user         =
PUT /user/{user}/container-assignments               + . . . .  . . . .  =              404 user         =
PUT /user/{my user}/container-assignments [to]       + . . . .  . . . .  =              400 container    =
GET /user/{user}/resend-create-email                 + . . . .  . . . ^  =              404 user         =
GET /user/availability/{name}                        + . . + .  . . + +  =              told             as free
GET /container                                       + . . + +  . . + .  =              no container     =
GET /container/{container}                           + . . + +  . . + .  =              404 container    =
PUT /container/{container}                           + . . . .  . . . .  =              404 container    =
GET /container/{container}/role                      + + + + +  + + + +  =              404 container    =
GET /container/{container}/children                  + . . + +  . . + .  =              404 container    =
POST /container/{container}/children                 + . . . .  . . . .  =              404 container    =
POST /container/{mine}/children [user]               + . . . .  . . . .  =              400 container    =
GET /container/{container}/parent                    + . . + +  . . + .  =              404 container    =
GET /container/{division}/parent                     + . . + +  . . + .  404 container  -                -
GET /container/{container}/template                  + + + + +  + + + +  =              404 container    =
GET /container/{container}/template/{template}       + + + + +  + + + +  =              404 container    =
PUT /container/{container}/activate                  + . . . .  . . . .  =              404 container    =
PUT /container/{container}/active                    + . . . .  . . . .  =              404 container    =
PUT /container/{container}/deactivate                + . . . .  . . . .  =              404 container    =
PUT /container/{container}/user-assignments          + . . . .  . . . .  =              404 container    =
PUT /container/{mine}/user-assignments [user]        + . . . .  . . . .  =              400 user         =
PUT /container/{container}/organization-assignments  + . . . .  . . . .  =              404 container    =
PUT /container/{container}/allowed-domain-names      + . . . .  . . . .  =              404 container    =
GET /authorization                                   + + + + +  + + + +  =              -                -
GET /authorization?container_id={container}          + + + + +  + + + +  =              404 container    =
GET /authorization/{permission}                      + + + + +  + + + +  =              -                -
GET /authorization/{permission}/container            + 0 0 + 0  0 0 + +  =              no container     =
GET /authorization/{permission}/{user}               + . . + .  . . + +  =              404 user         =
GET /key                                             + . . . .  . . + +  =              no key           =
GET /key?user_id={user}                              + . . . .  . . + +  =              no key           =
GET /key/{key}                                       + . . . .  . . + +  =              404 key          =
PUT /key/{key}                                       + . . . .  . . . ^  =              404 key          =
PUT /key/{key}/status                                + . . . .  . . . ^  =              404 key          =
POST /key/user/{user}                                + . . . .  . . . ^  =              404 user         =
GET /key/api-roles                                   + + + + +  + + + +  =              -                -
GET /account                                         + . + + .  . . + .  =              -                -
POST /account                                        + . . . .  . . . .  ^              -                -
POST /account [manager]                              + . . . .  . . . .  ^              ^                400 manager
GET /account/saml-entity                             + . + + .  . . + .  =              -                -
PUT /account/saml-entity/{account}                   + . . . .  . . . .  ^              -                404 saml_entity
GET /container/{top}/ip/rules                        + . . . .  . . + .  404 container  =                =
POST /container/{top}/ip/rules                       + . . . .  . . . .  404 container  =                =
POST /container/{root}/ip/rules [user]               + . . . .  . . . .  404 container  =                400 user_id
POST /container/{root}/ip/rules [key]                + . . . .  . . . .  404 container  =                400 api_key_id
DELETE /container/{top}/ip/rule/{my rule}            + . . . .  . . . .  404 container  =                =
DELETE /container/{top}/ip/rules/{my rule}           + . . . .  . . . .  404 container  =                =
DELETE /container/{root}/ip/rule/{rule}              + . . . .  . . . .  404 container  =                404 ip_rule
DELETE /container/{root}/ip/rules/{rule}             + . . . .  . . . .  404 container  =                404 ip_rule
GET /organization/potential-approvers                + . . + .  . . + +  =              no user          =
"""

REFUSALS = {
    "400 api_key_id": (400, "invalid_api_key_id|unknown"),
    "400 container": (400, "invalid_container"),
    "400 manager": (400, "invalid_account_manager_user_id|unknown"),
    "400 user": (400, "invalid_user"),
    "400 user_id": (400, "invalid_user_id|unknown"),
    "404 container": (404, "not_found|container"),
    "404 ip_rule": (404, "not_found|ip_rule"),
    "404 key": (404, "not_found|key"),
    "404 saml_entity": (404, "not_found|saml_entity"),
    "404 user": (404, "not_found|user"),
}

_USER = {
    "username": "{unused}",
    "first_name": "Jill",
    "last_name": "Valentine",
    "email": "jill@example.com",
    "access_roles": [{"id": 2}],
}
_SERVICE_USER = {"is_api_only": True, "email": "service@example.com", "api_name": "a key"}
_CONTAINER = {"name": "{unused}", "template_id": 5}
_OWNER = {"first_name": "Alice", "last_name": "Abernathy", "email": "alice@example.com", "username": "{unused}"}
_ADDRESS = {"ip_address": "192.0.2.1"}

BODIES: dict[str, Any] = {
    "POST /user": _USER,
    "POST /user [home]": {**_USER, "container": {"id": "{container}"}},
    "POST /user [restriction]": {**_USER, "container_id_assignments": ["{container}"]},
    "POST /user [service user]": _SERVICE_USER,
    "POST /user [service user's restriction]": {**_SERVICE_USER, "container_id_assignments": ["{container}"]},
    "PUT /user/{user}": {"email": "jill@example.com", "job_title": "{unused}"},
    "PUT /user/{service user}": {"email": "other@example.com"},
    "PUT /user/{user}/role": {"access_roles": [{"id": 5}]},
    "PUT /user/{user}/container-assignments": {"container_id_assignments": ["{division}"]},
    "PUT /user/{my user}/container-assignments [to]": {"container_id_assignments": ["{container}"]},
    "PUT /container/{container}": {"name": "{unused}"},
    "POST /container/{container}/children": _CONTAINER,
    "POST /container/{mine}/children [user]": {
        **_CONTAINER,
        "user": {**_USER, "container_id_assignments": ["{container}"]},
    },
    "PUT /container/{container}/user-assignments": {"user_id_assignments": ["{my user}"]},
    "PUT /container/{mine}/user-assignments [user]": {"user_id_assignments": ["{user}"]},
    "PUT /container/{container}/organization-assignments": {"organization_id_assignments": [7]},
    "PUT /container/{container}/allowed-domain-names": {"allowed_domain_names": ["{unused}.example"]},
    "PUT /key/{key}": {"name": "{unused}"},
    "PUT /key/{key}/status": {"status": "revoked"},
    "POST /key/user/{user}": {"name": "{unused}"},
    "POST /account": {"user": _OWNER},
    "POST /account [manager]": {"user": _OWNER, "account_manager_user_id": "{user}"},
    "PUT /account/saml-entity/{account}": {
        "source_url": "https://idp.example/metadata",
        "attribute_mapping": "{}",
        "friendly_name": "{unused}",
    },
    "POST /container/{top}/ip/rules": {**_ADDRESS, "user_id": "{my user}"},
    "POST /container/{root}/ip/rules [user]": {**_ADDRESS, "user_id": "{user}"},
    "POST /container/{root}/ip/rules [key]": {**_ADDRESS, "api_key_id": "{key}"},
}

BEFORE = {
    "PUT /container/{container}/activate": "/container/{container}/deactivate",
    "PUT /container/{container}/active": "/container/{container}/deactivate",
}
"""What the administrator puts first, so that there is something to do."""


@dataclass(frozen=True)
class Line:
    """One line of the table."""

    call: str
    marks: dict[int, str]
    restricted: str
    elsewhere: str
    foreign: str

    @property
    def method(self) -> str:
        return self.call.split()[0]

    @property
    def target(self) -> str:
        """The path with its names, and the query."""
        return self.call.removeprefix(f"{self.method} ").split(" [")[0]

    @property
    def route(self) -> str:
        """Method and path with every name left empty, by which the line is held against the table of routes."""
        return nameless(self.method, self.target.split("?")[0])

    @property
    def listed(self) -> str | None:
        """What the answer is a list of, if that is what the line is about."""
        return self.elsewhere.removeprefix("no ") if self.elsewhere.startswith("no ") else None

    def marks_where(self, outcome: str) -> dict[int, str]:
        """The marks of a place where this is what is said to those who are not stopped by a `.`."""
        if outcome == "=":
            return self.marks
        shown = NOTHING if outcome.startswith("no ") else MAY if outcome in ("told", "as free") else outcome
        stays = {LACKS, TOO_FAR} if outcome.startswith("400 ") else {LACKS}
        return {role: mark if mark in stays else shown for role, mark in self.marks.items()}


def nameless(method: str, path: str) -> str:
    """A route without the names of what stands in its path."""
    return method + " " + re.sub(r"\{[^}]*\}", "{}", path)


def lines() -> Iterator[Line]:
    """The table's lines."""
    for row in TABLE.splitlines()[1:]:
        call, access, keys, restricted, elsewhere, foreign = re.split(r" {2,}", row)
        elsewhere = restricted if elsewhere == "=" else elsewhere
        marks = dict(zip(ROLES, f"{access} {keys}".split(), strict=True))
        yield Line(call, marks, restricted, elsewhere, elsewhere if foreign == "=" else foreign)
