"""Shape to command, entity to shape. CertCentral's own limits on what is written through it are here too."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from functools import lru_cache

from msgspec import UNSET, UnsetType

from muster.apis.certcentral import shapes
from muster.apis.certcentral.roles import ACCESS_ROLES, KEY_ROLES
from muster.core import values
from muster.core.drafts import UserDraft
from muster.core.refusals import Fault, Invalid, refuse
from muster.core.roles import Role
from muster.core.units import Unit
from muster.core.users import UserView

USERNAME = re.compile(r"[A-Za-z0-9@\-_+.]+", re.ASCII)
"""*Add user*: the valid characters of a username."""

NAME_LENGTH = 128
EMAIL_LENGTH = 255
DETAIL_LENGTH = 64
LARGEST_ID = 2**53 - 1
ROOT_TEMPLATE = 5
ENGLISH = 1

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


def draft(shape: shapes.NewUser) -> UserDraft:
    """The user that *Add user* asks for. Refuses with `Invalid` what its page does not allow."""
    return UserDraft(
        username=username(shape.username),
        given_name=required(shape.first_name, "given_name", NAME_LENGTH),
        family_name=required(shape.last_name, "family_name", NAME_LENGTH),
        email=email(shape.email),
        phone=detail(shape.telephone, "phone"),
        job_title=detail(shape.job_title, "job_title"),
        home=None if shape.container is None else number(shape.container.id, "home"),
        scope=units(shape.container_id_assignments),
        roles=access_roles(shape.access_roles),
        sso_only=truth(shape.is_saml_sso_only, "sso_only"),
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
    name = required(text, "username", values.LOGIN_NAME_LENGTH)
    if not USERNAME.fullmatch(name):
        refuse(Invalid("username", Fault.CHARACTERS))
    return name


def email(text: str | None) -> str:
    """A valid e-mail address of at most 255 characters."""
    address = required(text, "email", EMAIL_LENGTH)
    if not values.is_email(address):
        refuse(Invalid("email", Fault.MALFORMED))
    return address


def access_roles(roles: list[shapes.IdObject] | None) -> tuple[tuple[str, int], ...]:
    """The roles to grant: at least one."""
    numbers = [number(role.id, "roles") for role in roles or ()]
    found = tuple((ACCESS_ROLES, role) for role in numbers if role is not None)
    if not found:
        refuse(Invalid("roles", Fault.MISSING))
    return found


def units(ids: list[shapes.Id] | None) -> tuple[int, ...]:
    """The units of a scope."""
    numbers = [number(unit, "scope") for unit in ids or ()]
    return tuple(unit for unit in numbers if unit is not None)


def key_role(role: shapes.Id | None) -> tuple[str, int] | None:
    """The role that narrows a key; 0 is none."""
    found = number(role, "role")
    return None if found is None else (KEY_ROLES, found)


def listed(view: UserView) -> shapes.User:
    """A user as the list shows him."""
    user = view.user
    return shapes.User(
        id=user.number,
        username=user.username,
        account_id=view.tenant.number,
        first_name=given(user.given_name),
        last_name=given(user.family_name),
        email=given(user.email),
        job_title=given(user.job_title),
        telephone=given(user.phone),
        status=status(view),
        last_login_date=UNSET if user.last_login_at is None else moment(user.last_login_at),
        container=container(view.home),
        access_roles=roles(view.roles),
        has_container_assignments=bool(view.scope),
        container_assignments=assignments(view.scope),
    )


def info(view: UserView) -> shapes.User:
    """A user as *User info* shows him."""
    shape = listed(view)
    shape.is_cert_central = True
    shape.is_enterprise = False
    shape.is_saml_sso_only = view.user.sso_only
    shape.container_visibility = [container(unit) for unit in view.visible]
    shape.language_id = shape.account_language_id = ENGLISH
    return shape


def given(text: str | None) -> str | UnsetType:
    """The text, or nothing at all on the wire."""
    return UNSET if text is None else text


def status(view: UserView) -> str:
    """`active` is recorded; `inactive` is decided here."""
    return "active" if view.user.active else "inactive"


def roles(granted: tuple[Role, ...]) -> list[shapes.AccessRole]:
    """The access roles among the roles of all catalogues, by number."""
    own = sorted((role.number, role.name) for role in granted if role.catalogue in (ACCESS_ROLES, KEY_ROLES))
    return [shapes.AccessRole(number, name) for number, name in own]


def assignments(scope: tuple[Unit, ...]) -> list[shapes.Assignment] | UnsetType:
    """The units that a user is restricted to, where there are any."""
    return [shapes.Assignment(unit.number, unit.name) for unit in scope] if scope else UNSET


@lru_cache(maxsize=4096)
def container(unit: Unit) -> shapes.Container:
    """A unit. Its public id and key are made from its id and never change."""
    numbers = unit.path.split("/")
    return shapes.Container(
        id=unit.number,
        public_id=_derived("public id", unit.id, 32),
        name=unit.name,
        parent_id=int(numbers[-3]) if len(numbers) > 2 else 0,
        template_id=ROOT_TEMPLATE,
        ekey=_derived("ekey", unit.id, 28),
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
    return datetime.fromtimestamp(at // 1000, UTC).isoformat()
