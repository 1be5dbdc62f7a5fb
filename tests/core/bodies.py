"""What the tenant wall is tried with of groups, organizations, roles of resource servers, and roles given by id."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from muster.core.acts import Command, Question
from muster.core.drafts import UserDraft
from muster.core.enrolment import EnrolUser
from muster.core.entity import Entity
from muster.core.finders import by_id, by_login_name
from muster.core.granting import GrantRole, RevokeRole, RoleById, RoleCounts, RolesHeld
from muster.core.groups import (
    AllGroups,
    CreateGroup,
    DeleteGroup,
    EditGroup,
    Group,
    GroupById,
    GroupByName,
    GroupCount,
    GroupDraft,
    GroupEdit,
    Groups,
)
from muster.core.listing import Match
from muster.core.members import ChangeMembers, MemberIdsOf, MembersOf, PlaceUser, SetMembers, Strangers
from muster.core.organizations import (
    CreateOrganization,
    DeleteOrganization,
    EditOrganization,
    Organization,
    OrganizationById,
    OrganizationDraft,
    OrganizationEdit,
    Organizations,
)
from muster.core.picking import PickGroups
from muster.core.query import Compare
from muster.core.regrouping import FormGroup, ReviseGroup, Roster
from muster.core.resource_roles import AddResourceRole, DeleteResourceRole, ResourceRole, ResourceRoles
from tests.support.kept import entities
from tests.support.world import STAFF, VIEWER, Realm, World

Act = Command[Any] | Question[Any]

OURS = "admin1"
"""The username of the first tenant's administrator."""


class Named(Protocol):
    """What these acts can name."""

    @property
    def user_id(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def group(self) -> str: ...
    @property
    def group_name(self) -> str: ...
    @property
    def organization(self) -> str: ...
    @property
    def resource_role(self) -> str: ...


ACTS: list[tuple[type[Act], Callable[[Named], Act]]] = [
    (GroupById, lambda it: GroupById(it.group)),
    (GroupByName, lambda it: GroupByName(it.group_name)),
    (EditGroup, lambda it: EditGroup(it.group, GroupEdit("mine"))),
    (DeleteGroup, lambda it: DeleteGroup(it.group)),
    (Groups, lambda it: Groups(10, (Match("folded", Compare.EQUALS, it.group_name),))),
    (AllGroups, lambda _: AllGroups()),
    (OrganizationById, lambda it: OrganizationById(it.organization)),
    (EditOrganization, lambda it: EditOrganization(it.organization, OrganizationEdit("mine"))),
    (DeleteOrganization, lambda it: DeleteOrganization(it.organization)),
    (Organizations, lambda _: Organizations(10)),
    (ResourceRoles, lambda _: ResourceRoles()),
    (AddResourceRole, lambda it: AddResourceRole("mine", parent=it.resource_role)),
    (DeleteResourceRole, lambda it: DeleteResourceRole(it.resource_role)),
    (ChangeMembers, lambda it: ChangeMembers(Group, it.group, (it.user_id,), (it.user_id,))),
    (SetMembers, lambda it: SetMembers(Organization, it.organization, (it.user_id,))),
    (MembersOf, lambda it: MembersOf(Group, it.group, 10)),
    (MemberIdsOf, lambda it: MemberIdsOf(Group, it.group, 10)),
    (Strangers, lambda it: Strangers((it.user_id,))),
    (FormGroup, lambda it: FormGroup(GroupDraft("mine"), (it.user_id,))),
    (ReviseGroup, lambda it: ReviseGroup(it.group, GroupEdit("mine"), Roster(False, (it.user_id,), (it.user_id,)))),
    (PickGroups, lambda it: PickGroups(ids=(it.group,))),
    (PickGroups, lambda it: PickGroups(names=(it.group_name,))),
    (PickGroups, lambda it: PickGroups(users=(it.user_id,))),
    (GroupCount, lambda _: GroupCount()),
    (PlaceUser, lambda it: PlaceUser(by_id(it.user_id), Group, (it.group,))),
    (PlaceUser, lambda it: PlaceUser(by_login_name(OURS), Group, (it.group,))),
    (PlaceUser, lambda it: PlaceUser(by_login_name(OURS), Organization, (it.organization,))),
    (PlaceUser, lambda it: PlaceUser(by_login_name(OURS), ResourceRole, (it.resource_role,))),
    (EnrolUser, lambda it: EnrolUser(UserDraft("sam", places=((Group, (it.group,)),)))),
    (RoleCounts, lambda _: RoleCounts(STAFF)),
    (RoleById, lambda it: RoleById(STAFF, it.role)),
    (RolesHeld, lambda it: RolesHeld(by_id(it.user_id), STAFF)),
    (GrantRole, lambda it: GrantRole(by_id(it.user_id), STAFF, it.role)),
    (GrantRole, lambda it: GrantRole(by_login_name(OURS), STAFF, it.role)),
    (RevokeRole, lambda it: RevokeRole(by_id(it.user_id), STAFF, it.role)),
]

NAMING_NOTHING: set[type[Act]] = {CreateGroup, CreateOrganization}


async def furnish(world: World, realm: Realm) -> None:
    """One of each in a tenant."""
    await world.do(realm.system, CreateGroup(GroupDraft("red queen")))
    await world.do(realm.system, CreateOrganization(OrganizationDraft("umbrella", "Umbrella")))
    await world.do(realm.system, AddResourceRole("operator"))


async def named(world: World, realm: Realm) -> tuple[str, str, str, str, str]:
    """What there is to be named: a role, the group with its name, the organization, the resource server's role."""
    [group], [organization], [role] = [
        [it for it in await entities(world.url, kind) if it.tenant == realm.id] for kind in _KINDS
    ]
    return realm.roles[VIEWER].id, group.id, group.name, organization.id, role.id


_KINDS: tuple[type[Entity], ...] = (Group, Organization, ResourceRole)
