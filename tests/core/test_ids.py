"""Ids: UUIDv7 as the RFC has them, and in the order in which they are made."""

from __future__ import annotations

from uuid import RFC_4122, UUID

from muster.app.sources import MachineSources, Sealer, new_id


def test_an_id_is_a_uuid_of_version_7_in_small_letters() -> None:
    found = [UUID(text) for text in (new_id() for _ in range(100))]

    assert {(one.version, one.variant) for one in found} == {(7, RFC_4122)}
    assert all(str(one) == str(one).lower() for one in found)


def test_ids_that_a_process_makes_one_after_another_are_in_order_and_no_two_are_the_same() -> None:
    fresh = MachineSources(Sealer(b"a key for tests")).fresh()
    alone = [new_id() for _ in range(1000)]
    together = [fresh.id() for _ in range(4)]

    assert alone == sorted(set(alone))
    assert together == sorted(set(together))
