"""`muster mail`, `muster audit` and `muster census`, run beside an open directory as they would be beside a server."""

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from muster.cli import audit, census, mail
from muster.core.mails import MOST_ATTEMPTS, Mail
from muster.settings import Settings, read
from tests.support.mail import Mailbox
from tests.support.post import PUBLIC_URL, SEALER, deliverer, newest, owed
from tests.support.tampering import tamper
from tests.support.world import ORIGIN, Realm, World

MINUTE = 60_000


@pytest.fixture
def settings(world: World, tmp_path: Path) -> Settings:
    """The settings of an installation over the world's database, at the machine's own time."""
    world.sources.time = time.time_ns() // 1_000_000
    flags = {"data": str(tmp_path / "var"), "database_url": world.url, "public_url": PUBLIC_URL}
    return replace(read(flags, {}), secret_key=b"a key for tests")


async def run(command: ModuleType, settings: Settings, *arguments: str) -> int:
    """The exit status of a command."""
    parser = argparse.ArgumentParser()
    command.add(parser.add_subparsers())
    args = parser.parse_args([command.__name__.rpartition(".")[2], *arguments])
    status: int = await args.run(args, settings)
    return status


def address_in(one: Mail) -> str:
    assert one.sealed is not None
    return f"{PUBLIC_URL}/password/{SEALER.open(one.sealed, one.id)}"


async def test_mails_are_listed_with_their_links_the_newest_last(
    settings: Settings, world: World, realm: Realm, smtp_server: Mailbox, capsys: pytest.CaptureFixture[str]
) -> None:
    await owed(world, realm, "first")
    first = await newest(world, realm)
    await deliverer(world, smtp_server.url).deliver_due()
    world.sources.time += 1
    await owed(world, realm, "second")
    second = await newest(world, realm)
    world.sources.time += 1
    await owed(world, realm, "third", sso_only=True)
    status = await run(mail, settings)
    lines = capsys.readouterr().out.splitlines()

    assert status == 0
    assert [line.split("  ")[1] for line in lines[::2]] == [
        "first@example.com",
        "second@example.com",
        "third@example.com",
    ]
    assert [line.split("  ")[2] for line in lines[::2]] == ["set-password", "set-password", "sign-in"]
    assert [line.split("  ")[3].split()[0] for line in lines[::2]] == ["sent", "waiting", "waiting"]
    assert [line.strip() for line in lines[1::2]] == [address_in(first), address_in(second)]


async def test_a_link_that_no_longer_works_is_not_listed(
    settings: Settings, world: World, realm: Realm, capsys: pytest.CaptureFixture[str]
) -> None:
    await owed(world, realm)
    address = address_in(await newest(world, realm))
    await world.directory.set_password(address.rpartition("/")[2], "a good password", ORIGIN)
    await run(mail, settings)
    output = capsys.readouterr().out

    assert address not in output
    assert "(its link was used or replaced, or has expired)" in output


async def test_a_list_is_bounded_and_of_one_tenant_if_wanted(
    settings: Settings, world: World, realm: Realm, capsys: pytest.CaptureFixture[str]
) -> None:
    other = await world.realm("Antwerp")
    for number in range(4):
        world.sources.time += 1
        await owed(world, realm, f"user{number}", sso_only=True)
        await owed(world, other, f"other{number}", sso_only=True)
    statuses = [
        await run(mail, settings, "--limit", "2", "--tenant", "antwerp"),
        await run(mail, settings, "--tenant", "nobody\x1b[31m"),
    ]
    printed = capsys.readouterr()

    assert statuses == [0, 1]
    assert [line.split("  ")[1] for line in printed.out.splitlines()] == ["other2@example.com", "other3@example.com"]
    assert "there is no tenant nobody?[31m" in printed.err


