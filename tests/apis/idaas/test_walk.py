"""An administrator's day: every operation that there is, each in the place where somebody needs it.

Whoever wants to see how the API is used reads it from the top. Whatever is answered is held against the vendor's file
where that lies beside the checkout, and no operation is left out: `Day` keeps a list.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from muster.apis.idaas.routes import ROUTES
from muster.core.resource_roles import AddResourceRole
from tests.apis.beside import done
from tests.apis.idaas.caller import Caller, unused
from tests.support.commands import told
from tests.support.live import LiveMuster

ONLY_REFUSED = {"syncUserUsingPOST", "unsyncUserUsingPOST"}
"""What nobody can have done, since no directory is connected."""

FEWEST = 70

Shape = dict[str, Any]


@dataclass
class Day:
    """Somebody who asks, expects everything to be done, and keeps a list of the operations that were."""

    client: httpx.Client
    caller: Caller
    did: list[str] = field(default_factory=list)

    def get(self, path: str) -> Any:
        return self._ask("GET", path, None)

    def post(self, path: str, body: Any = None) -> Any:
        return self._ask("POST", path, body)

    def put(self, path: str, body: Any = None) -> Any:
        return self._ask("PUT", path, body)

    def delete(self, path: str, body: Any = None) -> Any:
        return self._ask("DELETE", path, body)

    def page(self, path: str, **search: Any) -> list[Shape]:
        """The results of a page."""
        found: list[Shape] = self.post(path, search)["results"]
        return found

    def _ask(self, method: str, path: str, body: Any) -> Any:
        answer = self.caller.ask(method, path, **({} if body is None else {"json": body}))
        assert answer.status_code == 200, (method, path, answer.text)
        self.did.append(operation(method, path))
        return answer.json() if answer.content else None


def operation(method: str, path: str) -> str:
    """The vendor's name of the operation that a request asks for."""
    parts = path.split("/")
    fitting = [route for route in ROUTES if route.method == method and _fits(route.path.split("/"), parts)]
    return max(fitting, key=lambda route: -route.path.count("{")).summary


def _fits(names: list[str], parts: list[str]) -> bool:
    return len(names) == len(parts) and all(
        name == part or name.startswith("{") for name, part in zip(names, parts, strict=True)
    )


def where(name: str, value: str, operator: str = "EQUALS") -> Shape:
    """One condition of a search."""
    return {"name": name, "operator": operator, "value": value}


@pytest.fixture
def day(muster: LiveMuster, client: httpx.Client, kept_at: str) -> Day:
    """A company of its own, which has a resource server's role: `reader`."""
    company = unused("Company")
    credentials = told(muster, "tenant", "add", company)["idaas"]
    done(kept_at, AddResourceRole("reader", "Reads reports"), company)
    day = Day(client, Caller(client, None))
    sign_in(day, credentials)
    return day


def sign_in(day: Day, credentials: Shape) -> None:
    """The application shows its id and secret once, and from then on the token that it got for them."""
    session = day.post("/v1/adminapi/authenticate", credentials)

    assert session["creationTime"] < session["expirationTime"]
    day.caller = day.caller.showing(session["authToken"])


def test_a_day_takes_every_operation_there_is(day: Day) -> None:
    look_around(day)
    color = set_the_rules(day)
    team, company = draw_the_company(day)
    ada, leon, jill = welcome_people(day, color, team)
    find_people(day, ada, team)
    place_people(day, ada, team, company)
    give_ada_a_role(day, ada)
    give_leon_a_token(day, leon)
    search_tokens(day, leon)
    lock_and_unlock(day, leon)
    automate(day)
    let_people_sign_in_elsewhere(day)
    look_back(day)
    clear_up(day, [leon, jill], ada)
    remove_what_is_empty(day, color, team, company)

    assert {route.summary for route in ROUTES} - set(day.did) == ONLY_REFUSED
    assert len(set(day.did)) >= FEWEST


