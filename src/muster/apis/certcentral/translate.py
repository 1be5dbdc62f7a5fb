"""Shape to command, entity to shape. CertCentral's own limits on what is written through it are here too."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Literal

from msgspec import UNSET, UnsetType

from muster.apis.certcentral import shapes
from muster.apis.certcentral.roles import ACCESS_ROLES, KEY_ROLES
from muster.apis.certcentral.shapes import DETAIL_LENGTH, EMAIL_LENGTH, LARGEST_ID, NAME_LENGTH
from muster.core import values
from muster.core.drafts import MOST_SCOPE, UserDraft
from muster.core.editing import Editor, UserEdit
from muster.core.entity import KEPT, Kept
from muster.core.keyring import KeyView
from muster.core.refusals import Fault, Invalid, refuse
from muster.core.roles import Role
from muster.core.services import CreateServiceUser
from muster.core.units import Unit
from muster.core.users import SERVICE, Standing, User, UserView
from muster.web.dates import second

USERNAME = re.compile(shapes.USERNAME_CHARACTERS, re.ASCII)
ENGLISH = 1

# The names of what only this API knows, among a unit's extras.
TEMPLATE = "certcentral.template"
EKEY = "certcentral.ekey"
ORGANIZATIONS = "certcentral.organizations"
DOMAINS = "certcentral.allowed_domain_names"

_BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"
_TRUTHS = {"true": True, "1": True, "false": False, "0": False, "": False}


def number(value: shapes.Id | None, field: str) -> int | None:
    """An id as a number. Ids come as ints or as strings; zero, nothing and null are absence.

    Refuses with `Invalid` what is no id at all.
    """
    if value is None or value in (0, "", "0"):
        return None
    if isinstance(value, str):
        if not (value.isascii() and value.isdigit()) or len(value) > len(str(LARGEST_ID)):
            refuse(Invalid(field, Fault.MALFORMED))
        value = int(value)
    if not 0 < value <= LARGEST_ID:
        refuse(Invalid(field, Fault.UNKNOWN))
    return value


def path_number(text: str) -> int:
    """The number in a path; 0, which nothing has, for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < len(str(LARGEST_ID)) else 0


def truth(value: bool | int | str | None, field: str) -> bool:
    """A bool, which the edit page calls a string. Refuses with `Invalid` anything else."""
    if isinstance(value, bool):
        return value
    if value is None:
        return False
    found = _TRUTHS.get(str(value).lower())
    if found is None:
        refuse(Invalid(field, Fault.MALFORMED))
    return found


def draft(shape: shapes.FirstUser) -> UserDraft:
    """The user that *Add user* asks for. Refuses with `Invalid` what its page does not allow."""
    return UserDraft(
        username=username(shape.username),
        given_name=name(shape.first_name, "given_name"),
        family_name=name(shape.last_name, "family_name"),
        email=email(shape.email),
        phone=detail(shape.telephone, "phone"),
        job_title=detail(shape.job_title, "job_title"),
        home=None if shape.container is None else number(shape.container.id, "home"),
        scope=units(shape.container_id_assignments),
        roles=access_roles(shape.access_roles),
        sso_only=truth(shape.is_saml_sso_only, "sso_only"),
    )


def edits(shape: shapes.EditedUser) -> Editor:
    """What *Edit user* makes different.

    Clients send the whole user back: what comes as it stands is no change, and its page's rules are for changes. Of a
    service user nothing but the e-mail is changed (*Edit service user*).
    """

    def edit(user: User) -> UserEdit:
        phone, job_title = shape.telephone or None, shape.job_title or None
        if user.kind == SERVICE:
            return UserEdit(email=_new_email(user, shape))
        return UserEdit(
            username=_unless(user.username, shape.username, username),
            given_name=_unless(user.given_name, shape.first_name, partial(name, field="given_name")),
            family_name=_unless(user.family_name, shape.last_name, partial(name, field="family_name")),
            email=_new_email(user, shape),
            phone=KEPT if phone == user.phone else detail(phone, "phone"),
            job_title=KEPT if job_title == user.job_title else detail(job_title, "job_title"),
            sso_only=KEPT if shape.is_saml_sso_only in (None, "") else truth(shape.is_saml_sso_only, "sso_only"),
        )

    return edit


