"""The SAML entity: `{}` until it is set, shown as it was sent, and read without trusting it."""

from typing import Any

import pytest

from tests.apis.certcentral.accounts import METADATA, new_account, saml_entity
from tests.apis.certcentral.caller import ABSENT, Caller, refusal, unused
from tests.apis.ledger import Ledger


@pytest.fixture(scope="module")
def account(admin: Caller) -> Caller:
    """The administrator of an account of this module's own."""
    return new_account(admin)


def path(caller: Caller) -> str:
    return f"/account/saml-entity/{caller.get('/account').json()['id']}"


def test_one_that_is_not_set_is_an_empty_object(admin: Caller) -> None:
    answer = new_account(admin).get("/account/saml-entity")

    assert (answer.status_code, answer.content) == (200, b"{}")


def test_it_is_shown_as_it_was_sent_with_its_ids_as_strings(admin: Caller) -> None:
    caller = new_account(admin)
    number = str(caller.get("/account").json()["id"])
    body = saml_entity(source_url="https://idp.example/metadata.xml")

    answer = caller.put(f"/account/saml-entity/{number}", json=body)
    found = caller.get("/account/saml-entity").json()

    assert (answer.status_code, answer.content) == (204, b"")
    assert len(found.pop("date_created")) == len("2017-06-24 13:24:58")
    assert list(found.items()) == [
        ("id", number),
        ("account_id", number),
        ("xml_metadata", body["xml_metadata"]),
        ("source_url", "https://idp.example/metadata.xml"),
        ("idp_entity_id", f"https://idp.example/{body['friendly_name']}"),
        ("attribute_mapping", '{"username":"NameID"}'),
        ("friendly_name", body["friendly_name"]),
        ("friendly_slug", body["friendly_name"].lower().replace(" ", "-").replace(".", "-")),
        ("username_attribute", "NameID"),
        ("type", "login"),
    ]


def test_by_its_address_alone_it_has_no_metadata_for_none_is_fetched(account: Caller) -> None:
    body = saml_entity(xml_metadata=ABSENT, source_url="https://127.0.0.1:9/never", attribute_mapping='{"a":"b"}')
    account.put(path(account), json=body)

    found = account.get("/account/saml-entity").json()

    assert found["source_url"] == "https://127.0.0.1:9/never"
    assert not found.keys() & {"xml_metadata", "idp_entity_id", "username_attribute", "last_signon_date"}


def test_a_friendly_name_is_one_accounts_and_whose_is_not_told(account: Caller, admin: Caller, ledger: Ledger) -> None:
    other, name = new_account(admin), unused("Blue Umbrella")
    account.put(path(account), json=saml_entity(friendly_name=name))
    address, before = path(other), ledger.footprint()

    answers = [
        other.put(address, json=saml_entity(friendly_name=text))
        for text in (name, name.upper(), name.replace(" ", "_"))
    ]

    assert [refusal(answer) for answer in answers] == [(400, "friendly_name_in_use")] * 3
    assert {answer.json()["errors"][0]["message"] for answer in answers} == {"The friendly_name is in use."}
    assert ledger.footprint() == before
    assert account.put(path(account), json=saml_entity(friendly_name=name)).status_code == 204


@pytest.mark.parametrize("number", ["0", "999999", "x", "%00", "9" * 40])
def test_it_goes_by_the_accounts_own_id_and_no_other(
    account: Caller, admin: Caller, ledger: Ledger, number: str
) -> None:
    foreign, before = path(admin), ledger.footprint()
    answers = [account.put(where, json=saml_entity()) for where in (f"/account/saml-entity/{number}", foreign)]

    assert [refusal(answer) for answer in answers] == [(404, "not_found|saml_entity")] * 2
    assert ledger.footprint() == before


EXPANDING = '<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
ROOT = '<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{}"/>'

BAD_METADATA = {
    "no XML": "metadata",
    "nothing but a declaration": '<?xml version="1.0"?>',
    "cut off": METADATA[:-4],
    "two roots": ROOT.format("a") * 2,
    "a document type": "<!DOCTYPE x>" + ROOT.format("a"),
    "an expanding entity": f"<!DOCTYPE x [{EXPANDING}]>" + ROOT.format("&i;"),
    "an outer entity": '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>' + ROOT.format("&a;"),
    "an outer document type": '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">' + ROOT.format("a"),
    "an undeclared entity": ROOT.format("&a;"),
    "an entity without a document type": '<!ENTITY a "b">' + ROOT.format("a"),
    "no id": ROOT.format(""),
    "an id too long": ROOT.format("x" * 1025),
    "no name space": '<EntityDescriptor entityID="a"/>',
    "another root": '<Response xmlns="urn:oasis:names:tc:SAML:2.0:protocol" entityID="a"/>',
    "an undeclared prefix": '<md:EntityDescriptor entityID="a"/>',
    "a page": "<!DOCTYPE html><html></html>",
}


