"""Accounts of a test's own: what is done to one reaches no other test."""

from typing import Any

from tests.apis.certcentral.caller import ABSENT, Caller, first_caller, unused

METADATA = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example/{}">'
    "<md:IDPSSODescriptor/></md:EntityDescriptor>"
)


def owner(**changes: Any) -> dict[str, Any]:
    """A good first user."""
    name = unused("owner")
    body = {"first_name": "Alice", "last_name": "Abernathy", "email": f"{name}@example.com", "username": name}
    return {field: value for field, value in {**body, **changes}.items() if value is not ABSENT}


def subaccount(**changes: Any) -> dict[str, Any]:
    """A good body for *Create subaccount*, and these fields in place of it."""
    body: dict[str, Any] = {
        "account_type": "managed",
        "user": owner(),
        "organization": {"name": unused("Hive"), "country": "US"},
    }
    return {field: value for field, value in {**body, **changes}.items() if value is not ABSENT}


def new_account(admin: Caller) -> Caller:
    """The administrator of a new account."""
    answer = admin.post("/account", json=subaccount())
    assert answer.status_code == 201, answer.text
    return first_caller(admin.client, answer.json()["api_key"])


def root_of(caller: Caller) -> int:
    """The id of the account's root container."""
    found: int = caller.get("/account").json()["root_container_id"]
    return found


def saml_entity(**changes: Any) -> dict[str, Any]:
    """A good body for *Update SAML entity*, and these fields in place of it."""
    name = unused("Identity Provider")
    body: dict[str, Any] = {
        "xml_metadata": METADATA.format(name),
        "attribute_mapping": '{"username":"NameID"}',
        "friendly_name": name,
    }
    return {field: value for field, value in {**body, **changes}.items() if value is not ABSENT}
