"""What is known while a batch is decided, held against a plain dictionary that simply does everything."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.core.asked import Unloaded
from muster.core.entity import Entity, values_of
from muster.core.events import FIRST_LINK
from muster.core.known import Head, Known
from muster.core.needs import Need, Way
from muster.core.query import Page, Search
from muster.core.refusals import Refused, Unknown

TENANT = "t"
IDS = tuple("abcd")
NAMES = tuple("klmnop")
GROUPS = ("g", "h")


@dataclass(frozen=True, slots=True)
class Thing(Entity):
    UNIQUE = (("tenant", "name"),)
    MANY = (("tenant", "group"),)

    tenant: str
    id: str
    name: str
    group: str


@dataclass(frozen=True, slots=True)
class Lasting(Thing):
    STABLE = True


@dataclass(frozen=True, slots=True)
class Common(Thing):
    SHARED = True


Rows = dict[str, Thing]
KINDS = pytest.mark.parametrize("kind", [Thing, Lasting, Common])


def needs_of(kind: type[Thing]) -> list[Need]:
    """Every way in which any thing of the kind can be asked for."""
    return [
        *(Need(kind, kind.KEY, (TENANT, it)) for it in IDS),
        *(Need(kind, kind.UNIQUE[0], (TENANT, it)) for it in NAMES),
        *(Need(kind, kind.MANY[0], (TENANT, it)) for it in GROUPS),
    ]


def meaning(need: Need, rows: Rows) -> Any:
    """What a look-up means: the rows that have the values."""
    found = [row for row in rows.values() if values_of(row, need.columns) == need.values]
    return frozenset(found) if need.many else (found[0] if found else None)


def look(known: Known, need: Need) -> Any:
    if not need.many:
        return known.one(need.kind, need.columns, *need.values)
    found = known.many(need.kind, need.columns, *need.values)
    assert len(set(found)) == len(found)
    return frozenset(found)


@dataclass(frozen=True)
class Step:
    """One thing that happens: a need is supplied, or a thing put in another state."""

    what: str
    which: int
    name: int
    group: int


numbers = st.integers(0, 30)
steps = st.lists(
    st.builds(Step, st.sampled_from(("supply", "put", "put", "delete")), numbers, numbers, numbers), max_size=25
)
committed = st.lists(st.tuples(st.sampled_from(IDS), st.sampled_from(NAMES), st.sampled_from(GROUPS)), max_size=4)


def rows_of(kind: type[Thing], given: list[tuple[str, str, str]]) -> Rows:
    """The rows that a database could hold: no two of a name."""
    rows: Rows = {}
    for key, name, group in given:
        if all(row.name != name for row in rows.values() if row.id != key):
            rows[key] = kind(TENANT, key, name, group)
    return rows


def carry_out(step: Step, known: Known, stored: Rows, model: Rows, kind: type[Thing]) -> Need | None:
    """Do the step to both. Returns the need that it supplied, from what is stored and so perhaps stale by now."""
    if step.what == "supply":
        need = needs_of(kind)[step.which % len(needs_of(kind))]
        rows = [row for row in stored.values() if values_of(row, need.columns) == need.values]
        if step.name % 2:
            known.supply(need, rows)
        else:
            known.supply_all(Way(need.kind, need.columns), [need.values], {need.values: rows} if rows else {})
        return need
    key = IDS[step.which % len(IDS)]
    old = model.get(key)
    if step.what == "delete":
        if old is not None:
            known.put(old, None)
            del model[key]
        return None
    taken = {row.name for row in model.values() if row.id != key}
    free = [name for name in NAMES if name not in taken]
    becomes = kind(TENANT, key, free[step.name % len(free)], GROUPS[step.group % len(GROUPS)])
    known.put(old, becomes)
    model[key] = becomes
    return None


@KINDS
@given(committed=committed, steps=steps, cached=st.sets(numbers))
def test_what_is_known_is_what_a_dictionary_would_say(
    kind: type[Thing], committed: list[tuple[str, str, str]], steps: list[Step], cached: set[int]
) -> None:
    stored = rows_of(kind, committed)
    everything = needs_of(kind)
    earlier = Known({})
    for number in cached:
        carry_out(Step("supply", number, 0, 0), earlier, stored, {}, kind)
    kept = {TENANT: earlier.lasting()}
    known = Known({}, kept) if kind.STABLE else Known({}, shared=kept)
    model, supplied = dict(stored), set[Need]()

    for step in steps:
        supplied.add(carry_out(step, known, stored, model, kind) or everything[0]._replace(values=("", "")))
        for need in everything:
            if known.lacks(need):
                assert need not in supplied
            else:
                assert look(known, need) == meaning(need, model)

    check_writes(known, kind, stored, model)


def check_writes(known: Known, kind: type[Thing], stored: Rows, model: Rows) -> None:
    """What is to be written turns what is stored into the model."""
    writes = known.writes.get(kind)
    after = dict(stored)
    for key, state in {} if writes is None else writes.after.items():
        assert writes is not None
        assert writes.before[key] == stored.get(key[1])
        after.pop(key[1], None)
        if state is not None:
            after[key[1]] = state

    assert after == model


@KINDS
def test_what_was_not_loaded_is_never_taken_for_what_is_not_there(kind: type[Thing]) -> None:
    known = Known({})
    for need in needs_of(kind):
        with pytest.raises(Unloaded) as raised:
            look(known, need)

        assert raised.value.need == need


def test_pages_and_heads_have_to_be_loaded_too() -> None:
    known, search = Known({}), Search(TENANT)
    with pytest.raises(Unloaded) as page:
        known.page(search)
    with pytest.raises(Unloaded) as head:
        known.head(TENANT)

    known.supply_answer(search, Page((), 0))
    known.supply(Need(Head, Head.KEY, (TENANT,)), [Head(TENANT, sequence=3)])

    assert (page.value.need, head.value.need) == (search, Need(Head, Head.KEY, (TENANT,)))
    assert known.page(search) == Page((), 0)
    assert known.head(TENANT) == Head(TENANT, 1, 3, FIRST_LINK)


def test_a_tenant_that_has_no_head_row_is_refused_and_not_asked_for_again_and_again() -> None:
    known = Known({})

    known.supply(Need(Head, Head.KEY, ("nobody",)), [])

    with pytest.raises(Refused) as raised:
        known.head("nobody")
    assert raised.value.refusal == Unknown("tenant")


@KINDS
def test_a_renamed_thing_is_found_by_its_new_name_alone(kind: type[Thing]) -> None:
    known, old = Known({}), kind(TENANT, "a", "k", "g")
    by_name = kind.UNIQUE[0]
    known.put(old, replace(old, name="l", group="h"))
    for need in needs_of(kind):
        known.supply(need, [old] if values_of(old, need.columns) == need.values else [])

    assert known.one(kind, by_name, TENANT, "k") is None
    assert known.one(kind, by_name, TENANT, "l") == replace(old, name="l", group="h")
    assert known.many(kind, kind.MANY[0], TENANT, "g") == ()
    assert known.many(kind, kind.MANY[0], TENANT, "h") == (replace(old, name="l", group="h"),)


@pytest.mark.parametrize("kind_that_lasts", [Lasting, Common])
def test_only_what_lasts_goes_into_the_cache_and_that_there_is_none(kind_that_lasts: type[Thing]) -> None:
    known, lasting = Known({}), kind_that_lasts(TENANT, "a", "k", "g")
    for kind, rows in ((Thing, [Thing(TENANT, "a", "k", "g")]), (kind_that_lasts, [lasting])):
        for need in needs_of(kind):
            known.supply(need, [row for row in rows if values_of(row, need.columns) == need.values])
    kept = {need: look(known, need) for need in map(Need._make, known.lasting())}

    assert kept == {
        **{need: frozenset() if need.many else None for need in needs_of(kind_that_lasts)},
        Need(kind_that_lasts, ("tenant", "id"), (TENANT, "a")): lasting,
        Need(kind_that_lasts, ("tenant", "name"), (TENANT, "k")): lasting,
        Need(kind_that_lasts, ("tenant", "group"), (TENANT, "g")): frozenset({lasting}),
    }


def test_what_is_swept_and_put_again_is_written_as_new() -> None:
    known = Known({TENANT: Head(TENANT)})
    kept = Thing(TENANT, "a", "k", "g")
    known.put(kept, replace(kept, name="l"))
    known.sweep(Need(Thing, ("tenant", "group"), (TENANT, "g")))
    again = Thing(TENANT, "a", "m", "h")
    known.put(None, again)

    writes = known.writes[Thing]
    assert (writes.before[(TENANT, "a")], writes.after[(TENANT, "a")]) == (None, again)


def test_what_was_moved_into_a_sweep_is_ended_by_its_key() -> None:
    known = Known({TENANT: Head(TENANT)})
    kept = Thing(TENANT, "a", "k", "g")
    known.put(kept, replace(kept, group="h"))
    known.sweep(Need(Thing, ("tenant", "group"), (TENANT, "h")))

    writes = known.writes[Thing]
    assert (writes.before[(TENANT, "a")], writes.after[(TENANT, "a")]) == (kept, None)


def test_what_is_made_of_stable_things_is_made_once_and_taken_from_the_cache() -> None:
    made = list[str]()

    def make() -> str:
        made.append("made")
        return f"number {len(made)}"

    known, cached = Known({}), Known({}, derived={TENANT: {"place": "kept"}})
    first = [known.derived(TENANT, "place", make), known.derived(TENANT, "place", make)]

    assert first == ["number 1"] * 2
    assert known.derivations == {(TENANT, "place"): "number 1"}
    assert cached.derived(TENANT, "place", make) == "kept"
    assert [it.is_derived(TENANT, "place") for it in (known, cached, Known({}))] == [True, True, False]


def test_what_is_made_in_a_batch_that_changed_something_is_made_anew_and_never_kept() -> None:
    known = Known({TENANT: Head(TENANT)}, derived={TENANT: {"place": "kept"}})
    known.put(None, Lasting(TENANT, "a", "k", "g"))

    assert not known.is_derived(TENANT, "place")
    assert known.derived(TENANT, "place", lambda: "new") == "new"
    assert known.derivations == {}


def test_what_came_out_empty_is_kept_like_anything_else() -> None:
    known = Known({TENANT: Head(TENANT)})
    known.lend({}, {TENANT: {"mandatory": ()}}, {})
    again: tuple[str, ...] = ("made again",)

    assert known.is_derived(TENANT, "mandatory")
    assert known.derived(TENANT, "mandatory", lambda: again) == ()


def test_what_is_made_of_stable_things_holds_for_a_batch_until_one_of_them_changes() -> None:
    known = Known({TENANT: Head(TENANT)})
    known.put(None, Thing(TENANT, "a", "k", "g"))
    before = [known.derived(TENANT, "place", lambda: "old"), known.derived(TENANT, "place", lambda: "again")]
    known.put(None, Lasting(TENANT, "a", "k", "g"))

    assert before == ["old", "old"]
    assert known.derived(TENANT, "place", lambda: "new") == "new"
    assert known.derivations == {}


@pytest.mark.parametrize("kind", [Lasting, Common])
def test_what_is_cached_is_as_it_stands_though_nobody_looked_after_the_change(kind: type[Thing]) -> None:
    old = kind(TENANT, "a", "k", "g")
    new, need = replace(old, name="l"), Need(kind, kind.KEY, (TENANT, "a"))
    known = Known({})
    known.supply(need, [old])

    known.put(old, new)

    assert known.lasting()[need] == new
