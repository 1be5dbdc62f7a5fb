"""The tenant wall: what names a thing of another tenant does the same as what names nothing at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, cast

import pytest

from muster import core
from muster.app.sources import new_secret
from muster.core.account import AccountInUse, EditAccount
from muster.core.acts import Command, Question
from muster.core.address_lists import AddAddressList, AddressList, AddressLists, RemoveAddressList, SetAddressList
from muster.core.addresses import AddressRule
from muster.core.applications import (
    ApplicationById,
    ApplicationDraft,
    ApplicationEdit,
    Applications,
    CreateApplication,
    DeleteApplication,
    EditApplication,
    RenewSecret,
)
from muster.core.assignments import AssignUsers
from muster.core.attributes import (
    Attribute,
    AttributeById,
    Attributes,
    CreateAttribute,
    DeleteAttribute,
    EditAttribute,
)
from muster.core.authenticators import SOFT_TOKEN, Authenticator
from muster.core.authority import Actor
from muster.core.clients import (
    ClientById,
    ClientDraft,
    ClientEdit,
    Clients,
    CreateClient,
    DeleteClient,
    EditClient,
    ProgramKinds,
    Programs,
)
from muster.core.connections import Connection, ConnectionDraft, Connections, CreateConnection, RevokeConnection
from muster.core.drafts import CreateUser, UserDraft
from muster.core.editing import EditUser, InviteAgain, IsNameFree, SetRoles, SetScope, UserEdit
from muster.core.enrolment import EnrolUser, UserDetail
from muster.core.entity import Entity
from muster.core.exchanges import ExchangesOf, Journals, KeepExchanges
from muster.core.federation import FederationDraft, OwnFederation, SetFederation
from muster.core.finders import Finder, by_external_id, by_id, by_login_name, by_number
from muster.core.grouped_users import EditGrouped, GroupedUser, GroupedUsers
from muster.core.keyring import KeyByNumber, Keys
from muster.core.keys import ApiKey, ChangeKeyStatus, EditKey, IssueKey
from muster.core.leaving import DeleteUser
from muster.core.letters import LetterOf
from muster.core.links import PasswordLink
from muster.core.mails import ClaimMails, Mail, Sent, SettleMail
from muster.core.network import AddAddressRule, AddressRuleDraft, AddressRules, RemoveAddressRule
from muster.core.passwords import LinkOwner, SetPassword
from muster.core.policies import Policies, SetPolicies, SetPolicy
from muster.core.programs import Application, Client
from muster.core.query import Compare, IsIn, LoginNameIs, Order, Search, Text, equals
from muster.core.refusals import PermissionMissing
from muster.core.rights import Demand, OwnPermissions, PermissionsOf, UnitsFor
from muster.core.roles import RolesOf, RolesOfUnit
from muster.core.services import CreateServiceUser
from muster.core.sessions import OpenSession, TenantOfApplication
from muster.core.subtenants import CreateSubtenant, OwnTenant
from muster.core.tenants import Adopt, Blueprint, CreateTenant, Tenants
from muster.core.token_query import OwnerIn, SerialIs, TokenSearch
from muster.core.tokens import (
    CreateToken,
    DeleteToken,
    EditToken,
    SwitchToken,
    TokenDetail,
    Tokens,
    token_by_id,
    token_by_serial,
)
from muster.core.trail_query import ByActor, EventSearch, Of
from muster.core.trails import AuditTrail
from muster.core.tree import Children, CreateUnit, EditUnit, SwitchUnit, UnitByNumber, Units
from muster.core.units import Unit
from muster.core.users import Myself, User, UserByNumber, Users
from muster.core.uses import KeepUses
from muster.core.walking_users import DetailedUsers
from tests.core import bodies
from tests.support.kept import entities, outcome, snapshot, verify_promises
from tests.support.world import MANAGER, STAFF, TEMPLATES, VIEW, VIEWER, Realm, World

Act = Command[Any] | Question[Any]


@dataclass(frozen=True)
class Names:
    """What things can be named by, of one kind each: all there are, or none there is."""

    user: int
    unit: int
    key: int
    rule: int
    account: int
    tenant: str
    mail: str
    digest: str
    user_id: str
    username: str
    external_id: str
    application: str
    client: str
    address_list: str
    attribute: str
    key_id: str
    role: str
    group: str
    group_name: str
    organization: str
    resource_role: str
    token: str
    serial: str
    connection: str

    @property
    def finders(self) -> list[Finder]:
        """Every way to name the user."""
        return [
            by_number(self.user),
            by_id(self.user_id),
            by_login_name(self.username),
            by_external_id(self.external_id),
        ]


SCRIPT = ApplicationDraft("script", "Script", VIEWER, new_secret())
DRAFT = AddressRuleDraft("192.0.2.0", "192.0.2.255")

# Each act by what it names; the wall is tried with every way of naming something that it has.
ACTS: list[tuple[type[Act], Callable[[Names], Act]]] = [
    (UserByNumber, lambda it: UserByNumber(it.user)),
    (Users, lambda it: Users(Search(it.tenant))),
    (Users, lambda it: Users(Search(it.tenant, ("1/",), (equals("wesker"),)))),
    (DetailedUsers, lambda it: DetailedUsers(Search(it.tenant, conditions=(IsIn("group", it.group),)))),
    (DetailedUsers, lambda it: DetailedUsers(Search(it.tenant), frozenset(), ((STAFF, it.role),))),
    (DetailedUsers, lambda it: DetailedUsers(Search(conditions=(LoginNameIs(Compare.EQUALS, it.username),)))),
    (Myself, lambda _: Myself()),
    (RolesOfUnit, lambda it: RolesOfUnit(it.unit, STAFF)),
    (Units, lambda _: Units()),
    (Children, lambda it: Children(it.unit)),
    (UnitByNumber, lambda it: UnitByNumber(it.unit)),
    (UnitByNumber, lambda it: UnitByNumber(it.unit, parent=True)),
    (CreateUnit, lambda it: CreateUnit(it.unit, "north", user=UserDraft("sam"))),
    (EditUnit, lambda it: EditUnit(it.unit, "mine")),
    (SwitchUnit, lambda it: SwitchUnit(it.unit, active=False)),
    (AssignUsers, lambda it: AssignUsers(it.unit, ())),
    (AssignUsers, lambda it: AssignUsers(1, (it.user,))),
    (OwnPermissions, lambda it: OwnPermissions(it.unit)),
    (PermissionsOf, lambda it: PermissionsOf(by_number(it.user))),
    (UnitsFor, lambda _: UnitsFor(VIEW)),
    (CreateUser, lambda it: CreateUser(UserDraft("sam", home=it.unit))),
    (CreateUser, lambda it: CreateUser(UserDraft("sam", scope=(it.unit,)))),
    (IssueKey, lambda it: IssueKey(it.user, "key")),
    (ChangeKeyStatus, lambda it: ChangeKeyStatus(it.key, active=False)),
    (EditKey, lambda it: EditKey(it.key, "mine")),
    (KeyByNumber, lambda it: KeyByNumber(it.key)),
    (Keys, lambda it: Keys(it.user)),
    (Keys, lambda _: Keys()),
    (KeepUses, lambda it: KeepUses(((it.key_id, 2**50),))),
    (RolesOf, lambda _: RolesOf(STAFF)),
    *((EditUser, lambda it, way=way: EditUser(it.finders[way], lambda _: UserEdit(email="x"))) for way in range(4)),
    (SetRoles, lambda it: SetRoles(by_number(it.user), STAFF, (3,))),
    (SetScope, lambda it: SetScope(by_number(it.user), ())),
    (SetScope, lambda it: SetScope(by_id(it.user_id), (it.unit,))),
    (InviteAgain, lambda it: InviteAgain(by_number(it.user))),
    (IsNameFree, lambda it: IsNameFree(it.username)),
    (CreateServiceUser, lambda it: CreateServiceUser("x@example.com", "key", scope=(it.unit,))),
    (SetPassword, lambda it: SetPassword(it.digest, "hash")),
    (LetterOf, lambda it: LetterOf(it.mail, None)),
    (LetterOf, lambda it: LetterOf(it.mail, it.digest)),
    (ClaimMails, lambda it: ClaimMails((it.mail,), 2**50)),
    (SettleMail, lambda it: SettleMail(it.mail, 0, Sent())),
    *((UserDetail, lambda it, way=way: UserDetail(it.finders[way])) for way in range(4)),
    *((DeleteUser, lambda it, way=way: DeleteUser(it.finders[way])) for way in range(4)),
    *((GroupedUser, lambda it, way=way: GroupedUser(it.finders[way])) for way in range(4)),
    (GroupedUsers, lambda it: GroupedUsers(Search(it.tenant, ("1/",), (equals("wesker"),)))),
    (GroupedUsers, lambda it: GroupedUsers(Search(it.tenant, conditions=(IsIn("group", it.group),)))),
    (GroupedUsers, lambda it: GroupedUsers(Search(it.tenant, order=(Order(Text.FAMILY_NAME),)), absent_last=True)),
    *(
        (EditGrouped, lambda it, way=way: EditGrouped(it.finders[way], lambda _: UserEdit(email="x")))
        for way in range(4)
    ),
    (EnrolUser, lambda it: EnrolUser(UserDraft("sam", home=it.unit))),
    (EnrolUser, lambda it: EnrolUser(UserDraft("sam", attributes=((it.attribute, "x"),)))),
    (Applications, lambda _: Applications()),
    (ApplicationById, lambda it: ApplicationById(it.application)),
    (CreateApplication, lambda it: CreateApplication(replace(SCRIPT, address_list=it.address_list))),
    (EditApplication, lambda it: EditApplication(it.application, ApplicationEdit(long_lived=True))),
    (EditApplication, lambda it: EditApplication("mine", ApplicationEdit(address_list=it.address_list))),
    (RenewSecret, lambda it: RenewSecret(it.application)),
    (DeleteApplication, lambda it: DeleteApplication(it.application)),
    (Clients, lambda _: Clients()),
    (ClientById, lambda it: ClientById(it.client)),
    (EditClient, lambda it: EditClient(it.client, ClientEdit(name="mine"))),
    (DeleteClient, lambda it: DeleteClient(it.client)),
    (Programs, lambda _: Programs()),
    (ProgramKinds, lambda _: ProgramKinds()),
    (AddressLists, lambda _: AddressLists()),
    (SetAddressList, lambda it: SetAddressList(it.address_list, ("192.0.2.0/24",))),
    (RemoveAddressList, lambda it: RemoveAddressList(it.address_list)),
    (OpenSession, lambda it: OpenSession(it.application, it.digest)),
    (AddAddressRule, lambda it: AddAddressRule(DRAFT, it.unit)),
    (AddAddressRule, lambda it: AddAddressRule(replace(DRAFT, user=it.user))),
    (AddAddressRule, lambda it: AddAddressRule(replace(DRAFT, key=it.key))),
    (RemoveAddressRule, lambda it: RemoveAddressRule(it.rule)),
    (RemoveAddressRule, lambda it: RemoveAddressRule(it.rule, it.unit)),
    (AddressRules, lambda it: AddressRules(it.unit)),
    (CreateSubtenant, lambda it: CreateSubtenant("Hive", Blueprint(), UserDraft("alice"), manager=it.user)),
    (OwnTenant, lambda _: OwnTenant()),
    (SetFederation, lambda it: SetFederation(it.account, FederationDraft("Hive", "{}"))),
    (OwnFederation, lambda _: OwnFederation()),
    (Policies, lambda _: Policies()),
    (Attributes, lambda _: Attributes()),
    (CreateToken, lambda it: CreateToken(by_id(it.user_id), SOFT_TOKEN)),
    (TokenDetail, lambda it: TokenDetail(token_by_id(it.token))),
    (TokenDetail, lambda it: TokenDetail(token_by_serial(it.serial))),
    (EditToken, lambda it: EditToken(token_by_id(it.token), "mine")),
    (SwitchToken, lambda it: SwitchToken(token_by_id(it.token), "inactive")),
    (DeleteToken, lambda it: DeleteToken(token_by_serial(it.serial))),
    (Tokens, lambda it: Tokens(TokenSearch(it.tenant, None, (SerialIs(Compare.EQUALS, it.serial),)))),
    (Tokens, lambda it: Tokens(TokenSearch(it.tenant, None, (OwnerIn(it.group),)))),
    (AuditTrail, lambda it: AuditTrail(EventSearch(it.tenant, conditions=(ByActor(it.user_id),)))),
    (AuditTrail, lambda it: AuditTrail(EventSearch(it.tenant, conditions=(Of(it.token),)))),
    (AttributeById, lambda it: AttributeById(it.attribute)),
    (EditAttribute, lambda it: EditAttribute(it.attribute, "mine", unique=False)),
    (DeleteAttribute, lambda it: DeleteAttribute(it.attribute)),
    (AccountInUse, lambda _: AccountInUse()),
    (Connections, lambda _: Connections()),
    (RevokeConnection, lambda it: RevokeConnection(it.connection)),
    (Journals, lambda _: Journals()),
    (ExchangesOf, lambda it: ExchangesOf(it.connection)),
    *bodies.ACTS,
]

# A client may be given an id, which programs of all tenants share: they are known by it before any tenant is.
# These make something in the actor's own tenant, or ask of nothing but himself, and name nothing that there is.
NAMING_NOTHING: set[type[Act]] = {
    CreateClient,
    AddAddressList,
    CreateAttribute,
    SetPolicy,
    SetPolicies,
    EditAccount,
    Adopt,
    *bodies.NAMING_NOTHING,
    Demand,
    CreateConnection,
    KeepExchanges,
}

# The digest of a link and an application's id are asked for before anybody is known, by the directory itself; the
# tenants are the installation's, whose permissions no role has.
WITHOUT_A_WALL: set[type[Act]] = {LinkOwner, TenantOfApplication, Tenants, CreateTenant}


def acts_of_the_core() -> set[str]:
    """The names of all commands and questions that the core's modules define."""
    modules = [import_module(f"muster.core.{module.name}") for module in iter_modules(core.__path__)]
    kinds = [*Command.__subclasses__(), *Question.__subclasses__()]
    return {kind.__name__ for kind in kinds if kind.__module__ in {module.__name__ for module in modules}}


