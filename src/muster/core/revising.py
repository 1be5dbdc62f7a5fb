"""What belongs to a user when he changes: his login names, attribute values and extras, old against new.

Each function here says what is to be put and what is to be recorded of it, and puts nothing itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from muster.core import values
from muster.core.acts import Case
from muster.core.attributes import AttributeValue, attributes_of, valued
from muster.core.drafts import check_extras, folded_aliases
from muster.core.entity import KEPT, Entity, Kept
from muster.core.events import Change
from muster.core.frozen import frozen
from muster.core.refusals import Fault, Invalid, Taken, refuse
from muster.core.users import ALIAS, USERNAME, LoginName, User

Puts = tuple[tuple[Entity | None, Entity | None], ...]
Texts = tuple[tuple[str, str | None], ...]
"""Names, or ids, each with what it shall be; None ends it. Those that are not named stay as they are."""

_OWN = ("tenant", "user")


@frozen
class Revision:
    """Pairs of what is kept and what shall be, and what is recorded of them."""

    puts: Puts = ()
    changes: tuple[Change, ...] = ()

    def __add__(self, other: Revision) -> Revision:
        """Both."""
        return Revision(self.puts + other.puts, self.changes + other.changes)


NOTHING = Revision()


def renamed(case: Case, user: User, username: str, aliases: tuple[str, ...] | Kept) -> Revision:
    """The user's login names: this username and these aliases, or those that he has. Whichever stays keeps its id.

    A name that he gives up is free at once, for himself too. Refuses with `Taken` one that anybody else has, and a
    username that is an alias of his, unless he gives that up.
    """
    if aliases is KEPT and username == user.username:
        return NOTHING
    own = {name.folded: name for name in case.known.many(LoginName, _OWN, case.tenant, user.id)}
    before = sorted(name.value for name in own.values() if name.kind == ALIAS)
    after = tuple(before) if isinstance(aliases, Kept) else aliases
    if aliases is KEPT and values.fold(username) in map(values.fold, before):
        refuse(Taken("username"))
    wanted = [values.fold(username), *folded_aliases(username, after)]
    _must_be_free(case, [name for name in wanted if name not in own], wanted[0])
    made = [_named(case, user, own.get(wanted[0]), wanted[0], username, USERNAME)]
    made += [_named(case, user, own.get(it), it, text, ALIAS) for it, text in zip(wanted[1:], after, strict=True)]
    puts = [(own.get(name.folded), name) for name in made if name != own.get(name.folded)]
    gone = [(name, None) for name in own.values() if name.folded not in wanted]
    return Revision((*gone, *puts), _alias_changes(before, after))


def _must_be_free(case: Case, wanted: list[str], username: str) -> None:
    found = case.known.each(LoginName, LoginName.KEY, ((case.tenant, folded) for folded in wanted))
    if found:
        refuse(Taken("username" if any(name.folded == username for name in found) else "aliases"))


def _named(case: Case, user: User, own: LoginName | None, folded: str, text: str, kind: str) -> LoginName:
    if own is not None and own.kind == kind:
        return replace(own, value=text)
    own_id = user.id if kind == USERNAME else case.fresh.id()
    return LoginName(case.tenant, folded, user.id, own_id, kind, text, user.number)


def _alias_changes(before: Iterable[str], after: Iterable[str]) -> tuple[Change, ...]:
    was, becomes = tuple(before), tuple(after)
    gone = [Change("aliases", alias, None) for alias in was if alias not in becomes]
    return (*gone, *(Change("aliases", None, alias) for alias in becomes if alias not in was))


def revalued(case: Case, user: User, wanted: Texts) -> Revision:
    """The user's attribute values, by the ids of the attributes; a value that is replaced keeps its id.

    Refuses as `valued` does.
    """
    if not wanted:
        return NOTHING
    if len(dict(wanted)) != len(wanted):
        refuse(Invalid("attributes", Fault.DUPLICATE))
    known = {attribute.id for attribute in attributes_of(case) if attribute.field is None}
    if not known.issuperset(attribute for attribute, _ in wanted):
        refuse(Invalid("attributes", Fault.UNKNOWN))
    own = _own_values(case, user)
    texts = tuple(
        (attribute, text) for attribute, text in wanted if text is not None and _differs(own, attribute, text)
    )
    gone = [own[attribute] for attribute, text in wanted if text is None and attribute in own]
    pairs = [(own.get(made.attribute), made) for made in valued(case, user.id, texts)]
    puts = [(old, made if old is None else replace(made, id=old.id)) for old, made in pairs]
    changes = [_valued(old, made) for old, made in pairs] + [_valued(old, None) for old in gone]
    return Revision((*puts, *((old, None) for old in gone)), tuple(changes))


def _own_values(case: Case, user: User) -> dict[str, AttributeValue]:
    found = case.known.many(AttributeValue, _OWN, case.tenant, user.id)
    return {value.attribute: value for value in found}


def _differs(own: dict[str, AttributeValue], attribute: str, text: str) -> bool:
    return attribute not in own or own[attribute].value != text


def _valued(old: AttributeValue | None, made: AttributeValue | None) -> Change:
    attribute = made.attribute if made is not None else old.attribute if old is not None else ""
    was, becomes = (None if value is None else value.value for value in (old, made))
    return Change(f"attribute {attribute}", was, becomes)


def attributes_after(case: Case, user: User, revision: Revision) -> set[str]:
    """The ids of the attributes that the user has values of, once this is put."""
    held = set(_own_values(case, user))
    for old, new in revision.puts:
        if isinstance(new, AttributeValue):
            held.add(new.attribute)
        elif isinstance(old, AttributeValue):
            held.discard(old.attribute)
    return held


def with_extras(user: User, wanted: Texts) -> tuple[tuple[str, str], ...]:
    """The user's extras with these different. Refuses with `Invalid` a text that is too long or cannot be kept."""
    merged: dict[str, str | None] = {**dict(user.extras), **dict(wanted)}
    kept = tuple((name, text) for name, text in merged.items() if text is not None)
    if kept != user.extras:
        check_extras(kept)
    return kept
