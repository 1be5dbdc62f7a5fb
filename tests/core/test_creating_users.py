"""Making users: what a draft may hold, whose name is taken, what is told of it, and which mail is owed for it."""

from __future__ import annotations

import asyncio
import string
from dataclasses import replace

import pytest

from muster.core.attributes import CreateAttribute
from muster.core.drafts import MOST_ALIASES, MOST_EXTRAS, MOST_ROLES, MOST_SCOPE, CreateUser, UserDraft
from muster.core.events import Change, Event
from muster.core.links import LINK_LIFETIME, PasswordLink, digest_of
from muster.core.mails import SET_PASSWORD, SIGN_IN, Mail
from muster.core.refusals import Fault, Invalid, PermissionMissing, Taken
from muster.core.roles import ADMINISTER
from muster.core.users import User, UserByNumber
from muster.core.values import EMAIL_LENGTH, EXTRA_LENGTH, LOGIN_NAME_LENGTH, TEXT_LENGTH
from tests.support.kept import entities, outcome, refused, snapshot, verify_promises
from tests.support.world import ADMINISTRATOR, AUDITOR, CREATE, MANAGER, ORIGIN, STAFF, VIEWER, Realm, World

SAM = UserDraft("sam")
FULL = UserDraft(
    "Sam.Ärmel",
    "Sam",
    "Ärmel 漢字",
    "sam@example.com",
    "+47 (0) 22 / 33",
    job_title="Head of \U0001f600",
    mobile="+47 44",
    locale="nb-NO",
    external_id="id of Sam",
    principal_name="sam@ad",
    security_id="S-1-5",
    aliases=("Sammy", "sæm"),
    locked=True,
    roles=(VIEWER, AUDITOR),
    active=False,
    sso_only=True,
    password="a hash",
    extras=(("x:b", "line\none"), ("x:a", "")),
)

# Letters that take four bytes each and that no database can press together.
BROAD = "".join(chr(0x20000 + (number * 7919) % 40_000) for number in range(TEXT_LENGTH))
# Letters of four bytes that fold to one.
SHRINKING = "".join(chr(0x1D400 + (number * 7919) % 300) for number in range(TEXT_LENGTH))
# One character that folds to eighteen.
SWELLING = "\ufdfa"

