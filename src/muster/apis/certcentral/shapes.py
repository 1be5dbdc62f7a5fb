"""CertCentral's own types and names, field for field as on its wire, in the order of its recorded answers.

Incoming shapes take what working clients send: ids as ints or strings, zero values and nulls for what is absent.
Outgoing ones leave out what has no value. What `told` and `needed` say stands in the API's document; it is checked by
`translate`, which refuses with this API's own codes.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Struct, UnsetType, field

from muster.apis.certcentral.roles import ACCESS_ROLES, KEY_ROLES, TEMPLATES
from muster.core.assignments import MOST_USERS
from muster.core.drafts import MOST_ROLES, MOST_SCOPE
from muster.core.query import MOST_ROWS
from muster.core.tree import NAME_LENGTH as CONTAINER_NAME_LENGTH
from muster.core.values import LOGIN_NAME_LENGTH, TEXT_LENGTH
from muster.web.schemas import needed, told

USERNAME_CHARACTERS = r"[A-Za-z0-9@\-_+.]+"
"""*Add user*: the valid characters of a username."""

NAME_LENGTH = 128
EMAIL_LENGTH = 255
DETAIL_LENGTH = 64
LARGEST_ID = 2**53 - 1
DEPARTMENT, BUSINESS_UNIT = 5, 6
"""The templates of containers."""

MOST_ORGANIZATIONS = 1000
MOST_DOMAINS = 200
DOMAIN_LENGTH = 253
DOMAIN_CHARACTERS = "[A-Za-z0-9.*_-]+"

_CONTROLS = r"\u0000-\u001f\u007f-\u009f\u2028\u2029"
LINE = f"^[^{_CONTROLS}]*$"
NAME = rf"^[^{_CONTROLS}]*[^\s{_CONTROLS}][^{_CONTROLS}]*$"


def numbers(*catalogue: int) -> list[int | str]:
    """Numbers as they may come."""
    return [*catalogue, *map(str, catalogue)]


_ROLES = {
    catalogue: [template.number for template in TEMPLATES if template.catalogue == catalogue]
    for catalogue in (ACCESS_ROLES, KEY_ROLES)
}

Id = Annotated[int | str, told(minimum=0, maximum=LARGEST_ID, pattern="^[0-9]{0,16}$")]
_ACCESS_ROLES = numbers(*_ROLES[ACCESS_ROLES])
RoleId = Annotated[int | str | None, told(enum=[None, "", *numbers(0), *_ACCESS_ROLES])]
KeyRoleId = Annotated[int | str | None, told(enum=[None, "", *numbers(0, *_ROLES[KEY_ROLES])])]
Truth = Annotated[bool | int | str | None, told(enum=[None, True, False, 1, 0, "true", "false", "1", "0", ""])]
NeededUsername = Annotated[str | None, needed(maxLength=LOGIN_NAME_LENGTH, pattern=f"^{USERNAME_CHARACTERS}$")]
Username = Annotated[str | None, told(maxLength=LOGIN_NAME_LENGTH, pattern=f"^({USERNAME_CHARACTERS})?$")]
NeededName = Annotated[str | None, needed(maxLength=NAME_LENGTH, pattern=NAME)]
Name = Annotated[str | None, told(maxLength=NAME_LENGTH, pattern=LINE)]
NeededEmail = Annotated[str | None, needed(maxLength=EMAIL_LENGTH, format="email")]
Detail = Annotated[str | None, told(maxLength=DETAIL_LENGTH, pattern=LINE)]
Description = Annotated[str | None, told(maxLength=TEXT_LENGTH, pattern=LINE)]
NeededKeyName = Annotated[str | None, needed(maxLength=LOGIN_NAME_LENGTH, pattern=NAME)]
Scope = Annotated[list[Id] | None, told(maxItems=MOST_SCOPE)]

Number = Annotated[int, told(minimum=1, maximum=LARGEST_ID)]
"""The id of something that there is."""

NumberText = Annotated[str, told(pattern="^[1-9][0-9]*$")]
Moment = Annotated[str, told(format="date-time")]


class IdObject(Struct):
    id: Id | None = None


class RoleObject(Struct):
    id: RoleId = None


_NAMED = {"required": ["id"], "properties": {"id": {"enum": _ACCESS_ROLES}}}
GivenRoles = Annotated[list[RoleObject] | None, needed(contains=_NAMED, maxItems=MOST_ROLES)]
"""Roles, of which one must be named: what names none is passed over."""


class FirstUser(Struct):
    """A user, as *Create container* may bring one."""

    username: NeededUsername = None
    first_name: NeededName = None
    last_name: NeededName = None
    email: NeededEmail = None
    job_title: Detail = None
    telephone: Detail = None
    container: IdObject | None = None
    access_roles: GivenRoles = None
    container_id_assignments: Scope = None
    is_saml_sso_only: Truth = None


class NewUser(FirstUser):
    """*Add user*, in the older and the newer form of its page."""

    is_api_only: Annotated[bool | int | str | None, told(enum=[None, False, 0, "false", "0", ""])] = None


class NewServiceUser(Struct):
    """*Add service user*. In its page's sample a name has a stray blank, which is honoured: it restricts."""

    email: NeededEmail = None
    api_name: NeededKeyName = None
    is_api_only: Annotated[bool | int | str | None, needed(enum=[True, 1, "true", "1"])] = None
    restricted_to_role_id: KeyRoleId = None
    container_id_assignments: Scope = None
    sampled_assignments: Scope = field(default=None, name=" container_id_assignments")


