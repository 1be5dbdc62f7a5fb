"""What the lines of the matrix send, by line; {names} become the objects that they name, {unused} a name of its own."""

from __future__ import annotations

from typing import Any

_USER = {
    "userId": "{unused}",
    "firstName": "Ada",
    "lastName": "Wong",
    "email": "ada@example.com",
}
_SEARCH = {"operator": "EQUALS"}
_SINCE = {"name": "eventTime", "operator": "GREATER_THAN_OR_EQUAL", "value": "2020-01-01T00:00:00Z"}
_ABOUT_USER = {"name": "entityName", "value": "{user id}", **_SEARCH}
_PLACES: dict[str, dict[str, Any]] = {
    "attribute": {"userAttributeValues": [{"userAttributeId": "{attribute}", "value": "blue"}]},
    "group": {"groups": ["{group}"]},
    "organization": {"organizations": ["{organization}"]},
    "oauth role": {"oauthRoles": ["{oauth role}"]},
}
_NAMES: dict[str, dict[str, Any]] = {
    "user id": {"userId": "{user id}"},
    "alias": {"userAliases": [{"value": "{alias}", "type": "CUSTOM"}]},
    "external id": {"externalId": "{external id}"},
}
_SEARCHES = {"user id": "userId", "group": "groupId", "organization": "organizationId", "role": "roleId"}
_TYPES = {"user": "UUID", "boss": "UUID", "user id": "USERID", "external id": "EXTERNALID"}
_MOVED = {"email": "mine@example.com"}


def _named(what: str) -> dict[str, str]:
    return {"id": f"{{{what}}}", "idType": _TYPES[what]}


_USERS: dict[str, Any] = {
    "POST /v3/users": _USER,
    "POST /v3/users/userid [user id]": {"userId": "{user id}"},
    "POST /v3/users/userid [alias]": {"userId": "{alias}"},
    "POST /v3/users/externalid [external id]": {"userId": "{external id}"},
    "POST /v4/async/userspaged": {},
    **{
        f"POST /v4/userspaged [{what}]": {"searchByAttributes": [{"name": name, "value": f"{{{what}}}", **_SEARCH}]}
        for what, name in _SEARCHES.items()
    },
    "PUT /v3/users/{user}": _MOVED,
    "PUT /v3/users/{boss}": _MOVED,
    "PUT /v1/users/{user}/state": {"state": "INACTIVE"},
    "PUT /v1/users/{boss}/state": {"state": "INACTIVE"},
    **{f"POST /v3/users [{what}]": {**_USER, **said} for what, said in {**_NAMES, **_PLACES}.items()},
    **{f"PUT /v3/users/{{my user}} [{what}]": said for what, said in {**_NAMES, **_PLACES}.items()},
    "POST /v3/users/multiple": {"users": [_USER]},
    "POST /v3/users/multiple [user id]": {"users": [{**_USER, **_NAMES["user id"]}]},
    **{f"POST /v3/users/multiple [{what}]": {"users": [{**_USER, **said}]} for what, said in _PLACES.items()},
    **{f"PUT /v3/users/multiple [{what}]": {"users": [{**_named(what), "parms": _MOVED}]} for what in _TYPES},
    "PUT /v3/users/multiple [group]": {"users": [{"id": "{my user}", "idType": "UUID", "parms": _PLACES["group"]}]},
    **{f"DELETE /v3/users/multiple [{what}]": {"users": [_named(what)]} for what in _TYPES},
    **{
        f"POST /v1/syncusers/{how} [{what}]": {**_named(what), "directoryId": "a directory"}
        for how in ("sync", "unsync")
        for what in ("user", "boss", "user id")
    },
}

_BODIES: dict[str, Any] = {
    "POST /v1/groupspaged": {"searchByAttributes": [{"name": "name", "value": "{group's name}", **_SEARCH}]},
    "POST /v1/groups/externalid [group's external id]": {"id": "{group's external id}"},
    "POST /v1/groups/externalid [group's name]": {"id": "{group's name}"},
    "POST /v1/groups": {"name": "{unused}"},
    "POST /v1/groups [group's name]": {"name": "{group's name}"},
    "POST /v1/groups [group's external id]": {"name": "{unused}", "externalId": "{group's external id}"},
    "PUT /v1/groups/{group}": {"name": "{unused}"},
    "PUT /v1/groups/{my group} [group's name]": {"name": "{group's name}"},
    "PUT /v1/groups/{my group} [group's external id]": {"externalId": "{group's external id}"},
    "PUT /v1/userauthorizationgroup/{user}/groups": [],
    "PUT /v1/userauthorizationgroup/{boss}/groups": [],
    "PUT /v1/userauthorizationgroup/{my user}/groups [group]": ["{group}"],
    "PUT /v1/useroauthrole/{user}/oauthroles": [],
    "PUT /v1/useroauthrole/{boss}/oauthroles": [],
    "PUT /v1/useroauthrole/{my user}/oauthroles [oauth role]": ["{oauth role}"],
    "POST /v1/organizationspaged": {
        "searchByAttributes": [{"name": "name", "value": "{organization's name}", **_SEARCH}]
    },
    "POST /v1/organizations": {"name": "{unused}", "displayName": "Umbrella"},
    "POST /v1/organizations [organization's name]": {"name": "{organization's name}", "displayName": "Umbrella"},
    "PUT /v1/organizations/{organization}": {"name": "{unused}"},
    "PUT /v1/organizations/{my organization} [name]": {"name": "{organization's name}"},
    "PUT /v1/users/{user}/organizations": {"organizations": []},
    "PUT /v1/users/{boss}/organizations": {"organizations": []},
    "PUT /v1/users/{my user}/organizations [organization]": {"organizations": ["{organization}"]},
}

