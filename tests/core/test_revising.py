"""A whole change of a user at once: his names, attribute values and extras, what is mandatory, and his own access."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from muster.core.attributes import PLAIN, Attribute, AttributeValue, CreateAttribute
from muster.core.drafts import MOST_EXTRAS, CreateUser, UserDraft
from muster.core.editing import EditUser, UserEdit
from muster.core.events import Change, Event
from muster.core.finders import by_id
from muster.core.links import PasswordLink, is_live
from muster.core.mails import Mail
from muster.core.refusals import CredentialInvalid, Fault, Invalid, LastAdministrator, OwnAccount, Taken
from muster.core.users import ALIAS, USERNAME, LoginName, User
from tests.core.editors import editing, empower, kept, newest
from tests.support.kept import entities, outcome, refused, snapshot, verify_promises
from tests.support.world import ADMINISTRATOR, Realm, World, change, new

DRAFT = UserDraft(
    "jill",
    "Jill",
    "Valentine",
    "jill@example.com",
    aliases=("red", "blue"),
    external_id="J-1",
    extras=(("x:a", "1"), ("x:b", "2")),
    notify=False,
)


@pytest.fixture
async def realm(world: World) -> Realm:
    """A tenant whose administrators may change users."""
    realm = await world.realm()
    await empower(world, realm)
    return realm


@pytest.fixture
async def jill(world: World, realm: Realm) -> User:
    """Somebody to change."""
    return await world.do(realm.system, CreateUser(DRAFT))


async def names_of(world: World, user: User) -> dict[str, tuple[str, str]]:
    """The user's login names with kind and id."""
    found: list[LoginName] = await entities(world.url, LoginName)
    return {name.value: (name.kind, name.id) for name in found if name.user == user.id}


async def values_of(world: World, user: User) -> dict[str, tuple[str, str]]:
    """The user's attribute values by attribute, with their ids."""
    found: list[AttributeValue] = await entities(world.url, AttributeValue)
    return {value.attribute: (value.value, value.id) for value in found if value.user == user.id}


async def events_of(world: World, act: str) -> list[Event]:
    return [event for event in await entities(world.url, Event) if event.act == act]


async def test_all_of_it_is_one_act_with_one_event_of_old_and_new(world: World, realm: Realm, jill: User) -> None:
    badge = await world.do(realm.system, CreateAttribute("Badge"))
    edit: dict[str, Any] = {
        "username": "Jill.V",
        "mobile": "+1",
        "locale": "fr",
        "external_id": None,
        "active": False,
        "locked": True,
        "aliases": ("blue", "green"),
        "attributes": ((badge.id, "7"),),
        "extras": (("x:a", None), ("x:b", "3"), ("x:c", "4")),
    }

    changed = await world.do(realm.administrator.actor, editing(jill, **edit))
    event = await newest(world)

    extras = (("x:b", "3"), ("x:c", "4"))
    fields = {field: edit[field] for field in ("username", "mobile", "locale", "external_id", "active")}
    at = world.sources.now()
    assert changed == replace(jill, **fields, extras=extras, locked_at=at, version=2, changed_at=at)
    assert changed == await kept(world, realm, jill)
    assert (event.act, event.subject, event.subject_name) == ("user.edited", jill.id, "jill")
    assert set(event.changes) == {
        Change("username", "jill", "Jill.V"),
        Change("mobile", None, "+1"),
        Change("locale", None, "fr"),
        Change("external_id", "J-1", None),
        Change("active", "true", "false"),
        Change("locked_at", None, str(at)),
        Change("aliases", "red", None),
        Change("aliases", None, "green"),
        Change(f"attribute {badge.id}", None, "7"),
        Change("x:a", "1", None),
        Change("x:b", "2", "3"),
        Change("x:c", None, "4"),
    }
    assert len(await events_of(world, "user.edited")) == 1
    await verify_promises(world.url)


async def test_what_is_as_it_stands_writes_nothing(world: World, realm: Realm, jill: User) -> None:
    badge = await world.do(realm.system, CreateAttribute("Badge"))
    jill = await world.do(realm.system, editing(jill, attributes=((badge.id, "7"),)))
    before = await snapshot(world.url)
    same: list[dict[str, Any]] = [
        {"aliases": ("blue", "red")},
        {"attributes": ((badge.id, "7"),)},
        {"attributes": ()},
        {"extras": (("x:b", "2"), ("x:none", None))},
        {"external_id": "J-1", "active": True, "locked": False, "mobile": None},
        {"invite": True},
    ]

    found = [await world.do(realm.administrator.actor, editing(jill, **fields)) for fields in same[:-1]]

    assert found == [jill] * len(found)
    assert await world.do(realm.administrator.actor, editing(jill, **same[-1])) == jill
    assert await snapshot(world.url) == before


