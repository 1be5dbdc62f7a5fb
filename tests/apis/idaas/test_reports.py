"""The audit trail through this wire: what it tells of each act, and how it is searched, ordered and paged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.apis.certcentral.caller import Caller as CertCentral
from tests.apis.certcentral.caller import first_caller
from tests.apis.idaas.caller import Caller, fields, refusal, unused
from tests.apis.idaas.tokens import APP, SECRET, condition, give, listed, page, pages
from tests.apis.ledger import Ledger
from tests.support.commands import told
from tests.support.live import LiveMuster

EVENTS, SIEM = "/v2/reports/auditeventspaged", "/v2/reports/auditeventspaged/siem"
EVER = condition("eventTime", "GREATER_THAN", "2001-01-01T00:00:00")
SINCE = condition("startTime", "GREATER_THAN_OR_EQUAL", "2001-01-01T00:00:00")

Event = dict[str, Any]


class Tenant:
    """A tenant of its own, in which some things have happened."""

    def __init__(self, muster: LiveMuster, admin: Caller) -> None:
        self.made = told(muster, "tenant", "add", unused("Umbrella"))
        self.caller = admin.signed_in(*self.made["idaas"].values())
        self.beside: CertCentral = first_caller(admin.client, self.made["certcentral"]["api_key"])

    @property
    def events(self) -> list[Event]:
        """All of them, the oldest first."""
        return listed(self.caller, EVENTS, searchByAttributes=[EVER])[::-1]


@pytest.fixture(scope="module")
def tenant(muster: LiveMuster, admin: Caller) -> Tenant:
    """A user who was made, changed, given a token and deleted; another one through the other API."""
    there = Tenant(muster, admin)
    caller = there.caller
    user = caller.create(userId="wesker", firstName="Albert", lastName="Wesker", email="wesker@umbrella.example")
    caller.update(user["id"], firstName="Alb\u00e9rt", lastName="WESKER")
    token = give(caller, user["id"], APP, SECRET)
    caller.put(f"/v1/tokens/{token['id']}/changestate", json={"state": "INACTIVE"})
    caller.put(f"/v1/tokens/{token['id']}/assigned", json={"label": "Phone"})
    caller.put("/v1/settings/general", json={"maxTokensPerUser": 7})
    caller.delete(f"/v1/tokens/{token['id']}")
    caller.delete(f"/v3/users/{user['id']}")
    there.beside.create(username="birkin", access_roles=[{"id": 4}])
    return there


def one(tenant: Tenant, **wanted: Any) -> Event:
    """The only event that has these values."""
    [found] = [it for it in tenant.events if all(it[name] == value for name, value in wanted.items())]
    return found


def test_an_event_says_who_did_what_to_whom(tenant: Tenant) -> None:
    event = one(tenant, eventType="UserCreatedEvent", entityName="wesker")
    attributes = {it["name"]: it["value"] for it in event.pop("auditDetails")["entityAttributes"]}
    account, identity, subject = (event.pop(name) for name in ("accountId", "id", "subject"))
    entity, time = event.pop("entityId"), event.pop("eventTime")

    assert event == {
        "entityAction": "ADD",
        "entityName": "wesker",
        "entityType": "USERS",
        "eventCategory": "MANAGEMENT",
        "eventOutcome": "SUCCESS",
        "eventType": "UserCreatedEvent",
        "message": "user.created",
        "requiredPermission": "USERS:ADD",
        "resourceId": None,
        "resourceName": None,
        "sourceIp": "127.0.0.1",
        "subjectName": event["subjectName"],
        "subjectType": "ADMIN_API",
        "eventVersion": None,
        "serviceProviderAdminRoleId": None,
        "serviceProviderAdminRoleName": None,
        "subscriberAdminRoleId": None,
        "subscriberAdminRoleName": None,
        "token": None,
    }
    assert (attributes["userId"], attributes["firstName"], attributes["lastName"]) == ("wesker", "Albert", "Wesker")
    assert subject == tenant.made["idaas"]["applicationId"]
    assert len({account, identity, entity}) == 3
    assert (len(time), time[-1]) == (24, "Z")


def test_a_change_says_what_was_and_what_is(tenant: Tenant) -> None:
    edited = one(tenant, eventType="UserEditedEvent", entityName="wesker")["auditDetails"]
    setting = one(tenant, entityType="SETTINGS", entityAction="EDIT")["auditDetails"]
    label = one(tenant, eventType="AuthenticatorEditedEvent")["auditDetails"]

    assert edited == {
        "entityAttributes": [],
        "messageTokens": [],
        "modifiedEntityAttributes": [
            {"name": "firstName", "newValue": "Alb\u00e9rt", "oldValue": "Albert"},
            {"name": "lastName", "newValue": "WESKER", "oldValue": "Wesker"},
        ],
    }
    assert setting["modifiedEntityAttributes"] == [{"name": "maxTokensPerUser", "newValue": "7", "oldValue": "5"}]
    assert label["modifiedEntityAttributes"] == [{"name": "label", "newValue": "Phone", "oldValue": None}]


def test_what_is_gone_is_told_as_it_was(tenant: Tenant) -> None:
    user, token = (
        one(tenant, entityAction="REMOVE", entityType="USERS"),
        one(tenant, entityAction="REMOVE", entityType="TOKENS"),
    )
    of_user, of_token = (
        {it["name"]: it["value"] for it in event["auditDetails"]["entityAttributes"]} for event in (user, token)
    )

    assert (of_user["userId"], of_user["lastName"]) == ("wesker", "WESKER")
    assert (of_token["type"], of_token["state"], of_token["label"]) == ("authenticator-app", "inactive", "Phone")


def test_an_authentication_is_told_of_whoever_signed_in(tenant: Tenant) -> None:
    event = one(tenant, eventCategory="AUTHENTICATION")

    assert event["eventType"] == "AuthenticationAdminApiSuccessEvent"
    assert (event["subject"], event["subjectType"]) == (tenant.made["idaas"]["applicationId"], "ADMIN_API")
    assert (event["resourceId"], event["resourceName"]) == (event["subject"], event["subjectName"])
    assert [event[name] for name in ("entityId", "entityName", "entityType", "entityAction", "requiredPermission")] == [
        None
    ] * 5


def test_what_happened_through_the_other_api_is_told_too(tenant: Tenant) -> None:
    event = one(tenant, eventType="UserCreatedEvent", entityName="birkin")

    assert (event["subjectType"], event["subjectName"]) == ("USER", "administrator")


def test_no_secret_is_in_the_trail(tenant: Tenant) -> None:
    text = repr(tenant.events)
    secrets = (SECRET, tenant.made["idaas"]["sharedSecret"], tenant.made["certcentral"]["api_key"])

    assert [secret for secret in secrets if secret in text] == []


Meets = Callable[[Event], bool]
SEARCHES: list[tuple[tuple[str, str, str], Meets]] = [
    (("outcome", "EQUALS", "SUCCESS"), lambda _: True),
    (("outcome", "EQUALS", "FAIL"), lambda _: False),
    (("category", "EQUALS", "AUTHENTICATION"), lambda it: it["eventCategory"] == "AUTHENTICATION"),
    (("category", "EQUALS", "MANAGEMENT"), lambda it: it["eventCategory"] == "MANAGEMENT"),
    (("entityName", "EQUALS", "WESKER"), lambda it: it["entityName"] == "wesker"),
    (("entityName", "NOT_EQUALS", "wesker"), lambda it: it["entityName"] != "wesker"),
    (("entityName", "CONTAINS", "esk"), lambda it: "esk" in (it["entityName"] or "")),
    (("entityName", "NOT_CONTAINS", "esk"), lambda it: "esk" not in (it["entityName"] or "")),
    (("entityName", "STARTS_WITH", "wesker/"), lambda it: (it["entityName"] or "").startswith("wesker/")),
    (("entityName", "ENDS_WITH", "kin"), lambda it: (it["entityName"] or "").endswith("kin")),
    (("entityType", "EQUALS", "TOKENS"), lambda it: it["entityType"] == "TOKENS"),
    (("entityType", "NOT_EQUALS", "TOKENS"), lambda it: it["entityType"] != "TOKENS"),
    (("entityType", "STARTS_WITH", "USER"), lambda it: (it["entityType"] or "").startswith("USER")),
    (("entityAction", "EQUALS", "REMOVE"), lambda it: it["entityAction"] == "REMOVE"),
    (("entityAction", "CONTAINS", "D"), lambda it: "D" in (it["entityAction"] or "")),
    (("eventType", "CONTAINS", "Created"), lambda it: "Created" in it["eventType"]),
    (("eventType", "NOT_CONTAINS", "Created"), lambda it: "Created" not in it["eventType"]),
    (("eventType", "ENDS_WITH", "SuccessEvent"), lambda it: it["eventType"].endswith("SuccessEvent")),
    (("resourceName", "CONTAINS", ""), lambda it: it["resourceName"] is not None),
    (("sourceIp", "EQUALS", "127.0.0.1"), lambda it: it["sourceIp"] == "127.0.0.1"),
    (("sourceIp", "STARTS_WITH", "127."), lambda it: (it["sourceIp"] or "").startswith("127.")),
    (("subjectName", "EQUALS", "administrator"), lambda it: it["subjectName"] == "administrator"),
    (("subjectName", "NOT_EQUALS", "administrator"), lambda it: it["subjectName"] != "administrator"),
    (("authenticator", "EQUALS", "TOKEN"), lambda _: False),
]


@pytest.mark.parametrize(("search", "meets"), SEARCHES, ids=lambda it: " ".join(it) if isinstance(it, tuple) else "")
def test_every_attribute_is_searched_by(tenant: Tenant, search: tuple[str, str, str], meets: Meets) -> None:
    found = listed(tenant.caller, EVENTS, searchByAttributes=[EVER, condition(*search)])

    assert found == [event for event in tenant.events[::-1] if meets(event)]


def test_a_subject_is_searched_by_its_id(tenant: Tenant) -> None:
    application = tenant.made["idaas"]["applicationId"]
    found = [
        listed(tenant.caller, EVENTS, searchByAttributes=[EVER, condition("subject", "EQUALS", it)])
        for it in (application, "nobody")
    ]

    assert found == [[event for event in tenant.events[::-1] if event["subject"] == application], []]
    assert {event["eventCategory"] for event in found[0]} == {"AUTHENTICATION", "MANAGEMENT"}


def test_times_bound_what_is_found(tenant: Tenant) -> None:
    events = tenant.events
    at = events[len(events) // 2]["eventTime"]
    meant: dict[str, Meets] = {
        "GREATER_THAN": lambda it: it["eventTime"] > at,
        "GREATER_THAN_OR_EQUAL": lambda it: it["eventTime"] >= at,
        "LESS_THAN": lambda it: it["eventTime"] < at,
        "LESS_THAN_OR_EQUAL": lambda it: it["eventTime"] <= at,
    }
    for operator, meets in meant.items():
        found = listed(tenant.caller, EVENTS, searchByAttributes=[condition("eventTime", operator, at)])

        assert found == [event for event in events[::-1] if meets(event)]


ORDERED_BY = {
    "eventTime": "eventTime",
    "outcome": "eventOutcome",
    "category": "eventCategory",
    "entityName": "entityName",
    "entityType": "entityType",
    "entityAction": "entityAction",
    "resourceName": "resourceName",
    "sourceIp": "sourceIp",
    "subjectName": "subjectName",
}


@pytest.mark.parametrize("name", ORDERED_BY)
@pytest.mark.parametrize("ascending", [True, False])
@pytest.mark.parametrize("limit", [3, 100])
def test_pages_go_on_in_order_and_back_again(tenant: Tenant, name: str, ascending: bool, limit: int) -> None:
    field, events = ORDERED_BY[name], tenant.events
    order = {"name": name, "ascending": ascending}
    found = pages(tenant.caller, EVENTS, limit=limit, searchByAttributes=[EVER], orderByAttribute=order)
    having = [event for event in events if event[field] is not None]
    expected = sorted(having, key=lambda event: str(event[field]))
    back = [found[-1]]
    while cursor := back[-1]["paging"]["prevCursor"]:
        back.append(page(tenant.caller, EVENTS, cursor=cursor))

    assert [event for each in found for event in each["results"]] == (expected if ascending else reordered(expected))
    assert [each["results"] for each in reversed(back)] == [each["results"] for each in found]
    assert all(len(each["results"]) <= limit for each in found)


def reordered(events: list[Event]) -> list[Event]:
    """The other way round: ties go the other way too."""
    return events[::-1]


def test_a_siem_reads_upwards_whatever_is_asked(tenant: Tenant) -> None:
    order = {"name": "nothing at all", "ascending": False}
    found = pages(tenant.caller, SIEM, limit=4, searchByAttributes=[SINCE], orderByAttribute=order)
    events = tenant.events
    at = events[3]["eventTime"]
    bounds = [condition("startTime", "GREATER_THAN_OR_EQUAL", at), condition("endTime", "LESS_THAN_OR_EQUAL", at)]
    of_then = listed(tenant.caller, SIEM, searchByAttributes=bounds)
    category = condition("category", "EQUALS", "AUTHENTICATION")
    narrowed = listed(tenant.caller, SIEM, searchByAttributes=[SINCE, category])

    assert [event for each in found for event in each["results"]] == events
    assert of_then == [event for event in events if event["eventTime"] == at]
    assert [event["eventCategory"] for event in narrowed] == ["AUTHENTICATION"]


WRONG: list[tuple[str, Any, tuple[int, str], list[str]]] = [
    (EVENTS, {}, (400, "missing_parameter"), ["eventTime"]),
    (EVENTS, {"searchByAttributes": []}, (400, "missing_parameter"), ["eventTime"]),
    (EVENTS, {"searchByAttributes": [SINCE]}, (400, "invalid_parameter"), ["searchByAttributes"]),
    (SIEM, {}, (400, "missing_parameter"), ["startTime"]),
    (SIEM, {"searchByAttributes": [EVER]}, (400, "invalid_parameter"), ["searchByAttributes"]),
    (
        SIEM,
        {"searchByAttributes": [condition("endTime", "LESS_THAN_OR_EQUAL", "2018-08-31T18:15:30")]},
        (400, "missing_parameter"),
        ["startTime"],
    ),
    (
        SIEM,
        {"searchByAttributes": [condition("startTime", "GREATER_THAN", "2018-08-31T18:15:30")]},
        (400, "invalid_parameter"),
        ["searchByAttributes"],
    ),
    (
        EVENTS,
        {"searchByAttributes": [condition("eventTime", "EQUALS", "2018-08-31T18:15:30")]},
        (400, "invalid_parameter"),
        ["searchByAttributes"],
    ),
    (
        EVENTS,
        {"searchByAttributes": [condition("eventTime", "LESS_THAN", "soon")]},
        (400, "invalid_parameter"),
        ["eventTime"],
    ),
    (EVENTS, {"searchByAttributes": [EVER], "limit": 101}, (400, "invalid_parameter"), ["limit"]),
    (EVENTS, {"cursor": "x"}, (400, "invalid_parameter"), ["cursor"]),
    *(
        (EVENTS, {"searchByAttributes": [EVER, condition(*wrong)]}, (400, "invalid_parameter"), [named])
        for wrong, named in (
            (("entityName", "EQUALS", "x" * 101), "entityName"),
            (("entityType", "EQUALS", "x" * 41), "entityType"),
            (("sourceIp", "EQUALS", "1" * 40), "sourceIp"),
            (("sourceIp", "CONTAINS", "1"), "searchByAttributes"),
            (("category", "EQUALS", "ISSUANCE"), "category"),
            (("outcome", "EQUALS", "success"), "outcome"),
            (("subject", "CONTAINS", "x"), "searchByAttributes"),
            (("id", "EQUALS", "x"), "searchByAttributes"),
        )
    ),
    (
        EVENTS,
        {"searchByAttributes": [EVER], "orderByAttribute": {"name": "eventType", "ascending": True}},
        (400, "invalid_parameter"),
        ["orderByAttribute"],
    ),
]


@pytest.mark.parametrize(("path", "search", "expected", "named"), WRONG, ids=str)
def test_a_wrong_search_is_refused(
    tenant: Tenant, path: str, search: Any, expected: tuple[int, str], named: list[str]
) -> None:
    answer = tenant.caller.post(path, json=search)

    assert (refusal(answer), fields(answer)) == (expected, named)


def test_a_tenant_reads_its_own_trail_alone(admin: Caller, tenant: Tenant, ledger: Ledger) -> None:
    own = tenant.events
    [account] = {event["accountId"] for event in own}
    cursor = page(tenant.caller, EVENTS, limit=1, searchByAttributes=[EVER])["paging"]["nextCursor"]
    foreign = admin.post(EVENTS, json={"cursor": cursor})
    other_list = tenant.caller.post(SIEM, json={"cursor": cursor})
    kept = ledger.rows("SELECT id FROM events WHERE tenant = $1", account)

    assert {event["id"] for event in own} == {row[0] for row in kept}
    assert [(refusal(it), fields(it)) for it in (foreign, other_list)] == [((400, "invalid_parameter"), ["cursor"])] * 2


def test_asking_leaves_no_event(tenant: Tenant, ledger: Ledger) -> None:
    before = ledger.footprint()
    assert tenant.events

    assert ledger.footprint() == before
