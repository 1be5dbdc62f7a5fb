"""Answers leave in one piece: the head is held until its body comes, and what is held is never lost."""

from __future__ import annotations

import asyncio

import pytest

from muster.web.connections import InOnePiece

HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n"


class Recorder(asyncio.Transport):
    """What is written, and whether it was closed."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.is_closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written.append(bytes(data))

    def close(self) -> None:
        self.is_closed = True


def test_a_head_and_the_first_of_its_body_are_one_write_and_the_rest_follows_as_it_comes() -> None:
    wire = Recorder()
    pieces = InOnePiece(wire)
    for data in (HEAD, b"o", b"k", HEAD, b"no"):
        pieces.write(data)

    assert wire.written == [HEAD + b"o", b"k", HEAD + b"no"]


def test_a_head_without_a_body_leaves_when_the_answer_is_complete_and_only_once() -> None:
    wire = Recorder()
    pieces = InOnePiece(wire)
    pieces.write(HEAD)
    held = list(wire.written)
    pieces.flush()
    pieces.flush()

    assert (held, wire.written) == ([], [HEAD])


def test_what_is_held_leaves_before_the_connection_is_closed() -> None:
    wire = Recorder()
    pieces = InOnePiece(wire)
    pieces.write(HEAD)
    pieces.close()

    assert (wire.written, wire.is_closed) == ([HEAD], True)


@pytest.mark.parametrize("interim", [b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\n\r\n"])
def test_an_interim_answer_is_never_held_since_somebody_waits_for_it(interim: bytes) -> None:
    wire = Recorder()
    InOnePiece(wire).write(interim)

    assert wire.written == [interim]
