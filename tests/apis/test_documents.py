"""Each API's OpenAPI document and its page for people: whole, valid, and open to everybody."""

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import md5, sha256
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator
from schemathesis.schemas import BaseSchema

from muster.apis.certcentral import about as certcentral
from muster.apis.certcentral.refusals import CertcentralManner
from muster.apis.certcentral.routes import ROUTES as CERTCENTRAL_ROUTES
from muster.apis.idaas import about as idaas
from muster.apis.idaas.manner import IdaasManner
from muster.apis.idaas.routes import ROUTES as IDAAS_ROUTES
from muster.apis.scim import about as scim
from muster.apis.scim.manner import ScimManner
from muster.apis.scim.routes import ROUTES as SCIM_ROUTES
from muster.web.openapi import About, document
from muster.web.routes import Route
from tests.apis.certcentral.caller import Caller as CertCentralCaller
from tests.apis.conformance import Document, operations, schema_of


@dataclass(frozen=True)
class Described:
    """An API with its document."""

    routes: tuple[Route, ...]
    about: About
    document: Document

    @property
    def schema(self) -> BaseSchema:
        return schema_of(self.document)


APIS = {
    "certcentral": Described(
        CERTCENTRAL_ROUTES,
        certcentral.ABOUT,
        document(CERTCENTRAL_ROUTES, CertcentralManner(lambda: 0), certcentral.ABOUT, limited=False),
    ),
    "idaas": Described(IDAAS_ROUTES, idaas.ABOUT, document(IDAAS_ROUTES, IdaasManner(), idaas.ABOUT, limited=False)),
    "scim": Described(SCIM_ROUTES, scim.ABOUT, document(SCIM_ROUTES, ScimManner(), scim.ABOUT, limited=False)),
}


@pytest.fixture(params=APIS)
def api(request: pytest.FixtureRequest) -> Described:
    return APIS[request.param]


def parts(of: Any) -> Iterator[dict[str, Any]]:
    """Every object in a document."""
    if isinstance(of, dict):
        yield of
    for one in of.values() if isinstance(of, dict) else of if isinstance(of, list) else ():
        yield from parts(one)


def test_it_names_every_route_and_no_other(api: Described) -> None:
    named = sorted((method, path) for method, path, _ in operations(api.document))

    assert named == sorted((route.method, route.path) for route in api.routes)


def test_it_is_valid_openapi(api: Described) -> None:
    api.schema.validate()

    assert api.document["openapi"] == "3.1.0"
    for schema in api.document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_all_that_it_refers_to_is_there(api: Described) -> None:
    references = {part["$ref"] for part in parts(api.document) if isinstance(part.get("$ref"), str)}
    there = {f"#/components/{kind}/{name}" for kind, named in api.document["components"].items() for name in named}

    assert references <= there


def test_every_name_in_a_path_is_a_parameter(api: Described) -> None:
    for _, path, operation in operations(api.document):
        named = [one["name"] for one in operation["parameters"] if one["in"] == "path"]

        assert named == re.findall(r"{(\w+)}", path)


def test_operations_that_need_a_credential_say_which_permission(api: Described) -> None:
    for route in api.routes:
        [*wanted] = api.document["paths"][route.path][route.method.lower()]["security"]
        names = [] if route.permission is None else [api.about.permission_name(route.permission)]

        assert wanted == ([] if route.open else [{scheme: names} for scheme in api.about.schemes])


def test_it_is_served_to_whoever_asks(api: Described, client: httpx.Client) -> None:
    answer = client.get(f"{api.about.mount}/openapi.json")

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json() == api.document
    assert client.get(f"{api.about.mount}/openapi.json").content == answer.content


def test_certcentral_s_has_an_etag(client: httpx.Client) -> None:
    answer = client.get("/services/v2/openapi.json")

    assert answer.headers["etag"] == f'"{md5(answer.content).hexdigest()}"'


def test_the_page_names_every_operation_and_its_shapes(api: Described, client: httpx.Client) -> None:
    page = client.get(f"{api.about.mount}/docs").text

    for method, path, operation in operations(api.document):
        assert f"<b>{method}</b> {path} " in page
        assert f'id="{operation["operationId"]}"' in page
    for name in api.document["components"]["schemas"]:
        assert f'<h3 id="{name}">' in page


def test_the_page_loads_nothing_and_runs_nothing(api: Described, client: httpx.Client) -> None:
    answer = client.get(f"{api.about.mount}/docs")
    [style] = re.findall("<style>(.*?)</style>", answer.text, re.DOTALL)
    policy = answer.headers["content-security-policy"]

    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert not re.search(r"<script|<link|<img|src=|style=|\son\w+=", answer.text)
    assert set(re.findall(r'href="([^"]*)"', answer.text)) - {"openapi.json"} <= {
        f"#{name}" for name in api.document["components"]["schemas"]
    }
    assert policy.startswith(
        f"default-src 'none'; style-src 'sha256-{b64encode(sha256(style.encode()).digest()).decode()}';"
    )


@pytest.mark.parametrize("path", ["openapi.json", "docs"])
def test_they_are_only_to_be_read(path: str, client: httpx.Client, certcentral_admin: CertCentralCaller) -> None:
    head = client.head(f"/services/v2/{path}")
    post = certcentral_admin.post(f"/{path}")

    assert (head.status_code, head.content) == (200, b"")
    assert (post.status_code, post.headers["allow"]) == (405, "GET")


def test_a_document_holds_nothing_about_a_tenant(client: httpx.Client, certcentral_admin: CertCentralCaller) -> None:
    told = client.get("/services/v2/openapi.json").text

    assert certcentral_admin.key not in told
    assert json.loads(told)["info"]["license"]["identifier"] == "Apache-2.0"
