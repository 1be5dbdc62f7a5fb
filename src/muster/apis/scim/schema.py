"""The schemas of SCIM as one table (RFC 7643, sections 3.1, 4.1 to 4.3 and 8.7): everything else here reads it.

What is obeyed of an attribute and what `/Schemas` tells of it are the same rows. Names are found without regard to
case (RFC 7643, section 2.1).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Schema"

STRING, BOOLEAN, INTEGER, DECIMAL = "string", "boolean", "integer", "decimal"
DATE_TIME, BINARY, REFERENCE, COMPLEX = "dateTime", "binary", "reference", "complex"

READ_WRITE, READ_ONLY, IMMUTABLE, WRITE_ONLY = "readWrite", "readOnly", "immutable", "writeOnly"
ALWAYS, NEVER, DEFAULT, REQUEST = "always", "never", "default", "request"
NONE, SERVER = "none", "server"


@dataclass(frozen=True, slots=True, eq=False)
class Attribute:
    """One attribute, with the characteristics of RFC 7643, section 2.2. No other is equal to it."""

    name: str
    type: str = STRING
    multi: bool = False
    required: bool = False
    exact: bool = False
    mutability: str = READ_WRITE
    returned: str = DEFAULT
    uniqueness: str = NONE
    canonical: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    subs: tuple[Attribute, ...] = ()
    says: str = ""

    def sub(self, name: str) -> Attribute | None:
        """The sub-attribute of this name, in any case."""
        return subs_of(self).get(name.casefold())

    @property
    def is_case_exact(self) -> bool:
        """Whether its texts are compared as they stand; references and binaries always are."""
        return self.exact or self.type in (REFERENCE, BINARY)

    def described(self) -> dict[str, Any]:
        """As `/Schemas` tells it."""
        told: dict[str, Any] = {
            "name": self.name,
            "type": self.type,
            "multiValued": self.multi,
            "description": self.says,
            "required": self.required,
            "mutability": self.mutability,
            "returned": self.returned,
        }
        if self.type in (STRING, REFERENCE, BINARY):
            told["caseExact"] = self.is_case_exact
        if self.type != COMPLEX:
            told["uniqueness"] = self.uniqueness
        if self.canonical:
            told["canonicalValues"] = list(self.canonical)
        if self.references:
            told["referenceTypes"] = list(self.references)
        if self.subs:
            told["subAttributes"] = [sub.described() for sub in self.subs]
        return told


@cache
def subs_of(attribute: Attribute) -> dict[str, Attribute]:
    """The sub-attributes of an attribute by their folded names."""
    return {sub.name.casefold(): sub for sub in attribute.subs}


@dataclass(frozen=True)
class Schema:
    """A schema: the attributes that its URN names."""

    urn: str
    name: str
    says: str
    attributes: tuple[Attribute, ...]

    @cached_property
    def by_name(self) -> dict[str, Attribute]:
        """Its attributes by their folded names."""
        return {attribute.name.casefold(): attribute for attribute in self.attributes}

    def described(self, location: str) -> dict[str, Any]:
        """As `/Schemas` tells it."""
        return {
            "schemas": [SCHEMA],
            "id": self.urn,
            "name": self.name,
            "description": self.says,
            "attributes": [attribute.described() for attribute in self.attributes],
            "meta": {"resourceType": "Schema", "location": location},
        }


@dataclass(frozen=True)
class Resource:
    """A type of resource: its schema, and the extensions that it may carry."""

    name: str
    endpoint: str
    schema: Schema
    extensions: tuple[Schema, ...] = ()

    @cached_property
    def top(self) -> dict[str, Attribute]:
        """All that stands at the top of a resource: the common attributes and the schema's, by folded name."""
        return {**{attribute.name.casefold(): attribute for attribute in COMMON}, **self.schema.by_name}

    @cached_property
    def exact(self) -> dict[str, Attribute]:
        """The same but for `schemas`, each by its name as the schema spells it."""
        return {attribute.name: attribute for attribute in self.top.values() if attribute.name != "schemas"}

    @cached_property
    def reserved(self) -> frozenset[str]:
        """What of a resource, attributes or extensions, holds something that is returned on request only, or never."""
        return frozenset(
            attribute.name if extension is None else extension.urn
            for extension, attribute in self.places()
            if any(one.returned in (NEVER, REQUEST) for one in (attribute, *attribute.subs))
        )

    def extension(self, urn: str) -> Schema | None:
        """The extension of this URN, in any case."""
        return self._by_urn.get(urn.casefold())

    @cached_property
    def _by_urn(self) -> dict[str, Schema]:
        return {extension.urn.casefold(): extension for extension in self.extensions}

    @cached_property
    def demanded(self) -> tuple[tuple[Schema | None, Attribute], ...]:
        """What a client must send of a resource, with the extension that it is of."""
        own = ((extension, one) for extension, one in self.places() if one.required and one.name != "schemas")
        return tuple(own)

    def extension_with(self, name: str) -> Schema | None:
        """The extension that has an attribute of this name, which the resource itself has not."""
        folded = name.casefold()
        if folded in self.top:
            return None
        return next((one for one in self.extensions if folded in one.by_name), None)

    def places(self) -> Iterator[tuple[Schema | None, Attribute]]:
        """Every attribute at the top of a resource or of an extension of it, with the extension."""
        for attribute in self.top.values():
            yield None, attribute
        for extension in self.extensions:
            for attribute in extension.attributes:
                yield extension, attribute


