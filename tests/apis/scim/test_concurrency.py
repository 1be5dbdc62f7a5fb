"""Many changes of one user at once, from clients that know of no versions: all are made, in some order."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.apis.scim.caller import Caller
from tests.apis.scim.people import added, patch, payload, sent, shown

AT_ONCE = 12


def test_patches_at_once_all_succeed_and_none_is_lost(admin: Caller) -> None:
    user = added(admin)

    def add(number: int) -> int:
        value = [{"value": f"r{number}"}]
        first = patch(admin, user["id"], {"op": "add", "path": "roles", "value": value})
        second = patch(admin, user["id"], {"op": "replace", "path": f'roles[value eq "r{number}"].type', "value": "x"})
        return max(first.status_code, second.status_code)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        statuses = list(threads.map(add, range(40)))
    found = shown(admin.get(f"/Users/{user['id']}"))

    assert set(statuses) == {200}
    assert sorted((one["value"], one["type"]) for one in found["roles"]) == sorted((f"r{n}", "x") for n in range(40))
    assert found["meta"]["version"] == 'W/"81"'


def test_of_changes_of_one_version_at_once_one_is_made(admin: Caller) -> None:
    user = added(admin)

    def change(number: int) -> int:
        operation = {"op": "replace", "path": "title", "value": str(number)}
        return patch(admin, user["id"], operation, if_match=user["meta"]["version"]).status_code

    with ThreadPoolExecutor(AT_ONCE) as threads:
        statuses = sorted(threads.map(change, range(12)))

    assert statuses == [200, *[412] * 11]


def test_a_name_at_once_is_one_users(admin: Caller) -> None:
    body = payload()
    with ThreadPoolExecutor(AT_ONCE) as threads:
        statuses = sorted(answer.status_code for answer in threads.map(lambda _: admin.post("/Users", body), range(12)))

    assert statuses == [201, *[409] * 11]


def test_replacing_and_patching_at_once_never_mixes_two_replacements(admin: Caller) -> None:
    user = added(admin)

    def replace(number: int) -> int:
        body = {**sent(user), "title": f"t{number}", "displayName": f"t{number}"}
        return admin.ask("PUT", f"/Users/{user['id']}", body).status_code

    with ThreadPoolExecutor(AT_ONCE) as threads:
        statuses = set(threads.map(replace, range(24)))
    found = shown(admin.get(f"/Users/{user['id']}"))

    assert statuses == {200}
    assert found["title"] == found["displayName"]
