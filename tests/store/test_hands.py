"""The thread that carries out calls: one after another, each answered, whoever still waits."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from muster.store.hands import Hands


@pytest.fixture
def hands() -> Iterator[Hands]:
    made = Hands("test")
    yield made
    made.end()


async def test_calls_are_carried_out_in_one_other_thread_in_order(hands: Hands) -> None:
    told: list[int] = []

    async def tell(number: int) -> int:
        await hands.do(lambda: told.append(number))
        return await hands.do(threading.get_ident)

    idents = await asyncio.gather(*(tell(number) for number in range(50)))

    assert told == list(range(50))
    assert set(idents) != {threading.get_ident()}
    assert len(set(idents)) == 1


async def test_what_a_call_raises_is_raised_where_it_was_asked_for(hands: Hands) -> None:
    with pytest.raises(ZeroDivisionError):
        await hands.do(lambda: 1 // 0)

    assert await hands.do(lambda: 1) == 1


async def test_a_call_that_nobody_waits_for_any_more_is_carried_out(hands: Hands) -> None:
    begun, go, done = threading.Event(), threading.Event(), threading.Event()

    def slow() -> None:
        begun.set()
        go.wait(10)
        done.set()

    waiting = asyncio.ensure_future(hands.do(slow))
    while not begun.is_set():
        await asyncio.sleep(0.001)
    waiting.cancel()
    go.set()

    assert await hands.do(done.is_set)
    assert waiting.cancelled()


async def test_the_end_waits_for_what_was_asked_for(hands: Hands) -> None:
    go, told = threading.Event(), list[int]()

    def tell() -> None:
        go.wait(10)
        told.append(1)

    waiting = [asyncio.ensure_future(hands.do(tell)) for _ in range(3)]
    await asyncio.sleep(0)
    go.set()
    hands.end()

    assert told == [1, 1, 1]
    assert len(await asyncio.gather(*waiting)) == 3