MAIL = Mail("i", "t", "sign-in", "u", "a@b.de", None, 0, 0)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "waiting"),
        ({"claimed_until": 2 * MINUTE, "attempts": 1}, "being sent"),
        ({"claimed_until": MINUTE, "attempts": 1}, "tried 1, again 1970-01-01 00:00:00Z: broken off"),
        ({"attempts": 2, "due_at": MINUTE, "error": "451 no\x1b"}, "tried 2, again 1970-01-01 00:01:00Z: 451 no?"),
        ({"sent_at": 1000, "attempts": 1}, "sent 1970-01-01 00:00:01Z"),
        ({"failed_at": 1000, "attempts": MOST_ATTEMPTS, "error": "550"}, "given up after 12: 550"),
    ],
)
def test_what_became_of_a_mail_is_told(changes: dict[str, int | str], expected: str) -> None:
    assert mail.state(replace(MAIL, **changes), MINUTE) == expected  # type: ignore[arg-type]


async def test_a_sound_trail_is_verified_against_heads_that_were_written_out(
    settings: Settings, world: World, realm: Realm, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    heads = tmp_path / "heads"
    first = await run(audit, settings, "head", "--to", str(heads))
    await owed(world, realm)
    second = await run(audit, settings, "head", "--to", str(heads))
    printing = await run(audit, settings, "head")
    printed = capsys.readouterr().out.splitlines()
    status = await run(audit, settings, "verify", "--heads", str(heads), "--tenant", "Racoon City")
    verdict = capsys.readouterr().out

    assert (first, second, printing, status) == (0, 0, 0, 0)
    assert [json.loads(line)["sequence"] for line in heads.read_text().splitlines()] == [3, 4]
    assert [json.loads(line)["tenant"] for line in printed] == [realm.id]
    assert verdict == f"holds   Racoon City ({realm.id}): 4 events, 2 sealed heads\n"


async def test_a_cut_end_fails_the_command_that_is_given_the_heads(
    settings: Settings, world: World, realm: Realm, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    heads = tmp_path / "heads"
    await owed(world, realm)
    await run(audit, settings, "head", "--to", str(heads))
    await tamper(
        world.url,
        "DELETE FROM events WHERE sequence > 3",
        "UPDATE heads SET sequence = 3, link = (SELECT link FROM events WHERE sequence = 3) WHERE sequence = 4",
    )
    statuses = await run(audit, settings, "verify"), await run(audit, settings, "verify", "--heads", str(heads))
    printed = capsys.readouterr()

    assert statuses == (0, 1)
    assert "event 4: the chain ends before this event, which a sealed head names: it was cut" in printed.out
    assert "muster: the audit trail of 1 tenant(s) is broken" in printed.err


async def test_a_forged_head_stops_the_command(
    settings: Settings, world: World, realm: Realm, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    heads = tmp_path / "heads"
    await run(audit, settings, "head", "--to", str(heads))
    heads.write_text(heads.read_text().replace('"sequence":3', '"sequence":2'))
    status = await run(audit, settings, "verify", "--heads", str(heads))
    printed = capsys.readouterr()

    assert (status, printed.out) == (1, "")
    assert "line 1: its seal is not this installation's, or it was changed; nothing was verified" in printed.err


async def test_heads_that_are_not_there_are_asked_for_in_a_wrong_way(
    settings: Settings, realm: Realm, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    statuses = (
        await run(audit, settings, "verify", "--heads", str(tmp_path / "none")),
        await run(audit, settings, "head", "--to", str(tmp_path / "none" / "heads")),
    )

    assert statuses == (2, 2)
    assert capsys.readouterr().err.count("No such file or directory") == 2


async def test_a_database_without_a_trail_is_not_called_sound(settings: Settings, world: World) -> None:
    assert await run(audit, settings, "verify") == 1


async def test_the_census_is_proven_and_set_right(
    settings: Settings, world: World, realm: Realm, capsys: pytest.CaptureFixture[str]
) -> None:
    assert realm.administrator.user.home == realm.root.id
    right = await run(census, settings, "verify")
    await tamper(world.url, "UPDATE census SET users = users + 1")
    wrong = [await run(census, settings, command) for command in ("verify", "rebuild", "verify")]

    assert (right, wrong) == (0, [1, None, 0])
    assert capsys.readouterr().out.splitlines() == [
        "the census is right",
        "4 figures are wrong",
        "4 figures were wrong, and are right now",
        "the census is right",
    ]