class EditedUser(Struct):
    """*Edit user*."""

    username: Username = None
    first_name: Name = None
    last_name: Name = None
    email: NeededEmail = None
    job_title: Detail = None
    telephone: Detail = None
    is_saml_sso_only: Truth = None


class UserRoles(Struct):
    """*Change user role*."""

    access_roles: GivenRoles = None


class UserContainers(Struct):
    """*Update container assignments*."""

    container_id_assignments: Annotated[list[Id] | None, needed(maxItems=MOST_SCOPE)] = None


class NewKey(Struct):
    """*Create key*, and *Edit key*, in which an absent role stays."""

    name: NeededKeyName = None
    restricted_to_role_id: KeyRoleId = None


class KeyStatus(Struct):
    """*Update key status*."""

    status: Annotated[str | None, needed(enum=["active", "revoked"])] = None


class Created(Struct):
    id: Number


class CreatedKey(Struct):
    """A new key, or a new service user with his key."""

    id: Number
    api_key: str


class Availability(Struct):
    available: bool


class KeyOwner(Struct):
    id: Number
    first_name: str | UnsetType
    last_name: str | UnsetType


class ApiKey(Struct):
    id: Number
    user: KeyOwner
    status: Literal["active", "revoked"]
    create_date: Moment
    last_used_date: Moment | UnsetType
    name: str
    is_legacy: bool
    restricted_to_role_id: Annotated[int, told(enum=[0, *_ROLES[KEY_ROLES]])]


class ApiKeys(Struct):
    api_keys: list[ApiKey]


class AccessRole(Struct):
    id: Annotated[int, told(enum=[*_ROLES[ACCESS_ROLES], *_ROLES[KEY_ROLES]])]
    name: str


class AccessRoles(Struct):
    access_roles: list[AccessRole]


class OrganizationAssignment(Struct):
    """An organization of a container: its id, which is all that is known of it here."""

    id: Number
    status: Literal["active"] = "active"
    is_active: Literal["1"] = "1"


