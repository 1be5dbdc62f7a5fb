"""As `translate`, for the account, what belongs to it, and who may approve for it."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlsplit

from msgspec import UNSET

from muster.apis.certcentral import shapes_account as shapes
from muster.apis.certcentral.metadata import provider_id
from muster.apis.certcentral.shapes import DETAIL_LENGTH, NAME_LENGTH
from muster.apis.certcentral.translate import (
    ENGLISH,
    detail,
    email,
    given,
    moment,
    number,
    required,
    username,
)
from muster.core import values
from muster.core.drafts import UserDraft
from muster.core.federation import ADDRESS_LENGTH, Federation, FederationDraft
from muster.core.network import AddressRuleDraft, AddressRuleView
from muster.core.refusals import Fault, Invalid, refuse
from muster.core.subtenants import CreateSubtenant
from muster.core.tenancy import Tenant
from muster.core.tenants import Blueprint
from muster.core.units import Unit
from muster.core.users import UserView
from muster.web.answers import Hindered, WrongShape
from muster.web.bodies import decoder

COUNTRY = "us"
USERNAME_ATTRIBUTE = "username"

_mapping = decoder(dict[str, str])


def account(tenant: Tenant, root: Unit) -> shapes.Account:
    """A tenant. Without a meaning here, and always the same, is all but ids and names."""
    return shapes.Account(
        id=tenant.number,
        primary_organization_id=0,
        primary_organization_name=tenant.name,
        primary_organization_country=COUNTRY,
        make_renewal_calls=False,
        express_install_enabled=False,
        display_rep=False,
        rep_photo_id=0,
        balance_negative_limit=0,
        root_container_id=root.number,
        cert_transparency="embed",
        cert_central_type="retail",
        billing_account_id=tenant.number,
        billing_account_name=tenant.name,
        language_id=ENGLISH,
        migrated=False,
        has_auth_key=False,
        client_mgr_photo_id=0,
        ent_support_plan="1",
        default_country=COUNTRY,
    )


def subtenant(shape: shapes.NewSubaccount, blueprint: Blueprint) -> CreateSubtenant:
    """The subaccount that is asked for. It is called as its organization, else as the parent calls it."""
    if (shape.account_type or "") not in shapes.ACCOUNT_TYPES:
        refuse(Invalid("account_type", Fault.UNKNOWN))
    if shape.user is None:
        refuse(Invalid("owner", Fault.MISSING))
    draft = owner(shape.user)
    label = detail(shape.child_name, "label")
    name = shape.organization.name if shape.organization is not None else None
    return CreateSubtenant(
        name=next(one for one in (name, label, draft.email) if one and one.strip()),
        blueprint=blueprint,
        administrator=draft,
        label=label,
        manager=number(shape.account_manager_user_id, "manager"),
        with_key=shape.account_type == shapes.MANAGED,
    )


def owner(shape: shapes.SubaccountUser) -> UserDraft:
    """The first user of a subaccount. Without a username he signs in with his e-mail, whatever it is made of."""
    address = email(shape.email)
    return UserDraft(
        username=username(shape.username) if shape.username else address,
        given_name=required(shape.first_name, "given_name", NAME_LENGTH),
        family_name=required(shape.last_name, "family_name", NAME_LENGTH),
        email=address,
        phone=detail(shape.telephone, "phone"),
        job_title=detail(shape.job_title, "job_title"),
    )


def federation_draft(shape: shapes.NewSamlEntity) -> FederationDraft:
    """The identity provider that is described: by its metadata, by where they are, or both. Nothing is fetched."""
    metadata, source = shape.xml_metadata or None, shape.source_url or None
    if metadata is None and source is None:
        refuse(Invalid("metadata", Fault.MISSING))
    name = required(shape.friendly_name, "federation_name", values.LOGIN_NAME_LENGTH)
    mapping = shape.attribute_mapping or ""
    mapped(mapping)
    provider = None if metadata is None else provider_id(metadata)
    return FederationDraft(name, mapping, metadata, None if source is None else web_address(source), provider)


def mapped(text: str) -> dict[str, str]:
    """What a mapping says, which is JSON in a string: an object of texts. Refuses with `Invalid` anything else."""
    if not text.strip():
        refuse(Invalid("mapping", Fault.MISSING))
    try:
        return _mapping(text.encode())
    except (Hindered, WrongShape, UnicodeEncodeError):
        refuse(Invalid("mapping", Fault.MALFORMED))


def web_address(text: str) -> str:
    """An address that begins with https. Refuses with `Invalid` any other, and one with a password in it."""
    values.line(text, "source", ADDRESS_LENGTH)
    try:
        parts = urlsplit(text)
        good = parts.scheme == "https" and bool(parts.hostname) and parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        good = False
    if not good or not text.isascii() or " " in text:
        refuse(Invalid("source", Fault.MALFORMED))
    return text


def saml_entity(tenant: Tenant, federation: Federation) -> shapes.SamlEntity:
    """The identity provider of an account, which goes by the account's own id."""
    return shapes.SamlEntity(
        id=str(tenant.number),
        account_id=str(tenant.number),
        xml_metadata=given(federation.metadata),
        source_url=given(federation.source),
        idp_entity_id=given(federation.provider),
        attribute_mapping=federation.mapping,
        friendly_name=federation.name,
        friendly_slug=federation.slug,
        date_created=plain_moment(federation.created_at),
        username_attribute=given(mapped(federation.mapping).get(USERNAME_ATTRIBUTE)),
        type="login",
    )


def plain_moment(at: int) -> str:
    """UTC in seconds, as the page on SAML entities writes it, alone among all."""
    return f"{datetime.fromtimestamp(at // 1000, UTC):%Y-%m-%d %H:%M:%S}"


def rule_draft(shape: shapes.NewIpRule) -> AddressRuleDraft:
    """The rule that is asked for; without an end it is about one address."""
    first = required(shape.ip_address, "first_address", DETAIL_LENGTH).strip()
    last = required(shape.ip_address_end or first, "last_address", DETAIL_LENGTH).strip()
    user, key = number(shape.user_id, "user"), number(shape.api_key_id, "key")
    if user is not None and key is not None:
        refuse(Invalid("key", Fault.DUPLICATE))
    return AddressRuleDraft(first, last, shape.description or None, user, key)


def rule(tenant: Tenant, root: int, view: AddressRuleView) -> shapes.IpRule:
    """A rule as the list shows it."""
    kept = view.rule
    return shapes.IpRule(
        id=kept.number,
        date_created=moment(kept.created_at),
        account_id=str(tenant.number),
        container_id=root,
        user_id=view.user or 0,
        api_key_id=UNSET if view.key is None else view.key,
        ip_address=kept.first_address,
        ip_address_end=kept.last_address,
        description=given(kept.description),
    )


def approver(view: UserView) -> shapes.Approver:
    """A user who has what an approver needs. His id is a string here."""
    user = view.user
    names = (user.given_name, user.family_name)
    return shapes.Approver(
        user_id=str(user.number),
        name=" ".join(name for name in names if name) or user.username,
        first_name=given(user.given_name),
        last_name=given(user.family_name),
        job_title=given(user.job_title),
        telephone=given(user.phone),
        email=given(user.email),
    )