INVALID = [
    (replace(SAM, username=""), Invalid("username", Fault.MISSING)),
    (replace(SAM, username="s\0m"), Invalid("username", Fault.CHARACTERS)),
    (replace(SAM, username="x" * (LOGIN_NAME_LENGTH + 1)), Invalid("username", Fault.TOO_LONG, LOGIN_NAME_LENGTH)),
    (replace(SAM, username=SWELLING * 200), Invalid("username", Fault.TOO_LONG, LOGIN_NAME_LENGTH)),
    (replace(SAM, given_name="a\nb"), Invalid("given_name", Fault.CHARACTERS)),
    (replace(SAM, given_name=BROAD), Invalid("given_name", Fault.TOO_LONG, TEXT_LENGTH)),
    (replace(SAM, family_name="\ud800"), Invalid("family_name", Fault.CHARACTERS)),
    (replace(SAM, email="a@b.co\r\nBcc: all"), Invalid("email", Fault.CHARACTERS)),
    (replace(SAM, email="x" * (EMAIL_LENGTH + 1)), Invalid("email", Fault.TOO_LONG, EMAIL_LENGTH)),
    (replace(SAM, phone="\0"), Invalid("phone", Fault.CHARACTERS)),
    (replace(SAM, job_title="x" * (TEXT_LENGTH + 1)), Invalid("job_title", Fault.TOO_LONG, TEXT_LENGTH)),
    (replace(SAM, extras=(("x", "\udfff"),)), Invalid("extras", Fault.CHARACTERS)),
    (replace(SAM, extras=(("x\0", ""),)), Invalid("extras", Fault.CHARACTERS)),
    (replace(SAM, extras=(("x", "x" * (EXTRA_LENGTH + 1)),)), Invalid("extras", Fault.TOO_LONG, EXTRA_LENGTH)),
    (
        replace(SAM, extras=tuple((str(number), "") for number in range(MOST_EXTRAS + 1))),
        Invalid("extras", Fault.TOO_MANY, MOST_EXTRAS),
    ),
    (replace(SAM, roles=(VIEWER,) * (MOST_ROLES + 1)), Invalid("roles", Fault.TOO_MANY, MOST_ROLES)),
    (replace(SAM, roles=((STAFF, 99),)), Invalid("roles", Fault.UNKNOWN)),
    (replace(SAM, mobile="\0"), Invalid("mobile", Fault.CHARACTERS)),
    (replace(SAM, locale="\n"), Invalid("locale", Fault.CHARACTERS)),
    (replace(SAM, principal_name="\ud800"), Invalid("principal_name", Fault.CHARACTERS)),
    (replace(SAM, security_id="x" * 1025), Invalid("security_id", Fault.TOO_LONG, TEXT_LENGTH)),
    (replace(SAM, external_id=BROAD), Invalid("external_id", Fault.TOO_LONG, TEXT_LENGTH)),
    (replace(SAM, external_id=SHRINKING), Invalid("external_id", Fault.TOO_LONG, TEXT_LENGTH)),
    (replace(SAM, aliases=("",)), Invalid("aliases", Fault.MISSING)),
    (replace(SAM, aliases=("s\0m",)), Invalid("aliases", Fault.CHARACTERS)),
    (replace(SAM, aliases=("Zoe", "zoe")), Invalid("aliases", Fault.DUPLICATE)),
    (replace(SAM, aliases=("zoe", "SAM")), Taken("aliases")),
    (replace(SAM, aliases=("zoe",) * (MOST_ALIASES + 1)), Invalid("aliases", Fault.TOO_MANY, MOST_ALIASES)),
    (replace(SAM, attributes=(("no-id", "x"),)), Invalid("attributes", Fault.UNKNOWN)),
    (replace(SAM, attributes=(("\udc00", "x"),)), Invalid("attributes", Fault.UNKNOWN)),
    (replace(SAM, attributes=(("a", "x"), ("a", "x"))), Invalid("attributes", Fault.DUPLICATE)),
    (replace(SAM, scope=(1,) * (MOST_SCOPE + 1)), Invalid("scope", Fault.TOO_MANY, MOST_SCOPE)),
]


async def test_a_draft_that_no_rule_accepts_writes_nothing(world: World, realm: Realm) -> None:
    before = await snapshot(world.url)
    for draft, expected in INVALID:
        found = await outcome(world.do(realm.administrator.actor, CreateUser(draft)))

        assert found == expected

    assert await snapshot(world.url) == before


async def test_the_longest_texts_of_any_letters_are_kept(world: World, realm: Realm) -> None:
    for number, letters in enumerate((string.ascii_letters * 30, BROAD, "ß" * TEXT_LENGTH, SWELLING * TEXT_LENGTH)):
        name = letters[: 600 if letters == BROAD else 72 if letters[0] == SWELLING else TEXT_LENGTH]
        draft = UserDraft(f"{number}{letters}"[: min(len(name), LOGIN_NAME_LENGTH)], name, name, name[:EMAIL_LENGTH])
        user = await world.do(realm.administrator.actor, CreateUser(draft))

        assert (user.username, user.given_name) == (draft.username, name)
        assert await world.user(realm, user.number) == user


async def test_permission_comes_before_everything_else(world: World, realm: Realm) -> None:
    viewer = await world.person(realm, None, (VIEWER,))
    found = [await outcome(world.do(viewer.actor, CreateUser(draft))) for draft, _ in INVALID]

    assert found == [PermissionMissing(CREATE)] * len(INVALID)