def _multi(name: str, says: str, *canonical: str, value: str = STRING, exact: bool = False) -> Attribute:
    references = ("external",) if value == REFERENCE else ()
    subs = (
        Attribute("value", value, exact=exact, references=references, says="The value."),
        Attribute("display", says="A name for people to read."),
        Attribute("type", canonical=canonical, says="What it is for."),
        Attribute("primary", BOOLEAN, says="Whether it is the preferred one; at most one is."),
    )
    return Attribute(name, COMPLEX, multi=True, subs=subs, says=says)


COMMON = (
    Attribute("schemas", REFERENCE, multi=True, required=True, exact=True, returned=ALWAYS, says="The schemas' URNs."),
    Attribute(
        "id",
        exact=True,
        mutability=READ_ONLY,
        returned=ALWAYS,
        uniqueness=SERVER,
        says="The identifier that the service gave it.",
    ),
    Attribute("externalId", exact=True, says="The identifier that the client gave it."),
    Attribute(
        "meta",
        COMPLEX,
        mutability=READ_ONLY,
        says="What the service says about it.",
        subs=(
            Attribute("resourceType", exact=True, mutability=READ_ONLY, says="Its type."),
            Attribute("created", DATE_TIME, mutability=READ_ONLY, says="When it was made."),
            Attribute("lastModified", DATE_TIME, mutability=READ_ONLY, says="When it last changed."),
            Attribute("location", REFERENCE, mutability=READ_ONLY, references=("uri",), says="Where it is."),
            Attribute("version", exact=True, mutability=READ_ONLY, says="Its version, as an ETag."),
        ),
    ),
)

_NAME = Attribute(
    "name",
    COMPLEX,
    says="The parts of the name.",
    subs=(
        Attribute("formatted", says="The whole name, as it is shown."),
        Attribute("familyName", says="The family name."),
        Attribute("givenName", says="The given name."),
        Attribute("middleName", says="The middle names."),
        Attribute("honorificPrefix", says="What stands before the name."),
        Attribute("honorificSuffix", says="What stands behind the name."),
    ),
)
_EMAILS = _multi("emails", "E-mail addresses; the primary one is the directory's.", "work", "home", "other")
_PHONES = _multi(
    "phoneNumbers",
    "Telephone numbers, as they were sent.",
    "work",
    "home",
    "mobile",
    "fax",
    "pager",
    "other",
)
_IMS = _multi("ims", "Addresses for instant messages.", "aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo")
_ADDRESSES = Attribute(
    "addresses",
    COMPLEX,
    multi=True,
    says="Postal addresses.",
    subs=(
        Attribute("formatted", says="The whole address, as it is shown."),
        Attribute("streetAddress", says="Street and house."),
        Attribute("locality", says="City."),
        Attribute("region", says="State or region."),
        Attribute("postalCode", says="Postal code."),
        Attribute("country", says="Country, ISO 3166-1 alpha-2."),
        Attribute("type", canonical=("work", "home", "other"), says="What it is for."),
        Attribute("primary", BOOLEAN, says="Whether it is the preferred one; at most one is."),
    ),
)
_MEMBERSHIPS = Attribute(
    "groups",
    COMPLEX,
    multi=True,
    mutability=READ_ONLY,
    says="The groups that the user is in; groups themselves say who is.",
    subs=(
        Attribute("value", exact=True, mutability=READ_ONLY, says="The group's id."),
        Attribute("$ref", REFERENCE, mutability=READ_ONLY, references=("Group",), says="Where the group is."),
        Attribute("display", mutability=READ_ONLY, says="The group's name."),
        Attribute("type", mutability=READ_ONLY, canonical=("direct", "indirect"), says="How he is in it."),
    ),
)

