"""What a PATCH of a group comes to without a look at the group, and what is wrong with one."""

from __future__ import annotations

from typing import Any

import pytest

from muster.apis.scim.normal import Misfit
from muster.apis.scim.patch import Operation
from muster.apis.scim.profiles import PROFILES
from muster.apis.scim.schema import GROUP
from muster.apis.scim.translate_groups import Patched, drafted
from muster.core.entity import KEPT
from muster.core.groups import GroupDraft, GroupEdit
from muster.core.regrouping import AS_IT_IS, Roster

AS_BEFORE = GroupEdit()
REMOVE_ALL = Roster(emptied=True)


def them(*ids: str) -> list[dict[str, str]]:
    return [{"value": one} for one in ids]


def selecting(filter_: str) -> str:
    return f"members[{filter_}]"


# The operations of a PATCH, and what becomes of the members.
ROSTERS: list[tuple[list[Operation], Roster]] = [
    ([Operation("add", "members", them("a", "b", "a"))], Roster(add=("a", "b"))),
    ([Operation("add", f"{GROUP}:members", them("a"))], Roster(add=("a",))),
    ([Operation("add", "MEMBERS", {"value": "a"})], Roster(add=("a",))),
    ([Operation("add", None, {"members": them("a")})], Roster(add=("a",))),
    ([Operation("remove", "members")], REMOVE_ALL),
    ([Operation("remove", selecting('value eq "a"'))], Roster(remove=("a",))),
    ([Operation("remove", selecting('value eq "a" or value eq "b"'))], Roster(remove=("a", "b"))),
    ([Operation("remove", selecting('type eq "User" and value eq "a"'))], Roster(remove=("a",))),
    ([Operation("remove", selecting('value eq "a" and value eq "b"'))], AS_IT_IS),
    ([Operation("remove", selecting('type eq "User"'))], REMOVE_ALL),
    ([Operation("remove", selecting('type eq "Group"'))], AS_IT_IS),
    ([Operation("remove", selecting('type eq "User" or value eq "a"'))], REMOVE_ALL),
    ([Operation("replace", "members", them("a"))], Roster(True, add=("a",))),
    ([Operation("replace", "members", [])], REMOVE_ALL),
    ([Operation("replace", "members", None)], REMOVE_ALL),
    ([Operation("replace", None, {"members": them("a")})], Roster(True, add=("a",))),
    # One after another: the last word counts.
    ([Operation("add", "members", them("a")), Operation("remove", selecting('value eq "a"'))], Roster(remove=("a",))),
    ([Operation("remove", selecting('value eq "a"')), Operation("add", "members", them("a"))], Roster(add=("a",))),
    ([Operation("remove", "members"), Operation("add", "members", them("a"))], Roster(True, add=("a",))),
    ([Operation("add", "members", them("a")), Operation("remove", "members")], REMOVE_ALL),
    (
        [Operation("replace", "members", them("a", "b")), Operation("remove", selecting('value eq "b"'))],
        Roster(True, add=("a",)),
    ),
    ([Operation("replace", "members", them("a")), Operation("replace", "members", them("b"))], Roster(True, ("b",))),
    ([Operation("replace", "displayName", "x")], AS_IT_IS),
]

# As the rows above, of what is forgiven.
FORGIVEN: list[tuple[list[Operation], Roster]] = [
    ([Operation("Add", "members", [{"$ref": None, "value": "a"}])], Roster(add=("a",))),
    ([Operation("Remove", "members", [{"$ref": None, "value": "a"}, {"value": "b"}])], Roster(remove=("a", "b"))),
    ([Operation("Remove", "members", [])], AS_IT_IS),
    ([Operation("Remove", "members", {"value": "a"})], Roster(remove=("a",))),
    ([Operation("add", "members", ["a"])], Roster(add=("a",))),
    ([Operation("add", None, {f'{selecting("value eq ")[:-1]}"a"]': {"value": "a"}})], Roster(add=("a",))),
    ([Operation("add", selecting('value eq "a"'), {"value": "a"})], Roster(add=("a",))),
    ([Operation("replace", selecting('value eq "a"'), {"value": "b"})], Roster(add=("b",), remove=("a",))),
    ([Operation("add", "members", [{"value": "a", "unheard": 1}])], Roster(add=("a",))),
]


def test_operations_come_to_who_joins_and_who_leaves() -> None:
    for operations, expected in ROSTERS:
        for profile in PROFILES.values():
            assert (operations, Patched(operations, profile).roster) == (operations, expected)


def test_what_clients_do_otherwise_comes_to_the_same() -> None:
    for operations, expected in FORGIVEN:
        assert (operations, Patched(operations, PROFILES["lenient"]).roster) == (operations, expected)