def _new_email(user: User, shape: shapes.EditedUser) -> str | Kept:
    return KEPT if shape.email and shape.email == user.email else email(shape.email)


def _unless(current: str | None, text: str | None, check: Callable[[str], str]) -> str | Kept:
    """The text as the page allows it, unless nothing was sent or it stands so already."""
    return KEPT if not text or text == current else check(text)


def name(text: str | None, field: str) -> str:
    """A given or family name."""
    return required(text, field, NAME_LENGTH)


def service_user(shape: shapes.NewServiceUser) -> CreateServiceUser:
    """The service user that *Add service user* asks for. Refuses with `Invalid` what its page does not allow."""
    return CreateServiceUser(
        email=email(shape.email),
        key_name=required(shape.api_name, "api_name", values.LOGIN_NAME_LENGTH),
        role=key_role(shape.restricted_to_role_id),
        scope=units(shape.container_id_assignments or shape.sampled_assignments),
    )


def required(text: str | None, field: str, limit: int) -> str:
    """A text that must be there and within the limit."""
    if text is None or not text.strip():
        refuse(Invalid(field, Fault.MISSING))
    return values.line(text, field, limit)


def detail(text: str | None, field: str) -> str | None:
    """An optional text of at most 64 characters; clients send empty ones for none."""
    return values.line(text, field, DETAIL_LENGTH) if text else None


def username(text: str | None) -> str:
    """A username of the page's characters."""
    wanted = required(text, "username", values.LOGIN_NAME_LENGTH)
    if not USERNAME.fullmatch(wanted):
        refuse(Invalid("username", Fault.CHARACTERS))
    return wanted


def email(text: str | None) -> str:
    """A valid e-mail address of at most 255 characters."""
    address = required(text, "email", EMAIL_LENGTH)
    if not values.is_email(address):
        refuse(Invalid("email", Fault.MALFORMED))
    return address


def access_roles(roles: list[shapes.RoleObject] | None) -> tuple[tuple[str, int], ...]:
    """The roles to grant: at least one."""
    numbers = [number(role.id, "roles") for role in roles or ()]
    found = tuple((ACCESS_ROLES, role) for role in numbers if role is not None)
    if not found:
        refuse(Invalid("roles", Fault.MISSING))
    return found


def units(ids: list[shapes.Id] | None) -> tuple[int, ...]:
    """The units of a scope. Refuses with `Invalid` too many entries, those that name nothing included."""
    if ids is not None and len(ids) > MOST_SCOPE:
        refuse(Invalid("scope", Fault.TOO_MANY, MOST_SCOPE))
    numbers = [number(unit, "scope") for unit in ids or ()]
    return tuple(unit for unit in numbers if unit is not None)


def scope(ids: list[shapes.Id] | None) -> tuple[int, ...]:
    """The units of a scope that replaces another, `[]` for no restriction.

    Refuses with `Invalid` no list at all, and an id that is none: nobody is set free by a zero.
    """
    if ids is None:
        refuse(Invalid("scope", Fault.MISSING))
    found = units(ids)
    if len(found) < len(ids):
        refuse(Invalid("scope", Fault.UNKNOWN))
    return found


def key_role(role: shapes.Id | None) -> tuple[str, int] | None:
    """The role that narrows a key; 0 is none."""
    found = number(role, "role")
    return None if found is None else (KEY_ROLES, found)


def new_key_role(role: shapes.Id | None) -> tuple[str, int] | Kept | None:
    """The role that shall narrow a key: an absent one leaves it as it is, 0 sets it free."""
    return KEPT if role is None or role == "" else key_role(role)