def test_every_command_and_question_of_the_core_is_tried() -> None:
    tried = {kind.__name__ for kind in (WITHOUT_A_WALL | NAMING_NOTHING).union(kind for kind, _ in ACTS)}

    assert tried == acts_of_the_core()


@pytest.fixture
async def other(world: World) -> Realm:
    """Another tenant, with more in it than the first one has."""
    realm = await world.realm("Umbrella")
    for _ in range(3):
        await world.unit(realm, "unit")
        await world.person(realm)
    draft = UserDraft("wesker", email="wesker@umbrella.example", roles=(MANAGER,), external_id="red queen")
    wesker = await world.do(realm.system, CreateUser(draft))
    await world.do(realm.system, CreateToken(by_id(wesker.id), SOFT_TOKEN))
    await world.do(realm.system, CreateAttribute("clearance", unique=True))
    hive = ApplicationDraft("the-hive", "Hive", VIEWER, new_secret())
    await world.do(realm.system, CreateApplication(hive))
    await world.do(realm.system, CreateClient(ClientDraft("the-door", "Door")))
    await world.do(realm.system, AddAddressList("labs", ("198.51.100.0/24",)))
    await world.do(realm.system, CreateConnection(ConnectionDraft("entra", VIEWER, "strict")))
    await bodies.furnish(world, realm)
    await world.do(realm.system, AddAddressRule(replace(DRAFT, user=wesker.number)))
    await world.do(realm.system, SetFederation(realm.tenant.number, FederationDraft("Red Queen", "{}")))
    return realm


