"""The mail that a new user gets, sent again: to whom, with which link, and what becomes of the earlier ones."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from muster.core.authority import Actor
from muster.core.drafts import CreateUser, UserDraft
from muster.core.editing import InviteAgain, IsNameFree
from muster.core.finders import by_number
from muster.core.links import LINK_LIFETIME, PasswordLink
from muster.core.mails import Mail
from muster.core.refusals import (
    BeyondAuthority,
    Fault,
    Invalid,
    Obstacle,
    PermissionMissing,
    Unknown,
    Unsuited,
)
from muster.core.users import SERVICE, User
from tests.core.editors import editing, empower, newest
from tests.support.kept import entities, outcome, snapshot, verify_promises
from tests.support.world import ADMINISTRATOR, CREATE, MANAGER, VIEW, VIEWER, Realm, World, change

DRAFT = UserDraft("jill", "Jill", "Valentine", "jill@example.com")


@pytest.fixture
async def realm(world: World) -> Realm:
    """A tenant whose administrators and managers may change users."""
    realm = await world.realm()
    await empower(world, realm)
    return realm


async def made(world: World, realm: Realm, **fields: Any) -> User:
    """Jill, different in these fields."""
    return await world.do(realm.system, CreateUser(replace(DRAFT, **fields)))


async def owed(world: World, user: User) -> tuple[list[tuple[str, str]], list[bool]]:
    """The mails that a user is owed, kind and recipient, and for each of his links whether it works, oldest first."""
    mails: list[Mail] = await entities(world.url, Mail)
    links: list[PasswordLink] = await entities(world.url, PasswordLink)
    own = [mail for mail in sorted(mails, key=lambda mail: mail.created_at) if mail.user == user.id]
    to_him = [link for link in sorted(links, key=lambda link: link.created_at) if link.user == user.id]
    return [(mail.kind, mail.recipient) for mail in own], [link.void_at is None for link in to_him]


async def test_who_is_given_a_password_needs_no_link_any_more(world: World, realm: Realm) -> None:
    jill = await made(world, realm)

    changed = await world.do(realm.administrator.actor, editing(jill, password="hash", email="new@example.com"))
    event = await newest(world)
    again = await world.do(realm.administrator.actor, editing(jill, password="hash"))

    assert (changed.password, changed.version, again) == ("hash", 2, changed)
    assert await owed(world, jill) == ([TO_SET], [False])
    assert [(one.field, one.old, one.new) for one in event.changes] == [
        ("email", "jill@example.com", "new@example.com"),
        ("password", None, "set"),
    ]


def inviting(user: User) -> InviteAgain:
    return InviteAgain(by_number(user.number))


TO_SET, TO_SIGN_IN = ("set-password", "jill@example.com"), ("sign-in", "jill@example.com")


async def test_a_second_mail_has_a_link_and_the_first_link_is_void(world: World, realm: Realm) -> None:
    jill = await made(world, realm)

    world.sources.time += 1
    await world.do(realm.administrator.actor, inviting(jill))
    event = await newest(world)
    world.sources.time += 1
    await world.do(realm.administrator.actor, inviting(jill))

    assert await owed(world, jill) == ([TO_SET] * 3, [False, False, True])
    assert (event.act, event.subject, event.changes) == ("user.invited", jill.id, ())
    await verify_promises(world.url)


@pytest.mark.parametrize("password", [None, "hash"])
async def test_who_signs_in_elsewhere_is_told_so_again(world: World, realm: Realm, password: str | None) -> None:
    jill = await made(world, realm, sso_only=True, password=password)

    await world.do(realm.administrator.actor, inviting(jill))

    assert await owed(world, jill) == ([TO_SIGN_IN] * 2, [])


async def test_a_link_that_has_expired_is_replaced(world: World, realm: Realm) -> None:
    jill = await made(world, realm)
    world.sources.time += LINK_LIFETIME + 1

    await world.do(realm.administrator.actor, inviting(jill))

    assert (await owed(world, jill))[0] == [TO_SET] * 2


async def test_who_cannot_use_a_mail_is_sent_none(world: World, realm: Realm) -> None:
    done = await made(world, realm, username="done", password="hash")
    without = await made(world, realm, username="without", email=None)
    person = await made(world, realm, username="service")
    service = replace(person, kind=SERVICE)
    await world.do(realm.system, change(person, service))
    before = await snapshot(world.url)

    found = [await outcome(world.do(realm.administrator.actor, inviting(user))) for user in (done, without, service)]

    assert found == [Unsuited(Obstacle.ENROLLED), Invalid("email", Fault.MISSING), Unsuited(Obstacle.SERVICE)]
    assert await snapshot(world.url) == before


async def test_only_who_makes_users_and_holds_as_much_sends_mails(world: World, realm: Realm) -> None:
    unit = await world.unit(realm, "north")
    viewer, manager = await world.person(realm, None, (VIEWER,)), await world.person(realm, None, (MANAGER,))
    bound = await world.person(realm, None, (MANAGER,), (unit,), unit)
    narrow = await world.holder(realm, realm.administrator.user, MANAGER)
    jill, chief = await made(world, realm), await made(world, realm, username="chief", roles=(ADMINISTRATOR,))
    table: list[tuple[Actor, User, object]] = [
        (viewer.actor, jill, PermissionMissing(CREATE)),
        (manager.actor, chief, BeyondAuthority("user")),
        (narrow.actor, chief, BeyondAuthority("user")),
        (narrow.actor, realm.administrator.user, BeyondAuthority("user")),
        (bound.actor, jill, Unknown("user")),
        (manager.actor, jill, None),
    ]
    found = [await outcome(world.do(actor, inviting(user))) for actor, user, _ in table]

    assert found == [expected for _, _, expected in table]


# What changes, and what he is owed then besides the first mail, with the links that work.
MOVES: list[tuple[dict[str, Any], list[tuple[str, str]], list[bool]]] = [
    ({"given_name": "Jo", "username": "jo"}, [], [True]),
    ({"email": "jo@example.com"}, [("set-password", "jo@example.com")], [False, True]),
    ({"sso_only": True}, [TO_SIGN_IN], [False]),
    ({"email": None}, [], [False]),
]


@pytest.mark.parametrize("move", range(len(MOVES)))
async def test_a_link_does_not_outlive_the_address_that_it_was_sent_to(world: World, realm: Realm, move: int) -> None:
    fields, mails, links = MOVES[move]
    jill = await made(world, realm)
    world.sources.time += 1

    await world.do(realm.administrator.actor, editing(jill, **fields))

    assert await owed(world, jill) == ([TO_SET, *mails], links)


@pytest.mark.parametrize("fields", [{"password": "hash", "notify": False}, {"sso_only": True}])
async def test_who_has_no_link_is_owed_nothing_for_a_new_address(
    world: World, realm: Realm, fields: dict[str, Any]
) -> None:
    jill = await made(world, realm, **fields)
    before = await owed(world, jill)

    await world.do(realm.administrator.actor, editing(jill, email="jo@example.com", sso_only=False))

    assert await owed(world, jill) == before


async def test_a_name_is_free_until_somebody_in_the_tenant_has_it(world: World, realm: Realm) -> None:
    other = await world.realm("Umbrella")
    await world.do(other.system, CreateUser(UserDraft("wesker")))
    await made(world, realm, aliases=("sandwich",))
    names = ("jill", "JILL", "ｊｉｌｌ", "sandwich", "wesker", "claire")  # noqa: RUF001

    found = [await world.ask(realm.administrator.actor, IsNameFree(name)) for name in names]

    assert found == [False, False, False, False, True, True]


async def test_only_who_sees_or_makes_users_asks_whether_a_name_is_free(world: World, realm: Realm) -> None:
    maker = replace(realm.roles[MANAGER], permissions=frozenset({CREATE}))
    await world.do(realm.system, change(realm.roles[MANAGER], maker))
    people = [await world.person(realm, None, roles) for roles in ((), (VIEWER,), (MANAGER,))]

    found = [await outcome(world.ask(person.actor, IsNameFree("claire"))) for person in people]
    wrong = [await outcome(world.ask(people[1].actor, IsNameFree(name))) for name in ("", "a\0", "x" * 256)]

    assert found == [PermissionMissing(VIEW), True, True]
    assert [one.fault for one in wrong] == [Fault.MISSING, Fault.CHARACTERS, Fault.TOO_LONG]
