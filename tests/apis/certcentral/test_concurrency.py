"""Many at once: over one server, and over two that share a database. Names stay unique, numbers are given once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.apis.certcentral.caller import BASE, KEY_HEADER, payload, refusal, unused
from tests.support.live import LiveMuster

pytestmark = pytest.mark.live

CONNECTIONS = 24
NAMES = 6
WAVE = 120
SEARCHES = 48


@contextmanager
def _nodes(*homes: Path, database_url: str) -> Iterator[list[LiveMuster]]:
    """Servers over one database, all started at the same moment."""
    settings = {"MUSTER_SECRET_KEY": "the same for every node of this installation"}
    nodes = [LiveMuster(home, database_url, settings) for home in homes]
    # The servers end with the threads that started them: these have to live as long as the block.
    with ThreadPoolExecutor(len(nodes)) as threads, ExitStack() as stack:
        for node in nodes:
            stack.callback(node.stop)
        list(threads.map(LiveMuster.start, nodes))
        yield nodes


def _written(nodes: Sequence[LiveMuster]) -> set[Path]:
    return {path for node in nodes for path in node.data.glob("bootstrap.json*")}


def _key(nodes: Sequence[LiveMuster]) -> str:
    """The key of the only bootstrap that there was."""
    [written] = _written(nodes)
    key: str = json.loads(written.read_text())["certcentral"]["api_key"]
    return key


def _create_at_once(
    nodes: Sequence[LiveMuster], key: str, bodies: Sequence[dict[str, Any]], connections: int = CONNECTIONS
) -> list[httpx.Response]:
    """All answers, in the order of the bodies. They are sent over many connections, to each server in turn."""
    return asyncio.run(_created(nodes, key, bodies, connections))


async def _created(
    nodes: Sequence[LiveMuster], key: str, bodies: Sequence[dict[str, Any]], connections: int
) -> list[httpx.Response]:
    places, limits = asyncio.Semaphore(connections), httpx.Limits(max_connections=connections)
    async with httpx.AsyncClient(headers={KEY_HEADER: key}, timeout=60, limits=limits, trust_env=False) as client:

        async def create(number: int, body: dict[str, Any]) -> httpx.Response:
            async with places:
                return await client.post(f"{nodes[number % len(nodes)].url}{BASE}/user", json=body)

        return await asyncio.gather(*(create(number, body) for number, body in enumerate(bodies)))


def _spelled(name: str, turn: int) -> str:
    """The name with every letter whose place is a multiple of the turn in upper case."""
    return "".join(letter.upper() if place % (turn + 1) == 0 else letter for place, letter in enumerate(name))


def check_created_once(nodes: Sequence[LiveMuster], key: str) -> None:
    names = [unused("twice") for _ in range(NAMES)]
    bodies = [payload(username=_spelled(name, turn)) for turn in range(CONNECTIONS) for name in names]
    answers = _create_at_once(nodes, key, bodies)

    for place, name in enumerate(names):
        own = answers[place::NAMES]
        created = [answer.json()["id"] for answer in own if answer.status_code == httpx.codes.CREATED]
        refused = {refusal(answer) for answer in own if answer.status_code != httpx.codes.CREATED}
        assert len(created) == 1
        assert len(refused) == 1
        assert refused.pop()[0] == httpx.codes.BAD_REQUEST
        for node in nodes:
            with node.client(X_DC_DEVKEY=key) as client:
                found = client.get(f"{BASE}/user", params={"filters[search]": name}).json()["users"]
            assert [user["id"] for user in found] == created


def test_one_username_sent_many_times_at_once_makes_one_user(muster: LiveMuster) -> None:
    check_created_once([muster], muster.bootstrap.api_key)


def test_many_searches_at_once_are_all_answered(live_muster: LiveMuster) -> None:
    statuses = asyncio.run(_searched(live_muster, live_muster.bootstrap.api_key))

    assert statuses == [httpx.codes.OK] * SEARCHES


async def _searched(node: LiveMuster, key: str) -> list[int]:
    limits = httpx.Limits(max_connections=SEARCHES)
    async with httpx.AsyncClient(headers={KEY_HEADER: key}, timeout=10, limits=limits, trust_env=False) as client:
        url = f"{node.url}{BASE}/user"
        asked = [client.get(url, params={"filters[search]": f"%{number}"}) for number in range(SEARCHES)]
        return [answer.status_code for answer in await asyncio.gather(*asked)]


def test_two_servers_on_one_database_make_one_tenant_and_give_names_and_numbers_once(
    tmp_path: Path, database_url: str
) -> None:
    with _nodes(tmp_path / "one", tmp_path / "two", database_url=database_url) as nodes:
        key = _key(nodes)
        accounts = set()
        for node in nodes:
            with node.client(X_DC_DEVKEY=key) as client:
                accounts.add(client.get(f"{BASE}/user/me").json()["account_id"])
        assert len(accounts) == 1

        check_created_once(nodes, key)
        check_numbers(nodes, key)


def check_numbers(nodes: Sequence[LiveMuster], key: str) -> None:
    """No number is given twice, and none that came before a restart comes again after it."""
    first = _create_at_once(nodes, key, [payload() for _ in range(WAVE)])
    nodes[0].kill()
    nodes[0].start()
    second = _create_at_once(nodes, key, [payload() for _ in range(WAVE)])

    assert {answer.status_code for answer in first + second} == {httpx.codes.CREATED}
    before = [answer.json()["id"] for answer in first]
    after = [answer.json()["id"] for answer in second]
    assert len({*before, *after}) == 2 * WAVE
    assert max(before) < min(after)


def test_servers_that_share_their_data_directory_start_at_once_and_agree_on_one_key(
    tmp_path: Path, database_url: str
) -> None:
    with _nodes(*[tmp_path / "shared"] * 3, database_url=database_url) as nodes:
        key = _key(nodes)
        for node in nodes:
            with node.client(X_DC_DEVKEY=key) as client:
                assert client.get(f"{BASE}/user/me").status_code == httpx.codes.OK
