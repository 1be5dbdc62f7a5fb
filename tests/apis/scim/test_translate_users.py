"""Users between the directory and SCIM: which value is the directory's, and that all of what was sent comes back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.apis.scim.schema import ENTERPRISE, USER
from muster.apis.scim.translate_users import MOST_KEPT, Passwords, draft, moment, replacing, resource
from muster.core.drafts import UserDraft
from muster.core.entity import KEPT
from muster.core.grouped_users import Grouped
from muster.core.groups import Group
from muster.core.refusals import Fault, Invalid, Refused
from muster.core.users import PERSON, User
from muster.core.values import EXTRA_LENGTH

NO_PASSWORD = Passwords({})
BASE = "https://muster.example/scim/v2"
FIELDS = ("email", "phone", "mobile", "given_name", "family_name", "job_title", "locale", "external_id")


def made(wanted: UserDraft, **changes: Any) -> User:
    """The user whom a draft makes, with these fields of his changed since."""
    fields = {name: getattr(wanted, name) for name in (*FIELDS, "username", "active", "extras")}
    user = User(
        id="u1",
        tenant="t",
        number=7,
        kind=PERSON,
        home="h",
        sso_only=False,
        administrator=False,
        password=None,
        created_at=1_700_000_000_123,
        changed_at=1_700_000_060_000,
        last_login_at=None,
        version=3,
        roles=(),
        scope=(),
        **fields,
    )
    return replace(user, **changes)


def shown(told: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """How a user is shown who was made of a resource and changed since, without what the service adds."""
    found = resource(Grouped(made(draft({"userName": "x", **told}, NO_PASSWORD), **changes)), BASE)
    return {name: value for name, value in found.items() if name not in ("schemas", "id", "userName", "active", "meta")}


def email(value: str, kind: str | None = None, **more: Any) -> dict[str, Any]:
    return {"value": value, **({} if kind is None else {"type": kind}), **more}


A, B, C = email("a@x.example", "home"), email("b@x.example", "work"), email("c@x.example", "other", primary=True)

EMAILS: list[tuple[list[dict[str, Any]], str | None]] = [
    ([A], "a@x.example"),
    ([A, B], "b@x.example"),
    ([A, B, C], "c@x.example"),
    ([A, {**C, "primary": False}], "a@x.example"),
    ([{"type": "work"}, A], "a@x.example"),
    ([{"type": "work", "primary": True}, A], "a@x.example"),
    ([email("WORK@x.example", "Work"), A], "WORK@x.example"),
    ([{"display": "nothing else"}], None),
    ([], None),
]


@pytest.mark.parametrize(("given", "expected"), EMAILS)
def test_the_directorys_email_is_the_primary_one_else_that_for_work_else_the_first(
    given: list[dict[str, Any]], expected: str | None
) -> None:
    told = {"emails": given} if given else {}

    assert draft({"userName": "x", **told}, NO_PASSWORD).email == expected
    assert shown(told) == told


PHONES: list[tuple[list[dict[str, Any]], tuple[str | None, str | None]]] = [
    ([email("1", "work"), email("2", "mobile")], ("1", "2")),
    ([email("1", "home"), email("2", "work")], ("2", None)),
    ([email("1", "mobile", primary=True)], (None, "1")),
    ([email("1", "mobile"), email("2", "Mobile", primary=True)], (None, "2")),
    ([email("1", "fax"), email("2", "pager")], (None, None)),
    ([email("1", "fax", primary=True), email("2", "home"), email("3", "other", primary=True)], ("3", None)),
    ([email("(0)5 55-x"), email("tel:+1-201-555-0123")], ("(0)5 55-x", None)),
]


@pytest.mark.parametrize(("given", "expected"), PHONES)
def test_the_directorys_telephones_are_the_primary_one_and_the_mobile_one(
    given: list[dict[str, Any]], expected: tuple[str | None, str | None]
) -> None:
    told = {"phoneNumbers": given}
    wanted = draft({"userName": "x", **told}, NO_PASSWORD)

    assert (wanted.phone, wanted.mobile) == expected
    assert shown(told) == told


def test_what_is_the_directorys_own_is_not_kept_a_second_time() -> None:
    told = {
        "userName": "name-9",
        "externalId": "external-9",
        "name": {"givenName": "given-9", "familyName": "family-9", "middleName": "m"},
        "title": "title-9",
        "locale": "locale-9",
        "emails": [A, {**C, "value": "email-9@x.example"}],
        "phoneNumbers": [email("phone-9", "work", display="d"), email("mobile-9", "mobile", primary=True)],
    }

    assert "-9" not in repr(draft(told, NO_PASSWORD).extras)


def test_what_another_api_changes_is_changed_here_and_the_rest_stays() -> None:
    told = {
        "emails": [A, C],
        "phoneNumbers": [email("1", "work", display="desk"), email("2", "mobile"), email("3", "fax")],
    }

    assert shown(told, email="new@x.example", phone="9", mobile=None) == {
        "emails": [A, {**C, "value": "new@x.example"}],
        "phoneNumbers": [email("9", "work", display="desk"), email("3", "fax")],
    }
    assert shown(told, email=None, phone=None) == {
        "emails": [A],
        "phoneNumbers": [email("2", "mobile"), email("3", "fax")],
    }
    assert shown({"phoneNumbers": [email("3", "fax")]}, phone="1", mobile="2", email="e@x.example") == {
        "emails": [email("e@x.example", "work", primary=True)],
        "phoneNumbers": [email("3", "fax"), email("1", "work"), email("2", "mobile")],
    }


def test_a_user_of_another_api_is_shown_whole() -> None:
    wanted = UserDraft("jill", "Jill", "Valentine", "jill@x.example", "555-1", "555-2", "Officer", "en", "ext")
    groups = tuple(Group(one, "t", name, name, None, 1, 1, 1) for one, name in (("g1", "S.T.A.R.S."), ("g2", "Alpha")))

    assert resource(Grouped(made(wanted), groups), BASE) == {
        "schemas": [USER],
        "id": "u1",
        "externalId": "ext",
        "userName": "jill",
        "name": {"familyName": "Valentine", "givenName": "Jill"},
        "title": "Officer",
        "locale": "en",
        "active": True,
        "emails": [{"value": "jill@x.example", "type": "work", "primary": True}],
        "phoneNumbers": [{"value": "555-1", "type": "work"}, {"value": "555-2", "type": "mobile"}],
        "groups": [
            {"value": "g1", "$ref": f"{BASE}/Groups/g1", "display": "S.T.A.R.S.", "type": "direct"},
            {"value": "g2", "$ref": f"{BASE}/Groups/g2", "display": "Alpha", "type": "direct"},
        ],
        "meta": {
            "resourceType": "User",
            "created": "2023-11-14T22:13:20.123Z",
            "lastModified": "2023-11-14T22:14:20.000Z",
            "location": f"{BASE}/Users/u1",
            "version": 'W/"3"',
        },
    }


def test_a_user_who_has_only_a_name_is_shown_without_anything_else() -> None:
    assert shown({}) == {}
    assert shown({}, email="", phone="", given_name="", job_title="", locale="", external_id="") == {}


def test_the_extension_is_among_the_schemas_where_it_has_something_to_say() -> None:
    told = {"userName": "x", ENTERPRISE: {"employeeNumber": "1", "manager": {"value": "7"}}}
    found = resource(Grouped(made(draft(told, NO_PASSWORD))), BASE)

    assert (found["schemas"], found[ENTERPRISE]) == ([USER, ENTERPRISE], told[ENTERPRISE])


texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
lines = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=8)
kinds = st.sampled_from(["work", "home", "other", "mobile", "fax", "Work", "büro"])


def optional(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields).filter(bool)


def listed(value: st.SearchStrategy[str]) -> st.SearchStrategy[list[dict[str, Any]]]:
    one = optional(value=value, type=kinds, display=texts, primary=st.booleans())
    return st.lists(one, min_size=1, max_size=5).filter(lambda all_: sum(it.get("primary") is True for it in all_) < 2)


resources = st.fixed_dictionaries(
    {},
    optional={
        "externalId": lines,
        "name": optional(
            **dict.fromkeys(("givenName", "familyName", "formatted", "middleName", "honorificPrefix"), lines)
        ),
        **dict.fromkeys(("displayName", "nickName", "title", "locale"), lines),
        **dict.fromkeys(
            ("profileUrl", "userType", "preferredLanguage", "timezone"), texts.filter(lambda it: "\0" not in it)
        ),
        "emails": listed(lines),
        "phoneNumbers": listed(lines),
        **dict.fromkeys(("ims", "photos", "entitlements", "roles", "x509Certificates"), listed(texts)),
        "addresses": st.lists(optional(formatted=texts, locality=texts, type=kinds), min_size=1, max_size=3),
        ENTERPRISE: optional(
            employeeNumber=lines,
            department=texts,
            manager=optional(**{"value": texts, "$ref": texts}),
        ),
    },
)


@given(resources)
def test_whatever_was_sent_comes_back_as_it_was(told: dict[str, Any]) -> None:
    assert shown(told) == told


@given(resources, resources)
def test_to_replace_a_user_is_to_make_him_anew(before: dict[str, Any], told: dict[str, Any]) -> None:
    user = made(draft({"userName": "x", **before}, NO_PASSWORD))
    edit = replacing({"userName": "x", **told}, NO_PASSWORD)(user)
    extras = dict(user.extras) | dict(edit.extras)
    changed = replace(
        user,
        **{name: getattr(edit, name) for name in FIELDS},
        extras=tuple((name, text) for name, text in extras.items() if text is not None),
    )
    fresh = made(draft({"userName": "x", **told}, NO_PASSWORD))

    assert (edit.active, edit.password) == (KEPT, KEPT)
    assert resource(Grouped(changed), BASE) == resource(Grouped(fresh), BASE)
    assert set(changed.marks) == set(fresh.marks)


@given(resources)
def test_a_resource_is_in_the_order_of_its_schema_whatever_was_sent_first(told: dict[str, Any]) -> None:
    backwards = dict(reversed(list(told.items())))

    assert list(shown(told)) == list(shown(backwards))


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"displayName": "a\nb"}, Invalid("displayName", Fault.CHARACTERS)),
        ({"displayName": "x" * 1025}, Invalid("displayName", Fault.TOO_LONG, 1024)),
        ({"emails": [A, email("b\x00@x.example")]}, Invalid("emails", Fault.CHARACTERS)),
        ({"profileUrl": "a\x00"}, Invalid("profileUrl", Fault.CHARACTERS)),
        ({"photos": [{"value": "x" * EXTRA_LENGTH}]}, Invalid("photos", Fault.TOO_LONG, EXTRA_LENGTH)),
        (
            {
                name: [{"value": "x" * (EXTRA_LENGTH - 100)}]
                for name in ("photos", "ims", "roles", "entitlements", "x509Certificates")
            },
            Invalid("extras", Fault.TOO_LONG, MOST_KEPT),
        ),
        ({"password": "x" * 6 + "jill" + "y" * 6}, Invalid("password", Fault.WEAK, 8)),
    ],
)
def test_what_cannot_be_kept_is_refused_by_its_name(told: dict[str, Any], expected: Invalid) -> None:
    with pytest.raises(Refused) as refused:
        draft({"userName": "jill", **told}, Passwords({told.get("password", ""): "hash"}))

    assert refused.value.refusal == expected


def test_a_password_is_set_by_its_hash_and_shown_to_nobody() -> None:
    wanted = draft({"userName": "x", "password": "a long secret of his"}, Passwords({"a long secret of his": "hash"}))

    assert wanted.password == "hash"
    assert "secret" not in repr(resource(Grouped(made(wanted)), BASE)) + repr(wanted)


def test_whom_a_client_makes_is_sent_no_mail() -> None:
    assert draft({"userName": "x", "emails": [A]}, NO_PASSWORD).notify is False


@pytest.mark.parametrize(
    ("at", "expected"), [(0, "1970-01-01T00:00:00.000Z"), (1_700_000_000_007, "2023-11-14T22:13:20.007Z")]
)
def test_moments_are_in_milliseconds(at: int, expected: str) -> None:
    assert moment(at) == expected
