"""As `shapes`, for the account, what belongs to it, and who may approve for it."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType

from muster.apis.certcentral.shapes import Id


class SubaccountUser(Struct):
    username: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    job_title: str | None = None
    telephone: str | None = None


class SubaccountOrganization(Struct):
    name: str | None = None


class NewSubaccount(Struct):
    """*Create subaccount*."""

    account_type: str | None = None
    user: SubaccountUser | None = None
    organization: SubaccountOrganization | None = None
    child_name: str | None = None
    account_manager_user_id: Id | None = None


class NewSamlEntity(Struct):
    """*Update SAML entity*."""

    xml_metadata: str | None = None
    source_url: str | None = None
    attribute_mapping: str | None = None
    friendly_name: str | None = None


class NewIpRule(Struct):
    """*Add IP restriction*."""

    ip_address: str | None = None
    ip_address_end: str | None = None
    description: str | None = None
    user_id: Id | None = None
    api_key_id: Id | None = None


class Account(Struct):
    """*Account details*, with the keys of the recording; the documented ones are others."""

    id: int
    primary_organization_id: int
    primary_organization_name: str
    primary_organization_country: str
    make_renewal_calls: bool
    express_install_enabled: bool
    display_rep: bool
    rep_photo_id: int
    balance_negative_limit: int
    root_container_id: int
    cert_transparency: str
    cert_central_type: str
    billing_account_id: int
    billing_account_name: str
    language_id: int
    migrated: bool
    has_auth_key: bool
    client_mgr_photo_id: int
    ent_support_plan: str
    default_country: str


class CreatedSubaccount(Struct):
    id: int
    api_key: str | UnsetType = UNSET


class NoSamlEntity(Struct):
    """What is answered where there is none."""


class SamlEntity(Struct):
    """Its ids are strings."""

    id: str
    account_id: str
    xml_metadata: str | UnsetType
    source_url: str | UnsetType
    idp_entity_id: str | UnsetType
    attribute_mapping: str
    friendly_name: str
    friendly_slug: str
    date_created: str
    username_attribute: str | UnsetType
    type: str


class IpRule(Struct):
    id: int
    date_created: str
    account_id: str
    container_id: int
    user_id: int
    api_key_id: int | UnsetType
    ip_address: str
    ip_address_end: str
    description: str | UnsetType


class IpRules(Struct):
    ip_rules: list[IpRule]


class Approver(Struct):
    user_id: str
    name: str
    first_name: str | UnsetType
    last_name: str | UnsetType
    job_title: str | UnsetType
    telephone: str | UnsetType
    email: str | UnsetType


class Approvers(Struct):
    users: list[Approver]
    contacts: list[Approver]
