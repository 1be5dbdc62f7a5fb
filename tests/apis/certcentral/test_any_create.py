"""Any JSON object as *Add user*: either refused in the API's form with nothing written, or kept as it was sent.

What is kept is the same through the other API.
"""

from __future__ import annotations

import json
import string
from typing import Any

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from tests.apis.both import by_certcentral, by_idaas
from tests.apis.certcentral.caller import Caller, refusal, unused
from tests.apis.idaas.caller import Caller as IdaasCaller
from tests.apis.idaas.caller import user_in
from tests.apis.ledger import Ledger
from tests.apis.strategies import ABSENT, bodies, emails, lines

EXAMPLES = 250
TRUTHS = {"true": True, "1": True, "false": False, "0": False, "": False}


def good(root: int, divisions: tuple[int, int]) -> dict[str, st.SearchStrategy[Any]]:
    """What each field may hold so that the page's rules are met. The username is made unique afterwards."""
    containers = st.sampled_from([root, *divisions])
    ids = containers | containers.map(str)
    roles = st.integers(1, 5) | st.integers(1, 5).map(str)
    return {
        "username": st.text(string.ascii_letters + string.digits + "@-_+.", min_size=1, max_size=40),
        "first_name": lines,
        "last_name": lines,
        "email": emails,
        "job_title": lines | st.sampled_from([ABSENT, None, ""]),
        "telephone": lines | st.sampled_from([ABSENT, None, ""]),
        "container": st.sampled_from([ABSENT, None, {}]) | st.fixed_dictionaries({"id": ids}),
        "access_roles": st.lists(st.fixed_dictionaries({"id": roles}), min_size=1, max_size=4),
        "container_id_assignments": st.sampled_from([ABSENT, None]) | st.lists(ids, max_size=4),
        "is_saml_sso_only": st.sampled_from([ABSENT, None, True, False, 0, 1, "true", "FALSE", "1", ""]),
    }


def number(value: Any) -> int:
    return int(value or 0)


def shown(body: dict[str, Any], root: int) -> dict[str, Any]:
    """What *User info* has to show of a body that was taken, as far as the body decides it."""
    home = number((body.get("container") or {}).get("id")) or root
    scope = {number(one) for one in body.get("container_id_assignments") or ()} - {0}
    flag = body.get("is_saml_sso_only")
    texts = {name: body.get(name) or None for name in ("job_title", "telephone")}
    return {
        **{name: body[name] for name in ("username", "first_name", "last_name", "email")},
        **texts,
        "container": home,
        "roles": {number(role.get("id")) for role in body["access_roles"]} - {0},
        "scope": scope,
        "is_saml_sso_only": TRUTHS[str(flag).lower()] if flag is not None else False,
    }


def found(info: dict[str, Any]) -> dict[str, Any]:
    """The same of an answer of *User info*."""
    names = ("username", "first_name", "last_name", "email", "job_title", "telephone", "is_saml_sso_only")
    return {
        **{name: info.get(name) for name in names},
        "container": info["container"]["id"],
        "roles": {role["id"] for role in info["access_roles"]},
        "scope": {unit["id"] for unit in info.get("container_assignments", ())},
    }


def test_any_create_is_refused_with_nothing_written_or_kept_exactly(
    admin: Caller, idaas_admin: IdaasCaller, ledger: Ledger, root: int, divisions: tuple[int, int]
) -> None:
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(bodies(good(root, divisions), "username", unused), st.booleans())
    def check_one(made: tuple[dict[str, Any], bool], ascii_only: bool) -> None:
        body, must_be_taken = made
        before = ledger.footprint()
        text = json.dumps(body, ensure_ascii=ascii_only).encode(errors="surrogatepass")

        answer = admin.post("/user", content=text)

        if answer.status_code == 201:
            event("taken")
            info = admin.info(answer.json()["id"])
            assert found(info) == shown(body, root)
            assert by_idaas(user_in(idaas_admin.named(body["username"]))) == by_certcentral(info)
        else:
            event("refused")
            assert not must_be_taken, answer.text
            assert refusal(answer)[0] == 400
            assert ledger.footprint() == before

    check_one()