async def things(world: World, realm: Realm, kind: type[Entity]) -> list[Any]:
    return [it for it in await entities(world.url, kind) if it.tenant == realm.id]


async def names_of(world: World, realm: Realm) -> Names:
    """The highest numbers and newest ids of a tenant."""
    [link], [mail] = await things(world, realm, PasswordLink), await things(world, realm, Mail)
    [user] = [it for it in await things(world, realm, User) if it.username == "wesker"]
    [application], [attribute] = await things(world, realm, Application), await things(world, realm, Attribute)
    [client], [listed] = await things(world, realm, Client), await things(world, realm, AddressList)
    unit = max(it.number for it in await things(world, realm, Unit))
    key = max(await things(world, realm, ApiKey), key=lambda it: int(it.number))
    named = (user.id, user.username, user.external_id, application.id, client.id, listed.id, attribute.id, key.id)
    [rule], [connection] = await things(world, realm, AddressRule), await things(world, realm, Connection)
    numbers = (user.number, unit, key.number, rule.number, realm.tenant.number)
    [token], more = await things(world, realm, Authenticator), await bodies.named(world, realm)
    return Names(*numbers, realm.id, mail.id, link.digest, *named, *more, token.id, token.serial, connection.id)


NOTHING = Names(10_001, 10_002, 10_003, 10_004, 10_005, *(f"nothing-{number}" for number in range(19)))