def look_around(day: Day) -> None:
    """A new account has one user, the system roles, and the attributes that the system defines."""
    assert [one["userId"] for one in day.page("/v4/userspaged")] == ["administrator"]
    assert day.get("/v1/entitlements/info")["users"]["consumed"] == 1
    roles = day.get("/v1/roles")
    assert {one["roleName"]: one["usersInRole"] for one in roles}["Super Administrator"] == 1
    auditor = day.get(f"/v1/roles/{next(one['id'] for one in roles if one['roleName'] == 'Auditor')}")
    assert {one["actionType"] for one in auditor["permissions"]} == {"VIEW"}
    assert all(one["systemDefined"] for one in day.get("/v1/userattributes"))
    assert [one["name"] for one in day.get("/v1/oauthroles")] == ["reader"]


def set_the_rules(day: Day) -> str:
    """How the company is called, how often one may fail, what is known of people; the id of a new attribute."""
    day.put("/v1/accountinfo", {"companyName": "Umbrella", "legalAcknowledged": True})
    assert day.get("/v1/accountinfo")["companyName"] == "Umbrella"
    day.put("/v1/settings/general", {"lockoutCount": 3, "maxTokensPerUser": 2})
    assert day.get("/v1/settings/general")["lockoutCount"] == 3
    day.put("/v1/settings/entrustst", {"otpLength": 6})
    assert day.get("/v1/settings/entrustst")["otpLength"] == 6
    color = day.post("/v1/userattributes", {"name": "Colour", "type": "NONE"})["id"]
    assert day.put(f"/v1/userattributes/{color}", {"name": "Color", "mandatory": False})["name"] == "Color"
    assert day.get(f"/v1/userattributes/{color}")["name"] == "Color"
    return str(color)


def draw_the_company(day: Day) -> tuple[str, str]:
    """A group and an organization, by their ids."""
    team = day.post("/v1/groups", {"name": "Team", "externalId": "team-1"})["id"]
    day.put(f"/v1/groups/{team}", {"name": "Alpha team"})
    assert day.get(f"/v1/groups/{team}")["name"] == "Alpha team"
    assert day.post("/v1/groups/externalid", {"id": "team-1"})["id"] == team
    assert [one["name"] for one in day.get("/v1/groups")] == ["Alpha team"]
    assert [one["id"] for one in day.page("/v1/groupspaged", limit=10)] == [team]

    labs = day.post("/v1/organizations", {"name": "labs", "displayName": "Laboratories"})["id"]
    day.put(f"/v1/organizations/{labs}", {"description": "Below the city"})
    assert day.get(f"/v1/organizations/{labs}")["description"] == "Below the city"
    found = day.page("/v1/organizationspaged", searchByAttributes=[where("name", "lab", "STARTS_WITH")])
    assert [one["id"] for one in found] == [labs]
    return str(team), str(labs)


def person(user_id: str, first: str, last: str, **more: Any) -> Shape:
    """What every user has to have."""
    return {"userId": user_id, "firstName": first, "lastName": last, "email": f"{user_id}@example.com", **more}


def welcome_people(day: Day, color: str, team: str) -> tuple[str, str, str]:
    """One user alone and two at once; their ids."""
    values = [{"userAttributeId": color, "value": "red"}]
    ada = day.post("/v3/users", person("ada", "Ada", "Wong", externalId="e-1", userAttributeValues=values))
    assert ada["state"] == "ACTIVE"
    assert ada["userAttributeValues"][0]["value"] == "red"

    both = [person("leon", "Leon", "Kennedy", groups=[team]), person("jill", "Jill", "Valentine")]
    results = day.post("/v3/users/multiple", {"users": both, "stopOnError": True})
    assert all(one["success"] for one in results)
    leon, jill = (one["user"]["id"] for one in results)
    return ada["id"], leon, jill


