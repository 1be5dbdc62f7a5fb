"""Ids: UUIDv7 as the RFC has them, and in the order in which they are made."""

from __future__ import annotations

import subprocess
import sys
import time
from textwrap import dedent
from uuid import RFC_4122, UUID

import pytest

from muster.app.sources import IDS_TOGETHER, MachineSources, Sealer, new_id


def test_an_id_is_a_uuid_of_version_7_in_small_letters() -> None:
    found = [UUID(text) for text in (new_id() for _ in range(100))]

    assert {(one.version, one.variant) for one in found} == {(7, RFC_4122)}
    assert all(str(one) == str(one).lower() for one in found)


def test_ids_that_a_process_makes_one_after_another_are_in_order_and_no_two_are_the_same() -> None:
    fresh = MachineSources(Sealer(b"a key for tests")).fresh()
    alone = [new_id() for _ in range(1000)]
    together = [fresh.id() for _ in range(3 * IDS_TOGETHER)]

    assert alone == sorted(set(alone))
    assert together == sorted(set(together))


def test_ids_that_are_drawn_together_are_in_order_over_the_end_of_a_millisecond(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: 0x0199A3C7D2FF * 1_000_000 + 999_500)
    fresh = MachineSources(Sealer(b"a key for tests")).fresh()
    found = [fresh.id() for _ in range(IDS_TOGETHER)]

    assert [one[:18] for one in found[1:4]] == ["0199a3c7-d2ff-7ffe", "0199a3c7-d2ff-7fff", "0199a3c7-d300-7000"]
    assert found == sorted(set(found))


def test_a_process_and_what_is_forked_from_it_end_their_ids_differently() -> None:
    ended = subprocess.run([sys.executable, "-c", FORKING], capture_output=True, text=True, check=True).stdout.split()

    assert len(ended) == len(set(ended)) == 4


FORKING = dedent(r"""
    import os
    from muster.app.sources import new_id

    new_id()
    child = os.fork()
    # In one piece, so that neither writes into the other's line.
    os.write(1, f"{new_id()[18:]} {new_id()[18:]}\n".encode())
    if child:
        os.waitpid(child, 0)
""")