async def come_to(world: World, actor: Actor, act: Act) -> Any:
    if hasattr(act, "answer"):
        return await outcome(world.ask(actor, cast(Question[Any], act)))
    return await outcome(world.do(actor, act))


@pytest.mark.parametrize("who", ["administrator", "system"])
async def test_naming_a_thing_of_another_tenant_is_naming_nothing(
    world: World, realm: Realm, other: Realm, who: str
) -> None:
    actor = realm.system if who == "system" else realm.administrator.actor
    theirs = await names_of(world, other)
    await world.do(realm.system, CreateApplication(replace(SCRIPT, id="mine", name="mine")))
    before = await snapshot(world.url)
    for kind, build in ACTS:
        with_theirs = await come_to(world, actor, build(theirs))
        with_nothing = await come_to(world, actor, build(NOTHING))

        assert (kind, with_theirs) == (kind, with_nothing)
        assert other.id not in repr(with_theirs)

    assert await snapshot(world.url) == before
    await verify_promises(world.url)


async def test_no_role_gives_a_permission_over_the_installation(world: World, realm: Realm) -> None:
    creating = CreateTenant("Mine", TEMPLATES, (), UserDraft("me"), new_secret())
    found = [
        await come_to(world, realm.administrator.actor, act)
        for act in (creating, Tenants(), ClaimMails((), 0), SettleMail("", 0, Sent()), LetterOf("", None))
    ]

    assert found == [PermissionMissing(name) for name in ("tenants:create", "tenants:view", *("mails:deliver",) * 3)]


