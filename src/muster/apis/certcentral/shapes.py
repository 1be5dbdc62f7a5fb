"""CertCentral's own types and names, field for field as on its wire, in the order of its recorded answers.

Incoming shapes take what working clients send: ids as ints or strings, zero values and nulls for what is absent.
Outgoing ones leave out what has no value.
"""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType

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


class NewKey(Struct):
    """*Create key*."""

    name: str | None = None
    restricted_to_role_id: Id | None = None


class KeyStatus(Struct):
    """*Update key status*."""

    status: str | None = None


class Created(Struct):
    id: int


class CreatedKey(Struct):
    id: int
    api_key: str


class AccessRole(Struct):
    id: int
    name: str


class AccessRoles(Struct):
    access_roles: list[AccessRole]


class Container(Struct):
    id: int
    public_id: str
    name: str
    parent_id: int
    template_id: int
    ekey: str
    has_logo: bool
    is_active: bool


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