USER_SCHEMA = Schema(
    USER,
    "User",
    "A user of the directory.",
    (
        Attribute(
            "userName",
            required=True,
            uniqueness=SERVER,
            says="What the user signs in with; case and width make no difference.",
        ),
        _NAME,
        Attribute("displayName", says="The name that is shown."),
        Attribute("nickName", says="What he is called among friends."),
        Attribute("profileUrl", REFERENCE, references=("external",), says="A page about him."),
        Attribute("title", says="His position."),
        Attribute("userType", says="His relation to the organization."),
        Attribute("preferredLanguage", says="The languages that he prefers."),
        Attribute("locale", says="His locale."),
        Attribute("timezone", says="His time zone, as in the tz database."),
        Attribute("active", BOOLEAN, says="Whether he may sign in."),
        Attribute("password", mutability=WRITE_ONLY, returned=NEVER, exact=True, says="His password."),
        _EMAILS,
        _PHONES,
        _IMS,
        _multi("photos", "Pictures of him.", "photo", "thumbnail", value=REFERENCE),
        _ADDRESSES,
        _MEMBERSHIPS,
        _multi("entitlements", "What he is entitled to."),
        _multi("roles", "His roles, as the client names them; they grant nothing here."),
        _multi("x509Certificates", "Certificates.", value=BINARY),
    ),
)

GROUP_SCHEMA = Schema(
    GROUP,
    "Group",
    "A group of users.",
    (
        Attribute("displayName", required=True, uniqueness=SERVER, says="The group's name, unique in the tenant."),
        Attribute(
            "members",
            COMPLEX,
            multi=True,
            says="The users in the group.",
            subs=(
                Attribute("value", exact=True, mutability=IMMUTABLE, says="The member's id."),
                Attribute("$ref", REFERENCE, mutability=IMMUTABLE, references=("User",), says="Where the member is."),
                Attribute("type", mutability=IMMUTABLE, canonical=("User",), says="What the member is."),
                Attribute("display", mutability=READ_ONLY, returned=REQUEST, says="The member's name."),
            ),
        ),
    ),
)

ENTERPRISE_SCHEMA = Schema(
    ENTERPRISE,
    "EnterpriseUser",
    "What organizations know of their users.",
    (
        Attribute("employeeNumber", says="His number in the organization."),
        Attribute("costCenter", says="His cost center."),
        Attribute("organization", says="His organization."),
        Attribute("division", says="His division."),
        Attribute("department", says="His department."),
        Attribute(
            "manager",
            COMPLEX,
            says="His manager.",
            subs=(
                Attribute("value", exact=True, says="The manager's id."),
                Attribute("$ref", REFERENCE, references=("User",), says="Where the manager is."),
                Attribute("displayName", mutability=READ_ONLY, says="The manager's name."),
            ),
        ),
    ),
)

USERS = Resource("User", "/Users", USER_SCHEMA, (ENTERPRISE_SCHEMA,))
GROUPS = Resource("Group", "/Groups", GROUP_SCHEMA)
SCHEMAS = (USER_SCHEMA, GROUP_SCHEMA, ENTERPRISE_SCHEMA)
