"""Pages of another origin, on both APIs: with exact requests, and in a browser where the machine has one."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.live import LiveMuster, running_muster
from tests.support.processes import die_with_parent, free_port, stop

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
BROWSER_SECONDS = 60
PAGE = "/api/web/page"
"""Below the cookie's own path, so that a script of the page would see it if scripts could."""


@pytest.fixture(scope="module")
def named() -> str:
    """An origin that is named."""
    return f"http://127.0.0.1:{free_port()}"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, named: str) -> Iterator[LiveMuster]:
    """A Muster whose APIs that origin may use."""
    settings = {"MUSTER_CORS_ORIGINS": f"https://app.example.com, {named}"}
    with running_muster(tmp_path_factory.mktemp("shared") / "var", settings=settings) as muster:
        yield muster


def credentials(muster: LiveMuster) -> dict[str, str]:
    made = muster.bootstrap
    return {"applicationId": made.application, "sharedSecret": made.shared_secret}


def cross_origin(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name.startswith("access-control-")}


def ask(muster: LiveMuster, method: str, path: str, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.request(method, muster.url + path, headers=named, trust_env=False, timeout=30)


BEFORE = [
    ("/api/web/v1/applications/adminapi", "GET, POST", "Authorization, Content-Type"),
    ("/api/web/v1/adminapi/authenticate", "POST", "Authorization, Content-Type"),
    ("/services/v2/user", "GET, POST", "X-DC-DEVKEY, Content-Type"),
]


@pytest.mark.parametrize(("path", "methods", "headers"), BEFORE)
def test_a_browser_is_told_beforehand_what_a_named_origin_may(
    shared: LiveMuster, named: str, path: str, methods: str, headers: str
) -> None:
    answer = ask(shared, "OPTIONS", path, origin=named, access_control_request_method="POST")

    assert (answer.status_code, answer.content, answer.headers["vary"]) == (204, b"", "Origin")
    assert cross_origin(answer) == {
        "access-control-allow-origin": named,
        "access-control-allow-credentials": "true",
        "access-control-expose-headers": answer.headers["access-control-expose-headers"],
        "access-control-allow-methods": methods,
        "access-control-allow-headers": headers,
        "access-control-max-age": "600",
    }


@pytest.mark.parametrize("path", ["/api/web/v3/users", "/services/v2/user"])
def test_another_origin_is_answered_as_if_there_were_no_such_thing(shared: LiveMuster, path: str) -> None:
    plain = ask(shared, "OPTIONS", path)
    asked = ask(shared, "OPTIONS", path, origin="http://evil.example", access_control_request_method="POST")

    assert (asked.status_code, asked.content) == (plain.status_code, plain.content)
    assert asked.status_code in (401, 403)
    assert cross_origin(asked) == {}


def test_options_with_a_credential_is_no_question_of_a_browser(shared: LiveMuster, named: str) -> None:
    """Clients ask so whether their session has ended."""
    path, question = "/api/web/v3/users", {"origin": named, "access_control_request_method": "POST"}
    pair = ",".join(credentials(shared).values())
    expired = ask(shared, "OPTIONS", path, authorization="x", **question)
    alive = ask(shared, "OPTIONS", path, authorization=pair, **question)

    assert (expired.status_code, alive.status_code) == (401, 405)
    assert [cross_origin(one)["access-control-allow-origin"] for one in (expired, alive)] == [named] * 2


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/web/v3/users/x", 401),
        ("GET", "/api/web/nothing", 401),
        ("POST", "/api/web/v1/adminapi/authenticate", 400),
        ("GET", "/services/v2/user/me", 403),
    ],
)
def test_errors_too_can_be_read(shared: LiveMuster, named: str, method: str, path: str, status: int) -> None:
    answer = ask(shared, method, path, origin=named)

    assert (answer.status_code, answer.headers["vary"]) == (status, "Origin")
    assert answer.headers["access-control-allow-origin"] == named


def test_the_page_where_people_set_passwords_is_shared_with_nobody(shared: LiveMuster, named: str) -> None:
    found = [
        ask(shared, "GET", "/password/x", origin=named),
        ask(shared, "OPTIONS", "/password/x", origin=named, access_control_request_method="POST"),
        ask(shared, "GET", "/healthz", origin=named),
    ]

    assert [cross_origin(answer) for answer in found] == [{}, {}, {}]


