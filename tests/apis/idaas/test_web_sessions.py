"""Web sessions: a token that is none without the cookie that came with it."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

from tests.apis.idaas.caller import NO_SESSION, Caller, refusal
from tests.apis.ledger import Ledger
from tests.web.server import certificate, serving, trusting

NAME = "INTELLITRUST_SESSION_ID"
PATH = "/v1/applications/adminapi"

Application = tuple[str, str]


def opened(admin: Caller, application: Application) -> tuple[Caller, str]:
    """Somebody with the token of a new web session, and the value of its cookie."""
    answer = admin.authenticate(*application, enableWebSession=True)
    admin.client.cookies.clear()
    value = re.match(f"{NAME}=([^;]+)", answer.headers["set-cookie"])
    assert value is not None
    return admin.showing(answer.json()["authToken"]), value[1]


def test_a_web_session_sets_a_cookie_for_no_script_to_read(
    admin: Caller, application: Application, ledger: Ledger
) -> None:
    answer = admin.authenticate(*application, enableWebSession=True)
    admin.client.cookies.clear()
    shape = rf"{NAME}=[A-Za-z0-9]{{47}}; Path=/api/web; Max-Age=900; HttpOnly; SameSite=Strict"
    [line] = answer.headers.get_list("set-cookie")
    kept = repr([ledger.rows(f"SELECT * FROM {table}") for table in ("applications", "events", "policies", "heads")])

    assert re.fullmatch(shape, line)
    assert list(answer.json()) == ["authToken", "creationTime", "expirationTime"]
    assert line[len(NAME) + 1 :][:47] not in kept + answer.text


def test_its_token_is_none_without_the_cookie_and_good_with_it(admin: Caller, application: Application) -> None:
    (caller, value), (other, others) = opened(admin, application), opened(admin, application)
    wrong = [
        {},
        {"Cookie": ""},
        {"Cookie": f"{NAME}="},
        {"Cookie": f"{NAME}={others}"},
        {"Cookie": f"{NAME}={value.swapcase()}"},
        {"Cookie": f"{NAME}={application[1]}"},
        {"Cookie": f"{NAME.lower()}={value}"},
        {NAME: value},
    ]
    right = [
        {"Cookie": f"{NAME}={value}"},
        {"Cookie": f"a=b; {NAME}={value}; c=d"},
        {"Cookie": f"{NAME}=old; {NAME}={value}"},
    ]

    for _ in range(2):
        assert [caller.get(PATH, headers=headers).status_code for headers in right] == [200] * 3
        assert [refusal(caller.get(PATH, headers=headers)) for headers in wrong] == [NO_SESSION] * 8
    assert other.get(PATH, headers={"Cookie": f"{NAME}={others}"}).status_code == 200


def test_options_tells_that_the_cookie_is_lacking(admin: Caller, application: Application) -> None:
    caller, value = opened(admin, application)
    without, with_it = caller.ask("OPTIONS", PATH), caller.ask("OPTIONS", PATH, headers={"Cookie": f"{NAME}={value}"})

    assert (refusal(without), with_it.status_code) == (NO_SESSION, 405)


@pytest.mark.parametrize("form", ["{}", "Bearer {}"])
def test_the_token_of_a_web_session_is_taken_in_both_forms(admin: Caller, application: Application, form: str) -> None:
    caller, value = opened(admin, application)
    token = form.format(caller.authorization)

    assert admin.showing(token).get(PATH, headers={"Cookie": f"{NAME}={value}"}).status_code == 200


def test_a_cookie_beside_what_needs_none_makes_no_difference(admin: Caller, application: Application) -> None:
    shown = [str(admin.authorization), ",".join(application)]

    answers = [admin.showing(one).get(PATH, headers={"Cookie": f"{NAME}=x"}) for one in shown]

    assert [answer.status_code for answer in answers] == [200, 200]


def test_the_cookie_alone_is_no_credential(admin: Caller, application: Application) -> None:
    _, value = opened(admin, application)
    nobody = admin.showing(None)

    found = [
        nobody.get(PATH, headers={"Cookie": f"{NAME}={value}"}),
        nobody.get(PATH, headers={"Authorization": value}),
        nobody.get(PATH, headers={"Authorization": f"{application[0]},{value}"}),
    ]

    assert [answer.status_code for answer in found] == [401] * 3


@pytest.mark.parametrize("origins", ["", "https://app.example.com"])
def test_over_tls_the_cookie_is_secure_and_crosses_sites_where_pages_of_others_may_ask(
    tmp_path: Path, origins: str
) -> None:
    paths = certificate(tmp_path)
    settings = {"MUSTER_TLS_CERT": str(paths[0]), "MUSTER_TLS_KEY": str(paths[1]), "MUSTER_CORS_ORIGINS": origins}
    with serving(tmp_path / "var", settings) as port:
        made = httpx.Response(200, content=(tmp_path / "var" / "bootstrap.json").read_bytes()).json()["idaas"]
        url = f"https://127.0.0.1:{port}/api/web/v1/adminapi/authenticate"
        answer = httpx.post(url, json={**made, "enableWebSession": True}, verify=trusting(paths[0]), trust_env=False)

    site = "None" if origins else "Strict"
    assert answer.headers["set-cookie"].split("; ")[1:] == [
        "Path=/api/web",
        "Max-Age=900",
        "HttpOnly",
        "Secure",
        f"SameSite={site}",
    ]
