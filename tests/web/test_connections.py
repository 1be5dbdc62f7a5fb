"""What comes over a connection before and around a request: no HTTP, too much of it, offers of another kind."""

import json
import socket
import struct
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPConnection

import httpx
import pytest

from muster.web.connections import HEAD_LIMIT
from tests.apis.certcentral.caller import payload
from tests.support.live import LiveMuster, running_muster

MEBIBYTE = b"x" * (1 << 20)


@pytest.fixture(scope="module")
def muster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveMuster]:
    """A Muster that all of these may annoy."""
    with running_muster(tmp_path_factory.mktemp("connections") / "var") as muster:
        yield muster


def sent(muster: LiveMuster, *pieces: bytes) -> bytes:
    """What comes back for these bytes until the server closes; the client has no more to say after them."""
    answer = b""
    with socket.create_connection(("127.0.0.1", muster.port), timeout=20) as connection:
        with suppress(ConnectionError):
            for piece in pieces:
                connection.sendall(piece)
        with suppress(ConnectionError):
            while more := connection.recv(1 << 16):
                answer += more
    return answer


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def head(muster: LiveMuster, line: bytes, *headers: bytes) -> bytes:
    key = b"X-DC-DEVKEY: " + muster.bootstrap.api_key.encode()
    return b"\r\n".join([line + b" HTTP/1.1", b"Host: x", key, *headers, b"", b""])


NO_HTTP = [
    b"nonsense\r\n\r\n",
    b"FROB /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /services/v2/user/\xc2\xb0 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"POST /services/v2/user HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST /services/v2/user HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
    b"POST /services/v2/user HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
]


@pytest.mark.parametrize("request_", NO_HTTP, ids=lambda value: ascii(value)[:30])
def test_what_is_no_http_is_refused_and_the_connection_closed(muster: LiveMuster, request_: bytes) -> None:
    assert status(sent(muster, request_)) == 400


ENDLESS = {
    "a header": (b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: ", MEBIBYTE),
    "many headers": (b"GET /healthz HTTP/1.1\r\nHost: x\r\n", b"".join(b"X-%d: y\r\n" % n for n in range(50_000))),
    "the name of a header": (b"GET /healthz HTTP/1.1\r\nHost: x\r\n", MEBIBYTE),
    "a path": (b"GET /", MEBIBYTE),
    "a query": (b"GET /healthz?", MEBIBYTE),
    "trailers": (
        b"POST /healthz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
        b"".join(b"X-%d: y\r\n" % n for n in range(50_000)),
    ),
    "a second request": (
        b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\nX: ",
        MEBIBYTE,
    ),
}


def complaints(muster: LiveMuster) -> int:
    """How often the server has logged that a head was too large, or no HTTP."""
    log = muster.log.read_text()
    return log.count(f"a request's head is over {HEAD_LIMIT} bytes") + log.count("Invalid HTTP request received.")


@pytest.mark.parametrize("name", ENDLESS)
def test_a_head_without_end_is_cut_off(muster: LiveMuster, name: str) -> None:
    begin, more = ENDLESS[name]
    before = complaints(muster)

    sent(muster, begin, *[more] * 20)

    assert complaints(muster) == before + 1
    assert httpx.get(f"{muster.url}/healthz", trust_env=False).status_code == 200


def test_a_head_of_a_hundred_thousand_bytes_is_read(muster: LiveMuster) -> None:
    long = [b"X-%d: " % number + b"y" * 1000 for number in range(100)]

    answer = sent(muster, head(muster, b"GET /services/v2/user/me", *long, b"Connection: close"))

    assert status(answer) == 200


def test_a_body_in_chunks_of_a_byte_is_read(muster: LiveMuster) -> None:
    body = json.dumps(payload(x="y" * 30_000)).encode()
    start = head(muster, b"POST /services/v2/user", b"Transfer-Encoding: chunked", b"Connection: close")
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in body)

    answer = sent(muster, start, chunks + b"0\r\n\r\n")

    assert status(answer) == 201


OFFER = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2-Settings": "AAMAAABkAAQCAAAAAAIAAAAA"}