# The names that are wanted, and what there is then: those that stay keep their ids.
NAMES: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({"aliases": ()}, {"jill": USERNAME}),
    ({"aliases": ("BLUE", "green")}, {"jill": USERNAME, "BLUE": ALIAS, "green": ALIAS}),
    ({"username": "red", "aliases": ("blue",)}, {"red": USERNAME, "blue": ALIAS}),
    ({"username": "red", "aliases": ("jill",)}, {"red": USERNAME, "jill": ALIAS}),
    ({"username": "JILL", "aliases": ("red",)}, {"JILL": USERNAME, "red": ALIAS}),
    ({"username": "valentine"}, {"valentine": USERNAME, "red": ALIAS, "blue": ALIAS}),
]


@pytest.mark.parametrize(("wanted", "expected"), NAMES)
async def test_the_names_that_stay_keep_their_ids_and_the_others_are_free(
    world: World, realm: Realm, jill: User, wanted: dict[str, Any], expected: dict[str, str]
) -> None:
    before = {name.lower(): own for name, own in (await names_of(world, jill)).items()}

    await world.do(realm.administrator.actor, editing(jill, **wanted))
    found = await names_of(world, jill)
    gone = before.keys() - {name.lower() for name in expected}
    again = [await outcome(world.do(realm.system, CreateUser(UserDraft(name)))) for name in sorted(gone)]

    assert {name: kind for name, (kind, _) in found.items()} == expected
    stayed = {name: own for name, own in found.items() if before.get(name.lower(), ("", ""))[0] == own[0]}
    assert all(own == before[name.lower()] for name, own in stayed.items())
    assert {own for kind, own in found.values() if kind == USERNAME} == {jill.id}
    assert refused(again) == []
    await verify_promises(world.url)


REFUSED: list[tuple[dict[str, Any], object]] = [
    ({"aliases": ("leon",)}, Taken("aliases")),
    ({"aliases": ("kennedy", "red")}, Taken("aliases")),
    ({"aliases": ("JILL",)}, Taken("aliases")),
    ({"username": "x", "aliases": ("X",)}, Taken("aliases")),
    ({"username": "leon", "aliases": ("kennedy",)}, Taken("username")),
    ({"username": "RED"}, Taken("username")),
    ({"aliases": ("a", "A")}, Invalid("aliases", Fault.DUPLICATE)),
    ({"aliases": ("",)}, Invalid("aliases", Fault.MISSING)),
    ({"aliases": ("a\nb",)}, Invalid("aliases", Fault.CHARACTERS)),
    ({"aliases": tuple(str(number) for number in range(11))}, Invalid("aliases", Fault.TOO_MANY, 10)),
    ({"external_id": "L-1"}, Taken("external_id")),
    ({"external_id": "x" * 1025}, Invalid("external_id", Fault.TOO_LONG, 1024)),
    ({"mobile": "\0"}, Invalid("mobile", Fault.CHARACTERS)),
    ({"extras": (("x:a", "\0"),)}, Invalid("extras", Fault.CHARACTERS)),
    ({"extras": (("x:a", "x" * 65_537),)}, Invalid("extras", Fault.TOO_LONG, 65_536)),
    ({"extras": tuple((str(number), "") for number in range(999))}, Invalid("extras", Fault.TOO_MANY, MOST_EXTRAS)),
    ({"attributes": (("none", "x"),)}, Invalid("attributes", Fault.UNKNOWN)),
    ({"attributes": (("none", None),)}, Invalid("attributes", Fault.UNKNOWN)),
    ({"attributes": (("none", "x"), ("none", None))}, Invalid("attributes", Fault.DUPLICATE)),
]


@pytest.mark.parametrize(("wanted", "expected"), REFUSED, ids=str)
async def test_what_cannot_be_is_refused_and_nothing_of_it_is_written(
    world: World, realm: Realm, jill: User, wanted: dict[str, Any], expected: object
) -> None:
    await world.do(realm.system, CreateUser(UserDraft("leon", aliases=("kennedy",), external_id="L-1")))
    before = await snapshot(world.url)

    found = await outcome(world.do(realm.administrator.actor, editing(jill, given_name="x", **wanted)))

    assert found == expected
    assert await snapshot(world.url) == before


