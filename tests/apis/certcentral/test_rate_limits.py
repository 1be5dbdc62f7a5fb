"""The vendor's limits on requests: by key, over rolling windows, and for everything once they are passed."""

import time
from collections.abc import Iterator

import httpx
import pytest

from tests.apis.certcentral.caller import INVALID_KEY, Caller, first_caller, payload, refusal
from tests.apis.ledger import Ledger
from tests.support.live import LiveMuster, running_muster

WINDOW = 5.0
LIMIT = 100
OVER = (429, "request_limit_exceeded")


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveMuster]:
    """A Muster with the limits on, as they are unless somebody says otherwise."""
    data = tmp_path_factory.mktemp("limited") / "var"
    with running_muster(data, settings={"MUSTER_RATE_LIMITS": "on"}) as muster:
        yield muster


def test_the_101st_request_within_5_seconds_and_all_after_it_are_refused_until_the_window_clears(
    limited: LiveMuster,
) -> None:
    with (
        httpx.Client(base_url=limited.url, timeout=30, trust_env=False) as client,
        Ledger(f"sqlite:///{limited.data / 'muster.db'}") as ledger,
    ):
        admin = first_caller(client, limited.bootstrap.api_key)
        caller = admin.colleague(1)

        began = time.monotonic()
        within = [caller.get("/user/me").status_code for _ in range(LIMIT)]
        before = ledger.footprint()
        over = [caller.get("/user/me"), caller.post("/user", json=payload()), caller.get("/nothing")]
        took = time.monotonic() - began

        assert took < WINDOW, "this machine is too slow to pass the limit"
        assert within == [200] * LIMIT
        assert [refusal(answer) for answer in over] == [OVER] * 3
        assert over[0].json()["errors"][0]["message"] == "Service unavailable, please limit request volume"
        assert ledger.footprint() == before
        verify_others_are_not_affected(caller, admin)
        time.sleep(WINDOW + 0.1)
        assert caller.get("/user/me").status_code == 200


def verify_others_are_not_affected(limited: Caller, other: Caller) -> None:
    """Another key answers, another key of the same user too, and no key is no key."""
    strangers = limited.with_key("nobody's").get("/user/me")

    assert other.get("/user/me").status_code == 200
    assert other.with_key(other.issue_key(limited.number)[1]).get("/user/me").status_code == 200
    assert (strangers.status_code, strangers.content) == (403, INVALID_KEY)
    assert limited.client.get("/healthz").status_code == 200
