"""Users between the directory and SCIM: what the directory knows is its own, the rest is kept as extras.

A user has one e-mail address, one telephone and one mobile telephone in the directory. Of the e-mails that a client
sends, the directory's is the primary one, else the first for work, else the first; of the telephones it is chosen alike
among those that are no mobile, fax or pager, and the mobile one among the mobile ones. What is kept beside the user is
the order and everything else of what was sent, never these values again: whoever changes them changes them everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from muster.apis.scim.normal import misfit
from muster.apis.scim.patch import Operation, patched
from muster.apis.scim.profiles import Profile
from muster.apis.scim.schema import ENTERPRISE, USER, USERS
from muster.apis.scim.versions import tag
from muster.core import values
from muster.core.drafts import UserDraft
from muster.core.editing import Editor, UserEdit
from muster.core.entity import KEPT, Kept
from muster.core.grouped_users import Grouped
from muster.core.groups import Group
from muster.core.passwords import check_password
from muster.core.refusals import Fault, Invalid, refuse
from muster.core.users import User
from muster.web.dates import millisecond

Extras = dict[str, str | None]
Json = dict[str, Any]

MOST_KEPT = 4 * values.EXTRA_LENGTH
"""How many characters may be kept of a user beside the directory's own fields; of one attribute a quarter."""

_OWN = "scim."
EMAILS, PHONES = "emails", "phoneNumbers"
FOUND_BY = {name: f"{_OWN}{name}*" for name in ("displayName", "nickName", "employeeNumber", EMAILS, PHONES)}
"""The extras that users are found by; of e-mails and telephones the values that are not the directory's, one a line."""

_TEXTS = ("displayName", "nickName", "profileUrl", "userType", "preferredLanguage", "timezone")
_LISTS = ("ims", "photos", "addresses", "entitlements", "roles", "x509Certificates")
_KEPT_TEXTS = {FOUND_BY.get(name) or _OWN + name: name for name in _TEXTS}
_KEPT_LISTS = {_OWN + name: name for name in _LISTS}
_SHARED: dict[str, dict[str, Json]] = {
    EMAILS: {"email": {"type": "work", "primary": True}},
    PHONES: {"phone": {"type": "work"}, "mobile": {"type": "mobile"}},
}
"""By attribute, the directory's fields that its values are, each as it is told where nobody said anything else."""

_UNTOLD = "scim.active"
_WAS = {True: "was true", False: "was false"}
"""What is kept of a user whose `active` was removed: what it was then. Once it is otherwise it is told again."""

_NOTHING: Extras = dict.fromkeys(
    [
        FOUND_BY["employeeNumber"],
        *_KEPT_TEXTS,
        *(name for shared in _SHARED for name in (_OWN + shared, FOUND_BY[shared])),
        _OWN + "name",
        *_KEPT_LISTS,
        _OWN + "enterprise",
    ]
)
"""Everything that is kept of a user beside the directory's own, in the order in which it is kept, where nothing is."""

_NO_TELEPHONES = ("mobile", "fax", "pager")

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


class _Shape(msgspec.Struct):
    """The values of an attribute without the texts that are kept elsewhere.

    `own` says where the directory's are; the `value` of another is its line in what the user is found by.
    """

    own: dict[str, int]
    all: list[dict[str, Any]]


_shape_of = msgspec.json.Decoder(_Shape).decode


def resource(grouped: Grouped, base: str) -> Json:
    """The user as SCIM shows him; `base` is the URL of the API. The password never is."""
    user = grouped.user
    kept = dict(user.extras)
    enterprise = _enterprise(kept) if kept else None
    told: Json = {"schemas": [USER, ENTERPRISE] if enterprise else [USER], "id": user.id}
    if user.external_id:
        told["externalId"] = user.external_id
    told["userName"] = user.username
    _tell_name(told, user, kept)
    if kept:
        _tell(told, kept, _KEPT_TEXTS, _as_it_is)
    if user.job_title:
        told["title"] = user.job_title
    if user.locale:
        told["locale"] = user.locale
    if kept.get(_UNTOLD) != _WAS[user.active]:
        told["active"] = user.active
    for attribute in _SHARED:
        if found := _shared(attribute, user, kept):
            told[attribute] = found
    if kept:
        _tell(told, kept, _KEPT_LISTS, _decode)
    if grouped.groups:
        told["groups"] = memberships(grouped.groups, base)
    if enterprise:
        told[ENTERPRISE] = enterprise
    told["meta"] = _meta(user, base)
    return told