# The operations of a PATCH, and what becomes of the group's own texts.
EDITS: list[tuple[list[Operation], GroupEdit]] = [
    ([Operation("replace", "displayName", "x")], GroupEdit("x")),
    ([Operation("add", "displayName", "x"), Operation("replace", "displayName", "y")], GroupEdit("y")),
    ([Operation("replace", "externalId", "x")], GroupEdit(KEPT, "x")),
    ([Operation("remove", "externalId")], GroupEdit(KEPT, None)),
    ([Operation("replace", "externalId", "")], GroupEdit(KEPT, None)),
    ([Operation("replace", None, {"displayName": "x", "externalId": None})], GroupEdit("x", None)),
    ([Operation("replace", "displayName", "as it was")], GroupEdit("as it was")),
    ([Operation("add", "members", them("a"))], AS_BEFORE),
]


def test_operations_come_to_texts_that_are_set_or_left() -> None:
    for operations, expected in EDITS:
        assert (operations, Patched(operations, PROFILES["strict"]).edit) == (operations, expected)


# What is wrong in a PATCH, for whom, and what is said of it.
WRONG: list[tuple[Operation, str, str]] = [
    (Operation("remove", "displayName"), "lenient", "mutability"),
    (Operation("replace", "displayName", ""), "lenient", "invalidValue"),
    (Operation("replace", "displayName", ["x", "y"]), "lenient", "invalidValue"),
    (Operation("add", "members", [{"display": "x"}]), "lenient", "invalidValue"),
    (Operation("add", "members", [{"value": ""}]), "lenient", "invalidValue"),
    (Operation("add", "members", [None]), "lenient", "invalidValue"),
    (Operation("add", "members", None), "lenient", "invalidValue"),
    (Operation("add", "members", [{"value": "a", "type": "Group"}]), "lenient", "invalidValue"),
    (Operation("add", "members", [{"value": ["a"]}]), "strict", "invalidValue"),
    (Operation("replace", "members", "a"), "strict", "invalidValue"),
    (Operation("replace", "members", {"value": "a"}), "strict", "invalidValue"),
    (Operation("add", "members", ["a"]), "strict", "invalidValue"),
    (Operation("replace", "members.value", "a"), "lenient", "mutability"),
    (Operation("remove", 'members[value eq "a"].display'), "lenient", "mutability"),
    (Operation("replace", 'members[value eq "a"].value', "b"), "lenient", "mutability"),
    (Operation("add", 'members[value eq "a"]', {"value": "a"}), "strict", "mutability"),
    (Operation("add", 'members[type eq "User"]', {"value": "a"}), "lenient", "mutability"),
    (Operation("remove", 'members[display eq "a"]'), "lenient", "invalidFilter"),
    (Operation("remove", 'members[not (value eq "a")]'), "lenient", "invalidFilter"),
    (Operation("remove", 'members[value sw "a"]'), "lenient", "invalidFilter"),
    (Operation("remove", 'members[unheard eq "a"]'), "lenient", "invalidFilter"),
    (Operation("remove", 'members[value eq "a"'), "lenient", "invalidPath"),
    (Operation("remove"), "lenient", "noTarget"),
    (Operation("move", "members"), "lenient", "invalidSyntax"),
    (Operation("Add", "members", them("a")), "strict", "invalidSyntax"),
]


def test_what_is_wrong_is_said() -> None:
    for operation, profile, expected in WRONG:
        with pytest.raises(Misfit) as caught:
            Patched([operation], PROFILES[profile])

        assert (operation, caught.value.kind) == (operation, expected)


def test_a_value_beside_a_remove_means_nothing_to_the_rfc() -> None:
    assert Patched([Operation("remove", "members", them("a"))], PROFILES["strict"]).roster == REMOVE_ALL


def test_a_body_is_a_group_with_its_members() -> None:
    body = {"schemas": [GROUP], "DISPLAYNAME": "Stars", "externalId": "", "Members": them("a", "b", "a"), "id": "x"}

    assert drafted(body, PROFILES["strict"]) == (GroupDraft("Stars"), ("a", "b"))


def test_a_body_that_is_no_group_is_refused() -> None:
    good: dict[str, Any] = {"schemas": [GROUP], "displayName": "Stars"}
    for wrong in (
        {"displayName": None},
        {"displayName": " " * 0},
        {"members": "a"},
        {"members": [1]},
        {"schemas": None},
    ):
        with pytest.raises(Misfit):
            drafted({**good, **wrong}, PROFILES["strict"])


def test_more_members_than_may_be_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("muster.apis.scim.translate_groups.MOST_MEMBERS", 2)
    with pytest.raises(Misfit) as caught:
        Patched([Operation("add", "members", them("a", "b", "c"))], PROFILES["strict"])

    assert caught.value.kind == "tooMany"
