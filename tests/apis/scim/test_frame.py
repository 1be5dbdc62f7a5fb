"""What every request meets, at both places where the API is: credentials, methods, paths, types, errors."""

from __future__ import annotations

import socket
from dataclasses import replace

import httpx
import pytest

from tests.apis.certcentral.caller import Caller as CertCentral
from tests.apis.scim.caller import MEDIA_TYPE, Caller, error
from tests.support.live import LiveMuster

CONFIG = "/ServiceProviderConfig"
NEEDS_A_CREDENTIAL = "/Nothing"


@pytest.fixture
def caller(admin: Caller, mount: str) -> Caller:
    return replace(admin, mount=mount)


def test_without_a_credential_nothing_but_discovery_is_told(caller: Caller) -> None:
    answer = replace(caller, token=None).get(NEEDS_A_CREDENTIAL)

    assert error(answer) == (401, None)
    assert answer.headers["www-authenticate"] == 'Bearer realm="scim"'


@pytest.mark.parametrize("shown", ["Bearer", "Bearer x", "Basic eDp5", "x", "Bearer a,b", "Bearer é", "bearer ,"])
def test_a_wrong_credential_is_none(caller: Caller, shown: str) -> None:
    for path in (NEEDS_A_CREDENTIAL, CONFIG):
        answer = caller.client.get(caller.mount + path, headers={b"authorization": shown.encode()})

        assert error(answer) == (401, None)


def test_keys_of_other_apis_are_none(caller: Caller, certcentral_admin: CertCentral) -> None:
    assert error(replace(caller, token=certcentral_admin.key).get(NEEDS_A_CREDENTIAL)) == (401, None)


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer  "])
def test_the_scheme_is_read_in_any_case(caller: Caller, scheme: str) -> None:
    shown = f"{scheme} {caller.token}"

    assert error(caller.get(NEEDS_A_CREDENTIAL, authorization=shown)) == (404, None)


def test_a_long_lived_application_of_the_administration_api_is_a_credential(
    caller: Caller, application: tuple[str, str]
) -> None:
    by_pair = replace(caller, token=",".join(application))

    assert error(by_pair.get(NEEDS_A_CREDENTIAL)) == (404, None)
    assert by_pair.get(CONFIG).status_code == 200
    assert error(replace(caller, token=f"{application[0]},wrong").get(CONFIG)) == (401, None)


@pytest.mark.parametrize("path", ["", "/", "/Nothing", "/Users/1/2/3", "/Schemas/x/y", "/%2F", "/users"])
def test_what_is_no_endpoint_is_said_to_be_none(caller: Caller, path: str) -> None:
    assert error(caller.get(path)) == (404, None)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("path", ["/Schemas", "/ResourceTypes", CONFIG, "/Schemas/x", "/ResourceTypes/User"])
def test_discovery_is_only_read(caller: Caller, method: str, path: str) -> None:
    answer = caller.ask(method, path, {})

    assert error(answer) == (405, None)
    assert answer.headers["allow"] == "GET"


@pytest.mark.parametrize("path", [CONFIG, f"{CONFIG}/", f"{CONFIG}?", f"{CONFIG}?&", f"{CONFIG}/?&&", f"{CONFIG}?x=&y"])
def test_ends_of_paths_and_of_queries_make_no_difference(caller: Caller, path: str) -> None:
    answer = caller.client.get(
        caller.mount + path, headers={"authorization": f"Bearer {caller.token}", "user-agent": ""}
    )

    assert answer.status_code == 200


@pytest.mark.parametrize(
    "accept", ["application/scim+json", "application/json", "*/*", "text/html", "application/xml", ""]
)
def test_whatever_a_client_says_it_accepts_it_is_told_scim(caller: Caller, accept: str) -> None:
    answer = caller.get(CONFIG, accept=accept)

    assert (answer.status_code, answer.headers["content-type"]) == (200, MEDIA_TYPE)


def test_head_is_get_without_a_body(caller: Caller) -> None:
    answer = caller.ask("HEAD", CONFIG)

    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["content-length"]) == len(caller.get(CONFIG).content)


def test_answers_are_not_kept_by_anybody_between(caller: Caller) -> None:
    for answer in (caller.get(CONFIG), caller.get(NEEDS_A_CREDENTIAL)):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_query_that_cannot_be_read_is_refused(caller: Caller) -> None:
    assert error(caller.get(f"{CONFIG}?x=%FF")) == (400, "invalidSyntax")
    assert error(caller.get(f"{CONFIG}?{'&'.join('a=1' for _ in range(101))}")) == (400, "invalidSyntax")


def test_quotes_that_nobody_escaped_arrive(muster: LiveMuster, caller: Caller) -> None:
    request = f'GET {caller.mount}/Schemas?filter=userName+eq+"a" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'
    with socket.create_connection(("127.0.0.1", muster.port), timeout=10) as connection:
        connection.sendall(request.encode())
        told = b"".join(iter(lambda: connection.recv(65536), b""))

    # It was read as a filter, which discovery does not take.
    assert told.startswith(b"HTTP/1.1 403 ")


def test_a_browser_s_page_of_another_origin_is_told_nothing(client: httpx.Client, mount: str) -> None:
    asking = {"origin": "https://evil.example", "access-control-request-method": "GET"}
    answer = client.options(mount + CONFIG, headers=asking)

    assert answer.status_code == 401
    assert not [name for name in answer.headers if name.startswith("access-control-")]
