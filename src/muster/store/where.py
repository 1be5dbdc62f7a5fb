"""A search as SQL: the only place where a condition meets a column. It must find what `core.query` means.

A statement is built once for each shape of search (which conditions, over which fields, how many units) and kept; the
values are always parameters, numbered as they come up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, assert_never

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Dialect,
    Select,
    and_,
    bindparam,
    column,
    exists,
    false,
    func,
    not_,
    or_,
    select,
    text,
    union,
)
from sqlalchemy.sql.selectable import TextualSelect

from muster.core.query import (
    AnyOf,
    Compare,
    Condition,
    FlagIs,
    Holds,
    HomeBelow,
    KindIs,
    Not,
    Order,
    Other,
    Present,
    Search,
    Text,
    TextIs,
)
from muster.core.users import USERNAME
from muster.core.values import fold, is_keepable
from muster.store.index import SHORTEST, Index
from muster.store.paths import listed, path_range, units_below
from muster.store.tables import login_names, units, user_roles, user_units, users

PROBED = 100
"""How many candidates a probe looks at before it leaves the search to a thread of its own."""

MOST_CANDIDATES = 50_000
"""How many users a search for a part of a text may have to look at; one that needs more is refused."""

KEPT_SHAPES = 500

Statement = tuple[str, list[Any]]
Shape = tuple[Any, ...]

FOLDED = {
    Text.USERNAME: users.c.username_folded,
    Text.GIVEN_NAME: users.c.given_folded,
    Text.FAMILY_NAME: users.c.family_folded,
    Text.EMAIL: users.c.email_folded,
}


class Searches:
    """The statements of searches in one database's dialect."""

    def __init__(self, dialect: Dialect, index: Index) -> None:
        self._dialect = dialect
        self._index = index
        self._kept: dict[tuple[str, Shape], tuple[str, list[tuple[str, Any]]]] = {}

    def probe(self, search: Search) -> Statement | None:
        """A look-up of at most a few hundred candidates by index; None where the search is not of that kind.

        The ids of at most `PROBED` users are all there are; one more, and there may be others.
        """
        if len(search.conditions) != 1 or search.within is not None:
            return None
        condition = search.conditions[0]
        if not isinstance(condition, TextIs) or condition.compare is not Compare.EQUALS:
            return None
        return self._bound("probe", search, _probe)

    def page(self, search: Search) -> Statement:
        """The ids of the search's page, in order."""
        return self._bound("page", search, self._paged)

    def count(self, search: Search) -> Statement:
        """How many users meet the search."""
        return self._bound("count", search, self._counted)

    def candidates(self, search: Search) -> Statement | None:
        """How many users may hold the text that is looked for by the index, counted to one more than may be.

        None where the search looks for no such text.
        """
        if not any(map(is_indexed, search.conditions)):
            return None
        return self._bound("candidates", search, self._candidates)

    def _candidates(self, search: Search) -> Select[int]:
        marks = _Marks(self._index)
        looked_for = []
        for condition in search.conditions:
            _condition(condition, marks)
            looked_for += [marks.found.pop()] if is_indexed(condition) else []
        bounded = select(looked_for[0].subquery()).limit(bindparam("most")).subquery()
        return select(func.count()).select_from(bounded)

    def _matching(self, search: Search) -> Select[tuple[str]]:
        marks = _Marks(self._index)
        found = select(users.c.id).where(users.c.tenant == _tenant())
        for condition in search.conditions:
            found = found.where(_condition(condition, marks))
        return found if search.within is None else found.where(_visible())

    def _paged(self, search: Search) -> Select[tuple[str]]:
        ordered = self._matching(search).order_by(*(_order(by) for by in search.order), users.c.number)
        return ordered.limit(bindparam("limit")).offset(bindparam("offset"))

    def _counted(self, search: Search) -> Select[int]:
        return select(func.count()).select_from(self._matching(search).subquery())

    def _bound(self, name: str, search: Search, build: Callable[[Search], Select[Any]]) -> Statement:
        shape = (*map(shape_of, search.conditions), search.order, search.within is not None)
        slot = (name, shape)
        if slot not in self._kept:
            if len(self._kept) >= KEPT_SHAPES:
                self._kept.clear()
            compiled = build(search).compile(dialect=self._dialect)
            names = getattr(compiled, "positiontup", None) or ()
            self._kept[slot] = (str(compiled), [(name, compiled.params[name]) for name in names])
        text, parameters = self._kept[slot]
        values = _values(search, self._index)
        return text, [values.get(name, constant) for name, constant in parameters]


def is_indexed(condition: Condition) -> bool:
    """Whether the index of substrings narrows the condition down."""
    if not isinstance(condition, TextIs) or condition.compare not in (Compare.CONTAINS, Compare.ENDS):
        return False
    return len(fold(condition.text)) >= SHORTEST and is_keepable(condition.text)


def is_scan(condition: Condition) -> bool:
    """Whether the condition looks at every user's names, there being no index for it."""
    match condition:
        case TextIs(_, compare, _):
            return compare in (Compare.CONTAINS, Compare.ENDS) and not is_indexed(condition)
        case Not(inner):
            return is_scan(inner)
        case AnyOf(conditions):
            return any(map(is_scan, conditions))
        case _:
            return False


class _Key(str):
    """A text that the index wants the key of."""

    __slots__ = ()


def shape_of(condition: Condition) -> Shape:
    """What of a condition is in its statement's text; the rest, `values_of`, are parameters."""
    match condition:
        case TextIs(fields, compare, _):
            return TextIs, fields, compare, is_indexed(condition)
        case Present(field):
            return Present, field
        case FlagIs(flag, _):
            return FlagIs, flag
        case KindIs() | HomeBelow() | Holds():
            return (type(condition),)
        case Not(inner):
            return Not, shape_of(inner)
        case AnyOf(conditions):
            return AnyOf, *map(shape_of, conditions)
        case _:
            assert_never(condition)


