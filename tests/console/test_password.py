"""The page on which the owner of a mailed link sets his password, once."""

import asyncio
import re
from base64 import b64encode
from hashlib import sha256
from typing import NoReturn

import httpx
import pytest

from muster.core.links import LINK_LIFETIME
from muster.core.refusals import Refusal, Refused, Saturated, Unavailable
from muster.core.users import User
from tests.support.mail import Mailbox
from tests.support.post import PUBLIC_URL, SEALER, deliverer, newest, owed
from tests.support.world import Realm, World

GOOD = "correct horse battery"
NOT_VALID = "This link is invalid or has expired."


async def linked(world: World, realm: Realm, name: str = "jill") -> tuple[User, str]:
    """A new user and the path of his link."""
    user = await owed(world, realm, name, email="jill@example.com")
    mail = await newest(world, realm)
    assert mail.sealed is not None
    return user, f"/password/{SEALER.open(mail.sealed, mail.id)}"


def both(password: str, again: str | None = None) -> dict[str, str]:
    """What the form sends."""
    return {"password": password, "again": password if again is None else again}


async def has_password(world: World, realm: Realm, user: User, password: str) -> bool:
    kept = (await world.user(realm, user.number)).password
    return await world.sources.verify_password(password, kept)


async def test_the_mailed_link_leads_to_a_page_that_sets_the_password_once(
    world: World, realm: Realm, browser: httpx.AsyncClient, smtp_server: Mailbox
) -> None:
    user = await owed(world, realm)
    await deliverer(world, smtp_server.url).deliver_due()
    [address] = re.findall(rf"{PUBLIC_URL}(/\S+)", smtp_server.deliveries[0].text)
    shown = await browser.get(address)
    done = await browser.post(address, data=both(GOOD))
    again, looked = await browser.post(address, data=both("another good password")), await browser.get(address)

    assert (shown.status_code, done.status_code) == (200, 200)
    assert 'value="jill"' in shown.text
    assert "Your password is set" in done.text
    assert (again.status_code, looked.status_code) == (404, 404)
    assert NOT_VALID in looked.text
    assert await has_password(world, realm, user, GOOD)


async def test_looking_does_not_use_the_link_up(world: World, realm: Realm, browser: httpx.AsyncClient) -> None:
    _, address = await linked(world, realm)
    looks = [await browser.request(method, address) for method in ("GET", "HEAD", "GET")]

    assert [look.status_code for look in looks] == [200, 200, 200]
    assert looks[1].text == ""
    assert (await browser.post(address, data=both(GOOD))).status_code == 200


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", ["", "/", "/unknown", "/%00", "/%ff", "/a/b", "/..%2f", "/" + "x" * 5000])
async def test_what_is_no_link_is_not_found(browser: httpx.AsyncClient, method: str, path: str) -> None:
    answer = await browser.request(method, f"/password{path}")

    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert NOT_VALID in answer.text


async def test_a_link_with_a_slash_behind_it_sends_nobody_elsewhere(
    world: World, realm: Realm, browser: httpx.AsyncClient
) -> None:
    _, address = await linked(world, realm)
    answer = await browser.get(f"{address}/")

    assert answer.status_code == 404


async def test_a_link_expires(world: World, realm: Realm, browser: httpx.AsyncClient) -> None:
    user, address = await linked(world, realm)
    world.sources.time += LINK_LIFETIME
    answers = await browser.get(address), await browser.post(address, data=both(GOOD))

    assert [answer.status_code for answer in answers] == [404, 404]
    assert (await world.user(realm, user.number)).password is None


@pytest.mark.parametrize(
    ("form", "wanted"),
    [
        (both(GOOD, "correct horse batteri"), "not the same"),
        (both("short"), "8 characters"),
        (both("Jill is my name"), "username"),
        (both("x" * 257), "256 characters"),
        ({"password": GOOD}, "not the same"),
        ({}, "8 characters"),
    ],
)
async def test_a_password_that_will_not_do_is_explained_and_the_link_stays_good(
    world: World, realm: Realm, browser: httpx.AsyncClient, form: dict[str, str], wanted: str
) -> None:
    user, address = await linked(world, realm)
    refused = await browser.post(address, data=form, headers={"Content-Type": "application/x-www-form-urlencoded"})
    alert = re.search(r'role="alert"[^>]*>([^<]*)<', refused.text)

    assert refused.status_code == 422
    assert alert is not None
    assert wanted in alert.group(1)
    assert not any(value in refused.text for value in form.values())
    assert (await browser.post(address, data=both(GOOD))).status_code == 200
    assert await has_password(world, realm, user, GOOD)