async def test_a_value_is_made_replaced_and_ended_by_itself(world: World, realm: Realm, jill: User) -> None:
    badge, locker = [await world.do(realm.system, CreateAttribute(name)) for name in ("Badge", "Locker")]
    steps: list[tuple[tuple[tuple[str, str | None], ...], dict[str, str], set[Change]]] = [
        (
            ((badge.id, "1"), (locker.id, "2")),
            {badge.id: "1", locker.id: "2"},
            {Change(f"attribute {badge.id}", None, "1"), Change(f"attribute {locker.id}", None, "2")},
        ),
        (((badge.id, "3"),), {badge.id: "3", locker.id: "2"}, {Change(f"attribute {badge.id}", "1", "3")}),
        (((locker.id, None),), {badge.id: "3"}, {Change(f"attribute {locker.id}", "2", None)}),
    ]
    ids: set[str] = set()
    for wanted, expected, changes in steps:
        await world.do(realm.administrator.actor, editing(jill, attributes=wanted))
        found = await values_of(world, jill)
        ids.add(found[badge.id][1])

        assert {attribute: value for attribute, (value, _) in found.items()} == expected
        assert set((await newest(world)).changes) == changes
    assert len(ids) == 1
    await verify_promises(world.url)


async def test_a_unique_value_is_given_up_and_taken(world: World, realm: Realm, jill: User) -> None:
    badge = await world.do(realm.system, CreateAttribute("Badge", unique=True))
    leon = await world.do(realm.system, CreateUser(UserDraft("leon", attributes=((badge.id, "7A"),))))
    acts = [
        editing(jill, attributes=((badge.id, "7a"),)),
        editing(leon, attributes=((badge.id, "7a"),)),
        editing(leon, attributes=((badge.id, "8"),)),
        editing(jill, attributes=((badge.id, "7a"),)),
    ]

    found = await asyncio.gather(*(outcome(world.do(realm.administrator.actor, act)) for act in acts))

    assert refused(found) == [Taken("Badge")]
    assert found[0] == Taken("Badge")
    assert [(await values_of(world, user))[badge.id][0] for user in (jill, leon)] == ["7a", "8"]


async def system_defined(world: World, realm: Realm, field: str) -> None:
    """Say that every user must have this field of the directory."""
    await world.do(realm.system, new(Attribute(f"of {field}", realm.id, field.title(), PLAIN, field, True, False)))


def demanding(user: User, **fields: Any) -> EditUser:
    """The change of these fields, demanding what is mandatory."""
    return EditUser(by_id(user.id), lambda _: UserEdit(**fields), demanding=True)


async def test_what_is_mandatory_must_be_there_after_a_demanding_change(world: World, realm: Realm, jill: User) -> None:
    await system_defined(world, realm, "given_name")
    await system_defined(world, realm, "mobile")
    badge = await world.do(realm.system, CreateAttribute("Badge", mandatory=True))
    missing = Invalid("mobile", Fault.MISSING)
    with_badge = ((badge.id, "7"),)
    table: list[tuple[dict[str, Any], object]] = [
        ({"phone": "1"}, missing),
        ({"aliases": ()}, missing),
        ({"mobile": "+1"}, Invalid("Badge", Fault.MISSING)),
        ({"mobile": "+1", "given_name": None, "attributes": with_badge}, Invalid("given_name", Fault.MISSING)),
        ({"locked": True, "active": False}, None),
        ({}, None),
        ({"mobile": "+1", "attributes": with_badge}, None),
        ({"phone": "1"}, None),
        ({"mobile": None}, missing),
        ({"attributes": ((badge.id, None),)}, Invalid("Badge", Fault.MISSING)),
        ({"mobile": "+2", "attributes": ((badge.id, "8"),)}, None),
    ]
    for row, (fields, expected) in enumerate(table):
        found = await outcome(world.do(realm.administrator.actor, demanding(jill, **fields)))

        assert (row, None if isinstance(found, User) else found) == (row, expected)
    free = await world.do(realm.administrator.actor, editing(jill, mobile=None))
    assert free.mobile is None


