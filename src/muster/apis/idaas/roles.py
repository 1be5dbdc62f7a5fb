"""The site roles of IDaaS with their permissions, and its system-defined user attributes, as data for the core.

Names are the vendor's (*Manage roles*, *User attributes*). Which permission each role holds follows the description of
the role in the help; the numbers are Muster's own, since this API names roles by UUID.
"""

from muster.core.attributes import AttributeTemplate
from muster.core.permissions import ALL, of, views
from muster.core.roles import RoleTemplate

SITE_ROLES = "idaas"
"""The catalogue of site roles."""

SUPER_ADMINISTRATOR = (SITE_ROLES, 1)

_PEOPLE = ("users", "groups")
_AROUND = ("organizations", "attributes", "oauth-roles", "roles", "user-roles", "policies")


def _role(number: int, name: str, permissions: frozenset[str]) -> RoleTemplate:
    return RoleTemplate(SITE_ROLES, number, name, permissions)


TEMPLATES = (
    _role(1, "Super Administrator", ALL),
    _role(2, "Auditor", views()),
    # Helps people who are there with what they sign in with: makes and deletes nobody, and gives no role.
    _role(3, "Help Desk Administrator", views(of(*_PEOPLE, *_AROUND)) | {"users:edit"} | of("tokens")),
    _role(4, "SCIM Provisioning", of(*_PEOPLE) | {"attributes:view"}),
    _role(5, "SIEM Add-on", frozenset({"audit:view"})),
    _role(6, "AD Connector", of(*_PEOPLE) | {"attributes:view"}),
)

DESCRIPTIONS = {
    1: "May do everything",
    2: "May see everything and change nothing",
    3: "Helps users with what they sign in with",
    4: "Keeps users and groups as an identity provider tells it",
    5: "Reads the audit events",
    6: "Keeps users and groups as a directory tells it",
}
"""What each role is for, by number."""

ATTRIBUTES = (
    AttributeTemplate("User ID", "username", mandatory=True),
    AttributeTemplate("First name", "given_name", mandatory=True),
    AttributeTemplate("Last name", "family_name", mandatory=True),
    AttributeTemplate("Email", "email", mandatory=True),
    AttributeTemplate("Mobile", "mobile", mandatory=False),
    AttributeTemplate("Phone", "phone", mandatory=False),
    AttributeTemplate("User Principal Name", "principal_name", mandatory=False),
    AttributeTemplate("Security ID", "security_id", mandatory=False),
    AttributeTemplate("External ID", "external_id", mandatory=False),
)