@pytest.mark.parametrize("password", ["pässwörd für Žofie 好", " with  spaces + & = % ", "🐎" * 256])
async def test_a_password_of_any_letters_is_taken_as_it_is(
    world: World, realm: Realm, browser: httpx.AsyncClient, password: str
) -> None:
    user, address = await linked(world, realm)
    answer = await browser.post(address, data=both(password))

    assert answer.status_code == 200
    assert await has_password(world, realm, user, password)


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("application/json", b'{"password": "x"}', 415),
        ("multipart/form-data; boundary=x", b"--x--", 415),
        (None, b"password=x&again=x", 415),
        ("application/x-www-form-urlencoded", b"password=" + b"x" * 20_000, 413),
        ("application/x-www-form-urlencoded", b"password=%ff&again=%ff", 400),
        ("application/x-www-form-urlencoded", b"password=\xff", 400),
        ("application/x-www-form-urlencoded", b"password=a&password=b", 400),
        ("application/x-www-form-urlencoded", b"&".join([b"a=b"] * 11), 400),
    ],
)
async def test_what_is_no_form_is_refused_and_the_link_stays_good(
    world: World, realm: Realm, browser: httpx.AsyncClient, content_type: str | None, body: bytes, status: int
) -> None:
    _, address = await linked(world, realm)
    headers = {} if content_type is None else {"Content-Type": content_type}
    answer = await browser.post(address, content=body, headers=headers)

    assert answer.status_code == status
    assert (await browser.get(address)).status_code == 200


async def test_other_methods_are_refused(world: World, realm: Realm, browser: httpx.AsyncClient) -> None:
    _, address = await linked(world, realm)
    answer = await browser.delete(address)

    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "POST"}


async def test_a_username_is_shown_as_text_whatever_it_says(
    world: World, realm: Realm, browser: httpx.AsyncClient
) -> None:
    name = "\"><script>alert('x')</script>&amp;"
    _, address = await linked(world, realm, name)
    pages = [
        await browser.get(address),
        await browser.post(address, data=both("short")),
        await browser.post(address, data=both(GOOD)),
    ]

    assert [page.status_code for page in pages] == [200, 422, 200]
    for page in pages:
        assert "<script" not in page.text
        assert "&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;&amp;amp;" in page.text


async def test_of_parallel_posts_with_one_link_exactly_one_wins(
    world: World, realm: Realm, browser: httpx.AsyncClient
) -> None:
    user, address = await linked(world, realm)
    passwords = [f"a good password, number {number}" for number in range(8)]
    answers = await asyncio.gather(*(browser.post(address, data=both(password)) for password in passwords))
    statuses = [answer.status_code for answer in answers]
    winner = passwords[statuses.index(200)]

    assert sorted(statuses) == [200] + [404] * 7
    assert await has_password(world, realm, user, winner)


async def test_that_a_password_was_set_is_recorded_with_the_clients_address(
    world: World, realm: Realm, browser: httpx.AsyncClient
) -> None:
    user, address = await linked(world, realm)
    await browser.post(address, data=both(GOOD))
    event = (await world.store.history.events(realm.id, None, 100))[-1]

    assert (event.act, event.subject, event.actor_kind) == ("user.password-set", user.id, "system")
    assert (event.channel, event.address) == ("console", "192.0.2.99")


@pytest.mark.parametrize("refusal", [Saturated(), Unavailable()])
async def test_a_busy_directory_asks_for_patience(
    world: World, realm: Realm, browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, refusal: Refusal
) -> None:
    async def refuse(_: object) -> NoReturn:
        raise Refused(refusal)

    _, address = await linked(world, realm)
    with monkeypatch.context() as broken:
        broken.setattr(world.store, "write", refuse)
        busy = await browser.post(address, data=both(GOOD))

    assert (busy.status_code, busy.headers["retry-after"]) == (503, "5")
    assert (await browser.post(address, data=both(GOOD))).status_code == 200


async def test_every_page_keeps_itself_to_itself(world: World, realm: Realm, browser: httpx.AsyncClient) -> None:
    _, address = await linked(world, realm)
    pages = [
        await browser.get(address),
        await browser.post(address, data=both("short")),
        await browser.post(address, content=b"x"),
        await browser.get("/password/unknown"),
        await browser.put(address),
        await browser.post(address, data=both(GOOD)),
    ]

    for page in pages:
        [style] = re.findall(r"<style>(.*?)</style>", page.text, re.DOTALL)
        digest = b64encode(sha256(style.encode()).digest()).decode()
        assert page.headers["content-security-policy"] == (
            f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; "
            "frame-ancestors 'none'; base-uri 'none'"
        )
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["x-content-type-options"] == "nosniff"
        assert not re.search(r"<script| style=| on\w+=|https?:", page.text)


async def test_every_field_has_a_label_and_the_complaint_is_tied_to_it(
    world: World, realm: Realm, browser: httpx.AsyncClient
) -> None:
    _, address = await linked(world, realm)
    page = (await browser.post(address, data=both("short"))).text
    fields, labels = re.findall(r'<input id="(\w+)"', page), re.findall(r'<label for="(\w+)"', page)
    described = re.findall(r'aria-describedby="([\w ]+)"', page)

    assert fields == labels == ["username", "password", "again"]
    assert described == ["wrong hint"]
    assert all(f'id="{name}"' in page for name in described[0].split())
    assert '<html lang="en">' in page
