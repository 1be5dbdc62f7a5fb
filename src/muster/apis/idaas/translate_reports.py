"""The audit trail: wire to search, event to wire."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from muster.apis.idaas.acts import ACTS, ADD, AUTHENTICATIONS, OTHER, REMOVE, RESET, Called, called
from muster.apis.idaas.dates import precise
from muster.apis.idaas.paging import COMPARES, Asked, Condition
from muster.apis.idaas.policies import NAMES, SPACE
from muster.apis.idaas.refusals import FIELDS
from muster.apis.idaas.shapes_reports import AccountAuditEvent, AuditDetails, EntityAttribute, ModifiedEntityAttribute
from muster.apis.idaas.translate_walks import span, steps
from muster.core.events import Change, Event
from muster.core.refusals import Fault, Invalid, refuse
from muster.core.trail_query import (
    ActIn,
    Both,
    ByActor,
    ByRank,
    ByText,
    ByTime,
    EventCondition,
    EventOrder,
    EventSearch,
    EventText,
    Of,
    Says,
    Telling,
    Unless,
    compares,
)

Category = Literal["AUTHENTICATION", "MANAGEMENT"]
SubjectType = Literal["USER", "ADMIN_API", "SERVICE_PROVIDER", "AGENT"]

AUTHENTICATION: Category = "AUTHENTICATION"
MANAGEMENT: Category = "MANAGEMENT"

_SIGNING_IN = frozenset(AUTHENTICATIONS)
_SIGNS_IN = ActIn(_SIGNING_IN)
_NOTHING: EventCondition = ActIn(frozenset())


def _category(it: Called) -> Category:
    return AUTHENTICATION if it.entity is None else MANAGEMENT


# An authentication is told of whoever signed in, and has no entity; everything else is told of who did it.
TEXTS = {
    "entityName": Telling(EventText.SUBJECT_NAME, _SIGNING_IN, None),
    "resourceName": Telling(None, _SIGNING_IN, EventText.SUBJECT_NAME),
    "subjectName": Telling(EventText.ACTOR_NAME, _SIGNING_IN, EventText.SUBJECT_NAME),
    "sourceIp": Telling(EventText.ADDRESS),
}
CALLED: dict[str, Callable[[Called], str | None]] = {
    "category": _category,
    "entityType": lambda it: it.entity,
    "entityAction": lambda it: it.action,
    "eventType": lambda it: it.type,
    "outcome": lambda _: "SUCCESS",
}
"""What of an event follows from its act alone. What was refused is no event, so that every outcome is a success."""

BOUNDS = ("eventTime", "startTime", "endTime")
ORDERS = ("eventTime", "outcome", "category", "entityType", "entityAction", *TEXTS)

_SUBJECTS: dict[str, SubjectType] = {"user": "USER", "application": "ADMIN_API", "connection": "AGENT"}
_LOCKED_AT = "locked_at"
_SETTINGS = {ours: theirs for theirs, ours in NAMES.items()}


def search(asked: Asked, mandatory: str, *, newest_first: bool) -> EventSearch:
    """The events that are asked for. Refuses with `Invalid` where the time that is mandatory is not bounded."""
    if all(condition.name != mandatory for condition in asked.conditions):
        refuse(Invalid(mandatory, Fault.MISSING))
    spans = [span(it.operator, it.value) for it in asked.conditions if it.name in BOUNDS]
    since = max((since for since, _ in spans if since is not None), default=None)
    before = min((before for _, before in spans if before is not None), default=None)
    conditions = tuple(_condition(it) for it in asked.conditions if it.name not in BOUNDS)
    order, descending = (
        (ByTime(), newest_first) if asked.order is None else (_order(asked.order[0]), not asked.order[1])
    )
    return EventSearch("", since, before, conditions, order, descending, steps(asked))


def _order(name: str) -> EventOrder:
    if name in TEXTS:
        return ByText(TEXTS[name])
    # All outcomes are the same, and what is the same goes by time.
    if name in ("eventTime", "outcome"):
        return ByTime()
    by_value: dict[str, set[str]] = {}
    for act, it in ACTS.items():
        value = CALLED[name](it)
        if value is not None:
            by_value.setdefault(value, set()).add(act)
    return ByRank(tuple(frozenset(by_value[value]) for value in sorted(by_value)))


def _condition(asked: Condition) -> EventCondition:
    compare, negated = COMPARES[asked.operator]
    found: EventCondition
    match asked.name:
        case "subject":
            signed_in = Both((_SIGNS_IN, Of(asked.value)))
            found = _either(signed_in, Both((Unless(_SIGNS_IN), ByActor(asked.value))))
        case "authenticator":
            # So far applications alone sign in, and they show none.
            found = _NOTHING
        case name if name in TEXTS:
            found = Says(TEXTS[name], compare, asked.value)
        case name:
            found = _by_act(lambda it: compares(CALLED[name](it), compare, asked.value))
    return Unless(found) if negated else found


def _either(one: EventCondition, other: EventCondition) -> EventCondition:
    return Unless(Both((Unless(one), Unless(other))))


def _by_act(meets: Callable[[Called], bool]) -> EventCondition:
    """The acts for which this holds; among those that this version does not know, all or none."""
    met = frozenset(act for act, it in ACTS.items() if meets(it))
    return Unless(ActIn(frozenset(ACTS) - met)) if meets(OTHER) else ActIn(met)


def event(it: Event) -> AccountAuditEvent:
    """An event, whole."""
    name = called(it.act)
    signs_in = it.act in _SIGNING_IN
    subject, subject_name = (it.subject, it.subject_name) if signs_in else (it.actor, it.actor_name)
    return AccountAuditEvent(
        accountId=it.tenant,
        auditDetails=_details(it.changes, name),
        entityAction=name.action,
        entityId=None if signs_in else it.subject or None,
        entityName=None if signs_in else it.subject_name or None,
        entityType=name.entity,
        eventCategory=_category(name),
        eventOutcome="SUCCESS",
        eventTime=precise(it.at),
        eventType=name.type,
        id=it.id,
        message=it.act,
        requiredPermission=_permission(name),
        resourceId=it.subject if signs_in else None,
        resourceName=it.subject_name if signs_in else None,
        sourceIp=it.address,
        subject=subject or None,
        subjectName=subject_name or None,
        subjectType="ADMIN_API" if signs_in else _SUBJECTS.get(it.actor_kind, "SERVICE_PROVIDER"),
    )


def _permission(it: Called) -> str | None:
    return None if it.entity is None else f"{it.entity}:{'EDIT' if it.action == RESET else it.action}"


def _details(recorded: tuple[Change, ...], it: Called) -> AuditDetails:
    changes = [_locked(one) if one.field == _LOCKED_AT else one for one in recorded]
    if it.action == ADD:
        return AuditDetails([EntityAttribute(_name(one.field), one.new) for one in changes], [], [])
    if it.action == REMOVE:
        return AuditDetails([EntityAttribute(_name(one.field), one.old) for one in changes], [], [])
    return AuditDetails([], [], [ModifiedEntityAttribute(_name(one.field), one.new, one.old) for one in changes])


def _locked(change: Change) -> Change:
    # When somebody was locked is the event's own time.
    old, new = ("false" if at is None else "true" for at in (change.old, change.new))
    return Change("locked", old, new)


def _name(field: str) -> str:
    """What a field is called here; settings and what only this API knows go by its own names."""
    return _SETTINGS.get(field) or FIELDS.get(field) or field.removeprefix(SPACE)
