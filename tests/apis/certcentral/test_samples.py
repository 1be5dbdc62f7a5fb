"""The payloads of both of the vendor's pages for *Add user*: what goes in comes out, by every call that shows a user.

The older page's e-mail is empty, which its own table does not allow: it has the newer page's here. The container's id
is replaced by this account's.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.apis.certcentral.caller import Caller, unused

SAMPLES = Path(__file__).with_name("samples")
OLDER, NEWER = "add-user-older.json", "add-user.json"


def sample(name: str, container: int) -> tuple[bytes, dict[str, Any]]:
    """A page's payload as bytes and as an object, with a username and an e-mail that are still free."""
    username = unused("Jill.Valentine")
    text = (SAMPLES / name).read_text()
    text = text.replace('"jill.valentine"', f'"{username}"').replace("jill.valentine@", f"{username}@")
    text = text.replace("93288", str(container))
    return text.encode(), json.loads(text)


def container_of(number: int, admin: Caller) -> dict[str, Any]:
    found: dict[str, Any] = admin.info(number)["container"]
    return found


@pytest.mark.parametrize("name", [OLDER, NEWER])
def test_a_pages_payload_makes_a_user_who_is_read_back_whole(admin: Caller, root: int, name: str) -> None:
    body, wanted = sample(name, root)

    answer = admin.post("/user", content=body, headers={"Content-Type": "application/json"})
    number = answer.json()["id"]
    found = admin.info(number)

    container = container_of(admin.number, admin)
    expected = {
        "id": number,
        "username": wanted["username"],
        "account_id": admin.info(admin.number)["account_id"],
        "first_name": "Jill",
        "last_name": "Valentine",
        "email": wanted["email"],
        "job_title": "S.T.A.R.S. Alpha Team",
        "telephone": "555-555-5555",
        "status": "active",
        "container": container,
        "access_roles": [{"id": 5, "name": "Standard User"}],
        "is_cert_central": True,
        "is_enterprise": False,
        "is_saml_sso_only": False,
        "type": "standard",
        "has_container_assignments": False,
        "container_visibility": [container],
        "language_id": 1,
        "account_language_id": 1,
    }
    assert (answer.status_code, answer.content) == (201, b'{"id":%d}' % number)
    assert list(expected.items()) == list(found.items())


@pytest.mark.parametrize("name", [OLDER, NEWER])
def test_the_sampled_user_reads_himself_as_others_read_him(admin: Caller, root: int, name: str) -> None:
    number = admin.post("/user", content=sample(name, root)[0]).json()["id"]
    jill = admin.with_key(admin.issue_key(number)[1], number)

    answer = jill.get("/user/me")

    assert (200, admin.info(number)) == (answer.status_code, answer.json())


SPELLINGS = [
    ("as written", "filters[search]={}"),
    ("with the name encoded", "filters%5Bsearch%5D={}"),
    ("with the name encoded in small letters", "filters%5bsearch%5d={}"),
]
CASES = [("username", str), ("email", str), ("username", str.upper), ("email", str.swapcase)]


@pytest.mark.parametrize("spelling", [one for _, one in SPELLINGS], ids=[name for name, _ in SPELLINGS])
@pytest.mark.parametrize(("field", "written"), CASES)
@pytest.mark.parametrize("sign", ["@", "%40"])
def test_the_sampled_user_is_found_by_exact_search(
    admin: Caller, root: int, spelling: str, field: str, written: Any, sign: str
) -> None:
    body, wanted = sample(NEWER, root)
    number = admin.post("/user", content=body).json()["id"]
    text = written(wanted[field]).replace("@", sign)

    answer = admin.raw("GET", "/user?" + spelling.format(text))

    shown = admin.info(number)
    only_in_info = {"is_cert_central", "is_enterprise", "is_saml_sso_only", "container_visibility"}
    only_in_info |= {"language_id", "account_language_id"}
    expected = {name: value for name, value in shown.items() if name not in only_in_info}
    assert answer.status_code == 200
    assert {"users": [expected], "page": {"total": 1, "limit": 500, "offset": 0}} == answer.json()


def test_an_exact_search_finds_all_who_have_the_name_and_nobody_who_only_begins_with_it(admin: Caller) -> None:
    name = unused("Redfield")
    numbers = [admin.create(first_name=name), admin.create(last_name=name.upper())]
    admin.create(first_name=name + "x")

    found = admin.get("/user", params={"filters[search]": name}).json()

    assert ([*numbers], 2) == ([user["id"] for user in found["users"]], found["page"]["total"])