# A name that is there, and others that are the same one or not.
TAKEN = [
    ("Jill", ["jill", "JILL", "\uff2aill", "j\u0131ll", "jill.", " jill"], ["jill", "JILL", "\uff2aill"]),
    ("straße", ["STRASSE", "strasse", "Straße", "strase"], ["STRASSE", "strasse", "Straße"]),
]


async def test_a_name_is_taken_in_whatever_case_and_width_it_is_written(world: World, realm: Realm) -> None:
    for name, others, same in TAKEN:
        await world.person(realm, name)
        found = [await outcome(world.do(realm.administrator.actor, CreateUser(UserDraft(it)))) for it in others]

        assert [it for it, one in zip(others, found, strict=True) if one == Taken("username")] == same
    await verify_promises(world.url)


async def test_a_new_user_is_as_drafted_and_shown_so(world: World, realm: Realm) -> None:
    at = world.sources.now()
    user = await world.do(realm.administrator.actor, CreateUser(FULL))
    view = await world.ask(realm.administrator.actor, UserByNumber(user.number))
    roles = tuple(sorted((realm.roles[VIEWER], realm.roles[AUDITOR]), key=lambda role: role.id))

    assert user == User(
        id=user.id,
        tenant=realm.id,
        number=realm.administrator.key.number + 1,
        kind="person",
        username=FULL.username,
        given_name=FULL.given_name,
        family_name=FULL.family_name,
        email=FULL.email,
        phone=FULL.phone,
        job_title=FULL.job_title,
        home=realm.root.id,
        active=False,
        sso_only=True,
        administrator=False,
        password="a hash",
        created_at=at,
        changed_at=at,
        last_login_at=None,
        version=1,
        roles=tuple(role.id for role in roles),
        scope=(),
        extras=FULL.extras,
        mobile="+47 44",
        locale="nb-NO",
        external_id="id of Sam",
        principal_name="sam@ad",
        security_id="S-1-5",
        locked_at=at,
    )
    assert (view.user, view.standing.tenant, view.standing.home) == (user, realm.tenant, realm.root)
    assert (view.standing.roles, view.standing.scope, view.standing.visible) == (roles, (), (realm.root,))


async def test_who_holds_the_administering_permission_is_an_administrator(world: World, realm: Realm) -> None:
    people = {role: (await world.person(realm, None, (role,))).user.administrator for role in realm.roles}

    assert people == {role: ADMINISTER in realm.roles[role].permissions for role in realm.roles}
    assert people[ADMINISTRATOR]
    assert not people[MANAGER]


async def test_the_event_tells_who_through_what_and_all_that_there_is_now(world: World, realm: Realm) -> None:
    admin, at = realm.administrator, world.sources.now()
    user = await world.do(admin.actor, CreateUser(replace(FULL, email=None)))
    event: Event = [it for it in await entities(world.url, Event) if it.tenant == realm.id][-1]

    assert (event.act, event.noun, event.subject, event.subject_name) == ("user.created", "user", user.id, "Sam.Ärmel")
    assert (event.actor_kind, event.actor, event.actor_name) == ("user", admin.user.id, admin.user.username)
    assert (event.credential, event.at) == (admin.key.id, at)
    assert (event.channel, event.address, event.request) == (ORIGIN.channel, ORIGIN.address, ORIGIN.request)
    assert set(event.changes) == {
        Change("number", None, str(user.number)),
        Change("username", None, "Sam.Ärmel"),
        Change("given_name", None, "Sam"),
        Change("family_name", None, "Ärmel 漢字"),
        Change("phone", None, "+47 (0) 22 / 33"),
        Change("job_title", None, "Head of \U0001f600"),
        Change("home", None, realm.root.id),
        Change("active", None, "false"),
        Change("sso_only", None, "true"),
        Change("mobile", None, "+47 44"),
        Change("locale", None, "nb-NO"),
        Change("external_id", None, "id of Sam"),
        Change("principal_name", None, "sam@ad"),
        Change("security_id", None, "S-1-5"),
        Change("locked_at", None, str(at)),
        Change("aliases", None, "Sammy"),
        Change("aliases", None, "sæm"),
        *(Change("roles", None, role) for role in user.roles),
        *(Change(name, None, text) for name, text in FULL.extras),
    }


