"""Mails are delivered once, by whoever claims them, and tried again for as long as it makes sense."""

import asyncio
import re
from dataclasses import replace

import pytest

from muster.core.events import Origin
from muster.core.links import LINK_LIFETIME
from muster.core.mails import MOST_ATTEMPTS, ClaimMails, Mail, wait_after
from muster.core.refusals import PermissionMissing, Refused
from muster.trail import outbox
from tests.support.mail import Mailbox
from tests.support.post import PUBLIC_URL, deliverer, newest, owed
from tests.support.world import ORIGIN, Realm, World, change

MINUTE = 60_000


async def test_a_new_user_is_sent_a_link_with_his_names(world: World, realm: Realm, smtp_server: Mailbox) -> None:
    await owed(world, realm, "Jill Valentine", email="jill@example.com")
    await deliverer(world, smtp_server.url).deliver_due()
    [delivery] = smtp_server.deliveries
    mail = await newest(world, realm)

    assert (delivery.sender, delivery.recipients) == ("muster@example.com", ("jill@example.com",))
    assert delivery.subject == "Your account has been created: set your password"
    assert "Jill Valentine" in delivery.text
    assert "Racoon City" in delivery.text
    secret = "[0-9a-f]{8}-[0-9a-f]{4}-[A-Za-z0-9]{47}"
    assert re.search(rf"^{PUBLIC_URL}/password/{secret}\r?$", delivery.text, re.MULTILINE)
    assert delivery.message["Message-ID"] == f"<{mail.id}@example.com>"
    assert delivery.message["Auto-Submitted"] == "auto-generated"
    assert (mail.sent_at, mail.claimed_until, mail.attempts) == (world.sources.time, None, 1)


async def test_who_signs_in_elsewhere_is_told_where_and_gets_no_link(
    world: World, realm: Realm, smtp_server: Mailbox
) -> None:
    await owed(world, realm, sso_only=True)
    await deliverer(world, smtp_server.url).deliver_due()
    [delivery] = smtp_server.deliveries

    assert delivery.subject == "Your account has been created: you can sign in"
    assert PUBLIC_URL in delivery.text
    assert "/password/" not in delivery.text


async def test_names_in_any_script_arrive_whole(world: World, realm: Realm, smtp_server: Mailbox) -> None:
    name = "Žofie 好 " + "ß" * 200
    await owed(world, realm, name, email="zofie@example.com")
    await deliverer(world, smtp_server.url).deliver_due()

    assert name in smtp_server.deliveries[0].text


@pytest.mark.parametrize(
    "recipient", ["jill", "a@example.com, b@example.com", "Jill <jill@example.com>", "jill@example.com>\tBcc: b@c.de"]
)
async def test_what_is_no_address_is_given_up_unsent(
    world: World, realm: Realm, smtp_server: Mailbox, recipient: str
) -> None:
    await owed(world, realm)
    mail = await newest(world, realm)
    await world.do(realm.system, change(mail, replace(mail, recipient=recipient)))
    await deliverer(world, smtp_server.url).deliver_due()

    assert smtp_server.deliveries == []
    assert (await newest(world, realm)).failed_at is not None


async def test_a_mail_refused_for_now_is_tried_again_later(world: World, realm: Realm, smtp_server: Mailbox) -> None:
    await owed(world, realm)
    delivery = deliverer(world, smtp_server.url)
    smtp_server.refusal = "451 come back later"
    await delivery.deliver_due()
    refused = await newest(world, realm)
    smtp_server.refusal = None
    await delivery.deliver_due()
    too_early = len(smtp_server.deliveries)
    world.sources.time += wait_after(1)
    await delivery.deliver_due()

    assert (refused.error, refused.due_at) == ("451 come back later", refused.created_at + wait_after(1))
    assert (too_early, len(smtp_server.deliveries)) == (0, 1)
    assert (await newest(world, realm)).error is None