_RULES: dict[str, Any] = {
    "POST /v1/userattributes": {"name": "{unused}"},
    "POST /v1/userattributes [attribute's name]": {"name": "{attribute's name}"},
    "PUT /v1/userattributes/{attribute}": {"name": "{unused}"},
    "PUT /v1/userattributes/{my attribute} [name]": {"name": "{attribute's name}"},
    "PUT /v1/settings/general": {"lockoutCount": 7},
    "PUT /v1/settings/entrustst": {"otpLength": 6},
    "PUT /v1/accountinfo": {"companyName": "{unused}"},
}

_APPLICATION = {"name": "{unused}", "roleId": "{my role}"}
_CLIENT = {"name": "{unused}", "applicationTemplate": "Authentication API"}
_APPLICATIONS: dict[str, Any] = {
    "POST /v1/adminapi/authenticate": {"applicationId": "{own id}", "sharedSecret": "{own secret}"},
    "POST /v1/applications/adminapi": _APPLICATION,
    "POST /v1/applications/adminapi [role]": {**_APPLICATION, "roleId": "{role}"},
    "POST /v1/applications/adminapi [ip list]": {**_APPLICATION, "ipListId": "{ip list}"},
    "POST /v1/applications/adminapi [name]": {**_APPLICATION, "name": "{application's name}"},
    "PUT /v1/applications/adminapi/{application}": {"name": "{unused}"},
    "PUT /v1/applications/adminapi/{my application} [role]": {"name": "{unused}", "roleId": "{role}"},
    "PUT /v1/applications/adminapi/{my application} [ip list]": {"name": "{unused}", "ipListId": "{ip list}"},
    "PUT /v1/applications/adminapi/{my application} [name]": {"name": "{application's name}"},
    "POST /v1/applications/authapi": _CLIENT,
    "POST /v1/applications/authapi [id]": {**_CLIENT, "id": "{client}"},
    "POST /v1/applications/authapi [name]": {**_CLIENT, "name": "{client's name}"},
    "PUT /v1/applications/authapi/{client}": _CLIENT,
    "PUT /v1/applications/authapi/{my client} [name]": {**_CLIENT, "name": "{client's name}"},
}

_TOKENS: dict[str, Any] = {
    "PUT /v1/tokens/{token}/changestate": {"state": "INACTIVE"},
    "PUT /v1/tokens/{boss's token}/changestate": {"state": "INACTIVE"},
    "PUT /v1/tokens/{token}/assigned": {"label": "{unused}"},
    "PUT /v1/tokens/{boss's token}/assigned": {"label": "{unused}"},
    "POST /v1/tokenspaged/assigned": {"searchByAttributes": [{"name": "serialNumber", "value": "{serial}", **_SEARCH}]},
    "POST /v1/tokenspaged/assigned [group]": {
        "searchByAttributes": [{"name": "groupId", "value": "{group}", **_SEARCH}]
    },
    "POST /v1/tokenspaged/unassigned": {},
    "POST /v1/async/tokenspaged/assigned": {},
    "POST /v1/async/tokenspaged/unassigned": {},
    "POST /v2/reports/auditeventspaged": {"searchByAttributes": [_SINCE, _ABOUT_USER]},
    "POST /v2/reports/auditeventspaged [administrator]": {
        "searchByAttributes": [_SINCE, _ABOUT_USER, {"name": "subject", "value": "{administrator}", **_SEARCH}]
    },
    "POST /v2/reports/auditeventspaged/siem": {
        "searchByAttributes": [
            {"name": "startTime", "operator": "GREATER_THAN_OR_EQUAL", "value": "{event's time}"},
            {"name": "endTime", "operator": "LESS_THAN_OR_EQUAL", "value": "{event's time}"},
        ]
    },
}

BODIES = {**_USERS, **_BODIES, **_RULES, **_APPLICATIONS, **_TOKENS}

BEFORE = {
    f"DELETE {path}": ("POST", path)
    for path in (
        "/v1/organizations/{organization}/users/{my user}",
        "/v1/organizations/{my organization}/users/{user}",
    )
}
"""What the administrator asks for first, so that there is something to do."""
