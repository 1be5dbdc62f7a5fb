"""Groups between the directory and SCIM: who is in one is never read to be changed.

A PATCH of members says who comes and who goes, whatever the operations were and whoever is there; what else it says of
a group are two texts that it sets or leaves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from muster.apis.scim.filters import Filter, Path, Target
from muster.apis.scim.matching import Bound, Every, Some, Test, Unsupported, bound_element, place_of
from muster.apis.scim.normal import element, misfit, must_be_whole, normal
from muster.apis.scim.patch import ADD, REMOVE, Operation, patched, sort_of, target_of
from muster.apis.scim.profiles import Habit, Profile
from muster.apis.scim.schema import GROUP, GROUP_SCHEMA, GROUPS
from muster.apis.scim.translate_users import FOUND_BY, moment
from muster.apis.scim.versions import tag
from muster.core.entity import KEPT, Kept
from muster.core.groups import Group, GroupDraft, GroupEdit
from muster.core.memberships import MOST_TOGETHER
from muster.core.regrouping import Roster
from muster.core.users import User

MEMBERS = GROUP_SCHEMA.by_name["members"]
MOST_MEMBERS = MOST_TOGETHER
"""How many members one request may name, and one answer may hold."""

_PLAIN = frozenset(("value", "display", "type"))
# Kept apart from every text that a client can send by being this very object.
_AS_IT_WAS = "as it was"

Json = dict[str, Any]


def resource(group: Group, base: str) -> Json:
    """The group as SCIM shows it, without its members; `base` is the URL of the API."""
    told: Json = {"schemas": [GROUP], "id": group.id}
    if group.external_id:
        told["externalId"] = group.external_id
    told["displayName"] = group.name
    told["meta"] = {
        "resourceType": "Group",
        "created": moment(group.created_at),
        "lastModified": moment(group.changed_at),
        "location": f"{base}/Groups/{group.id}",
        "version": tag(group.version),
    }
    return told


def member(user: str, base: str) -> Json:
    """A member of a group as SCIM shows him, by his id."""
    return {"value": user, "$ref": f"{base}/Users/{user}", "type": "User"}


def display(user: User) -> str:
    """What a member is called.

    That is not asked for by everybody, and is all for which he has to be looked up.
    """
    name = next((text for name, text in user.extras if name == FOUND_BY["displayName"]), None)
    return name or " ".join(filter(None, (user.given_name, user.family_name))) or user.username


def drafted(body: Mapping[str, Any], profile: Profile) -> tuple[GroupDraft, tuple[str, ...]]:
    """A new group as a body describes it, and the ids of those who shall be in it. Raises `Misfit`."""
    rest = {name: value for name, value in body.items() if name.casefold() != MEMBERS.name}
    members = [value for name, value in body.items() if name.casefold() == MEMBERS.name]
    found = normal(GROUPS, rest, profile)
    must_be_whole(GROUPS, found)
    ids = _ids(members[-1], profile) if members else ()
    return GroupDraft(found["displayName"], found.get("externalId") or None), ids


def replacing(draft: GroupDraft) -> GroupEdit:
    """What makes a group the one that a body describes."""
    return GroupEdit(draft.name, draft.external_id)


def _ids(value: Any, profile: Profile) -> tuple[str, ...]:
    """The ids of the users that `members` names. Raises `Misfit`."""
    if value is None:
        return ()
    if not isinstance(value, list):
        if not profile.forgives(Habit.ONE_FOR_SEVERAL):
            misfit("invalidValue", "members is a list")
        value = [value]
    if len(value) > MOST_MEMBERS:
        misfit("tooMany", f"one request names at most {MOST_MEMBERS} members")
    return tuple(dict.fromkeys(_id(one, profile) for one in value))


def _id(one: Any, profile: Profile) -> str:
    # What nearly all send needs no second look.
    if not isinstance(one, dict) or one.keys() - _PLAIN or not all(isinstance(part, str) for part in one.values()):
        one = element(MEMBERS, one, profile)
    if not one or not one.get("value"):
        misfit("invalidValue", "a member has a value, the user's id")
    if one.get("type", "").casefold() == "group":
        misfit("invalidValue", "the members of a group are users; groups cannot be in groups")
    found: str = one["value"]
    return found


class Patched:
    """What the operations of a PATCH come to, of a group that nobody has looked at."""

    def __init__(self, operations: Iterable[Operation], profile: Profile) -> None:
        """Raises `Misfit`."""
        self._profile = profile
        self._emptied = False
        self._add: dict[str, None] = {}
        self._remove: dict[str, None] = {}
        others: list[Operation] = []
        for operation in operations:
            others += self._without_members(operation)
        self.edit = _edit(others, profile)

    @property
    def roster(self) -> Roster:
        """What becomes of its members."""
        return Roster(self._emptied, tuple(self._add), tuple(self._remove))

    def _without_members(self, operation: Operation) -> Iterable[Operation]:
        """The operation less what it says about members, which is done."""
        sort = sort_of(operation, self._profile)
        if operation.path:
            target = target_of(operation.path)
            if not _is_about_members(target.path):
                return (operation,)
            self._change(sort, target, operation.value)
            return ()
        if sort == REMOVE or not isinstance(operation.value, dict):
            return (operation,)
        others = {key: value for key, value in operation.value.items() if not self._keyed(sort, key, value)}
        return (Operation(operation.op, None, others),)

    def _keyed(self, sort: str, key: str, value: Any) -> bool:
        """Whether a key is about members, which is done then."""
        if key.casefold() != MEMBERS.name:
            if not self._profile.forgives(Habit.PATH_AS_KEY) or key.casefold() == "schemas":
                return False
            target = target_of(key)
            if not _is_about_members(target.path):
                return False
        else:
            target = Target(Path(None, MEMBERS.name))
        self._change(sort, target, value)
        return True

    def _change(self, sort: str, target: Target, value: Any) -> None:
        if target.filter is not None:
            self._selected(sort, target, value)
        elif target.path.sub is not None:
            misfit("mutability", "a member is added or removed as a whole, and does not change")
        elif sort == ADD:
            self._come(self._named(value))
        elif sort != REMOVE:
            self._empty()
            self._come(_ids(value, self._profile))
        elif value is not None and self._profile.forgives(Habit.REMOVE_BY_VALUE):
            self._go(_ids(value, self._profile))
        else:
            self._empty()

    def _named(self, value: Any) -> tuple[str, ...]:
        if value is None:
            misfit("invalidValue", "members to add are required")
        # One alone is what the RFC's own example of an add to several values has.
        return _ids(value if isinstance(value, list) else [value], self._profile)

    def _selected(self, sort: str, target: Target, value: Any) -> None:
        """Those members whom a filter names: to go, or, where a client says so, to come."""
        assert target.filter is not None
        named = _chosen(target.filter)
        if sort == REMOVE and target.path.sub is None:
            self._empty() if named is None else self._go(named)
            return
        if named is None or target.path.sub is not None or not self._profile.forgives(Habit.VALUE_PATH_CREATES):
            misfit("mutability", "a member is added or removed as a whole, and does not change")
        if sort != ADD:
            self._go(named)
        self._come(named if value is None else self._named(value))

    def _come(self, users: Iterable[str]) -> None:
        for user in users:
            self._remove.pop(user, None)
            self._add[user] = None

    def _go(self, users: Iterable[str]) -> None:
        for user in users:
            self._add.pop(user, None)
            if not self._emptied:
                self._remove[user] = None

    def _empty(self) -> None:
        self._emptied = True
        self._add.clear()
        self._remove.clear()


def _is_about_members(path: Path) -> bool:
    # Of the attribute alone: a sub-attribute that there is not would make it no place.
    place = place_of(GROUPS, Path(path.schema, path.attribute)) if path.attribute else None
    return place is not None and place.attribute is MEMBERS


def _chosen(found: Filter) -> tuple[str, ...] | None:
    """The ids that a filter over members names; None for all of them. Raises `Misfit` for what it takes a look at."""
    try:
        named = named_by(bound_element(found, MEMBERS))
    except Unsupported as error:
        misfit("invalidFilter", str(error))
    return None if named is None else tuple(sorted(named))


def named_by(found: Bound) -> frozenset[str] | None:
    """The ids that a filter over members names; None for all of them. Raises `Unsupported`."""
    match found:
        case Test(place, "eq", str(value)) if place.leaf.name == "value":
            return frozenset((value,))
        case Test(place, "eq", str(value)) if place.leaf.name == "type":
            return None if value == "user" else frozenset()
        case Some(filters):
            some = [named_by(one) for one in filters]
            return None if None in some else frozenset().union(*(one for one in some if one is not None))
        case Every(filters):
            every = [named for one in filters if (named := named_by(one)) is not None]
            return frozenset.intersection(*every) if every else None
        case _:
            raise Unsupported("members are selected by their value")


def _edit(operations: Iterable[Operation], profile: Profile) -> GroupEdit:
    """What becomes of a group's own texts."""
    told = patched(GROUPS, {"displayName": _AS_IT_WAS, "externalId": _AS_IT_WAS}, operations, profile)
    name, external_id = (_text(told.get(attribute)) for attribute in ("displayName", "externalId"))
    return GroupEdit(KEPT if name is None else name, external_id)


def _text(value: Any) -> str | Kept | None:
    return KEPT if value is _AS_IT_WAS else value or None
