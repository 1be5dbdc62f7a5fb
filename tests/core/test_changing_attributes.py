"""Attributes that change: what becomes of the values that users have, and of what every user must have."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from muster.core import attributes
from muster.core.attributes import (
    PLAIN,
    Attribute,
    AttributeById,
    Attributes,
    AttributeValue,
    CreateAttribute,
    DeleteAttribute,
    EditAttribute,
    GoneAttribute,
    folded_value,
)
from muster.core.drafts import CreateUser, UserDraft
from muster.core.enrolment import EnrolUser, UserDetail
from muster.core.events import Change, Event
from muster.core.finders import by_id
from muster.core.leaving import DeleteUser
from muster.core.refusals import Fault, Invalid, PermissionMissing, Taken, Unknown
from muster.core.users import User
from muster.store.sweeping import TOGETHER
from tests.support.kept import entities, outcome, refused, snapshot, verify_promises
from tests.support.world import Realm, World, new, opened


async def system_defined(world: World, realm: Realm, field: str, *, mandatory: bool = False) -> Attribute:
    """An attribute that stands for this field of the directory."""
    made = Attribute(f"of {field}", realm.id, field.title(), PLAIN, field, mandatory, False)
    await world.do(realm.system, new(made))
    return made


async def valued(world: World, realm: Realm, name: str, attribute: Attribute, value: str) -> User:
    return await world.do(realm.system, CreateUser(UserDraft(name, attributes=((attribute.id, value),))))


async def events(world: World, realm: Realm) -> list[Event]:
    return [it for it in await entities(world.url, Event) if it.tenant == realm.id]


@pytest.fixture
async def badge(world: World, realm: Realm) -> Attribute:
    return await world.do(realm.system, CreateAttribute("Badge"))


CHANGES: list[tuple[dict[str, Any], Change]] = [
    ({"name": "Number of the badge"}, Change("name", "Badge", "Number of the badge")),
    ({"name": "BADGE"}, Change("name", "Badge", "BADGE")),
    ({"kind": "sms"}, Change("kind", "plain", "sms")),
    ({"mandatory": True}, Change("mandatory", "false", "true")),
    ({"unique": True}, Change("unique", "false", "true")),
]


@pytest.mark.parametrize(("given", "change"), CHANGES, ids=str)
async def test_a_change_is_kept_and_recorded(
    world: World, realm: Realm, badge: Attribute, given: dict[str, Any], change: Change
) -> None:
    changed = await world.do(realm.system, EditAttribute(badge.id, **given))
    event = (await events(world, realm))[-1]

    assert changed == replace(badge, **given)
    assert await world.ask(realm.system, AttributeById(badge.id)) == changed
    assert (event.act, event.subject, event.changes) == ("attribute.edited", badge.id, (change,))


async def test_what_is_as_it_was_is_no_change(world: World, realm: Realm, badge: Attribute) -> None:
    before = await snapshot(world.url)

    assert await world.do(realm.system, EditAttribute(badge.id)) == badge
    assert await world.do(realm.system, EditAttribute(badge.id, "Badge", PLAIN, mandatory=False, unique=False)) == badge
    assert await snapshot(world.url) == before


WRONG: list[tuple[dict[str, Any], object]] = [
    ({"name": ""}, Invalid("name", Fault.MISSING)),
    ({"name": "x" * 256}, Invalid("name", Fault.TOO_LONG, 255)),
    ({"name": "a\nb"}, Invalid("name", Fault.CHARACTERS)),
    ({"name": "LOCKER"}, Taken("name")),
    ({"name": "e-mail"}, Taken("name")),
    ({"kind": "letter"}, Invalid("kind", Fault.MALFORMED)),
    ({"kind": "letter", "mandatory": True}, Invalid("kind", Fault.MALFORMED)),
]


async def test_what_cannot_be_changes_nothing(world: World, realm: Realm, badge: Attribute) -> None:
    await world.do(realm.system, CreateAttribute("Locker"))
    await world.do(realm.system, new(Attribute("a", realm.id, "E-Mail", PLAIN, "email", False, False)))
    before = await snapshot(world.url)
    found = [await outcome(world.do(realm.system, EditAttribute(badge.id, **given))) for given, _ in WRONG]

    assert found == [expected for _, expected in WRONG]
    assert await outcome(world.do(realm.system, CreateAttribute("New", "letter"))) == WRONG[-1][1]
    assert await snapshot(world.url) == before


async def test_of_a_system_defined_one_only_changes_whether_it_is_mandatory(world: World, realm: Realm) -> None:
    phone = await system_defined(world, realm, "phone")
    fixed: list[dict[str, Any]] = [{"name": "Telephone"}, {"kind": "sms"}, {"unique": True}]
    before = await snapshot(world.url)
    found = [await outcome(world.do(realm.system, EditAttribute(phone.id, mandatory=True, **it))) for it in fixed]
    gone = await outcome(world.do(realm.system, DeleteAttribute(phone.id)))

    assert found == [Invalid(name, Fault.FIXED) for it in fixed for name in it]
    assert gone == Invalid("attribute", Fault.FIXED)
    assert await snapshot(world.url) == before
    changed = await world.do(realm.system, EditAttribute(phone.id, "Phone", PLAIN, mandatory=True, unique=False))
    assert changed == replace(phone, mandatory=True)
    assert (await world.do(realm.system, EditAttribute(phone.id, mandatory=False))) == phone


async def test_a_username_is_always_mandatory(world: World, realm: Realm) -> None:
    name = await system_defined(world, realm, "username", mandatory=True)

    found = await outcome(world.do(realm.system, EditAttribute(name.id, mandatory=False)))

    assert found == Invalid("mandatory", Fault.FIXED)


async def test_what_becomes_mandatory_is_demanded_from_then_on(world: World, realm: Realm, badge: Attribute) -> None:
    phone = await system_defined(world, realm, "phone")
    before = await world.do(realm.system, EnrolUser(UserDraft("before")))
    for attribute in (badge, phone):
        await world.do(realm.system, EditAttribute(attribute.id, mandatory=True))
    found = [
        await outcome(world.do(realm.system, EnrolUser(draft)))
        for draft in (UserDraft("after", phone="1"), UserDraft("after", attributes=((badge.id, "1"),)))
    ]

    assert found == [Invalid("Badge", Fault.MISSING), Invalid("phone", Fault.MISSING)]
    assert (await world.ask(realm.system, UserDetail(by_id(before.user.id)))).user == before.user
    for attribute in (badge, phone):
        await world.do(realm.system, EditAttribute(attribute.id, mandatory=False))
    assert (await world.do(realm.system, EnrolUser(UserDraft("after")))).user.username == "after"


SAME = [("Straße 1", "STRASSE 1"), ("\uff21", "a"), ("\U0001f600" * 1024, "\U0001f600" * 1024)]


@pytest.mark.parametrize(("one", "other"), SAME, ids=["case", "width", "too long for an index"])
async def test_what_two_users_have_alike_does_not_become_unique(
    world: World, realm: Realm, badge: Attribute, one: str, other: str
) -> None:
    await valued(world, realm, "ada", badge, one)
    ben = await valued(world, realm, "ben", badge, other)
    await valued(world, realm, "cyd", badge, "another one")
    before = await snapshot(world.url)

    assert await outcome(world.do(realm.system, EditAttribute(badge.id, unique=True))) == Taken("Badge")
    assert await snapshot(world.url) == before
    await world.do(realm.system, DeleteUser(by_id(ben.id)))
    assert (await world.do(realm.system, EditAttribute(badge.id, unique=True))).unique
    assert await outcome(valued(world, realm, "dan", badge, other)) == Taken("Badge")
    assert isinstance(await outcome(valued(world, realm, "dan", badge, "something else")), User)


async def test_what_is_no_longer_unique_may_be_had_twice(world: World, realm: Realm) -> None:
    locker = await world.do(realm.system, CreateAttribute("Locker", unique=True))
    await valued(world, realm, "ada", locker, "1")
    await world.do(realm.system, EditAttribute(locker.id, unique=False))

    assert isinstance(await outcome(valued(world, realm, "ben", locker, "1")), User)
    assert await outcome(world.do(realm.system, EditAttribute(locker.id, unique=True))) == Taken("Locker")


async def test_of_attributes_each_has_its_own_values(world: World, realm: Realm, badge: Attribute) -> None:
    locker = await world.do(realm.system, CreateAttribute("Locker"))
    other = await world.realm("Umbrella")
    theirs = await world.do(other.system, CreateAttribute("Badge"))
    await valued(world, realm, "ada", badge, "1")
    await valued(world, realm, "ben", locker, "1")
    await valued(world, other, "ada", theirs, "1")

    for where, attribute in ((realm, badge), (realm, locker), (other, theirs)):
        assert (await world.do(where.system, EditAttribute(attribute.id, unique=True))).unique


async def test_with_more_users_than_can_be_compared_at_once_it_does_not_become_unique(
    world: World, realm: Realm, badge: Attribute, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attributes, "MOST_COMPARED", 2)
    for number in range(2):
        await valued(world, realm, f"user{number}", badge, str(number))
    assert (await world.do(realm.system, EditAttribute(badge.id, unique=True))).unique
    await world.do(realm.system, EditAttribute(badge.id, unique=False))
    await valued(world, realm, "one too many", badge, "2")

    found = await outcome(world.do(realm.system, EditAttribute(badge.id, unique=True)))

    assert found == Invalid("unique", Fault.TOO_MANY, 2)


async def test_two_who_have_the_same_at_the_very_moment_when_it_becomes_unique(
    world: World, realm: Realm, badge: Attribute
) -> None:
    """Whatever comes first: never are there two of a value that is unique."""
    for number in range(5):
        attribute = await world.do(realm.system, CreateAttribute(f"a{number}"))
        acts = [
            outcome(valued(world, realm, f"ada{number}", attribute, "x")),
            outcome(valued(world, realm, f"ben{number}", attribute, "X")),
            outcome(world.do(realm.system, EditAttribute(attribute.id, unique=True))),
        ]
        turned = acts.pop(2)
        acts.insert(number % 3, turned)
        found = await asyncio.gather(*acts)
        held = [it for it in await entities(world.url, AttributeValue) if it.attribute == attribute.id]
        kept = await world.ask(realm.system, AttributeById(attribute.id))

        assert refused(found) == [Taken(attribute.name)]
        assert (kept.unique, len(held)) in ((True, 1), (False, 2))
    await verify_promises(world.url)


async def test_one_that_is_deleted_is_gone_with_its_values_at_once(
    world: World, realm: Realm, badge: Attribute
) -> None:
    locker = await world.do(realm.system, CreateAttribute("Locker", mandatory=True))
    draft = UserDraft("ada", attributes=((badge.id, "1"), (locker.id, "2")))
    ada = (await world.do(realm.system, EnrolUser(draft))).user
    await world.do(realm.system, DeleteAttribute(locker.id))
    event = (await events(world, realm))[-1]
    shown = await world.ask(realm.system, UserDetail(by_id(ada.id)))

    assert [(it.attribute, it.value) for it in shown.values] == [(badge.id, "1")]
    assert (event.act, event.subject, event.subject_name) == ("attribute.deleted", locker.id, "Locker")
    assert await world.ask(realm.system, Attributes()) == (badge,)
    assert await outcome(valued(world, realm, "ben", locker, "2")) == Invalid("attributes", Fault.UNKNOWN)
    assert (await world.do(realm.system, EnrolUser(UserDraft("ben")))).values == ()
    again = await world.do(realm.system, CreateAttribute("Locker"))
    assert again.id != locker.id
    assert (await world.ask(realm.system, UserDetail(by_id(ada.id)))).values == shown.values


async def test_its_values_are_cleared_away_and_those_of_others_stay(
    world: World, realm: Realm, badge: Attribute
) -> None:
    other = await world.realm("Umbrella")
    theirs = await world.do(other.system, CreateAttribute("Badge"))
    locker = await world.do(realm.system, CreateAttribute("Locker"))
    many = [AttributeValue(f"v{n}", realm.id, f"u{n}", badge.id, "x", "x", 0) for n in range(TOGETHER + 1)]
    rest = [
        AttributeValue("v", realm.id, "u1", locker.id, "x", "x", 0),
        AttributeValue("v", other.id, "u1", theirs.id, "x", "x", 0),
    ]
    await world.do(realm.system, new(*many))
    for value, where in zip(rest, (realm, other), strict=True):
        await world.do(where.system, new(value))
    await world.do(realm.system, DeleteAttribute(badge.id))
    held = len(await entities(world.url, AttributeValue))

    await world.store.sweeper.catch_up()

    assert held == len(many) + len(rest)
    assert sorted(await entities(world.url, AttributeValue), key=repr) == sorted(rest, key=repr)
    assert await entities(world.url, GoneAttribute) == []
    await verify_promises(world.url)


async def test_users_may_go_while_the_values_are_cleared_away(world: World, realm: Realm, badge: Attribute) -> None:
    users = [await valued(world, realm, f"user{number}", badge, "x") for number in range(20)]
    await world.do(realm.system, DeleteAttribute(badge.id))
    async with opened(world.url) as other:
        going = [other.do(realm.system, DeleteUser(by_id(user.id))) for user in users]
        await asyncio.gather(world.store.sweeper.catch_up(), *going)
        await world.store.sweeper.catch_up()

    assert await entities(world.url, AttributeValue) == []
    await verify_promises(world.url)


async def test_what_is_named_must_be_there_and_allowed(world: World, realm: Realm, badge: Attribute) -> None:
    person = await world.person(realm)
    acts = [AttributeById, EditAttribute, DeleteAttribute]
    unknown = [await outcome(_come_to(world, realm.system, act("no such attribute"))) for act in acts]
    missing = [await outcome(_come_to(world, person.actor, act(badge.id))) for act in acts]

    assert unknown == [Unknown("attribute")] * 3
    assert missing == [PermissionMissing(f"attributes:{verb}") for verb in ("view", "edit", "delete")]


def _come_to(world: World, actor: Any, act: Any) -> Any:
    return world.ask(actor, act) if hasattr(act, "answer") else world.do(actor, act)


def test_values_are_compared_in_a_form_that_an_index_can_hold() -> None:
    longest = [folded_value(letter * 1024) for letter in ("x", "\U0001f600", "\ufdfa")]

    assert len({*longest, folded_value("x" * 1023)}) == 4
    assert all(len(folded.encode()) <= 200 for folded in longest)
    assert folded_value("x" * 200) == "x" * 200
