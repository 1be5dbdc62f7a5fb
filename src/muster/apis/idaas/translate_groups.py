"""What users are in: shape to command, entity to shape."""

from __future__ import annotations

from muster.apis.idaas import shapes_groups as shapes
from muster.apis.idaas.dates import instant
from muster.apis.idaas.shapes import UserParms
from muster.core import values
from muster.core.entity import KEPT, Kept
from muster.core.groups import Extras, Group, GroupDraft, GroupEdit
from muster.core.memberships import Places
from muster.core.organizations import Organization, OrganizationDraft, OrganizationEdit
from muster.core.resource_roles import Lineage, ResourceRole

ATTRIBUTE = "idaas.attribute"
"""The name of what only this API knows, among a group's extras."""


def places(parms: UserParms) -> Places:
    """What the user shall be in, as far as the parameters say: a list replaces, null and absence leave."""
    given = ((Group, parms.groups), (Organization, parms.organizations), (ResourceRole, parms.oauthRoles))
    return tuple((kind, tuple(ids)) for kind, ids in given if ids is not None)


def group_draft(parms: shapes.GroupParms) -> GroupDraft:
    """The group that the parameters ask for."""
    extras = ((ATTRIBUTE, _attribute(parms.attribute)),) if parms.attribute else ()
    return GroupDraft(parms.name or "", parms.externalId or None, extras)


def group_edit(parms: shapes.GroupParms) -> GroupEdit:
    """The change that the parameters ask for."""
    extras: Extras = () if parms.attribute is None else ((ATTRIBUTE, _attribute(parms.attribute)),)
    return GroupEdit(_kept(parms.name), _erased(parms.externalId), extras)


def _attribute(text: str) -> str:
    return values.line(text, "attribute")


def _kept(text: str | None) -> str | Kept:
    return KEPT if text is None else text


def _erased(text: str | None) -> str | Kept | None:
    return KEPT if text is None else text or None


def group(it: Group) -> shapes.Group:
    """A group. All are made here: none comes from a directory."""
    return shapes.Group(
        it.id,
        it.name,
        "MGMT_UI",
        it.external_id,
        dict(it.extras).get(ATTRIBUTE),
        instant(it.created_at),
        instant(it.changed_at),
        directoryDesynced=False,
    )


def organization_draft(parms: shapes.OrganizationParms) -> OrganizationDraft:
    """The organization that the parameters ask for."""
    return OrganizationDraft(
        parms.name or "", parms.displayName or "", parms.description or None, parms.logoUri or None
    )


def organization_edit(parms: shapes.OrganizationParms) -> OrganizationEdit:
    """The change that the parameters ask for."""
    return OrganizationEdit(
        _kept(parms.name), _kept(parms.displayName), _erased(parms.description), _erased(parms.logoUri)
    )


def organization(it: Organization) -> shapes.Organization:
    """An organization."""
    return shapes.Organization(it.id, it.name, it.title, it.description, it.logo)


def oauth_role(it: Lineage) -> shapes.OAuthRole:
    """An OAuth role. There are no resource servers here, and so no scopes of theirs."""
    role = it.role
    ancestors, descendants = list(it.ancestors), list(it.descendants)
    return shapes.OAuthRole(role.id, role.name, role.description, role.parent, ancestors, descendants, [], [])
