"""One condition as SQL: the only place where it meets a column. It must find what `core.query.matches` says.

What of a condition is in a statement's text is its shape; its values are always parameters, numbered as they come up.
Which index finds the users who meet a condition is said in `sources`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, assert_never

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    FromClause,
    Select,
    and_,
    bindparam,
    false,
    func,
    literal_column,
    not_,
    or_,
    select,
    text,
)

from muster.core.query import (
    AnyOf,
    Compare,
    Condition,
    During,
    FlagIs,
    HasAuthenticator,
    HasPassword,
    Holds,
    HomeBelow,
    IsIn,
    KindIs,
    LoginNameIs,
    Marked,
    Not,
    Other,
    Present,
    Text,
    TextIs,
)
from muster.core.users import PERSON, SERVICE
from muster.core.values import fold, is_keepable
from muster.store.hints import along
from muster.store.index import SHORTEST
from muster.store.paths import path_range
from muster.store.tables import authenticators, login_names, memberships, units, user_marks, user_roles, users

Shape = tuple[Any, ...]

FOLDED = {
    Text.USERNAME: "username_folded",
    Text.GIVEN_NAME: "given_folded",
    Text.FAMILY_NAME: "family_folded",
    Text.EMAIL: "email_folded",
}
"""The column in which a text is compared."""


def is_indexed(condition: Condition) -> bool:
    """Whether the index of substrings narrows the condition down."""
    if not isinstance(condition, TextIs | LoginNameIs) or condition.compare not in (Compare.CONTAINS, Compare.ENDS):
        return False
    # Aliases stand in lines there.
    is_line = is_keepable(condition.text) and "\n" not in condition.text
    return is_line and len(fold(condition.text)) >= SHORTEST


class Key(str):
    """A text that the index wants the key of."""

    __slots__ = ()


def shape_of(condition: Condition) -> Shape:
    """What of a condition is in its statement's text; the rest, `values_of`, are parameters."""
    match condition:
        case TextIs(fields, compare, _):
            return TextIs, fields, compare, is_indexed(condition)
        case Present(field):
            return Present, field
        case FlagIs(flag, value):
            return FlagIs, flag, value
        case KindIs(kind):
            return KindIs, kind if kind in _KINDS else None
        case HomeBelow() | Holds() | IsIn() | HasAuthenticator() | HasPassword() | Marked():
            return (type(condition),)
        case LoginNameIs(compare, _):
            return LoginNameIs, compare, is_indexed(condition)
        case During(field, since, before):
            return During, field, since is None, before is None
        case Not(inner):
            return Not, shape_of(inner)
        case AnyOf(conditions):
            return AnyOf, *map(shape_of, conditions)
        case _:
            assert_never(condition)


_KINDS = (PERSON, SERVICE)
"""Those that statements name, so that an index of one of them serves."""


def values_of(condition: Condition) -> Iterator[Any]:
    """The parameters of a condition, in the order in which its statement takes them."""
    match condition:
        case TextIs(compare=compare, text=text) | LoginNameIs(compare, text):
            yield from _text_values(compare, fold(text))
            if is_indexed(condition):
                yield from (Key(fold(text)), fold(text))
        case Present() | FlagIs() | HasPassword():
            return
        case During(_, since, before):
            yield from (at for at in (since, before) if at is not None)
        case IsIn(noun, body):
            yield from (noun, body)
        case HasAuthenticator(text) | Marked(text):
            yield text
        case KindIs(kind):
            if kind not in _KINDS:
                yield kind
        case HomeBelow(path):
            yield from path_range(path)
        case Holds(role):
            yield role
        case Not(inner):
            yield from values_of(inner)
        case AnyOf(conditions):
            for inner in conditions:
                yield from values_of(inner)
        case _:
            assert_never(condition)


def _text_values(compare: Compare, folded: str) -> tuple[str, ...]:
    escaped = folded.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    match compare:
        case Compare.EQUALS:
            return (folded,)
        case Compare.CONTAINS:
            return (f"%{escaped}%",)
        case Compare.STARTS:
            return (f"{escaped}%", folded, _beyond(folded))
        case Compare.ENDS:
            return (f"%{escaped}",)
        case _:
            assert_never(compare)


def _beyond(beginning: str) -> str:
    """The least text, by code points, that comes after all that begin so."""
    shorter = beginning.rstrip("\U0010ffff")
    if not shorter:
        return "\U0010ffff" * 1_000
    following = ord(shorter[-1]) + 1
    return shorter[:-1] + chr(0xE000 if following == 0xD800 else following)


