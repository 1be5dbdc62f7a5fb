"""The load generator: where an answer ends, and what is not measured says so."""

from __future__ import annotations

import pytest

from bench import peers
from bench.groups import FilledGroup
from bench.load import WrongAnswer, _is_whole
from bench.peers import Peer
from bench.workloads_scim import Provider, ScimMembers

WHOLE = [
    b"HTTP/1.1 204 No Content\r\netag: x\r\n\r\n",
    b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}",
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nx: y\r\n\r\n{}",
    b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
]


@pytest.mark.parametrize("answer", WHOLE)
def test_an_answer_ends_with_its_last_byte(answer: bytes) -> None:
    end = answer.index(b"\r\n\r\n")

    assert _is_whole(answer, end)
    assert not any(_is_whole(answer[:cut], end) for cut in range(end + 4, len(answer)))


def test_a_member_comes_and_goes_by_turns() -> None:
    members = ScimMembers(Provider("token"), FilledGroup("g", 1234, ("a", "b")))
    turns = [members.request() for _ in range(6)]

    assert members.name == "one member of 1,234 (SCIM)"
    assert [token for _, token in turns] == [(user, is_in) for user in (b"a", b"b", b"a") for is_in in (True, False)]
    assert [b'"op": "add"' in request for request, _ in turns] == [True, False] * 3
    members.check((b"a", True), 200, b'{"value":"a"}')
    members.check((b"a", False), 204, b"")
    for token, status, body in (((b"a", True), 200, b"{}"), ((b"a", False), 200, b"a"), ((b"a", True), 404, b"a")):
        with pytest.raises(WrongAnswer):
            members.check(token, status, body)


def test_a_peer_that_is_not_installed_is_not_measured_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "find_spec", lambda _: None)
    peer = Peer(1.0)
    peer.once()

    assert peer.lines == []
    assert peer.says() == "(memory)    scim2-server is not measured: it is not installed"