@pytest.mark.parametrize(
    ("draft", "kind"),
    [
        (UserDraft("sam", email="sam@example.com"), SET_PASSWORD),
        (UserDraft("sam", email="sam@example.com", sso_only=True), SIGN_IN),
        (UserDraft("sam", email="sam@example.com", notify=False), None),
        (UserDraft("sam"), None),
    ],
)
async def test_the_mail_that_is_owed_is_kept_with_the_user(
    world: World, realm: Realm, draft: UserDraft, kind: str | None
) -> None:
    at = world.sources.now()
    user = await world.do(realm.administrator.actor, CreateUser(draft))
    mails, links = await entities(world.url, Mail), await entities(world.url, PasswordLink)
    secrets = [world.sources._sealer.open(mail.sealed, mail.id) for mail in mails if mail.sealed]

    assert [(it.kind, it.user, it.recipient, it.due_at, it.attempts) for it in mails] == (
        [(kind, user.id, "sam@example.com", at, 0)] if kind else []
    )
    assert [(it.user, it.digest, it.expires_at, it.void_at) for it in links] == [
        (user.id, digest_of(secret or ""), at + LINK_LIFETIME, None) for secret in secrets
    ]
    assert len(secrets) == (kind == SET_PASSWORD)


async def test_an_alias_is_nobody_elses_name(world: World, realm: Realm) -> None:
    actor = realm.administrator.actor
    await world.do(actor, CreateUser(UserDraft("jill", aliases=("Valentine",))))
    found = [
        await outcome(world.do(actor, CreateUser(draft)))
        for draft in (
            UserDraft("VALENTINE"),
            UserDraft("sam", aliases=("JILL",)),
            UserDraft("sam", aliases=("valentine",)),
            UserDraft("sam", aliases=("jill.",)),
        )
    ]

    assert found[:3] == [Taken("username"), Taken("aliases"), Taken("aliases")]
    assert isinstance(found[3], User)
    await verify_promises(world.url)


async def test_an_external_id_belongs_to_one_user(world: World, realm: Realm) -> None:
    actor = realm.administrator.actor
    acts = [CreateUser(UserDraft(f"user{number}", external_id="the same")) for number in range(5)]
    found = await asyncio.gather(*(outcome(world.do(actor, act)) for act in acts))
    other = await outcome(world.do(actor, CreateUser(UserDraft("other", external_id="The Same"))))

    assert [isinstance(one, User) for one in found] == [True, *[False] * 4]
    assert refused(found) == [Taken("external_id")] * 4
    assert isinstance(other, User)


async def test_a_unique_attribute_is_one_users_whatever_length_it_folds_to(world: World, realm: Realm) -> None:
    badge = await world.do(realm.system, CreateAttribute("badge", unique=True))
    motto = await world.do(realm.system, CreateAttribute("motto"))
    found = [
        await outcome(world.do(realm.administrator.actor, CreateUser(UserDraft(f"user{number}", attributes=values))))
        for number, values in enumerate(
            (
                ((badge.id, "A 1"), (motto.id, BROAD)),
                ((badge.id, "\uff41 1"), (motto.id, "x")),
                ((badge.id, "A 2"), (motto.id, BROAD)),
                ((badge.id, BROAD),),
                ((badge.id, BROAD),),
                ((badge.id, "\0"),),
            )
        )
    ]

    assert [isinstance(one, User) for one in found] == [True, False, True, True, False, False]
    assert refused(found) == [Taken("badge"), Taken("badge"), Invalid("badge", Fault.CHARACTERS)]
