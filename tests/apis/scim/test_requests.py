"""Bodies by profile, versions, locations: what handlers ask of a request."""

from __future__ import annotations

import pytest

from muster.apis.scim.normal import Misfit
from muster.apis.scim.profiles import PROFILES
from muster.apis.scim.requests import body_of, location, profile_of
from muster.apis.scim.versions import expected, tag, tagged
from muster.web.answers import Hindered, Problem
from muster.web.sites import Site
from tests.apis.scim.calls import actor, call


@pytest.mark.parametrize("kind", ["application/scim+json", "application/json", "Application/SCIM+JSON; charset=utf-8"])
def test_a_strict_connection_sends_json(kind: str) -> None:
    assert body_of(call(body=b'{"a":1}', headers={"content-type": kind}, who=actor("strict"))) == {"a": 1}


@pytest.mark.parametrize("headers", [{}, {"content-type": "text/plain"}, {"content-type": ""}])
def test_another_type_is_refused_unless_that_is_forgiven(headers: dict[str, str]) -> None:
    with pytest.raises(Hindered) as raised:
        body_of(call(body=b"{}", headers=headers, who=actor("strict")))

    assert raised.value.problem is Problem.NOT_ACCEPTABLE
    assert body_of(call(body=b"{}", headers=headers, who=actor("okta"))) == {}


@pytest.mark.parametrize("body", [b"", b"word", b"{", b'{"a":1,"a":2}', b'{"a":NaN}', b"\xff", b"[" * 50 + b"]" * 50])
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(Hindered) as raised:
        body_of(call(body=body))

    assert raised.value.problem is Problem.MALFORMED


@pytest.mark.parametrize("body", [b"[]", b"1", b"null", b'"x"'])
def test_a_body_is_an_object(body: bytes) -> None:
    with pytest.raises(Misfit) as raised:
        body_of(call(body=body))

    assert raised.value.kind == "invalidSyntax"


@pytest.mark.parametrize("profile", [None, "unheard-of", "lenient"])
def test_who_has_no_profile_is_lenient(profile: str | None) -> None:
    assert profile_of(call(who=actor(profile))) is PROFILES["lenient"]


VERSIONS: list[tuple[str | None, frozenset[int] | None]] = [
    (None, None),
    ("*", None),
    (" * ", None),
    ('W/"3"', frozenset({3})),
    ('"3"', frozenset({3})),
    ('W/"3", "4" ,W/"5"', frozenset({3, 4, 5})),
    ('W/"x"', frozenset()),
    ('W/"99999999999999999999"', frozenset()),
    ('""', frozenset()),
]


@pytest.mark.parametrize(("header", "versions"), VERSIONS)
def test_versions_that_a_client_knows(header: str | None, versions: frozenset[int] | None) -> None:
    assert expected(call(headers={} if header is None else {"if-match": header})) == versions


@pytest.mark.parametrize("header", ["", "3", "W/3", ","])
def test_what_is_no_etag_is_refused(header: str) -> None:
    with pytest.raises(Misfit) as raised:
        expected(call(headers={"if-match": header}))

    assert raised.value.kind == "invalidVers"


def test_a_version_is_told_as_it_is_expected() -> None:
    assert tagged(7) == (b"etag", tag(7).encode())
    assert expected(call(headers={"if-match": tag(7)})) == frozenset({7})


def test_locations_are_below_the_url_that_the_server_was_told() -> None:
    assert location(call(), "/Users", "1") == "https://muster.example/scim/v2/Users/1"
    assert location(call(), "/ServiceProviderConfig") == "https://muster.example/scim/v2/ServiceProviderConfig"


@pytest.mark.parametrize(
    ("site", "host", "url"),
    [
        (Site("https://muster.example", "http://127.0.0.1"), "evil.example", "https://muster.example"),
        (Site(None, "http://127.0.0.1:1"), "idp.example:8080", "http://idp.example:8080"),
        (Site(None, "http://127.0.0.1:1", secure=True), "idp.example", "https://idp.example"),
        (Site(None, "http://127.0.0.1:1"), "[::1]:8080", "http://[::1]:8080"),
        (Site(None, "http://127.0.0.1:1"), None, "http://127.0.0.1:1"),
        (Site(None, "http://127.0.0.1:1"), "a/b", "http://127.0.0.1:1"),
        (Site(None, "http://127.0.0.1:1"), 'a"b', "http://127.0.0.1:1"),
        (Site(None, "http://127.0.0.1:1"), "a\nb", "http://127.0.0.1:1"),
        (Site(None, "http://127.0.0.1:1"), "", "http://127.0.0.1:1"),
    ],
)
def test_a_server_that_was_told_none_goes_by_the_host_that_was_asked_for(
    site: Site, host: str | None, url: str
) -> None:
    assert site.of(host) == url
