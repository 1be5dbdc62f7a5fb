"""Passwords and the links that let somebody set one: once, for a limited time, and for his own user only."""

from __future__ import annotations

import pytest

from muster.core.authority import system
from muster.core.drafts import CreateUser, UserDraft
from muster.core.events import Event
from muster.core.letters import Letter, LetterOf
from muster.core.links import LINK_LIFETIME, PasswordLink, digest_of
from muster.core.mails import Mail
from muster.core.passwords import SetPassword, check_password
from muster.core.refusals import Fault, Invalid, Refused, Unknown
from muster.core.users import User
from tests.support.kept import entities, outcome
from tests.support.world import ORIGIN, Realm, World, new

GOOD = "correct horse battery"


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        (GOOD, None),
        ("x" * 8, None),
        ("x" * 256, None),
        ("пароль из слов", None),
        ("", Invalid("password", Fault.WEAK, 8)),
        ("x" * 7, Invalid("password", Fault.WEAK, 8)),
        ("x" * 257, Invalid("password", Fault.TOO_LONG, 256)),
        ("my name is WESKER!", Invalid("password", Fault.WEAK, 8)),
        ("half a pair: \ud800", Invalid("password", Fault.CHARACTERS)),
        ("nothing at all: \0", Invalid("password", Fault.CHARACTERS)),
    ],
)
def test_a_password_is_judged_as_the_table_says(password: str, expected: Invalid | None) -> None:
    if expected is None:
        check_password(password, "wesker")
        return
    with pytest.raises(Refused) as raised:
        check_password(password, "wesker")

    assert raised.value.refusal == expected


def test_a_username_of_two_characters_may_be_in_a_password_by_chance() -> None:
    check_password("bookkeeper", "bo")

    with pytest.raises(Refused):
        check_password("bookkeeper", "boo")


def test_a_password_is_judged_by_itself_where_nobody_is_named() -> None:
    check_password(GOOD)

    with pytest.raises(Refused):
        check_password("short")


async def linked(world: World, realm: Realm, name: str = "sam") -> tuple[User, str]:
    """A new user, and the secret of the link that was mailed to him."""
    draft = UserDraft(name, email=f"{name}@example.com")
    user = await world.do(realm.administrator.actor, CreateUser(draft))
    mails: list[Mail] = [mail for mail in await entities(world.url, Mail) if mail.user == user.id]
    secret = world.sources._sealer.open(mails[0].sealed or b"", mails[0].id)
    assert secret is not None
    return user, secret


async def test_the_owner_of_a_link_sets_his_password_once(world: World, realm: Realm) -> None:
    user, secret = await linked(world, realm)
    owner = await world.directory.link_owner(secret)
    await world.directory.set_password(secret, GOOD, ORIGIN)
    kept = await world.user(realm, user.number)
    again = await outcome(world.directory.set_password(secret, GOOD, ORIGIN))
    event: Event = (await entities(world.url, Event))[-1]

    assert (owner, kept.version, again) == ("sam", 2, Unknown("link"))
    assert await world.sources.verify_password(GOOD, kept.password)
    assert (event.act, event.actor_kind, event.subject) == ("user.password-set", "system", user.id)
    assert GOOD not in repr(event)


async def test_a_weak_password_leaves_the_link_alive(world: World, realm: Realm) -> None:
    _, secret = await linked(world, realm)
    weak = await outcome(world.directory.set_password(secret, "short", ORIGIN))

    assert weak == Invalid("password", Fault.WEAK, 8)
    assert await world.directory.link_owner(secret) == "sam"


async def test_a_link_ends_after_seven_days_to_the_millisecond(world: World, realm: Realm) -> None:
    _, secret = await linked(world, realm)
    made = world.sources.time
    world.sources.time = made + LINK_LIFETIME - 1
    alive = await outcome(world.directory.link_owner(secret))
    world.sources.time = made + LINK_LIFETIME

    assert [alive, await outcome(world.directory.link_owner(secret))] == ["sam", Unknown("link")]


async def test_setting_a_password_voids_all_links_of_that_user_and_no_others(world: World, realm: Realm) -> None:
    user, secret = await linked(world, realm)
    _, others = await linked(world, realm, "zoe")
    more = PasswordLink("another", realm.id, user.id, "d" * 64, 0, 2**50)
    await world.do(realm.system, new(more))
    await world.directory.set_password(secret, GOOD, ORIGIN)
    links = {link.digest: link.void_at for link in await entities(world.url, PasswordLink)}

    assert links == {
        digest_of(secret): world.sources.time,
        more.digest: world.sources.time,
        digest_of(others): None,
    }


async def test_a_link_is_void_for_every_tenant_but_its_own(world: World, realm: Realm) -> None:
    _, secret = await linked(world, realm)
    other = await world.realm("Umbrella")
    digest = digest_of(secret)
    found = [await outcome(world.do(system(it, "x"), SetPassword(digest, "hash"))) for it in (other.id, "nowhere")]

    assert found == [Unknown("link"), Unknown("link")]


async def test_nothing_is_a_link_but_a_link(world: World, realm: Realm) -> None:
    _, secret = await linked(world, realm)
    wrong = ["", "x", "\0", secret[:-1], digest_of(secret), realm.administrator.secret]
    found = [await outcome(world.directory.link_owner(text)) for text in wrong]

    assert found == [Unknown("link")] * len(wrong)


async def test_a_link_is_found_by_the_moment_of_its_id_and_a_digest(world: World, realm: Realm) -> None:
    _, secret = await linked(world, realm)
    [link] = await entities(world.url, PasswordLink)
    moment, _, drawn = secret.rpartition("-")

    assert link.id.startswith(f"{moment}-")
    assert link.digest == f"{moment}-{world.sources.digest(drawn)}"


async def test_a_link_whose_secret_says_no_moment_works_as_it_did(world: World, realm: Realm) -> None:
    user, _ = await linked(world, realm)
    old = "x" * 47
    await world.do(realm.system, new(PasswordLink("old", realm.id, user.id, world.sources.digest(old), 0, 2**50)))

    assert await world.directory.link_owner(old) == "sam"


async def test_a_letter_is_written_with_the_link_of_its_own_user_alone(world: World, realm: Realm) -> None:
    user, secret = await linked(world, realm)
    _, others = await linked(world, realm, "zoe")
    [mail] = [mail for mail in await entities(world.url, Mail) if mail.user == user.id]
    digests = [digest_of(text) for text in (secret, others, "x")]
    found = [await outcome(world.ask(realm.system, LetterOf(mail.id, digest))) for digest in digests]

    assert found == [
        Letter(mail, realm.tenant.name, "sam", world.sources.time + LINK_LIFETIME),
        Unknown("link"),
        Unknown("link"),
    ]
