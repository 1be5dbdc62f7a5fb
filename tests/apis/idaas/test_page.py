"""The page names every operation of the vendor's file, as the file has it, and says of each what became of it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from muster.apis.idaas.refusals import hindered, refused
from muster.apis.idaas.routes import ROUTES
from muster.core.refusals import (
    AddressForbidden,
    BeyondAuthority,
    CredentialInvalid,
    Fault,
    Full,
    Invalid,
    LastAdministrator,
    Obstacle,
    OwnAccount,
    PermissionMissing,
    Refusal,
    Saturated,
    ShutsOut,
    Taken,
    Unavailable,
    Unknown,
    Unsuited,
    WrongState,
)
from muster.web.answers import Hindered, Problem
from pages.idaas import IDAAS, read, written
from pages.page import Mistaken, nameless
from tests.apis.idaas.contract import BASE, FILE, is_present
from tests.apis.pages import TAGS, mistakes

NUMBER_OF_OPERATIONS = 255
MENDED = {"TEMPACCESSCODE": "TEMPACCESSCODES"}
"""Entities that the vendor's operations spell otherwise than its list of permissions."""


def described() -> dict[str, tuple[str, str, str]]:
    """Every operation by its id: its tag, its call and its permission, as the page's file has them."""
    return {
        name: (label, operation.call, operation.permission)
        for label, tag in read(IDAAS.data.read_bytes()).items()
        for name, operation in tag.operations.items()
    }


def declared() -> dict[str, tuple[str, str, str]]:
    """The same of the vendor's file."""
    paths: dict[str, dict[str, Any]] = json.loads(FILE.read_text())["paths"]
    return {
        operation["operationId"]: (
            operation["tags"][0],
            f"{method.upper()} {path.removeprefix(BASE)}",
            permission_of(operation),
        )
        for path, methods in paths.items()
        for method, operation in methods.items()
    }


def permission_of(operation: dict[str, Any]) -> str:
    """What the operation demands; nothing where it names nothing."""
    named = [one for scheme in operation.get("security", []) for scopes in scheme.values() for one in scopes]
    if not named:
        return ""
    [permission] = named
    entity, verb = permission.upper().split(":")
    return f"{MENDED.get(entity, entity)}:{verb}"


def test_the_tables_are_as_script_docs_writes_them() -> None:
    assert IDAAS.written() == IDAAS.text()


def test_every_operation_has_a_row_and_the_sums_are_of_them_all() -> None:
    text = IDAAS.text()
    rows = re.findall(r"^\| `(\w+)` \| `[A-Z]+ ", text, re.MULTILINE)
    [sums] = re.findall(r"^\| all \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", text, re.MULTILINE)

    assert sorted(rows) == sorted(described())
    assert sum(map(int, sums)) == len(rows) == NUMBER_OF_OPERATIONS


@pytest.mark.skipif(not is_present(), reason="the vendor's file does not lie beside the checkout")
def test_the_operations_are_those_of_the_vendors_file() -> None:
    assert described() == declared()


def test_every_route_is_an_operation_at_its_place_with_its_permission() -> None:
    calls = {name: nameless(call) for name, (_, call, _) in described().items()}

    assert {route.summary: nameless(f"{route.method} {route.path}") for route in ROUTES}.items() <= calls.items()


NOUNS = (
    *("user", "group", "organization", "attribute", "token", "operation", "role", "directory", "application", "client"),
    "address-list",
)
REFUSALS: list[Refusal] = [
    *(Unknown(noun) for noun in NOUNS),
    *(
        Invalid(field, Fault.UNKNOWN)
        for field in ("groups", "members", "resource_roles", "organizations", "attributes")
    ),
    *(Invalid(field, Fault.UNKNOWN) for field in ("role", "spRoleId", "applicationTemplateId")),
    *(Invalid("username", fault) for fault in Fault),
    *(Taken(field) for field in ("username", "aliases", "name")),
    *(Full("token", 5), Full("application", 500), WrongState("token", "activating")),
    *(PermissionMissing("users:view"), BeyondAuthority("user"), CredentialInvalid(), CredentialInvalid(is_secret=True)),
    *(AddressForbidden(), ShutsOut(), LastAdministrator(), OwnAccount(), Unsuited(Obstacle.SERVICE)),
    *(Saturated(), Unavailable()),
]
"""What the core refuses of what can be asked through this API."""


def test_every_code_that_an_error_can_have_is_on_the_page_with_its_status() -> None:
    problems = [Hindered(problem) for problem in Problem if problem is not Problem.RATE_LIMITED]
    answers = [*map(refused, REFUSALS), *map(hindered, problems)]
    codes = {(answer.status, json.loads(answer.body)["errorCode"]) for answer in answers}
    rows = [line.split("|") for line in IDAAS.text().splitlines() if re.match(r"\| \d{3} \| `", line)]

    assert codes - {(int(row[1]), code) for row in rows for code in re.findall(r"`(\w+)`", row[2])} == set()


FLAWED = [
    ("createUserUsingPOST =", "makeUser =", "createUserUsingPOST is a route and no operation"),
    (
        'call = "POST /v3/users"',
        'call = "POST /v2/users"',
        "createUserUsingPOST is POST /v2/users and the route POST /v3/users",
    ),
    (
        'call = "POST /v3/users", permission = "USERS:ADD"',
        'call = "POST /v3/users", permission = "USERS:EDIT"',
        "createUserUsingPOST demands USERS:EDIT and the route USERS:ADD",
    ),
    ('"GUIDE"', '"HEARSAY"', "rests on HEARSAY, which the page does not explain"),
    ("deleteFaceUsingDELETE =", "createUserUsingPOST =", "createUserUsingPOST is there 2 times"),
    ('[tags.Users]\nstate = "later"', '[tags.Users]\nstate = "not here"', "Users does not say why it is not here"),
    (
        '[tags.Users]\nstate = "later"',
        '[tags.Users]\nstate = "not here"\nwhy = "none."',
        "createUserUsingPOST is a route and said not to be here",
    ),
]


@pytest.mark.parametrize(("old", "new", "expected"), FLAWED, ids=[expected for _, _, expected in FLAWED])
def test_a_file_that_cannot_be_right_is_told_of(old: str, new: str, expected: str) -> None:
    assert expected in mistakes(IDAAS, old, new)


def test_an_operation_is_done_when_it_is_a_route_and_later_when_it_is_not() -> None:
    data = IDAAS.data.read_bytes()
    done = written(data, TAGS, [route for route in ROUTES if route.summary == "userUsingGET"])

    assert "| `userUsingGET` | `GET /v3/users/{id}` | `USERS:VIEW` | done | FILE |" in done
    assert "| `deleteUserUsingDELETE` | `DELETE /v3/users/{id}` | `USERS:REMOVE` | later |  |" in done
    assert "| `deleteFaceUsingDELETE` | `DELETE /v1/face/{faceid}` | `FACE:REMOVE` | not here |  |" in done


def test_a_field_of_the_file_that_says_nothing_is_no_field() -> None:
    with pytest.raises(ValueError, match="nothing"):
        written(IDAAS.data.read_bytes().replace(b"differs =", b"nothing ="), TAGS)


def test_a_mistaken_file_says_all_that_is_wrong_with_it() -> None:
    with pytest.raises(Mistaken, match="; "):
        written(IDAAS.data.read_bytes(), frozenset())
