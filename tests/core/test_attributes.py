"""Attributes: those of a tenant's own, the values that users have of them, and what every user must have."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from muster.core.attributes import (
    MOST_ATTRIBUTES,
    PLAIN,
    VALUE_LENGTH,
    Attribute,
    Attributes,
    AttributeValue,
    CreateAttribute,
)
from muster.core.drafts import CreateUser, UserDraft
from muster.core.enrolment import EnrolUser
from muster.core.events import Change, Event
from muster.core.finders import by_id
from muster.core.leaving import DeleteUser
from muster.core.refusals import Fault, Invalid, PermissionMissing, Taken
from muster.core.users import User
from tests.support.kept import entities, outcome, refused, snapshot, verify_promises
from tests.support.world import Realm, World, new


async def system_defined(world: World, realm: Realm, field: str, *, mandatory: bool) -> None:
    """Say that every user must have this field of the directory, or need not."""
    attribute = Attribute(f"of {field}", realm.id, field.title(), PLAIN, field, mandatory, False)
    await world.do(realm.system, new(attribute))


async def test_a_new_attribute_is_kept_and_recorded(world: World, realm: Realm) -> None:
    made = await world.do(realm.system, CreateAttribute("Badge", "email", mandatory=True, unique=True))
    event: Event = [it for it in await entities(world.url, Event) if it.tenant == realm.id][-1]

    assert made == Attribute(made.id, realm.id, "Badge", "email", None, True, True)
    assert await world.ask(realm.system, Attributes()) == (made,)
    assert (event.act, event.subject, event.subject_name) == ("attribute.created", made.id, "Badge")
    assert set(event.changes) == {
        Change("name", None, "Badge"),
        Change("kind", None, "email"),
        Change("mandatory", None, "true"),
        Change("unique", None, "true"),
    }


NAMES = [
    ("", Invalid("name", Fault.MISSING)),
    (" ", Invalid("name", Fault.MISSING)),
    ("x" * 256, Invalid("name", Fault.TOO_LONG, 255)),
    ("a\nb", Invalid("name", Fault.CHARACTERS)),
    ("Badge", Taken("name")),
    ("BADGE", Taken("name")),
    ("\uff22adge", Taken("name")),
    ("E-Mail", Taken("name")),
]


async def test_a_name_that_cannot_be_or_is_taken_makes_no_attribute(world: World, realm: Realm) -> None:
    await world.do(realm.system, CreateAttribute("Badge"))
    await world.do(realm.system, new(Attribute("a", realm.id, "e-mail", PLAIN, "email", False, False)))
    before = await snapshot(world.url)
    found = [await outcome(world.do(realm.system, CreateAttribute(name))) for name, _ in NAMES]

    assert found == [expected for _, expected in NAMES]
    assert await snapshot(world.url) == before


async def test_of_many_who_make_one_name_one_does(world: World, realm: Realm) -> None:
    acts = [CreateAttribute(name) for name in ("Badge", "badge", "BADGE", "bAdGe")]
    found = await asyncio.gather(*(outcome(world.do(realm.system, act)) for act in acts))

    assert refused(found) == [Taken("name")] * 3
    assert len(await world.ask(realm.system, Attributes())) == 1
    await verify_promises(world.url)


async def test_there_are_so_many_attributes_and_no_more(world: World, realm: Realm) -> None:
    many = [Attribute(f"a{n}", realm.id, f"a{n}", PLAIN, None, False, False) for n in range(MOST_ATTRIBUTES - 1)]
    await world.do(realm.system, new(*many))
    found = [await outcome(world.do(realm.system, CreateAttribute(name))) for name in ("last", "one too many")]

    assert isinstance(found[0], Attribute)
    assert found[1] == Invalid("name", Fault.TOO_MANY, MOST_ATTRIBUTES)


async def test_who_lacks_the_permission_neither_sees_nor_makes_them(world: World, realm: Realm) -> None:
    person = await world.person(realm)
    found = [
        await outcome(world.ask(person.actor, Attributes())),
        await outcome(world.do(person.actor, CreateAttribute("Badge"))),
    ]

    assert found == [PermissionMissing("attributes:view"), PermissionMissing("attributes:create")]


async def test_values_are_kept_and_recorded_with_the_user(world: World, realm: Realm) -> None:
    badge = await world.do(realm.system, CreateAttribute("Badge"))
    locker = await world.do(realm.system, CreateAttribute("Locker", unique=True))
    draft = UserDraft("sam", attributes=((badge.id, "Ä 1"), (locker.id, "Ä 2")))
    user = await world.do(realm.system, CreateUser(draft))
    kept: list[AttributeValue] = await entities(world.url, AttributeValue)
    event: Event = [it for it in await entities(world.url, Event) if it.act == "user.created"][-1]

    assert {(it.user, it.attribute, it.value, it.folded, it.changed_at) for it in kept} == {
        (user.id, badge.id, "Ä 1", "ä 1", world.sources.now()),
        (user.id, locker.id, "Ä 2", "ä 2", world.sources.now()),
    }
    assert {Change(f"attribute {badge.id}", None, "Ä 1"), Change(f"attribute {locker.id}", None, "Ä 2")} <= set(
        event.changes
    )


async def test_a_value_that_no_rule_accepts_makes_no_user(world: World, realm: Realm) -> None:
    badge = await world.do(realm.system, CreateAttribute("Badge"))
    await system_defined(world, realm, "email", mandatory=False)
    wrong = [
        ((("no such attribute", "x"),), Invalid("attributes", Fault.UNKNOWN)),
        ((("of email", "sam@example.com"),), Invalid("attributes", Fault.UNKNOWN)),
        (((badge.id, "x"), (badge.id, "x")), Invalid("attributes", Fault.DUPLICATE)),
        (((badge.id, "x" * (VALUE_LENGTH + 1)),), Invalid("Badge", Fault.TOO_LONG, VALUE_LENGTH)),
        (((badge.id, "a\nb"),), Invalid("Badge", Fault.CHARACTERS)),
        (((badge.id, "\ud800"),), Invalid("Badge", Fault.CHARACTERS)),
    ]
    before = await snapshot(world.url)
    for attributes, expected in wrong:
        found = await outcome(world.do(realm.system, CreateUser(UserDraft("sam", attributes=attributes))))

        assert found == expected

    assert await snapshot(world.url) == before


@pytest.mark.parametrize("together", [True, False])
async def test_a_unique_value_is_one_users_however_it_is_written(world: World, realm: Realm, together: bool) -> None:
    locker = await world.do(realm.system, CreateAttribute("Locker", unique=True))
    acts = [
        CreateUser(UserDraft(f"user{number}", attributes=((locker.id, value),)))
        for number, value in enumerate(("Straße 1", "STRASSE 1", "\uff33trasse 1", "strasse 2"))
    ]
    waiting = [outcome(world.do(realm.system, act)) for act in acts]
    found = await asyncio.gather(*waiting) if together else [await one for one in waiting]

    assert [isinstance(one, User) for one in found] == [True, False, False, True]
    assert refused(found) == [Taken("Locker")] * 2
    await world.do(realm.system, DeleteUser(by_id(found[0].id)))
    assert isinstance(await outcome(world.do(realm.system, acts[1])), User)
    await verify_promises(world.url)


async def test_a_unique_value_is_one_attributes_and_one_tenants(world: World, realm: Realm) -> None:
    other = await world.realm("Umbrella")
    attributes = [
        (realm, await world.do(realm.system, CreateAttribute("Locker", unique=True))),
        (realm, await world.do(realm.system, CreateAttribute("Safe", unique=True))),
        (other, await world.do(other.system, CreateAttribute("Locker", unique=True))),
    ]
    for number, (where, attribute) in enumerate(attributes):
        draft = UserDraft(f"sam{number}", attributes=((attribute.id, "1"),))

        assert isinstance(await outcome(world.do(where.system, CreateUser(draft))), User)


MANDATORY = [
    ("given_name", "Sam"),
    ("family_name", "Ärmel"),
    ("email", "sam@example.com"),
    ("phone", "1"),
    ("mobile", "1"),
    ("principal_name", "sam"),
    ("security_id", "1"),
    ("external_id", "1"),
]


async def test_what_every_user_must_have_is_demanded_where_users_are_enrolled(world: World, realm: Realm) -> None:
    await system_defined(world, realm, "username", mandatory=True)
    await system_defined(world, realm, "job_title", mandatory=False)
    having: dict[str, Any] = {}
    for field, value in MANDATORY:
        await system_defined(world, realm, field, mandatory=True)
        lacking = [
            await outcome(world.do(realm.system, EnrolUser(UserDraft("sam", **{**having, field: absent}))))
            for absent in (None, "")
        ]
        having[field] = value

        assert lacking == [Invalid(field, Fault.MISSING)] * 2

    assert await outcome(world.do(realm.system, EnrolUser(UserDraft("", **having)))) == Invalid(
        "username", Fault.MISSING
    )
    assert (await world.do(realm.system, EnrolUser(UserDraft("sam", **having)))).user.username == "sam"
    assert (await world.do(realm.system, CreateUser(UserDraft("not enrolled")))).email is None


async def test_one_of_the_tenants_own_may_be_demanded_too(world: World, realm: Realm) -> None:
    badge = await world.do(realm.system, CreateAttribute("Badge", mandatory=True))
    other = await world.do(realm.system, CreateAttribute("Other"))
    found = [
        await outcome(world.do(realm.system, EnrolUser(UserDraft("sam", attributes=attributes))))
        for attributes in ((), ((other.id, "1"),))
    ]
    made = await world.do(realm.system, EnrolUser(UserDraft("sam", attributes=((badge.id, "1"),))))

    assert found == [Invalid("Badge", Fault.MISSING)] * 2
    assert [(value.attribute, value.value) for value in made.values] == [(badge.id, "1")]
    assert set(made.attributes) == {badge, other}
