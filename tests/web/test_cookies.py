"""Cookies: what is set for whom, and what is read of what comes back."""

from __future__ import annotations

import pytest

from muster.web.answers import Headers
from muster.web.cookies import Cookies, values_of

BASE = "NAME=value; Path=/api; Max-Age=60; HttpOnly"


@pytest.mark.parametrize(
    ("secure", "crossing", "expected"),
    [
        (False, False, f"{BASE}; SameSite=Strict"),
        (False, True, f"{BASE}; SameSite=Strict"),
        (True, False, f"{BASE}; Secure; SameSite=Strict"),
        (True, True, f"{BASE}; Secure; SameSite=None"),
    ],
)
def test_a_cookie_is_no_scripts_and_crosses_sites_over_tls_alone(secure: bool, crossing: bool, expected: str) -> None:
    name, value = Cookies(secure, crossing).set("NAME", "value", "/api", 60)

    assert (name, value.decode()) == (b"set-cookie", expected)


READ: list[tuple[list[bytes], list[str]]] = [
    ([], []),
    ([b""], []),
    ([b"NAME=a"], ["a"]),
    ([b"x=1; NAME=a; y=2"], ["a"]),
    ([b"x=1;NAME=a;y=2"], ["a"]),
    ([b"NAME=a; NAME=b"], ["a", "b"]),
    ([b"NAME=a", b"NAME=b"], ["a", "b"]),
    ([b"NAME=a=b"], ["a=b"]),
    ([b"NAME="], [""]),
    ([b"NAME"], [""]),
    ([b"name=a; NAMES=b; XNAME=c; N AME=d"], []),
    ([b"\xff=\xff; NAME=\xe9;;;==;"], ["\xe9"]),
]


@pytest.mark.parametrize(("lines", "expected"), READ)
def test_all_values_of_a_name_are_found_in_order(lines: list[bytes], expected: list[str]) -> None:
    headers: Headers = ((b"host", b"NAME=x"), *((b"cookie", line) for line in lines))

    assert values_of(headers, "NAME") == expected
