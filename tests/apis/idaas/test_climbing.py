"""Nobody climbs: whatever a lesser application asks for, nobody has more then, and no administrator is touched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.apis.certcentral.caller import Caller as CertCentral
from tests.apis.certcentral.caller import first_caller
from tests.apis.idaas.caller import Caller, custom, refusal, unused
from tests.apis.idaas.matrix import ROLES
from tests.apis.idaas.matrix_world import ADMIN_API, AUTH_API, filled
from tests.apis.idaas.places import good, group
from tests.apis.idaas.tokens import APP, SECRET, SOFT, give
from tests.apis.ledger import Ledger
from tests.support.commands import told
from tests.support.live import LiveMuster

DENIED, BEYOND = (403, "permission_denied"), (403, "insufficient_authority")
LAST = (400, "last_administrator")
BOSS = "insufficient_authority"

Roles = dict[str, str]

NEW = "{unused}"
MINE = "mine@example.com"


def many(name: str, kind: str, **parms: Any) -> dict[str, Any]:
    return {"users": [{"id": f"{{{name}}}", "idType": kind, **({"parms": parms} if parms else {})}]}


# What is asked for, how, and what a Help Desk Administrator lacks for it. {boss} is an administrator.
ATTEMPTS: list[tuple[str, str, str, Any, str]] = [
    # More for the application itself, or another one in its hands.
    ("a role of its own", "PUT", f"{ADMIN_API}/{{himself}}", {"name": NEW, "roleId": "{super}"}, "APPLICATIONS:EDIT"),
    ("a long life", "PUT", f"{ADMIN_API}/{{himself}}", {"name": NEW, "allowLongLivedToken": True}, "APPLICATIONS:EDIT"),
    ("a secret of another's", "PUT", f"{ADMIN_API}/regenerate/{{mighty}}", None, "APPLICATIONS:EDIT"),
    ("another's addresses", "PUT", f"{ADMIN_API}/{{mighty}}", {"name": NEW, "ipListId": ""}, "APPLICATIONS:EDIT"),
    ("another's end", "DELETE", f"{ADMIN_API}/{{mighty}}", None, "APPLICATIONS:REMOVE"),
    ("a new one", "POST", ADMIN_API, {"name": NEW, "roleId": "{super}"}, "APPLICATIONS:ADD"),
    ("a client", "POST", AUTH_API, {"name": NEW, "applicationTemplate": "Authentication API"}, "APPLICATIONS:ADD"),
    # More for somebody.
    ("the highest role", "PUT", "/v1/users/{user}/roles/{super}", None, "USERSITEROLES:EDIT"),
    ("his own role", "PUT", "/v1/users/{user}/roles/{desk}", None, "USERSITEROLES:EDIT"),
    ("laxer rules", "PUT", "/v1/settings/general", {"lockoutCount": 20}, "SETTINGS:EDIT"),
    # An administrator who becomes somebody else, whom a mail reaches elsewhere, or who proves himself otherwise.
    ("his e-mail", "PUT", "/v3/users/{boss}", {"email": MINE}, BOSS),
    ("his e-mail and a mail", "PUT", "/v3/users/{boss}", {"email": MINE, "verificationRequired": True}, BOSS),
    ("a mail", "PUT", "/v3/users/{boss}", {"verificationRequired": True, "emailVerification": True}, BOSS),
    ("his user id", "PUT", "/v3/users/{boss}", {"userId": NEW}, BOSS),
    ("an alias of his", "PUT", "/v3/users/{boss}", {"userAliases": custom(NEW)}, BOSS),
    ("his external id", "PUT", "/v3/users/{boss}", {"externalId": NEW}, BOSS),
    ("his principal name", "PUT", "/v3/users/{boss}", {"userPrincipalName": NEW}, BOSS),
    ("his security id", "PUT", "/v3/users/{boss}", {"securityId": NEW}, BOSS),
    ("his mobile", "PUT", "/v3/users/{boss}", {"mobile": "+1555"}, BOSS),
    ("how he is sent codes", "PUT", "/v3/users/{boss}", {"preferredOtpDelivery": "EMAIL"}, BOSS),
    ("nothing of his", "PUT", "/v3/users/{boss}", {}, BOSS),
    ("his e-mail among several", "PUT", "/v3/users/multiple", many("boss", "UUID", email=MINE), BOSS),
    ("his e-mail by his name", "PUT", "/v3/users/multiple", many("boss's name", "USERID", email=MINE), BOSS),
    ("a token for him", "POST", f"/v1/users/{{boss}}/tokens/{SOFT}", None, BOSS),
    ("a token that one knows", "POST", f"/v1/users/{{boss}}/tokens/{APP}", {"activateParms": {"secret": SECRET}}, BOSS),
    ("his token's label", "PUT", "/v1/tokens/{boss's token}/assigned", {"label": "mine"}, BOSS),
    # An administrator who is shut out.
    ("his lock", "PUT", "/v3/users/{boss}", {"lock": True}, BOSS),
    ("his state", "PUT", "/v3/users/{boss}", {"state": "INACTIVE"}, BOSS),
    ("his state alone", "PUT", "/v1/users/{boss}/state", {"state": "INACTIVE"}, BOSS),
    ("his unlocking", "PUT", "/v1/users/{boss}/unlock", None, BOSS),
    ("his lock among several", "PUT", "/v3/users/multiple", many("boss", "UUID", lock=True), BOSS),
    ("his token's state", "PUT", "/v1/tokens/{boss's token}/changestate", {"state": "INACTIVE"}, BOSS),
    ("his token's end", "DELETE", "/v1/tokens/{boss's token}", None, BOSS),
    ("his end", "DELETE", "/v3/users/{boss}", None, "USERS:REMOVE"),
    ("his end among several", "DELETE", "/v3/users/multiple", many("boss", "UUID"), "USERS:REMOVE"),
    # An administrator who is one no longer, or is somewhere else.
    ("his role", "DELETE", "/v1/users/{boss}/roles/{super}", None, "USERSITEROLES:REMOVE"),
    ("a lesser role", "PUT", "/v1/users/{boss}/roles/{desk}", None, "USERSITEROLES:EDIT"),
    ("his groups", "PUT", "/v1/userauthorizationgroup/{boss}/groups", ["{group}"], BOSS),
    ("his groups among the rest", "PUT", "/v3/users/{boss}", {"groups": ["{group}"]}, BOSS),
    ("his OAuth roles", "PUT", "/v1/useroauthrole/{boss}/oauthroles", [], BOSS),
    ("his organizations", "PUT", "/v1/users/{boss}/organizations", {"organizations": []}, BOSS),
    ("his being synchronized", "POST", "/v1/syncusers/unsync", {"id": "{boss}", "idType": "UUID"}, BOSS),
]


@dataclass(frozen=True)
class Scene:
    """Whom the attempts are about: objects of the first tenant. With `other_api` the administrator is one of that."""

    admin: Caller
    roles: Roles
    other_api: CertCentral | None = None

    def objects(self, himself: str) -> dict[str, str]:
        """A new one of each."""
        boss = self.administrator() if self.other_api is None else self.director(self.other_api)
        return {
            "himself": himself,
            "mighty": self.application("Super Administrator")[0],
            "super": self.roles["Super Administrator"],
            "desk": self.roles["Help Desk Administrator"],
            "user": self.admin.create()["id"],
            "group": group(self.admin)["id"],
            "boss": boss,
            "boss's name": self.admin.user(boss)["userId"],
            "boss's token": give(self.admin, boss, APP, SECRET)["id"],
        }

    def administrator(self) -> str:
        """A new Super Administrator."""
        user = str(self.admin.create(verificationRequired=False)["id"])
        good(self.admin.put(f"/v1/users/{user}/roles/{self.roles['Super Administrator']}"))
        return user

    def director(self, other_api: CertCentral) -> str:
        """A new administrator of the other API, who has no role of this one."""
        name = other_api.info(other_api.create(access_roles=[{"id": 1}]))["username"]
        return str(good(self.admin.named(name))["id"])

    def application(self, role: str | None) -> tuple[str, Caller]:
        """A new application with a role, or none: its id, and itself."""
        body = {"name": unused("climber"), "roleId": self.roles[role or "Auditor"]}
        made = good(self.admin.post(ADMIN_API, json=body))
        if role is None:
            good(self.admin.put(f"{ADMIN_API}/{made['id']}", json={"name": made["name"], "roleId": ""}))
        return made["id"], self.admin.signed_in(made["id"], made["sharedSecret"])


def roles_of(caller: Caller) -> Roles:
    return {one["roleName"]: one["id"] for one in good(caller.get("/v1/roles"))}


def ask(caller: Caller, method: str, path: str, body: Any, objects: dict[str, str]) -> tuple[int, str, str]:
    """Status, code and message of the answer, of one among several too; (200, "", "") when it was done."""

    def value(name: str) -> str:
        return unused("climbed") if name == "unused" else objects[name]

    sent = filled(body, value)
    answer = caller.ask(method, filled(path, value), **({} if sent is None else {"json": sent}))
    if answer.status_code != 200:
        return *refusal(answer), answer.json()["errorMessage"]
    found = answer.json() if answer.content else None
    if isinstance(found, list) and found and found[0].get("error"):
        return 403, found[0]["error"]["errorCode"], found[0]["error"]["errorMessage"]
    return 200, "", ""


@pytest.fixture(scope="module")
def scene(admin: Caller) -> Scene:
    """The first tenant."""
    return Scene(admin, roles_of(admin))


@pytest.fixture(scope="module")
def directed(scene: Scene, other_api: CertCentral) -> Scene:
    """The same, where the administrator is one of the other API alone."""
    return Scene(scene.admin, scene.roles, other_api)


@pytest.mark.parametrize("lesser", [role for role in ROLES.values() if role != "Super Administrator"])
@pytest.mark.parametrize("whose", ["scene", "directed"])
def test_no_lesser_role_climbs_or_touches_an_administrator(
    request: pytest.FixtureRequest, ledger: Ledger, whose: str, lesser: str | None
) -> None:
    here: Scene = request.getfixturevalue(whose)
    himself, caller = here.application(lesser)
    objects = here.objects(himself)
    before = ledger.footprint(), here.admin.user(objects["boss"])
    found = {name: ask(caller, method, path, body, objects) for name, method, path, body, _ in ATTEMPTS}

    assert {name: it for name, it in found.items() if it[:2] not in (DENIED, BEYOND)} == {}
    assert (ledger.footprint(), here.admin.user(objects["boss"])) == before
    if lesser == "Help Desk Administrator":
        lacks = {name: it[1] if it[1] == BOSS else it[2].removesuffix(" required") for name, it in found.items()}
        assert lacks == {name: expected for name, *_, expected in ATTEMPTS}


DISCONNECTED = {"his being synchronized"}


@pytest.mark.parametrize(
    ("name", "method", "path", "body", "_"), [one for one in ATTEMPTS if one[0] not in DISCONNECTED], ids=str
)
def test_each_attempt_is_one_that_a_super_administrator_may_make(
    scene: Scene, name: str, method: str, path: str, body: Any, _: str
) -> None:
    himself, caller = scene.application("Super Administrator")

    assert ask(caller, method, path, body, scene.objects(himself)) == (200, "", "")


def test_an_application_that_lowers_itself_cannot_raise_itself_again(scene: Scene) -> None:
    himself, caller = scene.application("Super Administrator")
    path = f"{ADMIN_API}/{himself}"

    assert good(caller.put(path, json={"name": unused("low"), "roleId": scene.roles["Auditor"]}))
    again = caller.put(path, json={"name": unused("high"), "roleId": scene.roles["Super Administrator"]})

    assert refusal(again) == DENIED
    assert good(scene.admin.get(path))["roleId"] == scene.roles["Auditor"]


# What would leave a tenant without a Super Administrator, done to the only one. {boss} is he.
ENDS: list[tuple[str, str, str, Any]] = [
    ("deleted", "DELETE", "/v3/users/{boss}", None),
    ("deleted among several", "DELETE", "/v3/users/multiple", many("boss", "UUID")),
    ("disabled", "PUT", "/v3/users/{boss}", {"state": "INACTIVE"}),
    ("disabled alone", "PUT", "/v1/users/{boss}/state", {"state": "INACTIVE"}),
    ("disabled among several", "PUT", "/v3/users/multiple", many("boss", "UUID", state="INACTIVE")),
    ("demoted", "DELETE", "/v1/users/{boss}/roles/{super}", None),
    ("given a lesser role", "PUT", "/v1/users/{boss}/roles/{desk}", None),
]


@dataclass(frozen=True)
class Lonely:
    """A new tenant, whose only Super Administrator is its first user."""

    caller: Caller
    other_api: CertCentral

    @property
    def objects(self) -> dict[str, str]:
        roles = roles_of(self.caller)
        boss = good(self.caller.named("administrator"))["id"]
        return {"boss": boss, "super": roles["Super Administrator"], "desk": roles["Help Desk Administrator"]}

    def holder(self, role: str) -> str:
        """A new user who holds a role."""
        user = str(self.caller.create()["id"])
        good(self.caller.put(f"/v1/users/{user}/roles/{roles_of(self.caller)[role]}"))
        return user


@pytest.fixture
def lonely(muster: LiveMuster, admin: Caller, client: httpx.Client) -> Lonely:
    """Such a tenant."""
    made = told(muster, "tenant", "add", unused("Lonely"))
    caller = admin.signed_in(made["idaas"]["applicationId"], made["idaas"]["sharedSecret"])
    return Lonely(caller, first_caller(client, made["certcentral"]["api_key"]))


def stand_beside(lonely: Lonely, who: str) -> None:
    """Have somebody be there who is no Super Administrator, or is one no longer."""
    match who:
        case "an auditor":
            lonely.holder("Auditor")
        case "a disabled one":
            path = f"/v1/users/{lonely.holder('Super Administrator')}/state"
            good(lonely.caller.put(path, json={"state": "INACTIVE"}))
        case "a demoted one":
            path = f"/v1/users/{lonely.holder('Super Administrator')}/roles/{lonely.objects['super']}"
            good(lonely.caller.delete(path))
        case "one of the other API":
            lonely.other_api.create(access_roles=[{"id": 1}])
        case _:
            assert who == "nobody"


@pytest.mark.parametrize("beside", ["nobody", "an auditor", "a disabled one", "a demoted one", "one of the other API"])
def test_the_last_super_administrator_is_not_ended(lonely: Lonely, ledger: Ledger, beside: str) -> None:
    caller, objects = lonely.caller, lonely.objects
    stand_beside(lonely, beside)
    before = ledger.footprint(), caller.user(objects["boss"])

    found = {name: ask(caller, method, path, body, objects)[1] for name, method, path, body in ENDS}

    assert found == {name: LAST[1] for name, *_ in ENDS}
    assert (ledger.footprint(), caller.user(objects["boss"])) == before


@pytest.mark.parametrize(("name", "method", "path", "body"), ENDS, ids=[one[0] for one in ENDS])
def test_the_last_but_one_is(lonely: Lonely, name: str, method: str, path: str, body: Any) -> None:
    lonely.holder("Super Administrator")

    assert ask(lonely.caller, method, path, body, lonely.objects) == (200, "", "")


def test_the_last_super_administrator_can_be_locked_and_unlocked(lonely: Lonely) -> None:
    path, found = f"/v3/users/{lonely.objects['boss']}", []
    for lock in (True, False):
        good(lonely.caller.put(path, json={"lock": lock}))
        found.append(good(lonely.caller.get(path))["locked"])

    assert found == [True, False]