async def test_a_mail_is_given_up_after_twelve_attempts_over_two_days(
    world: World, realm: Realm, smtp_server: Mailbox
) -> None:
    await owed(world, realm)
    delivery, began = deliverer(world, smtp_server.url), world.sources.time
    smtp_server.refusal = "554 no\x07thanks " + "x" * 1000
    mail = await newest(world, realm)
    while not mail.done:
        world.sources.time = mail.due_at
        await delivery.deliver_due()
        mail = await newest(world, realm)
    world.sources.time += 10 * LINK_LIFETIME
    await delivery.deliver_due()

    assert mail.attempts == MOST_ATTEMPTS
    assert 48 < ((mail.failed_at or 0) - began) / (60 * MINUTE) < 60
    assert mail.error is not None
    assert len(mail.error) <= 500
    assert mail.error.isprintable()
    assert await newest(world, realm) == mail


async def test_an_address_that_does_not_exist_is_given_up_at_once(
    world: World, realm: Realm, smtp_server: Mailbox
) -> None:
    async def handle_rcpt(*_: object) -> str:
        return "550 no such user"

    smtp_server.handle_RCPT = handle_rcpt  # type: ignore[attr-defined]
    await owed(world, realm)
    await deliverer(world, smtp_server.url).deliver_due()
    mail = await newest(world, realm)

    assert (mail.attempts, mail.error) == (1, "550 no such user")
    assert mail.failed_at is not None


async def test_no_server_is_a_reason_to_try_again(world: World, realm: Realm, smtp_server: Mailbox) -> None:
    await owed(world, realm)
    await deliverer(world, "smtp://127.0.0.1:1").deliver_due()
    mail = await newest(world, realm)
    world.sources.time = mail.due_at
    await deliverer(world, smtp_server.url).deliver_due()

    assert mail.error is not None
    assert mail.error.startswith("SMTPConnectError")
    assert len(smtp_server.deliveries) == 1


async def test_two_who_deliver_at_once_send_each_mail_once(world: World, realm: Realm, smtp_server: Mailbox) -> None:
    other = await world.realm("Antwerp")
    users = [await owed(world, one, f"user{number}") for number in range(15) for one in (realm, other)]
    first, second = deliverer(world, smtp_server.url), deliverer(world, smtp_server.url)
    for _ in range(3):
        await asyncio.gather(first.deliver_due(), second.deliver_due())
    identities = [delivery.message["Message-ID"] for delivery in smtp_server.deliveries]

    assert len(identities) == len(users)
    assert len(set(identities)) == len(users)


async def test_a_claim_whose_holder_died_is_taken_over_when_it_ends(
    world: World, realm: Realm, smtp_server: Mailbox
) -> None:
    await owed(world, realm)
    mail = await newest(world, realm)
    until = world.sources.time + outbox.CLAIM_MILLISECONDS
    claimed = await world.do(realm.system, ClaimMails((mail.id,), until))
    delivery = deliverer(world, smtp_server.url)
    world.sources.time = until - 1
    while_it_stands = await delivery.deliver_due()
    world.sources.time = until
    afterwards = await delivery.deliver_due()

    assert [one.id for one in claimed] == [mail.id]
    assert (while_it_stands, afterwards) == (0, 1)
    assert (await newest(world, realm)).attempts == 2


async def test_a_mail_that_kills_whoever_carries_it_is_given_up_in_the_end(world: World, realm: Realm) -> None:
    await owed(world, realm)
    mail = await newest(world, realm)
    for _ in range(MOST_ATTEMPTS + 1):
        await world.do(realm.system, ClaimMails((mail.id,), world.sources.time + MINUTE))
        world.sources.time += MINUTE
    given_up = await newest(world, realm)

    assert (given_up.attempts, given_up.failed_at is not None) == (MOST_ATTEMPTS, True)


async def test_a_claim_is_of_one_tenant_and_for_the_system_only(world: World, realm: Realm) -> None:
    other = await world.realm("Antwerp")
    await owed(world, realm)
    mail = await newest(world, realm)
    foreign = await world.do(other.system, ClaimMails((mail.id,), world.sources.time + MINUTE))

    assert foreign == ()
    with pytest.raises(Refused) as refused:
        await world.directory.do(realm.administrator.actor, ClaimMails((mail.id,), 0), ORIGIN)
    assert refused.value.refusal == PermissionMissing("mails:deliver")