class Container(Struct, kw_only=True):
    """A container as it stands in a user; *Container info* adds the fields that are left out by default."""

    id: Number
    public_id: Annotated[str, told(pattern="^[0-9a-z]{32}$")]
    name: str
    description: str | UnsetType = UNSET
    parent_id: Annotated[int, told(minimum=0)]
    template_id: Annotated[int, told(enum=[DEPARTMENT, BUSINESS_UNIT])]
    ekey: Annotated[str, told(minLength=1, maxLength=DETAIL_LENGTH)]
    has_logo: bool
    is_active: bool
    allowed_domain_names: list[str] | UnsetType = UNSET
    organization_assignments: list[OrganizationAssignment] | UnsetType = UNSET
    user_id_assignments: list[NumberText] | UnsetType = UNSET


class Containers(Struct):
    containers: list[Container]


class ContainerOutline(Struct):
    """A container as *Container permissions* shows it."""

    id: Number
    parent_id: Annotated[int, told(minimum=0)]
    name: str
    is_active: bool


class ContainerOutlines(Struct):
    containers: list[ContainerOutline]


class Template(Struct):
    """A container's template; *Template info* adds the roles."""

    id: Annotated[int, told(enum=[DEPARTMENT, BUSINESS_UNIT])]
    name: str
    date_created: Moment
    access_roles: list[AccessRole] | UnsetType = UNSET


class Templates(Struct):
    container_templates: list[Template]


class NewContainer(Struct):
    """*Create container*."""

    name: Annotated[str | None, needed(maxLength=CONTAINER_NAME_LENGTH, pattern=NAME)] = None
    description: Description = None
    template_id: Annotated[int | str | None, needed(enum=numbers(DEPARTMENT, BUSINESS_UNIT))] = None
    user: FirstUser | None = None


class ContainerEdit(Struct):
    """*Edit a container*."""

    name: Annotated[str | None, told(maxLength=CONTAINER_NAME_LENGTH, pattern=LINE)] = None
    description: Description = None
    ekey: Detail = None


class UserAssignments(Struct):
    """*Update user assignments*."""

    user_id_assignments: Annotated[list[Id] | None, needed(maxItems=MOST_USERS)] = None


class OrganizationAssignments(Struct):
    """*Update organization assignments*."""

    organization_id_assignments: Annotated[list[Id] | None, needed(maxItems=MOST_ORGANIZATIONS)] = None


DomainName = Annotated[str, told(maxLength=DOMAIN_LENGTH, pattern=f"^{DOMAIN_CHARACTERS}$")]


class AllowedDomainNames(Struct):
    """The call that sets a container's domain names; its body is decided here."""

    allowed_domain_names: Annotated[list[DomainName] | None, needed(maxItems=MOST_DOMAINS)] = None


class Authorization(Struct):
    authorized: bool
    permission: str


class Authorizations(Struct):
    authorizations: list[Authorization]


class Assignment(Struct):
    id: Number
    name: str


class User(Struct):
    """A user as *List users* shows him; *User info* adds the fields that are left out by default."""

    id: Number
    username: str
    account_id: Number
    first_name: str | UnsetType
    last_name: str | UnsetType
    email: str | UnsetType
    job_title: str | UnsetType
    telephone: str | UnsetType
    status: Literal["active", "inactive"]
    last_login_date: Moment | UnsetType
    container: Container | UnsetType
    access_roles: list[AccessRole]
    is_cert_central: bool | UnsetType = UNSET
    is_enterprise: bool | UnsetType = UNSET
    is_saml_sso_only: bool | UnsetType = UNSET
    type: Literal["standard"] = "standard"
    has_container_assignments: bool = False
    container_visibility: list[Container] | UnsetType = UNSET
    container_assignments: list[Assignment] | UnsetType = UNSET
    language_id: int | UnsetType = UNSET
    account_language_id: int | UnsetType = UNSET


class PageInfo(Struct):
    total: Annotated[int, told(minimum=0)]
    limit: Annotated[int, told(minimum=1, maximum=MOST_ROWS)]
    offset: Annotated[int, told(minimum=0)]


class Users(Struct):
    users: list[User]
    page: PageInfo


class Error(Struct):
    code: str
    message: str


class Errors(Struct):
    errors: list[Error]
