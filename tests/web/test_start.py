"""How a server starts: credentials once, over TLS or where plain HTTP is safe, ready when it can serve."""

import json
import stat
from pathlib import Path

import httpx
import pytest

from tests.apis.ledger import Ledger
from tests.support.live import LiveMuster, running_muster
from tests.support.postgresql import PostgresServer
from tests.web.server import certificate, serving, trusting

OWN = "/services/v2/user/me"


def own_status(muster: LiveMuster, key: str) -> int:
    return httpx.get(muster.url + OWN, headers={"X-DC-DEVKEY": key}, trust_env=False).status_code


def test_the_first_start_writes_the_credentials_down_for_their_owner_and_a_second_changes_nothing(
    live_muster: LiveMuster,
) -> None:
    file = live_muster.data / "bootstrap.json"
    written, modified = file.read_bytes(), file.stat().st_mtime_ns
    files = sorted(path.name for path in live_muster.data.iterdir() if not path.name.startswith("muster.db-"))
    printed = live_muster.log.read_text()
    shown = printed[printed.index("\n{\n") : printed.index("\n}\n") + 2]
    url = live_muster.database_url or ""
    with Ledger(url) as ledger:
        before = ledger.footprint()

    first = own_status(live_muster, live_muster.bootstrap.api_key)
    live_muster.stop()
    live_muster.start()
    second = own_status(live_muster, live_muster.bootstrap.api_key)

    with Ledger(url) as ledger:
        assert ledger.footprint() == before
    assert (first, second) == (200, 200)
    assert json.loads(shown) == json.loads(written)
    assert (file.read_bytes(), file.stat().st_mtime_ns) == (written, modified)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert {"bootstrap.json", "secret.key"} <= set(files)
    assert not [name for name in files if name.startswith("bootstrap.json.")]
    assert live_muster.log.read_text().count(live_muster.bootstrap.api_key) == 1


def test_over_tls_the_same_is_served_and_plain_http_is_not(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    settings = {"MUSTER_HOST": "0.0.0.0", "MUSTER_TLS_CERT": str(cert), "MUSTER_TLS_KEY": str(key)}

    with serving(tmp_path / "var", settings) as port:
        api_key = json.loads((tmp_path / "var" / "bootstrap.json").read_text())["certcentral"]["api_key"]
        with httpx.Client(verify=trusting(cert), trust_env=False) as client:
            answer = client.get(f"https://127.0.0.1:{port}{OWN}", headers={"X-DC-DEVKEY": api_key})
            ready = client.get(f"https://127.0.0.1:{port}/readyz")
        with pytest.raises(httpx.TransportError):
            httpx.get(f"http://127.0.0.1:{port}{OWN}", trust_env=False)
        with pytest.raises(httpx.ConnectError, match="certificate verify failed"):
            httpx.get(f"https://127.0.0.1:{port}{OWN}", trust_env=False)

    assert (answer.status_code, ready.status_code) == (200, 200)


def test_two_servers_cannot_have_one_port(tmp_path: Path) -> None:
    with running_muster(tmp_path / "first") as first:
        second = LiveMuster(tmp_path / "second", port=first.port)

        launched = second._launch()

        assert launched.wait(20) != 0
        assert "address already in use" in second.log.read_text()


HEALTH = [
    ("GET", "/healthz", 200, {"status": "alive"}),
    ("GET", "/readyz", 200, {"status": "ready"}),
    ("GET", "/", 404, {"error": "There is nothing at this address."}),
    ("GET", "/services", 404, {"error": "There is nothing at this address."}),
    ("GET", "/services/v2x/user", 404, {"error": "There is nothing at this address."}),
    ("POST", "/services/v3/user", 404, {"error": "There is nothing at this address."}),
]


def test_a_server_tells_that_it_lives_that_it_is_ready_and_what_is_nowhere(tmp_path: Path) -> None:
    with running_muster(tmp_path / "var") as muster, httpx.Client(base_url=muster.url, trust_env=False) as client:
        answers = [client.request(method, path) for method, path, _, _ in HEALTH]

    assert [(answer.status_code, answer.json()) for answer in answers] == [
        (status, body) for *_, status, body in HEALTH
    ]


def test_without_its_database_a_server_lives_and_is_not_ready_and_refuses_in_the_apis_form(
    tmp_path: Path, postgresql: PostgresServer
) -> None:
    url = postgresql.create_database()
    with running_muster(tmp_path / "var", database_url=url) as muster:
        key = muster.bootstrap.api_key
        assert own_status(muster, key) == 200
        postgresql.drop_database(url)
        with httpx.Client(base_url=muster.url, trust_env=False) as client:
            alive, ready = client.get("/healthz"), client.get("/readyz")
            answer = client.get(OWN, headers={"X-DC-DEVKEY": key})

    assert (alive.status_code, ready.status_code, ready.json()) == (200, 503, {"status": "not ready"})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (503, "service_unavailable")