def _tell(told: Json, kept: Mapping[str, str], names: Mapping[str, str], read: Callable[[str], Any]) -> None:
    for name, attribute in names.items():
        if name in kept:
            told[attribute] = read(kept[name])


def _as_it_is(text: str) -> str:
    return text


def memberships(groups: Iterable[Group], base: str) -> list[Json]:
    """The groups that a user is in."""
    return [
        {"value": group.id, "$ref": f"{base}/Groups/{group.id}", "display": group.name, "type": "direct"}
        for group in groups
    ]


def _meta(user: User, base: str) -> Json:
    created = moment(user.created_at)
    return {
        "resourceType": "User",
        "created": created,
        "lastModified": created if user.changed_at == user.created_at else moment(user.changed_at),
        "location": f"{base}/Users/{user.id}",
        "version": tag(user.version),
    }


def moment(at: int) -> str:
    """UTC in milliseconds, as `2026-01-31T12:00:00.000Z`."""
    return f"{millisecond(at)}Z"


def _tell_name(told: Json, user: User, kept: Mapping[str, str]) -> None:
    name: Json = _decode(kept["scim.name"]) if "scim.name" in kept else {}
    if user.family_name:
        name["familyName"] = user.family_name
    if user.given_name:
        name["givenName"] = user.given_name
    if name:
        told["name"] = name


def _enterprise(kept: Mapping[str, str]) -> Json:
    number, others = kept.get(FOUND_BY["employeeNumber"]), kept.get("scim.enterprise")
    found: Json = {"employeeNumber": number} if number else {}
    return {**found, **_decode(others)} if others else found


def _shared(attribute: str, user: User, kept: Mapping[str, str]) -> list[Json]:
    """The values of an attribute of which some are the directory's."""
    text = kept.get(_OWN + attribute) if kept else None
    shape = _shape_of(text) if text else None
    found = [] if shape is None else _put_together(shape, user, kept.get(FOUND_BY[attribute], "").split("\n"))
    for field, others in _SHARED[attribute].items():
        value = getattr(user, field)
        if value and (shape is None or field not in shape.own):
            found.append({"value": value, **others})
    return found


def _put_together(shape: _Shape, user: User, lines: list[str]) -> list[Json]:
    found: list[Json] = []
    owners = {at: field for field, at in shape.own.items()}
    for at, one in enumerate(shape.all):
        value = getattr(user, owners[at]) if at in owners else lines[one["value"]] if "value" in one else None
        if value:
            found.append({"value": "", **one} | {"value": value})
        elif at not in owners:
            found.append(one)
    return found


def _parts(told: Mapping[str, Any]) -> tuple[dict[str, Any], Extras]:
    """The directory's fields and the extras that a resource describes; what is absent is None in either."""
    name = {part: text for part, text in told.get("name", {}).items() if text}
    enterprise = {part: value for part, value in told.get(ENTERPRISE, {}).items() if value}
    fields = {
        "external_id": told.get("externalId") or None,
        "given_name": name.pop("givenName", None) or None,
        "family_name": name.pop("familyName", None) or None,
        "job_title": told.get("title") or None,
        "locale": told.get("locale") or None,
    }
    extras = _NOTHING.copy()
    extras[FOUND_BY["employeeNumber"]] = _line("employeeNumber", enterprise.pop("employeeNumber", None))
    for extra, attribute in _KEPT_TEXTS.items():
        if text := told.get(attribute):
            extras[extra] = _line(attribute, text) if attribute in FOUND_BY else text
    for attribute, names in _SHARED.items():
        given = told.get(attribute)
        own, extras[_OWN + attribute], extras[FOUND_BY[attribute]] = (
            _apart(attribute, given) if given else (dict.fromkeys(names), None, None)
        )
        fields |= own
    for attribute, value in (("name", name), ("enterprise", enterprise)):
        if value:
            extras[_OWN + attribute] = _encode(value).decode()
    for extra, attribute in _KEPT_LISTS.items():
        if kept := told.get(attribute):
            extras[extra] = _encode(kept).decode()
    return fields, _bounded(extras)


def _bounded(extras: Extras) -> Extras:
    kept = 0
    for name, text in extras.items():
        if text is not None:
            kept += len(text)
            values.text(text, name.removeprefix(_OWN).rstrip("*"), values.EXTRA_LENGTH)
    if kept > MOST_KEPT:
        refuse(Invalid("extras", Fault.TOO_LONG, MOST_KEPT))
    return extras


