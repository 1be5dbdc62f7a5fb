"""CertCentral's own types and names, field for field as on its wire, in the order of its recorded answers.

Incoming shapes take what working clients send: ids as ints or strings, zero values and nulls for what is absent.
Outgoing ones leave out what has no value.
"""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType, field

Id = int | str


class IdObject(Struct):
    id: Id | None = None


class NewUser(Struct):
    """*Add user*, in the older and the newer form of its page."""

    username: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    job_title: str | None = None
    telephone: str | None = None
    container: IdObject | None = None
    access_roles: list[IdObject] | None = None
    container_id_assignments: list[Id] | None = None
    is_saml_sso_only: bool | int | str | None = None
    is_api_only: bool | int | str | None = None


class NewServiceUser(Struct):
    """*Add service user*. In its page's sample a name has a stray blank, which is honoured: it restricts."""

    email: str | None = None
    api_name: str | None = None
    restricted_to_role_id: Id | None = None
    container_id_assignments: list[Id] | None = None
    sampled_assignments: list[Id] | None = field(default=None, name=" container_id_assignments")


class EditedUser(Struct):
    """*Edit user*."""

    username: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    job_title: str | None = None
    telephone: str | None = None
    is_saml_sso_only: bool | int | str | None = None


class UserRoles(Struct):
    """*Change user role*."""

    access_roles: list[IdObject] | None = None


class UserContainers(Struct):
    """*Update container assignments*."""

    container_id_assignments: list[Id] | None = None


class NewKey(Struct):
    """*Create key*, and *Edit key*, in which an absent role stays."""

    name: str | None = None
    restricted_to_role_id: Id | None = None


class KeyStatus(Struct):
    """*Update key status*."""

    status: str | None = None


class Created(Struct):
    id: int


class CreatedKey(Struct):
    """A new key, or a new service user with his key."""

    id: int
    api_key: str


class Availability(Struct):
    available: bool


class KeyOwner(Struct):
    id: int
    first_name: str | UnsetType
    last_name: str | UnsetType


class ApiKey(Struct):
    id: int
    user: KeyOwner
    status: str
    create_date: str
    last_used_date: str | UnsetType
    name: str
    is_legacy: bool
    restricted_to_role_id: int


class ApiKeys(Struct):
    api_keys: list[ApiKey]


class AccessRole(Struct):
    id: int
    name: str


class AccessRoles(Struct):
    access_roles: list[AccessRole]


class OrganizationAssignment(Struct):
    """An organization of a container: its id, which is all that is known of it here."""

    id: int
    status: str = "active"
    is_active: str = "1"


class Container(Struct, kw_only=True):
    """A container as it stands in a user; *Container info* adds the fields that are left out by default."""

    id: int
    public_id: str
    name: str
    description: str | UnsetType = UNSET
    parent_id: int
    template_id: int
    ekey: str
    has_logo: bool
    is_active: bool
    allowed_domain_names: list[str] | UnsetType = UNSET
    organization_assignments: list[OrganizationAssignment] | UnsetType = UNSET
    user_id_assignments: list[str] | UnsetType = UNSET


class Containers(Struct):
    containers: list[Container]


class ContainerOutline(Struct):
    """A container as *Container permissions* shows it."""

    id: int
    parent_id: int
    name: str
    is_active: bool


class ContainerOutlines(Struct):
    containers: list[ContainerOutline]


class Template(Struct):
    """A container's template; *Template info* adds the roles."""

    id: int
    name: str
    date_created: str
    access_roles: list[AccessRole] | UnsetType = UNSET


class Templates(Struct):
    container_templates: list[Template]


class NewContainer(Struct):
    """*Create container*."""

    name: str | None = None
    description: str | None = None
    template_id: Id | None = None
    user: NewUser | None = None


class ContainerEdit(Struct):
    """*Edit a container*."""

    name: str | None = None
    description: str | None = None
    ekey: str | None = None


class UserAssignments(Struct):
    """*Update user assignments*."""

    user_id_assignments: list[Id] | None = None


class OrganizationAssignments(Struct):
    """*Update organization assignments*."""

    organization_id_assignments: list[Id] | None = None


class AllowedDomainNames(Struct):
    """The call that sets a container's domain names; its body is decided here."""

    allowed_domain_names: list[str] | None = None


class Authorization(Struct):
    authorized: bool
    permission: str


class Authorizations(Struct):
    authorizations: list[Authorization]


class Assignment(Struct):
    id: int
    name: str


class User(Struct):
    """A user as *List users* shows him; *User info* adds the fields that are left out by default."""

    id: int
    username: str
    account_id: int
    first_name: str | UnsetType
    last_name: str | UnsetType
    email: str | UnsetType
    job_title: str | UnsetType
    telephone: str | UnsetType
    status: str
    last_login_date: str | UnsetType
    container: Container | UnsetType
    access_roles: list[AccessRole]
    is_cert_central: bool | UnsetType = UNSET
    is_enterprise: bool | UnsetType = UNSET
    is_saml_sso_only: bool | UnsetType = UNSET
    type: str = "standard"
    has_container_assignments: bool = False
    container_visibility: list[Container] | UnsetType = UNSET
    container_assignments: list[Assignment] | UnsetType = UNSET
    language_id: int | UnsetType = UNSET
    account_language_id: int | UnsetType = UNSET


class PageInfo(Struct):
    total: int
    limit: int
    offset: int


class Users(Struct):
    users: list[User]
    page: PageInfo


class Error(Struct):
    code: str
    message: str


class Errors(Struct):
    errors: list[Error]
