"""Policies: the tenant's settings, one row each, so that a change is an event like any other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from muster.core.acts import Case, Command, Question, View
from muster.core.entity import Entity
from muster.core.frozen import frozen
from muster.core.refusals import Fault, Invalid, Unknown, refuse

FIRST_AUTHENTICATOR = "first-authenticator"
SESSION_LIFETIME = "session-lifetime"
SSO_ONLY_KEYS = "sso-only-keys"
NONE = "none"
ALLOWED, REFUSED = "allowed", "refused"


@frozen
class Policy(Entity):
    """One setting of a tenant, as text."""

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
    return lambda text: text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most


RULES: dict[str, Rule] = {
    # The kind of authenticator that a new user begins with, where the API that makes him gives one.
    FIRST_AUTHENTICATOR: Rule("soft-token", lambda text: text in (NONE, "soft-token")),
    # Seconds that an application's session lives.
    SESSION_LIFETIME: Rule("900", _within(60, 28_800)),
    # Whether new keys are made for users who sign in through another place only; keys that there are go on working.
    SSO_ONLY_KEYS: Rule(REFUSED, lambda text: text in (ALLOWED, REFUSED)),
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


@frozen
class SetPolicy(Command[None]):
    """Set one policy. Refuses a name that there is not, and a value that it may not have."""

    permission = "policies:edit"

    name: str
    value: str

    def decide(self, case: Case) -> None:
        """Done."""
        rule = RULES.get(self.name)
        if rule is None:
            refuse(Unknown("policy"))
        if not rule.allows(self.value):
            refuse(Invalid(self.name, Fault.MALFORMED))
        old = next((kept for kept in case.known.many(Policy, ("tenant",), case.tenant) if kept.name == self.name), None)
        new = Policy(case.tenant, self.name, self.value) if old is None else replace(old, value=self.value)
        if new != old:
            case.put(old, new)
            case.record("policy.set", "policy", self.name, self.name, old, new, ("value",))


@frozen
class Policies(Question[dict[str, str]]):
    """All policies as they hold."""

    permission = "policies:view"

    def answer(self, view: View) -> dict[str, str]:
        """Name and value."""
        return {name: policy(view, name) for name in RULES}
