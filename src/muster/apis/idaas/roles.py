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

_PEOPLE = ("users", "groups", "tokens")


def _role(number: int, name: str, permissions: frozenset[str]) -> RoleTemplate:
    return RoleTemplate(SITE_ROLES, number, name, permissions)


TEMPLATES = (
    _role(1, "Super Administrator", ALL),
    _role(2, "Auditor", views()),
    _role(3, "Help Desk Administrator", views(of(*_PEOPLE)) | {"users:edit"} | of("tokens")),
    _role(4, "SCIM Provisioning", of("users", "groups") | {"attributes:view"}),
    _role(5, "SIEM Add-on", frozenset({"audit:view"})),
    _role(6, "AD Connector", of("users", "groups") | {"attributes:view"}),
)

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
