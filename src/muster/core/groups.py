"""Groups: flat sets of users, tens of thousands of them in a tenant and a hundred thousand users in one."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from muster.core import values
from muster.core.acts import Case, Command, Question, View
from muster.core.entity import KEPT, Kept
from muster.core.events import named_differences
from muster.core.frozen import frozen
from muster.core.listing import Listed, Listing, Match, Place, Tally, listed
from muster.core.memberships import Body, check_name, dissolve
from muster.core.refusals import Fault, Invalid, Taken, Unknown, refuse
from muster.core.versions import Versions, must_stand

EXTERNAL_ID_LENGTH = 255
MOST_LISTED = 10_000
"""How many groups a list without pages may have to show."""

BY_NAME, BY_ID = "folded", "id"
"""What lists of groups are sorted by."""

FOLDED = ("tenant", "folded")
EXTERNAL_ID = ("tenant", "external_id")
RECORDED = ("name", "external_id")

Extras = tuple[tuple[str, str], ...]


@frozen
class Group(Body):
    """A set of users. No two in a tenant have names that fold to the same, or the same external id.

    `version` counts its changes, those of its members too. `extras` holds what only one API knows, under names that
    begin with its own.
    """

    NOUN: ClassVar[str] = "group"
    FIELD: ClassVar[str] = "groups"
    SHARED = True
    UNIQUE = (FOLDED, EXTERNAL_ID)

    id: str
    tenant: str
    name: str
    folded: str
    external_id: str | None
    created_at: int
    changed_at: int
    version: int
    extras: Extras = ()

    def moved(self, at: int) -> Group:
        """The group after its members have changed."""
        return replace(self, changed_at=at, version=self.version + 1)


@frozen
class GroupDraft:
    """A group as somebody wants it."""

    name: str
    external_id: str | None = None
    extras: Extras = ()


@frozen
class GroupEdit:
    """What shall be different about a group; None erases. Of `extras` those named change, and an empty one ends."""

    name: str | Kept = KEPT
    external_id: str | Kept | None = KEPT
    extras: Extras = ()


def _checked(name: str, external_id: str | None) -> None:
    check_name(name)
    if external_id is not None:
        values.searched_line(external_id, "external_id", EXTERNAL_ID_LENGTH)


def _must_be_free(case: Case, group: Group, old: Group | None) -> None:
    """Refuse with `Taken` a name or an external id of another group."""
    for field, columns, value in (("name", FOLDED, group.folded), ("external_id", EXTERNAL_ID, group.external_id)):
        if value is None:
            continue
        other = case.known.one(Group, columns, case.tenant, value)
        if other is not None and (old is None or other.id != old.id):
            refuse(Taken(field))


@frozen
class CreateGroup(Command[Group]):
    """Make a group. Refuses with `Taken` a name or an external id that another group has."""

    permission = "groups:create"

    draft: GroupDraft

    def decide(self, case: Case) -> Group:
        """The new group."""
        case.actor.must_see_all()
        name, external_id = self.draft.name, self.draft.external_id
        _checked(name, external_id)
        folded = values.fold(name)
        made = Group(
            case.fresh.id(),
            case.tenant,
            name,
            folded,
            external_id,
            case.at,
            case.at,
            1,
            tuple(sorted(self.draft.extras)),
        )
        _must_be_free(case, made, None)
        case.put(None, made)
        more = named_differences((), made.extras)
        case.record("group.created", "group", made.id, made.name, None, made, RECORDED, more)
        return made


@frozen
class EditGroup(Command[Group]):
    """Change a group's name, external id and extras. Refuses as `CreateGroup`, and an unknown one."""

    permission = "groups:edit"

    group: str
    edit: GroupEdit

    def decide(self, case: Case) -> Group:
        """The group as it stands then; unchanged if nothing is different."""
        case.actor.must_see_all()
        group = find_group(case, self.group)
        changed = _edited(group, self.edit)
        if changed == group:
            return group
        _checked(changed.name, changed.external_id)
        _must_be_free(case, changed, group)
        changed = changed.moved(case.at)
        case.put(group, changed)
        more = named_differences(group.extras, changed.extras)
        case.record("group.edited", "group", group.id, group.name, group, changed, RECORDED, more)
        return changed


