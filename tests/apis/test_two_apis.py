"""One user, two APIs: made through one he is there through the other, at once, and each shows its own of him."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from muster.apis.certcentral import roles as certcentral_roles
from muster.apis.idaas import roles as idaas_roles
from muster.core.drafts import CreateUser, UserDraft
from tests.apis.beside import done
from tests.apis.both import by_certcentral, by_idaas
from tests.apis.certcentral.caller import Caller as CertCentral
from tests.apis.certcentral.caller import payload as payload_there
from tests.apis.certcentral.caller import refusal as refusal_there
from tests.apis.idaas.caller import NO_USER, Caller, custom, payload, refusal, unused, user_in, values
from tests.apis.ledger import Ledger

Shown = dict[str, Any]


def searched(caller: CertCentral, text: str) -> list[Shown]:
    """Whom CertCentral finds with this text."""
    found: list[Shown] = caller.get("/user", params={"filters[search]": text}).json()["users"]
    return found


def known_there(caller: CertCentral, name: str) -> Shown:
    """*User info* of the user of this name."""
    [found] = searched(caller, name)
    return caller.info(found["id"])


ODD_NAMES = ["{}", "{}@example.com", "{} with blanks", "漢字 {}", "CORP\\{}", "{}\U0001f600"]


@pytest.mark.parametrize("template", ODD_NAMES, ids=ascii)
def test_one_who_is_made_through_idaas_is_whole_in_certcentral(
    idaas_admin: Caller, certcentral_admin: CertCentral, template: str
) -> None:
    name = template.format(unused("Ada"))
    user = idaas_admin.create(
        userId=name,
        mobile="+1",
        phone="+1613",
        locale="fr",
        lock=True,
        userAliases=custom(f"{name}.a"),
        externalId=name,
    )

    info = known_there(certcentral_admin, name)

    mine = certcentral_admin.info(certcentral_admin.number)
    assert info == {
        "id": info["id"],
        "username": name,
        "account_id": mine["account_id"],
        "first_name": "Ada",
        "last_name": "Wong",
        "email": user["email"],
        "telephone": "+1613",
        "status": "active",
        "container": mine["container"],
        "access_roles": [],
        "is_cert_central": True,
        "is_enterprise": False,
        "is_saml_sso_only": False,
        "type": "standard",
        "has_container_assignments": False,
        "container_visibility": [mine["container"]],
        "language_id": 1,
        "account_language_id": 1,
    }
    assert [one["id"] for one in searched(certcentral_admin, user["email"])] == [info["id"]]
    assert by_certcentral(info) == by_idaas(user)


@pytest.mark.parametrize("changes", [{}, {"telephone": "555-555-5555"}, {"is_saml_sso_only": True}])
def test_one_who_is_made_through_certcentral_is_whole_in_idaas(
    idaas_admin: Caller, certcentral_admin: CertCentral, changes: Shown
) -> None:
    info = certcentral_admin.info(certcentral_admin.create(job_title="Chief", **changes))

    user = user_in(idaas_admin.named(info["username"].upper()))

    assert by_idaas(user) == by_certcentral(info)
    assert user_in(idaas_admin.get(f"/v3/users/{user['id']}")) == user
    assert (values(user), values(user, "USERID"), user["tokens"]) == ([], [info["username"]], [])
    assert [user[field] for field in ("mobile", "locale", "externalId", "securityId")] == [None] * 4
    assert (user["locked"], user["type"], user["preferredOtpDelivery"]) == (False, "MGMT_UI", "SYSTEM")


def test_each_sees_what_the_other_made_at_once(idaas_admin: Caller, certcentral_admin: CertCentral) -> None:
    for _ in range(25):
        here = idaas_admin.create()
        assert known_there(certcentral_admin, here["userId"])["username"] == here["userId"]
        number = certcentral_admin.create()
        there = certcentral_admin.info(number)
        assert user_in(idaas_admin.named(there["username"]))["email"] == there["email"]


@pytest.mark.parametrize(("state", "status"), [("ACTIVE", "active"), ("INACTIVE", "inactive")])
def test_whether_he_may_sign_in_is_told_by_both(
    idaas_admin: Caller, certcentral_admin: CertCentral, state: str, status: str
) -> None:
    user = idaas_admin.create(state=state)

    assert known_there(certcentral_admin, user["userId"])["status"] == status


def test_an_alias_is_nobodys_username_there_and_finds_nobody_as_one(
    idaas_admin: Caller, certcentral_admin: CertCentral, ledger: Ledger
) -> None:
    alias = unused("spy")
    idaas_admin.create(userAliases=custom(alias))
    before = ledger.footprint()

    answers = [certcentral_admin.post("/user", json=payload_there(username=one)) for one in (alias, alias.upper())]

    assert [refusal_there(answer) for answer in answers] == [(400, "username_in_use")] * 2
    assert searched(certcentral_admin, alias) == []
    assert ledger.footprint() == before


def test_deleted_through_one_he_is_gone_through_the_other(idaas_admin: Caller, certcentral_admin: CertCentral) -> None:
    number = certcentral_admin.create()
    name = certcentral_admin.info(number)["username"]
    user = user_in(idaas_admin.named(name))

    idaas_admin.delete(f"/v3/users/{user['id']}")

    assert refusal_there(certcentral_admin.get(f"/user/{number}")) == (404, "not_found|user")
    assert (refusal(idaas_admin.named(name)), searched(certcentral_admin, name)) == (NO_USER, [])
    assert certcentral_admin.create(username=name) > number


def test_each_sees_what_the_other_changed_at_once(idaas_admin: Caller, certcentral_admin: CertCentral) -> None:
    user = idaas_admin.create(phone="+1", userAliases=custom(unused("alias")))
    number = known_there(certcentral_admin, user["userId"])["id"]
    for turn in range(9):
        name = unused("Rebecca")
        user = idaas_admin.updated(
            user["id"],
            userId=name,
            lastName=f"Chambers {turn}",
            phone=f"+{turn}",
            state="INACTIVE" if turn % 2 else "ACTIVE",
        )
        info = certcentral_admin.info(number)
        assert by_certcentral(info) == by_idaas(user)
        assert ([one["id"] for one in searched(certcentral_admin, name)], info["username"]) == ([number], name)

        edit = {**info, "first_name": f"Billy {turn}", "telephone": f"555 {turn}", "email": f"{name}@example.com"}
        answer = certcentral_admin.put(f"/user/{number}", json=edit)
        user = idaas_admin.user(user["id"])
        assert (answer.status_code, user["firstName"]) == (204, f"Billy {turn}")
        assert by_idaas(user) == by_certcentral(certcentral_admin.info(number))


def test_one_locked_through_idaas_is_still_active_there_and_one_disabled_is_not(
    idaas_admin: Caller, certcentral_admin: CertCentral
) -> None:
    user = idaas_admin.create()
    statuses = []
    for sent in ({"lock": True}, {"state": "INACTIVE"}, {"state": "ACTIVE", "lock": False}):
        idaas_admin.updated(user["id"], **sent)
        statuses.append(known_there(certcentral_admin, user["userId"])["status"])

    assert statuses == ["active", "inactive", "active"]


def test_one_who_is_made_through_idaas_can_be_given_a_key_there(
    idaas_admin: Caller, certcentral_admin: CertCentral
) -> None:
    name = idaas_admin.create()["userId"]
    number = known_there(certcentral_admin, name)["id"]

    key = certcentral_admin.with_key(certcentral_admin.issue_key(number)[1], number)

    assert key.get("/user/me").json()["username"] == name
    assert refusal_there(key.get("/user")) == (403, "access_denied|missing_permission")


def test_each_api_shows_its_own_roles_and_no_other(
    idaas_admin: Caller, certcentral_admin: CertCentral, kept_at: str
) -> None:
    own = (certcentral_roles.ACCESS_ROLES, 5)
    auditor = next((role.catalogue, role.number) for role in idaas_roles.TEMPLATES if role.name == "Auditor")
    shown = {}
    for name, roles in (("both", (own, auditor)), ("the other's", (auditor,)), ("none", ())):
        draft = UserDraft(unused(), "Ada", "Wong", "ada@example.com", roles=roles, notify=False)
        user = done(kept_at, CreateUser(draft))
        there = user_in(idaas_admin.get(f"/v3/users/{user.id}"))
        shown[name] = (
            [role["name"] for role in certcentral_admin.info(user.number)["access_roles"]],
            there["oauthRoles"],
        )

    assert shown == {"both": (["Standard User"], []), "the other's": ([], []), "none": ([], [])}


def test_a_user_without_names_is_shown_whole_by_both(
    idaas_admin: Caller, certcentral_admin: CertCentral, kept_at: str
) -> None:
    name = unused("Sherry")
    user = done(kept_at, CreateUser(UserDraft(name)))

    here, there = user_in(idaas_admin.named(name)), certcentral_admin.info(user.number)

    assert (here["id"], here["userId"], there["username"]) == (user.id, name, name)
    assert [here[field] for field in ("firstName", "lastName", "email", "phone", "mobile")] == [None] * 5
    assert {"first_name", "last_name", "email", "telephone", "job_title"}.isdisjoint(there)
    assert (there["status"], there["access_roles"], there["container"]["name"]) == ("active", [], "Muster")
    assert [one["id"] for one in searched(certcentral_admin, name)] == [user.number]
    assert by_idaas(here) == by_certcentral(there)


def test_of_many_who_want_one_name_through_both_one_gets_it(
    idaas_admin: Caller, certcentral_admin: CertCentral
) -> None:
    name = unused("Wesker")
    spellings = [name, name.upper(), name.lower(), name.swapcase()] * 3

    def through_idaas(spelling: str) -> int:
        return idaas_admin.post("/v3/users", json=payload(userId=spelling)).status_code

    def as_an_alias(spelling: str) -> int:
        return idaas_admin.post("/v3/users", json=payload(userAliases=custom(spelling))).status_code

    def through_certcentral(spelling: str) -> int:
        return certcentral_admin.post("/user", json=payload_there(username=spelling)).status_code

    ways = [through_idaas, as_an_alias, through_certcentral] * 4
    with ThreadPoolExecutor(12) as threads:
        found = list(threads.map(lambda way, spelling: way(spelling), ways, spellings))

    good = [status for status in found if status in (200, 201)]
    assert (len(good), set(found) - {200, 201} <= {400, 409}) == (1, True)


def test_both_are_told_apart_in_the_trail(idaas_admin: Caller, certcentral_admin: CertCentral, ledger: Ledger) -> None:
    names = idaas_admin.create()["userId"], certcentral_admin.info(certcentral_admin.create())["username"]
    told = "SELECT channel, actor_kind FROM events WHERE act = 'user.created' AND subject_name = $1"

    assert [ledger.rows(told, name) for name in names] == [[("idaas", "application")], [("certcentral", "user")]]