def values_of(condition: Condition) -> Iterator[Any]:
    """The parameters of a condition, in the order in which its statement takes them."""
    match condition:
        case TextIs(_, compare, text):
            yield from _text_values(compare, fold(text))
            if is_indexed(condition):
                yield _Key(fold(text))
        case Present():
            return
        case FlagIs(_, value):
            yield int(value)
        case KindIs(kind):
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
            return (f"{escaped}%", folded, folded + "\U0010ffff")
        case Compare.ENDS:
            return (f"%{escaped}",)
        case _:
            assert_never(compare)


def _values(search: Search, index: Index) -> dict[str, Any]:
    values: dict[str, Any] = {
        "tenant": search.tenant,
        "limit": search.limit,
        "offset": search.offset,
        "probed": PROBED + 1,
        "username": USERNAME,
        "most": MOST_CANDIDATES + 1,
    }
    flat = (value for condition in search.conditions for value in values_of(condition))
    # What no database can keep is nobody's; nor is a control character, which everybody can ask for.
    for place, value in enumerate(flat):
        kept = value if is_keepable(value) else "\x01"
        values[f"p{place}"] = index.key(kept) if isinstance(value, _Key) else kept
    values["within"] = listed(search.within or ())
    return values


class _Marks:
    """Gives the parameters of conditions their names, in the order of `values_of`."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._next = 0
        self.found: list[TextualSelect] = []

    def candidates(self) -> TextualSelect:
        """The users that the index knows of."""
        found = text(self._index.candidates(self.take().key)).columns(column("user"))
        self.found.append(found)
        return found

    def take(self) -> BindParameter[Any]:
        self._next += 1
        return bindparam(f"p{self._next - 1}")


def _tenant() -> BindParameter[str]:
    return bindparam("tenant")


def _order(by: Order) -> ColumnElement[Any]:
    column: ColumnElement[Any] = FOLDED[by.field] if isinstance(by.field, Text) else users.c[by.field.value]
    return column.desc().nulls_last() if by.descending else column.asc().nulls_first()


def _probe(search: Search) -> Select[tuple[str]]:
    condition = search.conditions[0]
    assert isinstance(condition, TextIs)
    bounded = (
        select(branch.limit(bindparam("probed")).subquery()) for branch in _equal(condition.fields, bindparam("p0"))
    )
    return select(union(*bounded).subquery())


def _equal(fields: tuple[Text, ...], wanted: BindParameter[Any]) -> list[Select[Any]]:
    # Look-ups by index, to be united: an OR over several columns is a scan on either database.
    found: list[Select[Any]] = []
    for field in fields:
        if field is Text.USERNAME:
            found.append(
                select(login_names.c.user).where(
                    login_names.c.tenant == _tenant(),
                    login_names.c.folded == wanted,
                    login_names.c.kind == bindparam("username"),
                )
            )
        else:
            found.append(select(users.c.id).where(users.c.tenant == _tenant(), FOLDED[field] == wanted))
    return found


def _condition(condition: Condition, marks: _Marks) -> ColumnElement[bool]:
    match condition:
        case TextIs(fields, compare, _):
            return _text(fields, compare, marks, indexed=is_indexed(condition))
        case Present(field):
            return _present(field)
        case FlagIs(flag, _):
            return users.c[flag.value] == marks.take()
        case KindIs():
            return users.c.kind == marks.take()
        case HomeBelow():
            return users.c.home.in_(_units_in(marks.take(), marks.take()))
        case Holds():
            return users.c.id.in_(
                select(user_roles.c.user).where(user_roles.c.tenant == _tenant(), user_roles.c.role == marks.take())
            )
        case Not(inner):
            # A comparison with what is absent is unknown in SQL, and false here.
            return not_(func.coalesce(_condition(inner, marks), false()))
        case AnyOf(conditions):
            return or_(false(), *(_condition(inner, marks) for inner in conditions))
        case _:
            assert_never(condition)


def _text(fields: tuple[Text, ...], compare: Compare, marks: _Marks, *, indexed: bool) -> ColumnElement[bool]:
    if compare is Compare.EQUALS:
        return users.c.id.in_(union(*_equal(fields, marks.take())))
    pattern = marks.take()
    likes = [FOLDED[field].like(pattern, escape="\\") for field in fields]
    if indexed:
        return and_(users.c.id.in_(marks.candidates()), or_(*likes))
    if compare is not Compare.STARTS:
        return or_(*likes)
    least, beyond = marks.take(), marks.take()
    ranges = (
        and_(FOLDED[field] >= least, FOLDED[field] < beyond, like) for field, like in zip(fields, likes, strict=True)
    )
    return or_(*ranges)


def _present(field: Text | Other) -> ColumnElement[bool]:
    column: ColumnElement[Any] = users.c[field.value]
    if field in (Other.NUMBER, Other.CREATED_AT, Other.LAST_LOGIN_AT, Other.ACTIVE):
        return column.is_not(None)
    return and_(column.is_not(None), column != "")


def _units_in(least: BindParameter[Any], beyond: BindParameter[Any]) -> Select[tuple[str]]:
    return select(units.c.id).where(units.c.tenant == _tenant(), units.c.path >= least, units.c.path < beyond)


def _visible() -> ColumnElement[bool]:
    inside = units_below(_tenant(), bindparam("within"))
    restricted: Any = (user_units.c.tenant == _tenant(), user_units.c.user == users.c.id)
    reach_inside = and_(
        exists().where(*restricted),
        not_(exists().where(*restricted, user_units.c.unit.not_in(inside))),
    )
    return or_(users.c.home.in_(inside), reach_inside)
