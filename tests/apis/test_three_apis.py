"""One user, three APIs: what SCIM makes the others show whole, and what they make or change it shows."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.apis.certcentral.caller import Caller as CertCentral
from tests.apis.certcentral.caller import payload as payload_there
from tests.apis.idaas.caller import Caller as Idaas
from tests.apis.idaas.caller import refusal as refusal_there
from tests.apis.scim.caller import Caller as Scim
from tests.apis.scim.people import added, made, patch, shown, unused, whole
from tests.support.live import LiveMuster


@pytest.fixture(scope="module")
def scim(muster: LiveMuster, client: httpx.Client) -> Scim:
    """The connection that the first start made."""
    return Scim(client, muster.bootstrap.token)


def number_of(caller: CertCentral, name: str) -> int:
    """The number of the user of this name."""
    [found] = caller.get("/user", params={"filters[search]": name}).json()["users"]
    number: int = found["id"]
    return number


def of_idaas(caller: Idaas, user: str) -> dict[str, Any]:
    """The user as the Administration API shows him."""
    answer = caller.get(f"/v3/users/{user}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_whom_scim_makes_the_others_show_whole(scim: Scim, idaas_admin: Idaas, certcentral_admin: CertCentral) -> None:
    user = made(scim.post("/Users", whole()))
    there = of_idaas(idaas_admin, user["id"])
    info = certcentral_admin.info(number_of(certcentral_admin, user["userName"]))
    email = user["emails"][1]["value"]
    fields = ("userId", "firstName", "lastName", "email", "phone", "mobile", "locale", "externalId", "state")

    assert tuple(there[name] for name in fields) == (
        user["userName"],
        "Jill",
        "Valentine",
        email,
        "555-555-5555",
        "tel:+1-201-555-0123",
        "en-US",
        user["externalId"],
        "ACTIVE",
    )
    assert (info["username"], info["first_name"], info["last_name"], info["email"]) == (
        *(user["userName"], "Jill", "Valentine"),
        email,
    )
    assert (info["job_title"], info["telephone"], info["status"]) == ("Officer", "555-555-5555", "active")


def test_what_the_others_change_scim_shows_and_keeps_what_only_it_knows(
    scim: Scim, idaas_admin: Idaas, certcentral_admin: CertCentral
) -> None:
    user = made(scim.post("/Users", whole()))
    body = {
        "firstName": "Claire",
        "phone": "+15550199",
        "mobile": "",
        "email": "claire@example.com",
        "state": "INACTIVE",
    }
    changed = idaas_admin.put(f"/v3/users/{user['id']}", json=body)
    again = shown(scim.get(f"/Users/{user['id']}"))
    same = [name for name in user if name not in ("name", "emails", "phoneNumbers", "active", "meta")]

    assert changed.status_code == 200, changed.text
    assert again["name"] == {**user["name"], "givenName": "Claire"}
    assert again["emails"] == [user["emails"][0], {**user["emails"][1], "value": "claire@example.com"}]
    assert again["phoneNumbers"] == [{"value": "+15550199", "type": "work"}, user["phoneNumbers"][2]]
    assert again["active"] is False
    assert {name: again[name] for name in same} == {name: user[name] for name in same}
    assert again["meta"]["version"] != user["meta"]["version"]


def test_whom_the_others_make_scim_shows_and_changes(scim: Scim, certcentral_admin: CertCentral) -> None:
    body = payload_there(job_title="Medic", telephone="555-1")
    number = certcentral_admin.post("/user", json=body).json()["id"]
    listed = scim.get(f"/Users?filter=userName%20eq%20%22{body['username']}%22").json()
    [user] = listed["Resources"]
    answer = patch(
        scim,
        user["id"],
        {"op": "Replace", "path": "title", "value": "Chief"},
        {"op": "Add", "path": 'emails[type eq "home"].value', "value": "home@example.com"},
        {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "work@example.com"},
    )
    info = certcentral_admin.info(number)

    assert user["emails"] == [{"value": body["email"], "type": "work", "primary": True}]
    assert (user["title"], user["phoneNumbers"]) == ("Medic", [{"value": "555-1", "type": "work"}])
    assert shown(answer)["emails"] == [
        {"value": "work@example.com", "type": "work", "primary": True},
        {"value": "home@example.com", "type": "home"},
    ]
    assert (info["job_title"], info["email"], info["telephone"]) == ("Chief", "work@example.com", "555-1")


def test_whom_scim_deletes_is_gone_everywhere(scim: Scim, idaas_admin: Idaas, certcentral_admin: CertCentral) -> None:
    user = added(scim)
    number = number_of(certcentral_admin, user["userName"])
    scim.ask("DELETE", f"/Users/{user['id']}")

    assert refusal_there(idaas_admin.get(f"/v3/users/{user['id']}")) == (404, "user_not_found")
    assert certcentral_admin.get(f"/user/{number}").status_code == 404


def test_what_a_policy_demands_of_others_does_not_bind_scim(scim: Scim, idaas_admin: Idaas) -> None:
    user = made(scim.post("/Users", {"userName": unused()}))

    assert of_idaas(idaas_admin, user["id"])["firstName"] in (None, "")