def _line(attribute: str, text: str | None) -> str | None:
    return values.line(text, attribute) if text else None


def _apart(attribute: str, given: list[Json]) -> tuple[dict[str, str | None], str | None, str | None]:
    """Of the values of an attribute the directory's by field, their shape, and the lines of the others.

    There is no shape where it would say no more than the directory's.
    """
    own: dict[str, str | None] = dict.fromkeys(_SHARED[attribute])
    if len(given) == 1 and (value := given[0].get("value")):
        # As nearly all clients send it; what follows comes to the same.
        for field, others in _SHARED[attribute].items():
            if given[0] == {"value": value, **others}:
                own[field] = value
                return own, None, None
    places = _places(attribute, given)
    owners = {at: field for field, at in places.items()}
    lines: list[str] = []
    all_of_them: list[Json] = []
    for at, one in enumerate(given):
        rest = {name: part for name, part in one.items() if name != "value"}
        value = one.get("value")
        if at in owners:
            own[owners[at]] = value
        elif value:
            rest["value"] = len(lines)
            lines.append(values.line(value, attribute))
        all_of_them.append(rest)
    if all_of_them == [_SHARED[attribute][field] for field in _SHARED[attribute] if field in places]:
        return own, None, None
    return own, _encode(_Shape(places, all_of_them)).decode(), "\n".join(lines) or None


def _places(attribute: str, given: list[Json]) -> dict[str, int]:
    """Where the directory's values are, by field."""
    kinds = {at: str(one.get("type", "")).casefold() for at, one in enumerate(given) if one.get("value")}
    if attribute == EMAILS:
        chosen = {"email": _preferred(given, kinds)}
    else:
        chosen = {
            "phone": _preferred(given, {at: kind for at, kind in kinds.items() if kind not in _NO_TELEPHONES}),
            "mobile": _preferred(given, {at: kind for at, kind in kinds.items() if kind == "mobile"}),
        }
    return {field: at for field, at in chosen.items() if at is not None}


def _preferred(given: list[Json], kinds: Mapping[int, str]) -> int | None:
    """Which of these: the primary one, else the first for work, else the first."""
    primary = (at for at in kinds if given[at].get("primary") is True)
    work = (at for at, kind in kinds.items() if kind == "work")
    return next(primary, next(work, next(iter(kinds), None)))


class Passwords:
    """Passwords that a request sets, each with its hash, since hashing takes too long to be done in a batch."""

    def __init__(self, hashed: Mapping[str, str]) -> None:
        self._hashed = hashed

    def of(self, told: Mapping[str, Any], username: str) -> str | None:
        """The hash of the resource's password. Refuses one that holds the username."""
        password = told.get("password")
        if not password:
            return None
        check_password(password, username)
        if password not in self._hashed:
            # What only becomes a text by a profile's leniency, as a number does: no client means that by a password.
            misfit("invalidValue", "password is a text")
        return self._hashed[password]


def draft(told: Mapping[str, Any], passwords: Passwords) -> UserDraft:
    """A new user as a resource describes him. He is sent no mail: whom a client provides signs in elsewhere."""
    fields, extras = _parts(told)
    username = told["userName"]
    return UserDraft(
        username=username,
        active=told.get("active", True),
        password=passwords.of(told, username),
        notify=False,
        extras=tuple((name, text) for name, text in extras.items() if text is not None),
        **fields,
    )


def _edit(told: Mapping[str, Any], passwords: Passwords, untold: str | None = None) -> UserEdit:
    fields, extras = _parts(told)
    extras[_UNTOLD] = None if "active" in told else untold
    username = told["userName"]
    password: str | Kept = passwords.of(told, username) or KEPT
    return UserEdit(
        username=username,
        active=told.get("active", KEPT),
        password=password,
        extras=tuple(extras.items()),
        **fields,
    )


def replacing(told: Mapping[str, Any], passwords: Passwords) -> Editor:
    """Has a user be as a resource says: what it leaves out is cleared, but not whether he is active."""
    edit = _edit(told, passwords)
    return lambda _: edit


def patching(operations: Iterable[Operation], profile: Profile, passwords: Passwords) -> Editor:
    """Has a user be as he is, after these operations.

    Whether he is active stays as it is where they remove that: it is not told then, until somebody says it again.
    """
    given = tuple(operations)

    def edit(user: User) -> UserEdit:
        return _edit(patched(USERS, resource(Grouped(user), ""), given, profile), passwords, _WAS[user.active])

    return edit