async def test_nobody_disables_or_locks_himself(world: World, realm: Realm) -> None:
    admin = realm.administrator
    other = await world.person(realm, None, (ADMINISTRATOR,))
    before = await snapshot(world.url)

    found = [
        await outcome(world.do(admin.actor, editing(admin.user, **{f: f == "locked"}))) for f in ("active", "locked")
    ]
    unchanged = await snapshot(world.url) == before
    by_other = await world.do(other.actor, editing(admin.user, active=False, locked=True))

    assert (found, unchanged) == ([OwnAccount()] * 2, True)
    assert (by_other.active, by_other.locked_at) == (False, world.sources.now())
    await verify_promises(world.url)


async def test_the_last_administrator_is_not_disabled_and_may_be_locked(world: World, realm: Realm) -> None:
    admin = realm.administrator.user

    found = await outcome(world.do(realm.system, editing(admin, active=False)))
    locked = await world.do(realm.system, editing(admin, locked=True))

    assert (found, locked.locked_at, locked.active) == (LastAdministrator(), world.sources.now(), True)
    await verify_promises(world.url)


async def test_a_disabled_users_key_stops_at_once_and_works_again_with_him(world: World, realm: Realm) -> None:
    wesker = await world.person(realm, "wesker", (ADMINISTRATOR,))
    claire = await world.person(realm, "claire")
    found = []
    for active in (False, True):
        await world.do(realm.administrator.actor, editing(wesker.user, active=active))
        found.append(await outcome(world.do(wesker.actor, editing(claire.user, given_name=f"{active}"))))

    assert found[0] == CredentialInvalid()
    assert found[1].given_name == "True"


async def test_a_lock_outlasts_that_he_is_disabled(world: World, realm: Realm, jill: User) -> None:
    steps = [{"locked": True}, {"active": False}, {"active": True}, {"locked": False}]

    found = [await world.do(realm.administrator.actor, editing(jill, **step)) for step in steps]

    at = world.sources.now()
    assert [(user.active, user.locked_at) for user in found] == [(True, at), (False, at), (True, at), (True, None)]


async def live_links(world: World, user: User) -> int:
    links: list[PasswordLink] = await entities(world.url, PasswordLink)
    return sum(link.user == user.id and is_live(link, world.sources.time) for link in links)


async def test_who_is_invited_with_a_change_gets_the_mail_of_a_new_user(world: World, realm: Realm, jill: User) -> None:
    await world.do(realm.administrator.actor, editing(jill, mobile="+1", invite=True))
    first = await live_links(world, jill), [mail.recipient for mail in await entities(world.url, Mail)]
    await world.do(realm.administrator.actor, editing(jill, email="j@example.com", invite=True))
    second = await live_links(world, jill), sorted(mail.recipient for mail in await entities(world.url, Mail))

    assert first == (1, ["jill@example.com"])
    assert second == (1, ["j@example.com", "jill@example.com"])


async def test_who_has_set_a_password_or_has_no_address_is_not(world: World, realm: Realm, jill: User) -> None:
    leon = await world.do(realm.system, CreateUser(UserDraft("leon")))
    await world.do(realm.system, change(jill, replace(jill, password="hash")))

    for user in (jill, leon):
        await world.do(realm.administrator.actor, editing(user, mobile="+1", invite=True))

    assert await entities(world.url, Mail) == []


async def test_many_changes_of_one_user_at_once_lose_nothing(world: World, realm: Realm, jill: User) -> None:
    badges = [await world.do(realm.system, CreateAttribute(f"Badge {number}")) for number in range(4)]
    fields: list[dict[str, Any]] = [
        {"given_name": "Jo"},
        {"family_name": "V"},
        {"locked": True},
        {"aliases": ("green",)},
        {"username": "jo"},
        *({"attributes": ((badge.id, badge.name),)} for badge in badges),
        *({"extras": ((f"x:{number}", "y"),)} for number in range(4)),
    ]

    found = await asyncio.gather(
        *(outcome(world.do(realm.administrator.actor, editing(jill, **one))) for one in fields * 2)
    )
    now = await kept(world, realm, jill)

    assert refused(found) == []
    assert (now.username, now.given_name, now.family_name) == ("jo", "Jo", "V")
    assert now.locked_at == world.sources.now()
    assert now.version == jill.version + len(fields)
    assert (await names_of(world, jill)).keys() == {"jo", "green"}
    assert {value for value, _ in (await values_of(world, jill)).values()} == {badge.name for badge in badges}
    assert dict(now.extras) == {"x:a": "1", "x:b": "2", **{f"x:{number}": "y" for number in range(4)}}
    await verify_promises(world.url)
