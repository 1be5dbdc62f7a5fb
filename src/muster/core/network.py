"""How address rules are made, looked at and removed; by whoever may rule over the whole tenant."""

from __future__ import annotations

from collections.abc import Iterable

from muster.core import values
from muster.core.acts import Case, Command, Question, View
from muster.core.addresses import AddressRule, admits, binding, packed
from muster.core.frozen import frozen
from muster.core.keys import ApiKey
from muster.core.refusals import Fault, Invalid, ShutsOut, Unknown, refuse
from muster.core.tenancy import Tenant
from muster.core.units import find_unit
from muster.core.users import User, must_manage

MOST_RULES = 1000
DESCRIPTION_LENGTH = 255
RECORDED = ("number", "user", "key", "first_address", "last_address", "description")


@frozen
class AddressRuleDraft:
    """A rule as somebody wants it: a range, ends included, for one user, for one key, or with neither for all."""

    first: str
    last: str
    description: str | None = None
    user: int | None = None
    key: int | None = None


@frozen
class AddAddressRule(Command[AddressRule]):
    """Allow a range of addresses to a scope, which from its first rule on allows nothing else.

    Refuses ranges that are none, unknown users and keys, whom the actor may not manage, and with `ShutsOut` a rule
    that would not admit the actor himself from where he asks. `unit` is the one that it is asked of: the root, or
    where an API names none, None.
    """

    permission = "network:edit"

    draft: AddressRuleDraft
    unit: int | None = None

    def decide(self, case: Case) -> AddressRule:
        """The new rule."""
        must_rule(case, self.unit)
        draft = self.draft
        first, last = _range(draft)
        values.optional_line(draft.description, "description", DESCRIPTION_LENGTH)
        user, key = _scope(case, draft)
        kept = _rules(case)
        if len(kept) >= MOST_RULES:
            refuse(Invalid("address_rules", Fault.TOO_MANY, MOST_RULES))
        rule = AddressRule(
            id=case.fresh.id(),
            tenant=case.tenant,
            number=case.number(),
            user=None if user is None else user.id,
            key=None if key is None else key.id,
            first=first,
            last=last,
            description=draft.description,
            created_at=case.at,
        )
        _must_admit(case, (*kept, rule))
        case.put(None, rule)
        case.record("address-rule.added", "address-rule", rule.id, _name(rule), None, rule, RECORDED)
        return rule


@frozen
class RemoveAddressRule(Command[None]):
    """Remove a rule; a scope without any allows every address. As `AddAddressRule`."""

    permission = "network:edit"

    number: int
    unit: int | None = None

    def decide(self, case: Case) -> None:
        """Done. Refuses an unknown rule, and one about a user whom the actor may not manage."""
        must_rule(case, self.unit)
        rule = case.known.one(AddressRule, ("tenant", "number"), case.tenant, self.number)
        if rule is None:
            refuse(Unknown("address-rule"))
        user = None if rule.user is None else case.known.one(User, User.KEY, case.tenant, rule.user)
        if user is not None:
            must_manage(case, user)
        _must_admit(case, [other for other in _rules(case) if other.id != rule.id])
        case.put(rule, None)
        case.record("address-rule.removed", "address-rule", rule.id, _name(rule), rule, None, RECORDED)


@frozen
class AddressRuleView:
    """A rule with the numbers of the user and the key that it is about; a rule about a key shows no user."""

    rule: AddressRule
    user: int | None
    key: int | None


@frozen
class AddressRules(Question[tuple[Tenant, tuple[AddressRuleView, ...]]]):
    """All address rules of the tenant, which is told with them. `unit` as with `AddAddressRule`."""

    permission = "network:view"

    unit: int | None = None

    def answer(self, view: View) -> tuple[Tenant, tuple[AddressRuleView, ...]]:
        """The rules, by number."""
        must_rule(view, self.unit)
        tenant = view.known.one(Tenant, Tenant.KEY, view.tenant)
        if tenant is None:
            refuse(Unknown("tenant"))
        rules = sorted(_rules(view), key=lambda rule: rule.number)
        users = _numbers(view, User, (rule.user for rule in rules if rule.key is None))
        keys = _numbers(view, ApiKey, (rule.key for rule in rules))
        return tenant, tuple(
            AddressRuleView(rule, users.get(rule.user) if rule.key is None else None, keys.get(rule.key))
            for rule in rules
        )


def _numbers(view: View, kind: type[User] | type[ApiKey], ids: Iterable[str | None]) -> dict[str | None, int]:
    wanted = sorted({(view.tenant, one) for one in ids if one is not None})
    return {it.id: it.number for it in view.known.each(kind, kind.KEY, wanted)}


def must_rule(view: View, unit: int | None = None) -> None:
    """Refuse whom only a part of the tenant is open to, and a unit that is not its root."""
    if unit is not None and find_unit(view, unit).parent is not None:
        refuse(Invalid("unit", Fault.UNKNOWN))
    view.actor.must_see_all()


def _rules(view: View) -> tuple[AddressRule, ...]:
    return view.known.many(AddressRule, ("tenant",), view.tenant)


def _range(draft: AddressRuleDraft) -> tuple[str, str]:
    first, last = _packed(draft.first, "first_address"), _packed(draft.last, "last_address")
    if len(first) != len(last) or last < first:
        refuse(Invalid("last_address", Fault.MALFORMED))
    return first, last


def _packed(text: str, field: str) -> str:
    # A zone names an interface of one machine, which says nothing on another.
    try:
        return packed("" if "%" in text else text)
    except ValueError:
        refuse(Invalid(field, Fault.MALFORMED))


def _scope(case: Case, draft: AddressRuleDraft) -> tuple[User | None, ApiKey | None]:
    key = user = None
    if draft.key is not None:
        key = case.known.one(ApiKey, ("tenant", "number"), case.tenant, draft.key)
        if key is None:
            refuse(Invalid("key", Fault.UNKNOWN))
        user = case.known.one(User, User.KEY, case.tenant, key.user)
    elif draft.user is not None:
        user = case.known.one(User, ("tenant", "number"), case.tenant, draft.user)
        if user is None:
            refuse(Invalid("user", Fault.UNKNOWN))
    if user is not None:
        must_manage(case, user)
    return user, key


def _must_admit(case: Case, rules: Iterable[AddressRule]) -> None:
    actor = case.actor
    if actor.credential is None:
        return
    scopes = binding(rules, actor.id, actor.credential_id or "")
    if scopes and not admits(scopes, actor.address):
        refuse(ShutsOut())


def _name(rule: AddressRule) -> str:
    return f"{rule.first_address}-{rule.last_address}"
