"""How a server ends when it is told to (SIGTERM): nothing acknowledged is lost, and what was begun is answered."""

import json
import os
import signal
import socket
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.apis.certcentral.caller import first_caller, payload
from tests.support.live import LiveMuster, running_muster

CLIENTS = 8
SECONDS = 0.6


@dataclass
class Busy:
    """A client that adds users until the server is gone; `acknowledged` are those that it was told of."""

    muster: LiveMuster
    key: str
    acknowledged: dict[int, str] = field(default_factory=dict)
    others: list[int] = field(default_factory=list)

    def run(self) -> None:
        with httpx.Client(base_url=self.muster.url, timeout=30, trust_env=False) as client:
            while True:
                body = payload()
                try:
                    answer = client.post("/services/v2/user", json=body, headers={"X-DC-DEVKEY": self.key})
                except httpx.TransportError:
                    return
                if answer.status_code != 201:
                    self.others.append(answer.status_code)
                    return
                self.acknowledged[answer.json()["id"]] = body["username"]


def test_a_stop_under_load_loses_no_acknowledged_user(live_muster: LiveMuster) -> None:
    clients = [Busy(live_muster, live_muster.bootstrap.api_key) for _ in range(CLIENTS)]
    threads = [threading.Thread(target=client.run) for client in clients]
    for thread in threads:
        thread.start()
    time.sleep(SECONDS)

    status = live_muster.stop()
    for thread in threads:
        thread.join()
    live_muster.start()

    with httpx.Client(base_url=live_muster.url, timeout=30, trust_env=False) as client:
        admin = first_caller(client, live_muster.bootstrap.api_key)
        acknowledged = {number: name for busy in clients for number, name in busy.acknowledged.items()}
        found = {number: admin.info(number)["username"] for number in acknowledged}
    assert status in (0, -signal.SIGTERM)
    assert len(acknowledged) > CLIENTS
    assert found == acknowledged
    assert [busy.others for busy in clients if set(busy.others) - {503}] == []
    assert "Traceback" not in live_muster.log.read_text()


def test_a_request_that_was_begun_is_answered_before_the_end(live_muster: LiveMuster) -> None:
    body = json.dumps(payload()).encode()
    head = (
        "POST /services/v2/user HTTP/1.1\r\nHost: x\r\n"
        f"X-DC-DEVKEY: {live_muster.bootstrap.api_key}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    process = live_muster.process
    assert process is not None
    with socket.create_connection(("127.0.0.1", live_muster.port), timeout=10) as connection:
        connection.sendall(head.encode() + body[:20])
        time.sleep(0.2)
        os.kill(live_muster.pid, signal.SIGTERM)
        time.sleep(0.5)
        is_running = process.poll() is None
        connection.sendall(body[20:])
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    ended = process.wait(10)

    assert is_running
    assert answer.startswith(b"HTTP/1.1 201 ")
    assert ended in (0, -signal.SIGTERM)


def test_an_idle_connection_holds_nothing_up(tmp_path: Path) -> None:
    with (
        running_muster(tmp_path / "var") as muster,
        socket.create_connection(("127.0.0.1", muster.port), timeout=10) as idle,
    ):
        time.sleep(0.2)
        began = time.monotonic()
        muster.stop()
        took = time.monotonic() - began
        left = idle.recv(10)

    assert left == b""
    assert took < 8