SCRIPT = """
<!doctype html><script>
const api = "%(url)s", found = {};
const json = {"Content-Type": "application/json"};
async function ask(name, path, options) {
  try {
    const answer = await fetch(api + path, options);
    const text = await answer.text();
    found[name] = [answer.status, text ? JSON.parse(text) : null, answer.headers.get("x-request-id") !== null];
    return found[name][1];
  } catch (error) {
    found[name] = [error.name, null, false];
    return {};
  }
}
(async () => {
  const list = "/api/web/v1/applications/adminapi";
  const body = JSON.stringify({...%(credentials)s, enableWebSession: true});
  const session = await ask("sign in", "/api/web/v1/adminapi/authenticate",
    {method: "POST", headers: json, credentials: "include", body});
  const shown = {Authorization: session.authToken || "x"};
  await ask("list", list, {headers: shown, credentials: "include"});
  await ask("without cookie", list, {headers: shown, credentials: "omit"});
  await ask("unknown", list + "/x", {method: "DELETE", headers: shown, credentials: "include"});
  await ask("wrong method", list, {method: "PATCH", headers: shown, credentials: "include"});
  await ask("another header", list, {headers: {...shown, "X-Other": "1"}, credentials: "include"});
  await ask("other api", "/services/v2/user/me", {headers: {"X-DC-DEVKEY": "%(key)s"}});
  found.cookie = document.cookie;
  await fetch("/found", {method: "POST", body: JSON.stringify(found)});
})();
</script>
"""


@contextmanager
def page(origin: str, text: str) -> Iterator[tuple[threading.Event, list[Any]]]:
    """A server of one page at an origin, which takes what the page found."""
    told, found = threading.Event(), list[Any]()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(text.encode())

        def do_POST(self) -> None:
            found.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self._answer(b"")
            told.set()

        def _answer(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nothing is written anywhere."""

    server = ThreadingHTTPServer(("127.0.0.1", int(origin.rpartition(":")[2])), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield told, found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)


def browsed(origin: str, muster: LiveMuster, profile: Path) -> dict[str, Any]:
    """What a browser's page at an origin found."""
    values = {"url": muster.url, "credentials": json.dumps(credentials(muster)), "key": muster.bootstrap.api_key}
    with page(origin, SCRIPT % values) as (told, found):
        browser = subprocess.Popen(
            [str(BROWSER), *FLAGS, f"--user-data-dir={profile}", "--remote-debugging-port=0", origin + PAGE],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=die_with_parent(signal.SIGKILL),
        )
        try:
            assert told.wait(BROWSER_SECONDS), "the page told nothing"
        finally:
            stop(browser, signal.SIGTERM)
    [one] = found
    result: dict[str, Any] = one
    return result


@pytest.mark.skipif(BROWSER is None, reason="this machine has no browser")
def test_a_page_of_a_named_origin_works_in_a_browser_with_token_and_cookie(
    shared: LiveMuster, named: str, tmp_path: Path
) -> None:
    found = browsed(named, shared, tmp_path)

    assert {name: one[0] for name, one in found.items() if name != "cookie"} == {
        "sign in": 200,
        "list": 200,
        "without cookie": 401,
        "unknown": 404,
        "wrong method": "TypeError",
        "another header": "TypeError",
        "other api": 200,
    }
    assert found["without cookie"][1]["errorCode"] == "invalid_session_token"
    assert found["unknown"][1]["errorCode"] == "api_application_not_found"
    assert found["list"][1][0]["id"] == shared.bootstrap.application
    assert (found["list"][2], found["cookie"]) == (True, "")


@pytest.mark.skipif(BROWSER is None, reason="this machine has no browser")
def test_a_page_of_another_origin_gets_nothing_in_a_browser(shared: LiveMuster, tmp_path: Path) -> None:
    found = browsed(f"http://127.0.0.1:{free_port()}", shared, tmp_path)

    assert {name: one[0] for name, one in found.items() if name != "cookie"} == dict.fromkeys(
        ["sign in", "list", "without cookie", "unknown", "wrong method", "another header", "other api"], "TypeError"
    )
