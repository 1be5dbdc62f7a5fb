"""As `shapes`, for the account, what belongs to it, and who may approve for it."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Struct, UnsetType

from muster.apis.certcentral.shapes import (
    DETAIL_LENGTH,
    LINE,
    Detail,
    Id,
    Moment,
    NeededEmail,
    NeededKeyName,
    NeededName,
    Number,
    NumberText,
    Username,
)
from muster.core.federation import ADDRESS_LENGTH, MAPPING_LENGTH, METADATA_LENGTH
from muster.core.network import DESCRIPTION_LENGTH
from muster.core.values import LOGIN_NAME_LENGTH
from muster.web.schemas import needed, told

MANAGED = "managed"
"""The type of a subaccount that nobody signs in to: it is told an API key."""

ACCOUNT_TYPES = ("", "retail", "enterprise", "reseller", "partner", MANAGED)

_SOURCES = ("xml_metadata", "source_url")
_METADATA = '<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example.com"/>'


class SubaccountUser(Struct):
    username: Username = None
    first_name: NeededName = None
    last_name: NeededName = None
    email: NeededEmail = None
    job_title: Detail = None
    telephone: Detail = None


class SubaccountOrganization(Struct):
    name: Annotated[str | None, told(maxLength=LOGIN_NAME_LENGTH, pattern=LINE)] = None


class NewSubaccount(Struct):
    """*Create subaccount*."""

    account_type: Annotated[str | None, told(enum=[None, *ACCOUNT_TYPES])] = None
    user: Annotated[SubaccountUser | None, needed()] = None
    organization: SubaccountOrganization | None = None
    child_name: Detail = None
    account_manager_user_id: Id | None = None


class NewSamlEntity(Struct):
    """*Update SAML entity*."""

    xml_metadata: Annotated[str | None, told(maxLength=METADATA_LENGTH, examples=[_METADATA])] = None
    source_url: Annotated[str | None, told(maxLength=ADDRESS_LENGTH, examples=["https://idp.example.com/meta"])] = None
    attribute_mapping: Annotated[
        str | None,
        needed(
            minLength=1,
            maxLength=MAPPING_LENGTH,
            contentMediaType="application/json",
            examples=['{"username":"NameID"}'],
        ),
    ] = None
    friendly_name: NeededKeyName = None


_EITHER = [{"required": [name], "properties": {name: {"type": "string", "minLength": 1}}} for name in _SOURCES]
DescribedSamlEntity = Annotated[NewSamlEntity, told(anyOf=_EITHER)]
"""One of the two must be there."""


class NewIpRule(Struct):
    """*Add IP restriction*."""

    ip_address: Annotated[str | None, needed(minLength=1, maxLength=DETAIL_LENGTH, examples=["203.0.113.1"])] = None
    ip_address_end: Annotated[str | None, told(maxLength=DETAIL_LENGTH, examples=["203.0.113.9"])] = None
    description: Annotated[str | None, told(maxLength=DESCRIPTION_LENGTH, pattern=LINE)] = None
    user_id: Id | None = None
    api_key_id: Id | None = None


class Account(Struct):
    """*Account details*, with the keys of the recording; the documented ones are others."""

    id: Number
    primary_organization_id: int
    primary_organization_name: str
    primary_organization_country: str
    make_renewal_calls: bool
    express_install_enabled: bool
    display_rep: bool
    rep_photo_id: int
    balance_negative_limit: int
    root_container_id: Number
    cert_transparency: str
    cert_central_type: str
    billing_account_id: Number
    billing_account_name: str
    language_id: int
    migrated: bool
    has_auth_key: bool
    client_mgr_photo_id: int
    ent_support_plan: str
    default_country: str


class CreatedSubaccount(Struct):
    id: Number
    api_key: str | UnsetType = UNSET


class NoSamlEntity(Struct, forbid_unknown_fields=True):
    """What is answered where there is none."""


class SamlEntity(Struct):
    """Its ids are strings."""

    id: NumberText
    account_id: NumberText
    xml_metadata: str | UnsetType
    source_url: str | UnsetType
    idp_entity_id: str | UnsetType
    attribute_mapping: str
    friendly_name: str
    friendly_slug: str
    date_created: Annotated[str, told(pattern=r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$")]
    username_attribute: str | UnsetType
    type: Literal["login"]


class IpRule(Struct):
    id: Number
    date_created: Moment
    account_id: NumberText
    container_id: Number
    user_id: Annotated[int, told(minimum=0)]
    api_key_id: Number | UnsetType
    ip_address: str
    ip_address_end: str
    description: str | UnsetType


class IpRules(Struct):
    ip_rules: list[IpRule]


class Approver(Struct):
    user_id: NumberText
    name: str
    first_name: str | UnsetType
    last_name: str | UnsetType
    job_title: str | UnsetType
    telephone: str | UnsetType
    email: str | UnsetType


class Approvers(Struct):
    users: list[Approver]
    contacts: list[Approver]
