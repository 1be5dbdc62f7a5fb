"""The field's own suites against a live Muster: scim2-tester and scim-sanity, whole, with nothing skipped by choice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import httpx
import httpx2
import pytest
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server
from scim_sanity.probe.runner import run_probe_api  # type: ignore[import-untyped]

from tests.apis.scim.caller import Caller
from tests.support.live import LiveMuster

CHECKS = 135
"""How many checks scim2-tester 0.5.2 makes of a server with users, groups and the enterprise extension."""

ABSENT = {"Agent CRUD Lifecycle", "AgenticApplication CRUD Lifecycle", "Agent Rapid Lifecycle"}
"""What scim-sanity skips where a server does not say that it has agents."""

GOOD = {Status.SUCCESS, Status.COMPLIANT, Status.ACCEPTABLE}


@pytest.fixture(scope="module")
def admin(lone_muster: LiveMuster) -> Iterator[Caller]:
    """The first connection of a Muster with nobody else in it: scim2-tester looks for its own on the first page."""
    with httpx.Client(base_url=lone_muster.url, timeout=30, trust_env=False) as client:
        yield Caller(client, lone_muster.bootstrap.token)


@pytest.fixture
def url(admin: Caller, mount: str) -> str:
    return str(admin.client.base_url).rstrip("/") + replace(admin, mount=mount).mount


@pytest.fixture
def tester(admin: Caller, url: str) -> Iterator[SyncSCIMClient]:
    """The suite's own client, which is told nothing of the server but its URL and a token."""
    headers = {"authorization": f"Bearer {admin.token}"}
    with httpx2.Client(base_url=url, headers=headers, trust_env=False, timeout=30) as client:
        yield SyncSCIMClient(client)


def test_every_check_of_scim2_tester_is_passed(tester: SyncSCIMClient) -> None:
    results = check_server(tester)
    failed = [(one.resource_type, one.title, one.reason) for one in results if one.status not in GOOD]

    assert failed == []
    assert len(results) >= CHECKS


def test_every_check_of_scim_sanity_is_passed(admin: Caller, url: str) -> None:
    told = run_probe_api(url, token=admin.token)
    counted = Counter(one["status"] for one in told["results"])
    failed = [one for one in told["results"] if one["status"] not in ("pass", "skip")]

    assert failed == []
    assert {one["name"] for one in told["results"] if one["status"] == "skip"} <= ABSENT
    assert counted["pass"] >= 28
