"""Groups made and changed together with who is in them: one act, however many users it is about."""

from __future__ import annotations

from muster.core.acts import Case, Command
from muster.core.frozen import frozen
from muster.core.groups import CreateGroup, EditGroup, Group, GroupDraft, GroupEdit, find_group
from muster.core.members import change, reseat
from muster.core.versions import Versions, must_stand


@frozen
class Roster:
    """What becomes of who is in a group: whoever is there goes, if it is `emptied`; then some come and others go."""

    emptied: bool = False
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


AS_IT_IS = Roster()


@frozen
class FormGroup(Command[Group]):
    """Make a group that these users, by id, are in. As `CreateGroup`; refuses unknown users as `ChangeMembers`."""

    permission = "groups:create"

    draft: GroupDraft
    users: tuple[str, ...] = ()

    def decide(self, case: Case) -> Group:
        """The group as it stands then."""
        group = CreateGroup(self.draft).decide(case)
        return change(case, group, self.users, ()).body if self.users else group


@frozen
class ReviseGroup(Command[Group]):
    """Change a group and who is in it. Refuses as `EditGroup` and `ChangeMembers`, and `Outdated` versions.

    Unless the roster is `emptied` nothing is read of those who are in it and stay.
    """

    permission = "groups:edit"

    group: str
    edit: GroupEdit
    roster: Roster = AS_IT_IS
    versions: Versions = None

    def decide(self, case: Case) -> Group:
        """The group as it stands then; unchanged if nothing is different."""
        must_stand(Group.NOUN, find_group(case, self.group).version, self.versions)
        group = EditGroup(self.group, self.edit).decide(case)
        if self.roster.emptied:
            return reseat(case, group, self.roster.add).body
        return change(case, group, self.roster.add, self.roster.remove).body