class Marks:
    """Gives the parameters of conditions their names, in the order of `values_of`."""

    def __init__(self) -> None:
        self._next = 0

    def take(self) -> BindParameter[Any]:
        """The next parameter."""
        self._next += 1
        return bindparam(f"p{self._next - 1}")

    def skip(self, condition: Condition) -> None:
        """Leave out the parameters of a condition."""
        self._next += sum(1 for _ in values_of(condition))


def tenant_mark() -> BindParameter[str]:
    """The parameter that every statement has."""
    return bindparam("tenant")


def where_of(condition: Condition, marks: Marks, rows: Any = users.c) -> ColumnElement[bool]:
    """Whether a row of `users` meets the condition; `rows` are the columns of another table that has the same."""
    match condition:
        case TextIs(fields, compare, _):
            return _compared(columns_of(fields), compare, marks, indexed=is_indexed(condition))
        case Present(field):
            return _present(field)
        case FlagIs(flag, value):
            flagged: ColumnElement[bool] = rows[flag.value] == literal_column(str(int(value)))
            return flagged
        case KindIs(kind):
            own: ColumnElement[bool] = rows.kind == (literal_column(f"'{kind}'") if kind in _KINDS else marks.take())
            return own
        case HomeBelow():
            return users.c.home.in_(units_in(marks.take(), marks.take()))
        case Holds():
            held = (user_roles.c.tenant == tenant_mark(), user_roles.c.role == marks.take())
            return select(user_roles.c.user).where(*held, user_roles.c.number == users.c.number).exists()
        case During():
            return during(condition, marks)
        case HasPassword():
            return users.c.password.is_not(None)
        case LoginNameIs() | IsIn() | HasAuthenticator() | Marked():
            return select(text("1")).where(*_beside(condition, marks)).exists()
        case Not(inner):
            # A comparison with what is absent is unknown in SQL, and false here.
            return not_(func.coalesce(where_of(inner, marks, rows), false()))
        case AnyOf(conditions):
            return or_(false(), *(where_of(inner, marks) for inner in conditions))
        case _:
            assert_never(condition)


def _beside(condition: LoginNameIs | IsIn | HasAuthenticator | Marked, marks: Marks) -> list[ColumnElement[bool]]:
    """What is true of a row beside that of a user who meets the condition."""
    match condition:
        case LoginNameIs(compare, _):
            names = along(login_names, "ix_login_names_tenant_user", "names").c
            met = _compared([names.folded], compare, marks, indexed=is_indexed(condition))
            return [names.tenant == tenant_mark(), names.user == users.c.id, met]
        case IsIn():
            placed = memberships.c
            of_body = [placed.noun == marks.take(), placed.body == marks.take()]
            return [placed.tenant == tenant_mark(), *of_body, placed.user == users.c.id]
        case HasAuthenticator():
            held = along(authenticators, "ix_authenticators_tenant_user", "held").c
            return [held.tenant == tenant_mark(), held.user == users.c.id, held.kind == marks.take()]
        case Marked():
            marked = user_marks.c
            return [marked.tenant == tenant_mark(), marked.mark == marks.take(), marked.number == users.c.number]
        case _:
            assert_never(condition)


def columns_of(fields: tuple[Text, ...]) -> list[ColumnElement[str]]:
    """The columns in which these fields are compared."""
    return [users.c[FOLDED[field]] for field in fields]


def during(condition: During, marks: Marks, rows: FromClause = users) -> ColumnElement[bool]:
    """Whether the time of a row lies between; what is absent does not."""
    at: ColumnElement[Any] = rows.c[condition.field.value]
    bounds: list[ColumnElement[bool]] = [at.is_not(None)]
    if condition.since is not None:
        bounds.append(at >= marks.take())
    if condition.before is not None:
        bounds.append(at < marks.take())
    return and_(*bounds)


def _compared(
    columns: list[ColumnElement[str]], compare: Compare, marks: Marks, *, indexed: bool
) -> ColumnElement[bool]:
    wanted = marks.take()
    if compare is Compare.EQUALS:
        return or_(*(column == wanted for column in columns))
    likes = [column.like(wanted, escape="\\") for column in columns]
    if compare is Compare.STARTS or indexed:
        marks.take()
        marks.take()
    return or_(*likes)


def _present(field: Text | Other) -> ColumnElement[bool]:
    column: ColumnElement[Any] = users.c[field.value]
    if field not in (*FOLDED, Other.PHONE, Other.JOB_TITLE):
        return column.is_not(None)
    return and_(column.is_not(None), column != "")


def units_in(least: BindParameter[Any], beyond: BindParameter[Any]) -> Select[tuple[str]]:
    """The ids of the units of a range of paths."""
    return select(units.c.id).where(units.c.tenant == tenant_mark(), units.c.path >= least, units.c.path < beyond)
