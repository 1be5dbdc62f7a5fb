"""Logs: JSON lines, each request by its id, and no secret anywhere."""

import io
import json
import logging
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from muster.web.logs import JsonFormatter, RequestLog
from tests.support.live import LiveMuster, running_muster


def line(**extra: Any) -> dict[str, Any]:
    """A record as it is written."""
    record = logging.makeLogRecord({"name": "a.b", "levelname": "WARNING", "levelno": 30, "created": 12.3456, **extra})
    found: dict[str, Any] = json.loads(JsonFormatter().format(record))
    return found


def test_a_record_is_one_line_with_its_extras() -> None:
    found = line(msg="two\nlines of %s", args=("é",), request="r-1", color_message="red")

    expected = {"time": 12.346, "level": "warning", "logger": "a.b", "message": "two\nlines of é", "request": "r-1"}
    assert found == expected


def test_what_is_no_json_is_written_as_text() -> None:
    found = line(msg="at", path=Path("a"), error=ValueError("wrong"))

    assert (found["path"], found["error"]) == ("a", "wrong")


def test_a_trace_stays_in_its_line() -> None:
    try:
        raise ValueError("wrong")
    except ValueError:
        written = JsonFormatter().format(logging.makeLogRecord({"msg": "met", "exc_info": sys.exc_info()}))

    assert "\n" not in written
    assert json.loads(written)["exception"].endswith("ValueError: wrong")


def test_a_request_is_one_line() -> None:
    stream = io.StringIO()

    RequestLog(stream, lambda: 1500, enabled=True).write("r-1", "GET", 'a "route"', 200, 1.2345, None)

    assert stream.getvalue().endswith("}\n")
    assert json.loads(stream.getvalue()) == {
        "time": 1.5,
        "level": "info",
        "logger": "muster.request",
        "request": "r-1",
        "method": "GET",
        "route": 'a "route"',
        "status": 200,
        "ms": 1.23,
        "address": None,
    }


SECRET = "Tr0ub4dor-and-3-secrets"
ASKED: list[tuple[str, str, dict[str, str], bytes]] = [
    ("GET", "/services/v2/user/me", {}, b""),
    (
        "GET",
        f"/services/v2/user/{SECRET}?api_key={SECRET}",
        {"Cookie": SECRET, "Authorization": f"Bearer {SECRET}"},
        b"",
    ),
    ("GET", f"/services/v2/{SECRET}", {}, b""),
    ("POST", "/services/v2/user", {}, f'{{"username":"{SECRET}","password":"{SECRET}","x":1,"x":2}}'.encode()),
    ("POST", "/services/v2/user", {}, f'{{"username":["{SECRET}"]}}'.encode()),
    ("POST", "/services/v2/user", {}, SECRET.encode()),
    ("POST", f"/services/v2/key/user/2?x={SECRET}", {}, f'{{"name":"{SECRET}"}}'.encode()),
    ("DELETE", f"/services/v2/user?{SECRET}", {}, b""),
    ("GET", "/services/v2/user/me", {"X-DC-DEVKEY": SECRET}, b""),
    ("GET", "/services/v2/user?filters[search]=%FF" + SECRET, {}, b""),
    ("GET", "/services/v2/user/me", {"X-Request-Id": SECRET, "X-Forwarded-For": SECRET}, b""),
]


@pytest.fixture
def restarted(tmp_path: Path) -> LiveMuster:
    """A Muster over data that were made before: the output from here on holds no first credentials."""
    with running_muster(tmp_path / "var", settings={"MUSTER_LOG_LEVEL": "debug"}) as muster:
        return muster


def test_a_servers_log_is_json_names_each_request_and_holds_no_secret(restarted: LiveMuster) -> None:
    known = restarted.bootstrap
    size = restarted.log.stat().st_size
    issued: list[str] = []
    answered: list[tuple[str, int]] = []
    restarted.start()
    with httpx.Client(base_url=restarted.url, trust_env=False) as client:
        for method, target, headers, body in ASKED:
            answer = client.request(method, target, headers={"X-DC-DEVKEY": known.api_key, **headers}, content=body)
            answered.append((answer.headers["x-request-id"], answer.status_code))
            issued += [answer.json()["api_key"]] if "api_key" in answer.text else []
    restarted.stop()

    written = restarted.log.read_bytes()[size:].decode()
    lines = [json.loads(one) for one in written.splitlines()]
    requests = [one for one in lines if one["logger"] == "muster.request"]
    assert [(one["request"], one["status"]) for one in requests] == answered
    assert len(issued) == 1
    secrets = [
        known.api_key,
        known.password,
        SECRET,
        restarted.data.joinpath("secret.key").read_text().strip(),
        *issued,
    ]
    assert [secret for secret in secrets if secret in written] == []
    assert {one["route"] for one in requests} == {
        "certcentral",
        "certcentral /user",
        "certcentral /user/me",
        "certcentral /user/{id}",
        "certcentral /key/user/{user_id}",
    }


def test_a_quieter_server_logs_no_requests(tmp_path: Path) -> None:
    with running_muster(tmp_path / "var", settings={"MUSTER_LOG_LEVEL": "warning"}) as muster:
        httpx.get(f"{muster.url}/services/v2/user/me", trust_env=False)

    assert "muster.request" not in muster.log.read_text()