def key(view: KeyView) -> shapes.ApiKey:
    """A key as the list and *Key info* show it."""
    shown, user, role = view.key, view.user, view.role
    return shapes.ApiKey(
        id=shown.number,
        user=shapes.KeyOwner(user.number, given(user.given_name), given(user.family_name)),
        status="active" if shown.active else "revoked",
        create_date=moment(shown.created_at),
        last_used_date=UNSET if shown.last_used_at is None else moment(shown.last_used_at),
        name=shown.name,
        is_legacy=False,
        restricted_to_role_id=role.number if role is not None and role.catalogue == KEY_ROLES else 0,
    )


def listed(view: UserView) -> shapes.User:
    """A user as the list shows him."""
    user, standing = view.user, view.standing
    placed = _placed(standing)
    return shapes.User(
        id=user.number,
        username=user.username,
        account_id=standing.tenant.number,
        first_name=given(user.given_name),
        last_name=given(user.family_name),
        email=given(user.email),
        job_title=given(user.job_title),
        telephone=given(user.phone),
        status=status(view),
        last_login_date=UNSET if user.last_login_at is None else moment(user.last_login_at),
        container=placed.home,
        access_roles=placed.roles,
        has_container_assignments=bool(standing.scope),
        container_assignments=placed.scope,
    )


def info(view: UserView) -> shapes.User:
    """A user as *User info* shows him."""
    shape = listed(view)
    shape.is_cert_central = True
    shape.is_enterprise = False
    shape.is_saml_sso_only = view.user.sso_only
    shape.container_visibility = _placed(view.standing).visible
    shape.language_id = shape.account_language_id = ENGLISH
    return shape


def given(text: str | None) -> str | UnsetType:
    """The text, or nothing at all on the wire."""
    return UNSET if text is None else text


def status(view: UserView) -> Literal["active", "inactive"]:
    """`active` is recorded; `inactive` is decided here."""
    return "active" if view.user.active else "inactive"


@dataclass(frozen=True, slots=True)
class _Placed:
    """What is shown of where a user stands."""

    home: shapes.Container
    roles: list[shapes.AccessRole]
    scope: list[shapes.Assignment] | UnsetType
    visible: list[shapes.Container]


@lru_cache(maxsize=4096)
def _placed(standing: Standing) -> _Placed:
    visible = [container(unit) for unit in standing.visible]
    return _Placed(container(standing.home), roles(standing.roles), assignments(standing.scope), visible)


def roles(granted: tuple[Role, ...]) -> list[shapes.AccessRole]:
    """The access roles among the roles of all catalogues, by number."""
    own = sorted((role.number, role.name) for role in granted if role.catalogue in (ACCESS_ROLES, KEY_ROLES))
    return [shapes.AccessRole(number, name) for number, name in own]


def assignments(scope: tuple[Unit, ...]) -> list[shapes.Assignment] | UnsetType:
    """The units that a user is restricted to, where there are any."""
    return [shapes.Assignment(unit.number, unit.name) for unit in scope] if scope else UNSET


@lru_cache(maxsize=4096)
def container(unit: Unit) -> shapes.Container:
    """A unit. Its public id is made from its id and never changes; so is its key, until somebody gives another."""
    extras = dict(unit.extras)
    return shapes.Container(
        id=unit.number,
        public_id=_derived("public id", unit.id, 32),
        name=unit.name,
        parent_id=unit.above[-1] if unit.above else 0,
        template_id=int(extras.get(TEMPLATE, shapes.DEPARTMENT)),
        ekey=extras.get(EKEY) or _derived("ekey", unit.id, 28),
        has_logo=False,
        is_active=unit.active,
    )


def _derived(purpose: str, id: str, length: int) -> str:  # noqa: A002
    value = int.from_bytes(hashlib.sha256(f"{purpose} {id}".encode()).digest())
    digits = []
    for _ in range(length):
        value, digit = divmod(value, 36)
        digits.append(_BASE36[digit])
    return "".join(digits)


def moment(at: int) -> str:
    """UTC in seconds with `+00:00`, as recorded (one page of the vendor's says otherwise)."""
    return f"{second(at // 1000)}+00:00"