def find_people(day: Day, ada: str, team: str) -> None:
    """By each of their names, by what is known of them, and all of them for whoever has the time."""
    assert day.get(f"/v3/users/{ada}")["userId"] == "ada"
    assert day.post("/v3/users/userid", {"userId": "ADA"})["id"] == ada
    assert day.post("/v3/users/externalid", {"userId": "e-1"})["id"] == ada
    found = day.page("/v4/userspaged", attributes=["groups"], searchByAttributes=[where("groupId", team)])
    assert [(one["userId"], one["groups"][0]["name"]) for one in found] == [("leon", "Alpha team")]

    order = {"name": "userId", "ascending": False}
    started = day.post("/v4/async/userspaged", {"orderByAttribute": order})
    assert day.get(f"/v4/async/userspaged/{started['id']}/status")["state"] == "COMPLETED"
    names = [one["userId"] for one in day.get(f"/v4/async/userspaged/{started['id']}/result")["results"]]
    assert names == ["leon", "jill", "administrator", "ada"]


def place_people(day: Day, ada: str, team: str, labs: str) -> None:
    """Ada marries, and joins the team and the laboratories; each list takes the place of the one before."""
    day.put(f"/v3/users/{ada}", {"lastName": "Kennedy", "mobile": "+16138561234"})
    day.put("/v3/users/multiple", {"users": [{"id": "ada", "idType": "USERID", "parms": {"locale": "en"}}]})
    day.put(f"/v1/userauthorizationgroup/{ada}/groups", [team])
    [reader] = day.get("/v1/oauthroles")
    day.put(f"/v1/useroauthrole/{ada}/oauthroles", [reader["id"]])
    day.put(f"/v1/users/{ada}/organizations", {"organizations": []})
    day.post(f"/v1/organizations/{labs}/users/{ada}")
    shown = day.get(f"/v3/users/{ada}")

    assert (shown["lastName"], shown["locale"], shown["mobile"]) == ("Kennedy", "en", "+16138561234")
    assert [one["id"] for key in ("groups", "oauthRoles", "organizations") for one in shown[key]] == [
        team,
        reader["id"],
        labs,
    ]
    day.delete(f"/v1/organizations/{labs}/users/{ada}")
    assert day.get(f"/v3/users/{ada}")["organizations"] == []


def give_ada_a_role(day: Day, ada: str) -> None:
    """She looks after the accounts for a while."""
    desk = next(one["id"] for one in day.get("/v1/roles") if one["roleName"] == "Help Desk Administrator")
    day.put(f"/v1/users/{ada}/roles/{desk}")
    assert [one["id"] for one in day.get(f"/v1/users/{ada}/roles")] == [desk]
    assert day.get(f"/v1/users/{ada}/roles/{desk}")["name"] == "Help Desk Administrator"
    day.delete(f"/v1/users/{ada}/roles/{desk}")
    assert day.get(f"/v1/users/{ada}/roles") == []