async def test_the_same_names_and_numbers_live_beside_each_other(world: World, realm: Realm, other: Realm) -> None:
    ours = await world.person(realm, "Wesker", (MANAGER,))
    theirs = await world.ask(other.administrator.actor, Users(Search(conditions=(equals("wesker"),))))
    found, page = await world.ask(ours.actor, Users(Search(conditions=(equals("wesker"),))))

    assert (page.total, [view.user for view in found]) == (1, [ours.user])
    assert [view.user.tenant for view in theirs[0]] == [other.id]
    assert {view.standing.tenant for view in found} == {realm.tenant}
    await verify_promises(world.url)


async def test_the_same_number_is_each_tenants_own(world: World, realm: Realm, other: Realm) -> None:
    number = realm.administrator.user.number
    found = [await world.ask(it.administrator.actor, UserByNumber(number)) for it in (realm, other)]

    assert number == other.administrator.user.number
    assert [(view.user, view.standing.tenant, view.standing.home) for view in found] == [
        (it.administrator.user, it.tenant, it.root) for it in (realm, other)
    ]


async def test_a_key_is_the_key_of_its_own_tenant(world: World, realm: Realm, other: Realm) -> None:
    actors = [await world.directory.identify(it.administrator.secret) for it in (realm, other)]

    assert [actor.tenant for actor in actors] == [realm.id, other.id]