def _edited(group: Group, edit: GroupEdit) -> Group:
    name = group.name if edit.name is KEPT else edit.name
    external_id = group.external_id if edit.external_id is KEPT else edit.external_id
    extras = {**dict(group.extras), **dict(edit.extras)}
    kept = tuple(sorted((name, value) for name, value in extras.items() if value))
    return replace(group, name=name, folded=values.fold(name), external_id=external_id, extras=kept)


@frozen
class DeleteGroup(Command[None]):
    """Delete a group for good; its members stay what they are. Refuses an unknown one, and `Outdated` versions."""

    permission = "groups:delete"

    group: str
    versions: Versions = None

    def decide(self, case: Case) -> None:
        """Done."""
        case.actor.must_see_all()
        group = find_group(case, self.group)
        must_stand(Group.NOUN, group.version, self.versions)
        dissolve(case, group)
        case.put(group, None)
        more = named_differences(group.extras, ())
        case.record("group.deleted", "group", group.id, group.name, group, None, RECORDED, more)


def find_group(view: View, group_id: str) -> Group:
    """The group of this id. Refuses with `Unknown` if there is none."""
    return _there(view.known.one(Group, Group.KEY, view.tenant, group_id))


def _there(group: Group | None) -> Group:
    return group if group is not None else refuse(Unknown("group"))


@frozen
class GroupById(Question[Group]):
    """The group of this id."""

    permission = "groups:view"

    group: str

    def answer(self, view: View) -> Group:
        """The group. Refuses with `Unknown`."""
        return find_group(view, self.group)


@frozen
class GroupByName(Question[Group]):
    """The group that another system, or else a person, calls so: an external id goes before a name."""

    permission = "groups:view"

    name: str

    def answer(self, view: View) -> Group:
        """The group. Refuses with `Unknown`."""
        found = view.known.one(Group, EXTERNAL_ID, view.tenant, self.name)
        return _there(found or view.known.one(Group, FOLDED, view.tenant, values.fold(self.name)))


@frozen
class Groups(Question[Listed[Group]]):
    """A page of the groups that meet all conditions, by name, or else by id, so the oldest first.

    See `Listing` for where it begins.
    """

    permission = "groups:view"

    limit: int
    matches: tuple[Match, ...] = ()
    descending: bool = False
    place: Place | None = None
    backwards: bool = False
    order: str = BY_NAME
    offset: int = 0

    def answer(self, view: View) -> Listed[Group]:
        """The page. Refuses with `Invalid` a search that would look at too many groups."""
        return listed(
            view.known,
            Listing(
                Group,
                view.tenant,
                min(self.limit, MOST_LISTED),
                self.order,
                matches=self.matches,
                descending=self.descending,
                place=self.place,
                backwards=self.backwards,
                offset=self.offset,
            ),
        )


@frozen
class AllGroups(Question[tuple[Group, ...]]):
    """Every group of the tenant at once, up to 10,000."""

    permission = "groups:view"

    def answer(self, view: View) -> tuple[Group, ...]:
        """The groups, by name. Refuses with `Invalid` where they are more."""
        found: Listed[Group] = listed(view.known, Listing(Group, view.tenant, MOST_LISTED, BY_NAME))
        if found.after is not None:
            refuse(Invalid("groups", Fault.TOO_MANY, MOST_LISTED))
        return found.rows


@frozen
class GroupCount(Question[int]):
    """How many groups the tenant has."""

    permission = "groups:view"

    def answer(self, view: View) -> int:
        """How many."""
        return view.known.tally(Tally(Group, view.tenant))