def give_leon_a_token(day: Day, leon: str) -> None:
    """Beside the soft token that he was made with an authenticator app, whose secret he has already."""
    secret = {"activateParms": {"secret": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"}}
    token = day.post(f"/v1/users/{leon}/tokens/GOOGLE_AUTHENTICATOR", secret)
    day.put(f"/v1/tokens/{token['id']}/assigned", {"label": "His phone"})
    day.put(f"/v1/tokens/{token['id']}/changestate", {"state": "INACTIVE"})
    shown = day.get(f"/v1/tokens/{token['id']}")

    assert (shown["userId"], shown["label"], shown["state"]) == ("leon", "His phone", "INACTIVE")
    assert day.get(f"/v1/tokens/sernum/{token['serialNumber']}") == shown
    assert len(day.get(f"/v3/users/{leon}")["tokens"]) == 2


def search_tokens(day: Day, leon: str) -> None:
    """The one that is switched off is deleted; hardware that nobody has there is none of."""
    off = {"searchByAttributes": [where("state", "INACTIVE")]}
    [token] = day.page("/v1/tokenspaged/assigned", **off)
    assert day.page("/v1/tokenspaged/unassigned") == []
    for list_, search, expected in (("assigned", off, [token]), ("unassigned", {}, [])):
        started = day.post(f"/v1/async/tokenspaged/{list_}", search)["id"]
        assert day.get(f"/v1/async/tokenspaged/{started}/{list_}/status")["state"] == "COMPLETED"
        assert day.get(f"/v1/async/tokenspaged/{started}/{list_}/result")["results"] == expected
    day.delete(f"/v1/tokens/{token['id']}")
    assert [one["type"] for one in day.get(f"/v3/users/{leon}")["tokens"]] == ["ENTRUST_SOFT_TOKEN"]


def lock_and_unlock(day: Day, leon: str) -> None:
    """His phone is lost, and found again; then he is on leave."""
    day.put(f"/v3/users/{leon}", {"lock": True})
    assert day.get(f"/v3/users/{leon}")["locked"] is True
    day.put(f"/v1/users/{leon}/unlock")
    assert day.get(f"/v3/users/{leon}")["locked"] is False
    day.put(f"/v1/users/{leon}/state", {"state": "INACTIVE"})
    assert day.get(f"/v3/users/{leon}")["state"] == "INACTIVE"


def automate(day: Day) -> None:
    """A script that only looks is an application with a role that only looks, and gets another secret now and then."""
    auditor = next(one["id"] for one in day.get("/v1/roles") if one["roleName"] == "Auditor")
    made = day.post("/v1/applications/adminapi", {"name": "Nightly report", "roleId": auditor})
    path = f"/v1/applications/adminapi/{made['id']}"
    day.put(path, {"name": "Nightly report", "description": "At two"})
    assert (day.get(path)["description"], day.get(path)["sharedSecret"]) == ("At two", None)
    assert made["id"] in [one["id"] for one in day.get("/v1/applications/adminapi")]

    script = Day(day.client, day.caller)
    secret = day.put(f"/v1/applications/adminapi/regenerate/{made['id']}")
    sign_in(script, {"applicationId": made["id"], "sharedSecret": secret})
    assert len(script.page("/v4/userspaged")) == 4
    day.delete(path)


def let_people_sign_in_elsewhere(day: Day) -> None:
    """The company's own portal is a client of the Authentication API."""
    templates = {one["authenticationMethod"]: one["name"] for one in day.get("/v1/applications/templates")}
    body = {"name": "Portal", "applicationTemplate": templates["AUTHAPI"]}
    made = day.post("/v1/applications/authapi", body)
    path = f"/v1/applications/authapi/{made['id']}"
    day.put(path, {**body, "description": "For everybody"})
    assert day.get(path)["description"] == "For everybody"
    assert [one["id"] for one in day.get("/v1/applications/authapi")] == [made["id"]]
    assert made["id"] in [one["id"] for one in day.get("/v1/applicationinfo")]
    day.delete(path)


def look_back(day: Day) -> None:
    """What was done today, for people and for a collector of events."""
    since = where("eventTime", "2020-01-01T00:00:00Z", "GREATER_THAN_OR_EQUAL")
    made = [since, where("entityAction", "ADD"), where("entityName", "ada")]
    [event] = day.page("/v2/reports/auditeventspaged", searchByAttributes=made)
    assert (event["entityType"], event["requiredPermission"]) == ("USERS", "USERS:ADD")
    since = where("startTime", event["eventTime"], "GREATER_THAN_OR_EQUAL")
    assert event in day.page("/v2/reports/auditeventspaged/siem", searchByAttributes=[since])


def clear_up(day: Day, several: list[str], one: str) -> None:
    """Everybody leaves."""
    results = day.delete("/v3/users/multiple", {"users": [{"id": user, "idType": "UUID"} for user in several]})
    assert all(result["success"] for result in results)
    day.delete(f"/v3/users/{one}")
    assert [user["userId"] for user in day.page("/v4/userspaged")] == ["administrator"]


def remove_what_is_empty(day: Day, color: str, team: str, labs: str) -> None:
    """What they were in and had goes after them."""
    for path in (f"/v1/groups/{team}", f"/v1/organizations/{labs}", f"/v1/userattributes/{color}"):
        day.delete(path)
    assert day.get("/v1/groups") == []