def test_who_offers_http_2_is_answered_in_http_1_and_may_ask_again(muster: LiveMuster) -> None:
    body = json.dumps(payload()).encode()
    headers = {"X-DC-DEVKEY": muster.bootstrap.api_key, **OFFER}
    connection = HTTPConnection("127.0.0.1", muster.port, timeout=10)
    statuses = []

    for method, path, content in (("GET", "/user/me", None), ("POST", "/user", body), ("GET", "/user", None)):
        connection.request(method, f"/services/v2{path}", content, headers)
        with connection.getresponse() as answer:
            statuses.append((answer.status, answer.version))
            answer.read()
    connection.close()

    assert statuses == [(200, 11), (201, 11), (200, 11)]


def test_a_request_that_gives_its_whole_address_is_answered(muster: LiveMuster) -> None:
    line = f"GET {muster.url}/services/v2/user/me".encode()

    assert status(sent(muster, head(muster, line, b"Connection: close"))) == 200


def test_an_old_client_is_answered_and_the_connection_closed(muster: LiveMuster) -> None:
    key = muster.bootstrap.api_key.encode()

    answer = sent(muster, b"GET /services/v2/user/me HTTP/1.0\r\nX-DC-DEVKEY: " + key + b"\r\n\r\n")

    assert status(answer) == 200


def test_who_asks_before_he_sends_a_body_is_told_to_go_on_or_that_it_is_too_large(muster: LiveMuster) -> None:
    body = json.dumps(payload()).encode()
    waits = b"Expect: 100-continue"
    small = head(muster, b"POST /services/v2/user", waits, b"Content-Length: %d" % len(body), b"Connection: close")
    large = head(muster, b"POST /services/v2/user", waits, b"Content-Length: 2000000")

    with socket.create_connection(("127.0.0.1", muster.port), timeout=10) as connection:
        connection.sendall(small)
        interim = connection.recv(1 << 16)
        connection.sendall(body)
        final = connection.recv(1 << 16)
    with socket.create_connection(("127.0.0.1", muster.port), timeout=10) as connection:
        connection.sendall(large)
        refused = connection.recv(1 << 16)

    assert (status(interim), status(final), status(refused)) == (100, 201, 413)


def test_requests_that_come_together_are_answered_in_order_and_the_last_ends_the_connection(muster: LiveMuster) -> None:
    names = ["/user/me", "/nowhere", "/user/me", "/openapi.json"]
    together = [head(muster, f"GET /services/v2{name}".encode()) for name in names]
    last = head(muster, b"HEAD /services/v2/user/me", b"Connection: close")

    answer = sent(muster, b"".join(together) + last)

    found = [(int(part[:3]), b"\r\nconnection: close\r\n" in part) for part in answer.split(b"HTTP/1.1 ")[1:]]
    assert found == [(200, False), (404, False), (200, False), (200, False), (200, True)]
    assert answer.endswith(b"\r\n\r\n")


def test_who_reads_nothing_of_what_he_asked_for_is_waited_for_while_others_are_answered(muster: LiveMuster) -> None:
    count = 200
    asked = b"".join([head(muster, b"GET /services/v2/openapi.json")] * count + [b"GET / HTTP/1.0\r\n\r\n"])
    length = len(httpx.get(f"{muster.url}/services/v2/openapi.json", trust_env=False).content)
    with socket.create_connection(("127.0.0.1", muster.port), timeout=20) as slow:
        slow.sendall(asked)
        others = [httpx.get(f"{muster.url}/healthz", trust_env=False).status_code for _ in range(5)]
        got = b"".join(iter(lambda: slow.recv(1 << 20), b""))

    assert others == [200] * 5
    assert got.count(b"HTTP/1.1 200 OK\r\n") == count
    assert len(got) > count * length


def test_who_goes_away_before_he_is_answered_leaves_no_trace(muster: LiveMuster) -> None:
    body = json.dumps(payload()).encode()
    unfinished = head(muster, b"POST /services/v2/user", b"Content-Length: %d" % len(body)) + body[:-5]
    for data in (unfinished, *[head(muster, b"GET /services/v2/user")] * 20):
        with socket.create_connection(("127.0.0.1", muster.port), timeout=20) as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.sendall(data)

    assert httpx.get(f"{muster.url}/readyz", trust_env=False).status_code == 200
    assert "Traceback" not in muster.log.read_text()
