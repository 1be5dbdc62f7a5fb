"""*Update a user*: what is sent is different then, what is not sent stays, and an empty text clears."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from muster.core.attributes import Attribute, CreateAttribute
from tests.apis.beside import done
from tests.apis.certcentral.caller import Caller as CertCentral
from tests.apis.idaas.caller import NO_USER, Caller, User, custom, fields, payload, refusal, unused, user_in, values
from tests.apis.idaas.test_user_parms import LINES, LOCALES, NUMBERS
from tests.apis.ledger import Ledger


def different(before: User, after: User) -> set[str]:
    """The fields in which a user is different, apart from when he was changed."""
    return {name for name in before if before[name] != after[name]} - {"lastModified"}


def full(admin: Caller, **changes: Any) -> User:
    """A user with something in every field that an update can change."""
    name = unused("Ada")
    return admin.create(
        **{
            "userId": name,
            "mobile": "+1",
            "phone": "+2",
            "locale": "fr",
            "externalId": name,
            "externalSource": "HR",
            "userPrincipalName": f"{name}@ad",
            "securityId": "S-1-5",
            "preferredOtpDelivery": "SMS",
            "preferredOtpDeliveryContactAttributes": {"OTP_SMS": "Private"},
            "userAliases": custom(f"{name}.a", f"{name}.b"),
            "userExtraAttributes": [{"name": "Badge", "value": "1"}, {"name": "Desk", "type": "OTP_SMS", "value": "2"}],
            **changes,
        }
    )


SENT: list[tuple[str, list[Any]]] = [
    ("firstName", [*LINES]),
    ("lastName", [*LINES]),
    ("email", ["!#$%&'*+/=?^_`{|}~-.a@xn--exmple-cua.com"]),
    ("mobile", [*NUMBERS]),
    ("phone", [*NUMBERS]),
    ("locale", LOCALES),
    ("state", ["INACTIVE", "ACTIVE"]),
    ("externalSource", [*LINES]),
    ("userPrincipalName", [*LINES]),
    ("securityId", [*LINES]),
    ("preferredOtpDelivery", ["EMAIL", "VOICE", "SYSTEM", "SMS"]),
    ("registrationRequired", [False, True]),
    ("verificationRequired", [False, True]),
]


@pytest.mark.parametrize(("field", "sent"), SENT, ids=[case[0] for case in SENT])
def test_a_field_that_is_sent_is_different_and_no_other(admin: Caller, field: str, sent: list[Any]) -> None:
    user = full(admin)
    for value in sent:
        before, user = user, admin.updated(user["id"], **{field: value})

        assert user[field] == value
        assert different(before, user) <= {field}


@pytest.mark.parametrize("field", ["mobile", "phone", "locale", "externalId", "externalSource", "userPrincipalName"])
def test_an_empty_text_clears_and_null_leaves(admin: Caller, field: str) -> None:
    user = full(admin)

    left = admin.updated(user["id"], **{field: None})
    cleared = admin.updated(user["id"], **{field: ""})

    assert left == user
    assert (cleared[field], different(user, cleared)) == (None, {field})


def test_null_everywhere_changes_nothing(admin: Caller, ledger: Ledger) -> None:
    user = full(admin, lock=True, registrationRequired=False)
    before = ledger.footprint()

    found = admin.updated(user["id"], **dict.fromkeys([*user, "lock", "emailVerification", "applyGracePeriod"]))

    assert (found, ledger.footprint()) == (user, before)


@pytest.mark.parametrize("whole", [True, False])
def test_what_was_read_may_be_sent_back_and_changes_nothing(admin: Caller, ledger: Ledger, whole: bool) -> None:
    user = full(admin, lock=True, verificationRequired=False)
    before = ledger.footprint()

    found = admin.updated(user["id"], **(user if whole else {}))

    assert (found, ledger.footprint()) == (user, before)


def test_one_of_another_api_who_breaks_this_ones_rules_may_be_sent_back_and_changed(
    admin: Caller, other_api: CertCentral
) -> None:
    """CertCentral's telephone numbers are any text: this API's syntax binds what it changes, and nothing else."""
    number = other_api.create(telephone="555-555-5555 ext 3")
    user = user_in(admin.named(other_api.info(number)["username"]))

    found = admin.updated(user["id"], **{**user, "firstName": "Jo"})
    answer = admin.update(user["id"], phone="555-555-5556 ext 3")

    assert (found["firstName"], found["phone"]) == ("Jo", "555-555-5555 ext 3")
    assert (refusal(answer), fields(answer)) == ((400, "invalid_parameter"), ["phone"])
    assert other_api.info(number)["first_name"] == "Jo"


def test_a_lock_alone_locks(admin: Caller) -> None:
    """As a playbook does that blocks a user, and nothing else about him."""
    user = full(admin)

    locked = admin.updated(user["id"], lock=True)
    same = admin.updated(user["id"], lock=None)
    unlocked = admin.updated(user["id"], lock=False)

    shown = {"locked", "lockedAuthenticatorTypes", "lockedAuthenticators", "authenticatorLockoutStatus"}
    assert (locked["locked"], different(user, locked), same) == (True, shown, locked)
    assert (unlocked["locked"], unlocked["lockoutExpiry"]) == (False, None)


def test_a_new_user_id_frees_the_old_one_and_the_mirroring_alias_follows(admin: Caller) -> None:
    user = full(admin)
    name = unused("Eve")

    found = admin.updated(user["id"], userId=name)

    assert different(user, found) == {"userId", "userAliases"}
    assert (values(found, "USERID"), values(found)) == ([name], values(user))
    assert found["userAliases"][:-1] == user["userAliases"][:-1]
    assert refusal(admin.named(user["userId"])) == NO_USER
    assert [user_in(admin.named(one)) for one in (name, name.upper(), *values(user))] == [found] * 4
    assert admin.create(userId=user["userId"])["userId"] == user["userId"]


def test_aliases_replace_and_those_that_stay_keep_their_ids(admin: Caller) -> None:
    user = full(admin)
    first, second, mirror = user["userAliases"]

    found = admin.updated(user["id"], userAliases=[second, mirror, *custom(f"{user['userId']}.c")])
    cleared = admin.updated(user["id"], userAliases=[])

    assert found["userAliases"][0] == second
    assert values(found) == [second["value"], f"{user['userId']}.c"]
    assert found["userAliases"][-1] == mirror
    assert refusal(admin.named(first["value"])) == NO_USER
    assert cleared["userAliases"] == [mirror]


def test_with_a_new_user_id_the_mirroring_alias_may_be_sent_as_it_was_or_as_it_will_be(admin: Caller) -> None:
    user = full(admin)
    for mirrored in (user["userId"], name := unused("Eve")):
        mirror = {"value": mirrored, "type": "USERID"}
        found = admin.updated(user["id"], userId=name, userAliases=[mirror])

        assert (values(found, "USERID"), values(found)) == ([name], [])


def test_an_alias_may_become_the_user_id_and_the_user_id_an_alias(admin: Caller) -> None:
    user = full(admin)
    name, alias = user["userId"], values(user)[0]

    alone = admin.update(user["id"], userId=alias)
    found = admin.updated(user["id"], userId=alias, userAliases=custom(name))

    assert (refusal(alone), fields(alone)) == ((409, "user_already_exists"), ["userId"])
    assert (found["userId"], values(found), values(found, "USERID")) == (alias, [name], [alias])
    assert user_in(admin.named(name))["id"] == user_in(admin.named(alias))["id"] == user["id"]


def test_extra_attributes_replace_and_those_of_the_same_name_keep_their_ids(admin: Caller) -> None:
    user = full(admin)
    badge, desk = user["userExtraAttributes"]

    found = admin.updated(
        user["id"],
        userExtraAttributes=[{"name": "Car"}, {"name": "Desk", "value": "3"}, {"name": "Desk", "value": "4"}],
    )["userExtraAttributes"]

    assert [(one["name"], one["type"], one["value"]) for one in found] == [
        ("Car", "NONE", ""),
        ("Desk", "NONE", "3"),
        ("Desk", "NONE", "4"),
    ]
    assert found[1]["id"] == desk["id"]
    assert len({one["id"] for one in found} | {badge["id"]}) == 4
    assert admin.updated(user["id"], userExtraAttributes=[])["userExtraAttributes"] == []


def test_contact_attributes_are_changed_one_by_one(admin: Caller) -> None:
    user = full(admin)
    field = "preferredOtpDeliveryContactAttributes"
    steps: list[tuple[dict[str, str], dict[str, str]]] = [
        ({"OTP_EMAIL": "Email"}, {"OTP_SMS": "Private", "OTP_EMAIL": "Email"}),
        ({"OTP_SMS": ""}, {"OTP_SMS": "", "OTP_EMAIL": "Email"}),
        ({}, {"OTP_SMS": "", "OTP_EMAIL": "Email"}),
    ]

    found = [admin.updated(user["id"], **{field: sent})[field] for sent, _ in steps]

    assert found == [shown for _, shown in steps]


def test_attribute_values_are_changed_one_by_one(admin: Caller, kept_at: str) -> None:
    badge, desk = [done(kept_at, CreateAttribute(unused(name))) for name in ("Badge", "Desk")]
    user = admin.create(userAttributeValues=[{"userAttributeId": badge.id, "value": "1"}])
    [first] = user["userAttributeValues"]

    def shown(*sent: tuple[Attribute, str | None]) -> list[tuple[str, str]]:
        body = [{"userAttributeId": attribute.id, "value": value} for attribute, value in sent]
        found = admin.updated(user["id"], userAttributeValues=body)["userAttributeValues"]
        assert all(one["id"] == first["id"] for one in found if one["userAttributeId"] == badge.id)
        return [(one["userAttribute"]["name"], one["value"]) for one in found]

    assert shown((desk, "2")) == [(badge.name, "1"), (desk.name, "2")]
    assert shown((badge, "3")) == [(badge.name, "3"), (desk.name, "2")]
    assert shown((badge, None)) == [(badge.name, "3"), (desk.name, "2")]
    assert shown() == [(badge.name, "3"), (desk.name, "2")]
    assert shown((desk, "")) == [(badge.name, "3")]


def test_groups_replace_where_they_are_sent_and_a_wrong_one_undoes_the_rest(admin: Caller, ledger: Ledger) -> None:
    groups = [admin.post("/v1/groups", json={"name": unused("group")}).json()["id"] for _ in range(3)]
    user = admin.create(groups=groups[:2])

    moved = admin.updated(user["id"], groups=groups[1:], firstName="Eve")
    left = admin.updated(user["id"], groups=None, lastName="Wu")
    before = ledger.footprint()
    answer = admin.update(user["id"], groups=[groups[0], "x"], firstName="Zoe")
    unchanged = ledger.footprint() == before
    alone = admin.updated(user["id"], groups=[])

    shown = [sorted(group["id"] for group in one["groups"]) for one in (user, moved, left, alone)]
    assert shown == [sorted(groups[:2]), sorted(groups[1:]), sorted(groups[1:]), []]
    assert (refusal(answer), unchanged) == ((404, "group_not_found"), True)
    assert (alone["firstName"], alone["lastName"]) == ("Eve", "Wu")


def test_one_event_tells_old_and_new(admin: Caller, ledger: Ledger) -> None:
    user = full(admin)

    admin.updated(user["id"], firstName="Eve", lock=True, externalSource="", userAliases=[])
    told_ = "SELECT count(*) FROM events WHERE act = 'user.edited' AND subject = $1"

    assert ledger.rows(told_, user["id"]) == [(1,)]


def test_who_must_be_verified_from_now_on_gets_the_mail_unless_that_is_unwanted(admin: Caller, ledger: Ledger) -> None:
    mails = 'SELECT count(*) FROM mails WHERE "user" = $1'
    counts = []
    for more in ({}, {"emailVerification": True}, {"emailVerification": False}):
        user = admin.create(verificationRequired=False)
        admin.updated(user["id"], verificationRequired=True, **more)
        admin.updated(user["id"], verificationRequired=True)
        counts += ledger.rows(mails, user["id"])

    assert counts == [(1,), (1,), (0,)]


def test_changes_of_one_user_at_once_all_succeed_and_lose_nothing(admin: Caller) -> None:
    user = full(admin)
    changes: list[dict[str, Any]] = [
        {"firstName": "Eve"},
        {"lastName": "Wu"},
        {"mobile": "+9"},
        {"lock": True},
        {"locale": "de"},
        {"externalSource": "AD"},
        {"registrationRequired": False},
        {"preferredOtpDelivery": "VOICE"},
        {"userAliases": []},
        {"userExtraAttributes": []},
        {"userId": unused("Eve")},
        {"state": "INACTIVE"},
    ]

    with ThreadPoolExecutor(12) as threads:
        answers = list(threads.map(lambda sent: admin.update(user["id"], **sent), changes * 4))
    found = admin.user(user["id"])

    assert [answer.status_code for answer in answers] == [200] * len(answers)
    for sent in changes[:-4]:
        for field, value in sent.items():
            assert found["locked" if field == "lock" else field] == value
    assert (values(found), found["userExtraAttributes"], found["state"]) == ([], [], "INACTIVE")
    assert found["userId"] == changes[10]["userId"]


def test_a_user_made_with_every_field_is_as_one_who_was_updated_with_them(admin: Caller) -> None:
    made = full(admin)
    more = {**{field: made[field] for field in made if field in payload() or field in OF_A_CREATE}, "externalId": None}
    more |= {"userId": unused(), "userAliases": []}

    user = admin.create()
    found = admin.updated(user["id"], **more)

    own = {"id", "userId", "externalId", "tokens", "userAliases", "lastModified", "userCreationTime"}
    assert {field: value for field, value in found.items() if field not in own | {"userExtraAttributes"}} == {
        field: value for field, value in made.items() if field not in own | {"userExtraAttributes"}
    }
    assert [one["name"] for one in found["userExtraAttributes"]] == ["Badge", "Desk"]


OF_A_CREATE = {
    "mobile",
    "phone",
    "locale",
    "externalSource",
    "userPrincipalName",
    "securityId",
    "preferredOtpDelivery",
    "preferredOtpDeliveryContactAttributes",
    "userExtraAttributes",
}
