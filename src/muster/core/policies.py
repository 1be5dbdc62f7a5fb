"""Policies: the tenant's settings, one row each, so that a change is an event like any other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from muster.core import values
from muster.core.acts import Case, Command, Question, View
from muster.core.entity import Entity
from muster.core.events import Change
from muster.core.frozen import frozen
from muster.core.lockouts import Lockout
from muster.core.refusals import Fault, Invalid, Unknown, refuse

FIRST_AUTHENTICATOR = "first-authenticator"
SESSION_LIFETIME = "session-lifetime"
SSO_ONLY_KEYS = "sso-only-keys"
LOCKOUT_COUNT = "lockout-count"
LOCKOUT_LIFETIME = "lockout-lifetime"
LOCKOUT_MODE = "lockout-mode"
LOCKOUT_OVER = "lockout-over"
"""Before which moment locks have ended, in milliseconds since 1970: kept beside the policies, and set by none."""
MOST_TOKENS = "most-tokens"
NONE = "none"
ALLOWED, REFUSED = "allowed", "refused"
LOCK_AUTHENTICATOR, LOCK_USER = "authenticator", "user"

MOST_EXTRAS = 200
"""How many policies a tenant may have that only an API knows."""

LONGEST = 2**31 - 1


@frozen
class Policy(Entity):
    """One setting of a tenant, as text.

    What only one API knows stands under that API's name and a dot; that API alone knows what it may be.
    """

    KEY = ("tenant", "name")
    MANY = (("tenant",),)
    STABLE = True

    tenant: str
    name: str
    value: str


@frozen
class Rule:
    """What a policy is until somebody sets it, and which values it may have."""

    default: str
    allows: Callable[[str], bool]


def _within(least: int, most: int) -> Callable[[str], bool]:
    return lambda text: text.isascii() and text.isdigit() and len(text) <= 10 and least <= int(text) <= most


def _among(*texts: str) -> Callable[[str], bool]:
    return lambda text: text in texts


RULES: dict[str, Rule] = {
    # The kind of authenticator that a new user begins with, where the API that makes him gives one.
    FIRST_AUTHENTICATOR: Rule("soft-token", _among(NONE, "soft-token", "authenticator-app")),
    # Seconds that an application's session lives.
    SESSION_LIFETIME: Rule("900", _within(60, 28_800)),
    # Whether new keys are made for users who sign in through another place only; keys that there are go on working.
    SSO_ONLY_KEYS: Rule(REFUSED, _among(ALLOWED, REFUSED)),
    # After how many failed attempts, and for how many seconds (0: until he is unlocked), a user or the authenticator
    # that failed is locked.
    LOCKOUT_COUNT: Rule("5", _within(1, 20)),
    LOCKOUT_LIFETIME: Rule("0", _within(0, LONGEST)),
    LOCKOUT_MODE: Rule(LOCK_AUTHENTICATOR, _among(LOCK_AUTHENTICATOR, LOCK_USER)),
    # How many tokens a user may have.
    MOST_TOKENS: Rule("5", _within(1, 10)),
}


def defaults(tenant: str) -> tuple[Policy, ...]:
    """The policies of a new tenant."""
    return tuple(Policy(tenant, name, rule.default) for name, rule in RULES.items())


def policy(view: View, name: str) -> str:
    """The value that holds in the tenant. Raises `Unloaded`."""
    for kept in view.known.many(Policy, ("tenant",), view.tenant):
        if kept.name == name:
            return kept.value
    return RULES[name].default


def lockout(view: View) -> Lockout:
    """What holds in the tenant about locks. Raises `Unloaded`."""

    def make() -> Lockout:
        return _lockout({one.name: one for one in view.known.many(Policy, ("tenant",), view.tenant)})

    return view.known.derived(view.tenant, "lockout", make)


def _lockout(kept: Mapping[str, Policy]) -> Lockout:
    def number(name: str) -> int:
        one = kept.get(name)
        return int(RULES[name].default if one is None else one.value)

    over = kept.get(LOCKOUT_OVER)
    return Lockout(number(LOCKOUT_COUNT), number(LOCKOUT_LIFETIME) * 1000, 0 if over is None else int(over.value))


def is_extra(name: str) -> bool:
    """Whether a policy of this name would be one that only an API knows: `<api>.<name>`."""
    space, dot, rest = name.partition(".")
    return bool(space and dot and rest)


def _check(name: str, value: str) -> None:
    """Refuse with `Unknown` a name that there is not, with `Invalid` a value that it may not have."""
    rule = RULES.get(name)
    if rule is not None:
        if not rule.allows(value):
            refuse(Invalid(name, Fault.MALFORMED))
    elif is_extra(name):
        values.line(name, "policy", values.LOGIN_NAME_LENGTH)
        values.text(value, name, values.EXTRA_LENGTH)
    else:
        refuse(Unknown("policy"))


def _set(case: Case, wanted: Iterable[tuple[str, str]]) -> None:
    """Keep these values, and record as one event what is different; nothing if all are as they were."""
    kept = {one.name: one for one in case.known.many(Policy, ("tenant",), case.tenant)}
    over = _lockout(kept).since(case.at)
    changes: list[Change] = []
    for name, value in dict(wanted).items():
        _check(name, value)
        changes += _put(case, kept, name, value)
    if sum(map(is_extra, kept)) > MOST_EXTRAS:
        refuse(Invalid("policies", Fault.TOO_MANY, MOST_EXTRAS))
    if over and any(change.field == LOCKOUT_LIFETIME for change in changes):
        # Locks that have ended do not come back with a longer lifetime. It follows from what is recorded.
        _put(case, kept, LOCKOUT_OVER, str(over))
    if changes:
        subject = changes[0].field if len(changes) == 1 else ""
        case.record("policy.set", "policy", subject, subject, None, None, (), tuple(changes))


def _put(case: Case, kept: dict[str, Policy], name: str, value: str) -> tuple[Change, ...]:
    """Keep this value; what is different, if it is."""
    old = kept.get(name)
    if old is not None and old.value == value:
        return ()
    kept[name] = new = Policy(case.tenant, name, value)
    case.put(old, new)
    return (Change(name, None if old is None else old.value, value),)


@frozen
class SetPolicy(Command[None]):
    """Set one policy. Refuses a name that there is not, and a value that it may not have."""

    permission = "policies:edit"

    name: str
    value: str

    def decide(self, case: Case) -> None:
        """Done."""
        _set(case, [(self.name, self.value)])


@frozen
class SetPolicies(Command[None]):
    """Set policies, given as names and values: all of them or, where one is refused, none. As `SetPolicy`."""

    permission = "policies:edit"

    wanted: tuple[tuple[str, str], ...]

    def decide(self, case: Case) -> None:
        """Done."""
        _set(case, self.wanted)


@frozen
class Policies(Question[dict[str, str]]):
    """All policies as they hold, and what APIs have kept beside them."""

    permission = "policies:view"

    def answer(self, view: View) -> dict[str, str]:
        """Name and value."""
        kept = {one.name: one.value for one in view.known.many(Policy, ("tenant",), view.tenant)}
        extras = {name: kept[name] for name in sorted(kept) if is_extra(name)}
        return {name: kept.get(name, rule.default) for name, rule in RULES.items()} | extras
