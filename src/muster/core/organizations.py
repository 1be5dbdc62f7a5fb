"""Organizations: the companies and the like that a tenant's users are of. Being in one is a membership, and never
narrows what anybody sees.
"""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from muster.core import values
from muster.core.acts import Case, Command, Question, View
from muster.core.entity import KEPT, Kept
from muster.core.frozen import frozen
from muster.core.listing import Listed, Listing, Match, Place, listed
from muster.core.memberships import Body, check_name, dissolve
from muster.core.refusals import Fault, Invalid, Taken, Unknown, refuse

LOGO_LENGTH = 2000
FOLDED = ("tenant", "folded")
RECORDED = ("name", "title", "description", "logo")


@frozen
class Organization(Body):
    """What users are of. No two in a tenant have names that fold to the same.

    `title` is what people are shown, `logo` an address. `version` counts its changes, those of its members too.
    """

    NOUN: ClassVar[str] = "organization"
    FIELD: ClassVar[str] = "organizations"
    SHARED = True
    UNIQUE = (FOLDED,)

    id: str
    tenant: str
    name: str
    folded: str
    title: str
    description: str | None
    logo: str | None
    created_at: int
    changed_at: int
    version: int

    def moved(self, at: int) -> Organization:
        """The organization after its members have changed."""
        return replace(self, changed_at=at, version=self.version + 1)


@frozen
class OrganizationDraft:
    """An organization as somebody wants it."""

    name: str
    title: str
    description: str | None = None
    logo: str | None = None


@frozen
class OrganizationEdit:
    """What shall be different about an organization; None erases."""

    name: str | Kept = KEPT
    title: str | Kept = KEPT
    description: str | Kept | None = KEPT
    logo: str | Kept | None = KEPT


def _checked(case: Case, made: Organization, old: Organization | None) -> None:
    """Refuse with `Invalid` wrong values, with `Taken` the name of another organization."""
    check_name(made.name)
    if not made.title.strip():
        refuse(Invalid("title", Fault.MISSING))
    values.searched_line(made.title, "title")
    values.optional_line(made.description, "description")
    values.optional_line(made.logo, "logo", LOGO_LENGTH)
    other = case.known.one(Organization, FOLDED, case.tenant, made.folded)
    if other is not None and (old is None or other.id != old.id):
        refuse(Taken("name"))


@frozen
class CreateOrganization(Command[Organization]):
    """Make an organization. Refuses with `Taken` a name that another has."""

    permission = "organizations:create"

    draft: OrganizationDraft

    def decide(self, case: Case) -> Organization:
        """The new organization."""
        case.actor.must_see_all()
        it = self.draft
        folded = values.fold(it.name)
        made = Organization(
            case.fresh.id(), case.tenant, it.name, folded, it.title, it.description, it.logo, case.at, case.at, 1
        )
        _checked(case, made, None)
        case.put(None, made)
        case.record("organization.created", "organization", made.id, made.name, None, made, RECORDED)
        return made


@frozen
class EditOrganization(Command[Organization]):
    """Change an organization. Refuses as `CreateOrganization`, and an unknown one."""

    permission = "organizations:edit"

    organization: str
    edit: OrganizationEdit

    def decide(self, case: Case) -> Organization:
        """The organization as it stands then; unchanged if nothing is different."""
        case.actor.must_see_all()
        old = find_organization(case, self.organization)
        edit = self.edit
        name = old.name if edit.name is KEPT else edit.name
        changed = replace(
            old,
            name=name,
            folded=values.fold(name),
            title=old.title if edit.title is KEPT else edit.title,
            description=old.description if edit.description is KEPT else edit.description,
            logo=old.logo if edit.logo is KEPT else edit.logo,
        )
        if changed == old:
            return old
        _checked(case, changed, old)
        changed = changed.moved(case.at)
        case.put(old, changed)
        case.record("organization.edited", "organization", old.id, old.name, old, changed, RECORDED)
        return changed


@frozen
class DeleteOrganization(Command[None]):
    """Delete an organization for good; its members stay what they are. Refuses an unknown one."""

    permission = "organizations:delete"

    organization: str

    def decide(self, case: Case) -> None:
        """Done."""
        case.actor.must_see_all()
        old = find_organization(case, self.organization)
        dissolve(case, old)
        case.put(old, None)
        case.record("organization.deleted", "organization", old.id, old.name, old, None, RECORDED)


def find_organization(view: View, organization: str) -> Organization:
    """The organization of this id. Refuses with `Unknown` if there is none."""
    found = view.known.one(Organization, Organization.KEY, view.tenant, organization)
    return found if found is not None else refuse(Unknown("organization"))


@frozen
class OrganizationById(Question[Organization]):
    """The organization of this id."""

    permission = "organizations:view"

    organization: str

    def answer(self, view: View) -> Organization:
        """The organization. Refuses with `Unknown`."""
        return find_organization(view, self.organization)


@frozen
class Organizations(Question[Listed[Organization]]):
    """A page of the organizations that meet all conditions, by name."""

    permission = "organizations:view"

    limit: int
    matches: tuple[Match, ...] = ()
    place: Place | None = None
    backwards: bool = False

    def answer(self, view: View) -> Listed[Organization]:
        """The page. Refuses with `Invalid` a search that would look at too many organizations."""
        listing = Listing(
            Organization,
            view.tenant,
            self.limit,
            "folded",
            matches=self.matches,
            place=self.place,
            backwards=self.backwards,
        )
        return listed(view.known, listing)