async def test_a_link_that_no_longer_works_is_not_sent(world: World, realm: Realm, smtp_server: Mailbox) -> None:
    await owed(world, realm)
    world.sources.time += LINK_LIFETIME
    await deliverer(world, smtp_server.url).deliver_due()
    mail = await newest(world, realm)

    assert smtp_server.deliveries == []
    assert (mail.error, mail.failed_at) == ("the link is gone or no longer valid", world.sources.time)


async def test_a_node_with_another_key_sends_nothing_and_leaves_the_mail_to_others(
    world: World, realm: Realm, smtp_server: Mailbox
) -> None:
    class Stranger:
        def open(self, sealed: bytes, context: str) -> str | None:
            return None

    await owed(world, realm)
    await deliverer(world, smtp_server.url, opener=Stranger()).deliver_due()
    mail = await newest(world, realm)

    assert smtp_server.deliveries == []
    assert (mail.done, mail.attempts) == (False, 1)


async def test_the_task_delivers_when_nudged_and_ends_when_stopped(
    world: World, realm: Realm, smtp_server: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "POLL_SECONDS", 3600.0)
    delivery = deliverer(world, smtp_server.url)
    delivery.start()
    await asyncio.sleep(0.05)
    await owed(world, realm)
    delivery.nudge()
    await asyncio.to_thread(smtp_server.wait_for, 1)
    await delivery.stop()

    assert (await newest(world, realm)).sent_at is not None


async def test_stopping_finishes_what_is_being_sent_and_gives_the_rest_back(
    world: World, realm: Realm, smtp_server: Mailbox
) -> None:
    sending, go_on = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    async def handle_rcpt(_: object, __: object, envelope: object, address: str, ___: object) -> str:
        loop.call_soon_threadsafe(sending.set)
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(go_on.wait(), loop))
        envelope.rcpt_tos.append(address)  # type: ignore[attr-defined]
        return "250 OK"

    smtp_server.handle_RCPT = handle_rcpt  # type: ignore[attr-defined]
    for number in range(3 * outbox.LANES):
        await owed(world, realm, f"user{number}")
    delivery = deliverer(world, smtp_server.url)
    delivery.start()
    await sending.wait()
    stopping = asyncio.create_task(delivery.stop())
    await asyncio.sleep(0.05)
    go_on.set()
    await stopping
    mails = await world.store.history.newest_mails(realm.id, 100)
    sent = [mail for mail in mails if mail.sent_at is not None]

    assert 1 <= len(sent) <= outbox.LANES
    assert len(smtp_server.deliveries) == len(sent)
    assert {(mail.attempts, mail.claimed_until) for mail in mails if mail not in sent} == {(0, None)}


async def test_what_is_due_longest_comes_first_and_what_is_done_never(world: World, realm: Realm) -> None:
    for number in range(4):
        await owed(world, realm, f"user{number}")
        world.sources.time += MINUTE
    history, now = world.store.history, world.sources.time
    first, second, third, fourth = await history.due_mails(now, 10)
    await _put(world, realm, first, replace(first, sent_at=now))
    await _put(world, realm, second, replace(second, due_at=now + 1))
    await _put(world, realm, third, replace(third, claimed_until=now + 1))

    assert [mail.due_at for mail in (first, second, third, fourth)] == [now - n * MINUTE for n in (4, 3, 2, 1)]
    assert [mail.id for mail in await history.due_mails(now, 10)] == [fourth.id]
    assert [mail.id for mail in await history.due_mails(now + 1, 2)] == [third.id, fourth.id]
    assert [mail.id for mail in await history.waiting_mails(10)] == [second.id, fourth.id, third.id]


async def _put(world: World, realm: Realm, old: Mail, becomes: Mail) -> None:
    await world.directory.do(realm.system, change(old, becomes), Origin("test"))