@pytest.mark.parametrize("metadata", BAD_METADATA.values(), ids=BAD_METADATA)
def test_bad_metadata_are_refused_and_nothing_is_written(account: Caller, ledger: Ledger, metadata: str) -> None:
    address, before = path(account), ledger.footprint()

    answer = account.put(address, json=saml_entity(xml_metadata=metadata))

    assert refusal(answer) == (400, "invalid_xml_metadata|malformed")
    assert ledger.footprint() == before


GOOD_METADATA = {
    "another declared encoding": '<?xml version="1.0" encoding="UTF-16"?>' + ROOT.format("ä"),
    "a comment that only looks like a document type": "<!-- <!DOCTYPE x> -->" + ROOT.format("a"),
    "character references": ROOT.format("a&amp;b&#x41;"),
    "very deep": ROOT.format("a")[:-2] + ">" + "<x>" * 20_000 + "</x>" * 20_000 + "</EntityDescriptor>",
}


@pytest.mark.parametrize("metadata", GOOD_METADATA.values(), ids=GOOD_METADATA)
def test_good_metadata_are_kept_as_they_are(account: Caller, metadata: str) -> None:
    answer = account.put(path(account), json=saml_entity(xml_metadata=metadata))

    assert answer.status_code == 204
    assert account.get("/account/saml-entity").json()["xml_metadata"] == metadata


WRONG: list[tuple[Any, str]] = [
    ([], "invalid_body|type"),
    ({"xml_metadata": ABSENT}, "invalid_xml_metadata|required"),
    ({"xml_metadata": "", "source_url": ""}, "invalid_xml_metadata|required"),
    ({"xml_metadata": "x" * 262_145}, "invalid_xml_metadata|too_long"),
    ({"xml_metadata": "\u0000"}, "invalid_xml_metadata|characters"),
    ({"xml_metadata": 5}, "invalid_xml_metadata|type"),
    ({"friendly_name": ABSENT}, "invalid_friendly_name|required"),
    ({"friendly_name": " "}, "invalid_friendly_name|required"),
    ({"friendly_name": "x" * 256}, "invalid_friendly_name|too_long"),
    ({"friendly_name": "\u2028x"}, "invalid_friendly_name|characters"),
    ({"friendly_name": "?!"}, "invalid_friendly_name|characters"),
    ({"attribute_mapping": ABSENT}, "invalid_attribute_mapping|required"),
    ({"attribute_mapping": ""}, "invalid_attribute_mapping|required"),
    ({"attribute_mapping": {"username": "NameID"}}, "invalid_attribute_mapping|type"),
    ({"attribute_mapping": "username"}, "invalid_attribute_mapping|malformed"),
    ({"attribute_mapping": "[]"}, "invalid_attribute_mapping|malformed"),
    ({"attribute_mapping": '{"a":1}'}, "invalid_attribute_mapping|malformed"),
    ({"attribute_mapping": '{"a":"b","a":"c"}'}, "invalid_attribute_mapping|malformed"),
    ({"attribute_mapping": "<a/>"}, "invalid_attribute_mapping|malformed"),
    ({"attribute_mapping": "[" * 10_000}, "invalid_attribute_mapping|malformed"),
    ({"attribute_mapping": '{"a":"' + "b" * 16_384 + '"}'}, "invalid_attribute_mapping|too_long"),
    *(
        ({"source_url": text}, "invalid_source_url|malformed")
        for text in (
            "http://idp.example/",
            "ftp://idp.example/",
            "file:///etc/hostname",
            "https://",
            "https:idp.example",
            "//idp.example/",
            "idp.example",
            "https://user:password@idp.example/",
            "https://idp.example:99999/",
            "https://[::1/",
            "https://idp.example/a b",
            "https://idp.exämple/",
            "javascript:alert(1)",
        )
    ),
    ({"source_url": "https://idp.example/\n"}, "invalid_source_url|characters"),
    ({"source_url": "https://idp.example/" + "x" * 2048}, "invalid_source_url|too_long"),
]


@pytest.mark.parametrize(("changes", "code"), WRONG, ids=[code for _, code in WRONG])
def test_a_bad_entity_is_refused_and_nothing_is_written(
    account: Caller, ledger: Ledger, changes: Any, code: str
) -> None:
    address, before = path(account), ledger.footprint()

    answer = account.put(address, json=saml_entity(**changes) if isinstance(changes, dict) else changes)

    assert refusal(answer) == (400, code)
    assert ledger.footprint() == before
