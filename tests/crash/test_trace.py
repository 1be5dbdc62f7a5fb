"""The judgement of traces can tell right from wrong: small traces, written by hand as strace would."""

import pytest

from tests.crash.trace import judge

NAME = "crash00001-0000000007@example.com"
OTHER = "crash00001-0000000008@example.com"

REQUEST = (
    f'7 read(12<socket:[5]>, "POST /services/v2/user HTTP/1.1\\r\\n {{\\"username\\": \\"{NAME}\\"}}", 65536) = 90'
)
FRAME = '7 pwrite64(9<muster.db-wal>, "\\0\\0\\0\\2\\0\\0\\0\\0saltsaltsumssums", 24, 32) = 24'
LAST_FRAME = '7 pwrite64(9<muster.db-wal>, "\\0\\0\\0\\3\\0\\0\\0\\5saltsaltsumssums", 24, 64) = 24'
PAGE = f'7 pwrite64(9<muster.db-wal>, "\\r\\0{NAME}\\0", 4096, 56) = 4096'
OTHER_PAGE = f'7 pwrite64(9<muster.db-wal>, "\\r\\0{OTHER}\\0", 4096, 56) = 4096'
EMPTY_PAGE = '7 pwrite64(9<muster.db-wal>, "\\r\\0\\0", 4096, 88) = 4096'
SYNC = "7 fdatasync(9<muster.db-wal>) = 0"
FAILED_SYNC = "7 fdatasync(9<muster.db-wal>) = -1 EIO (Input/output error)"
SYNC_OF_ANOTHER = "7 fdatasync(8<muster.db>) = 0"
SYNC_BEGINS = "8 fdatasync(9<muster.db-wal> <unfinished ...>"
SYNC_ENDS = "8 <... fdatasync resumed>) = 0"
ANSWER = '7 write(12<socket:[5]>, "HTTP/1.1 201 Created\\r\\n", 22) = 22'
REFUSAL = '7 write(12<socket:[5]>, "HTTP/1.1 400 Bad Request\\r\\n", 26) = 26'
ANSWER_BEGINS = '7 write(12<socket:[5]>, "HTTP/1.1 201 Created\\r\\n", 22 <unfinished ...>'
ANSWER_ENDS = "7 <... write resumed>) = 22"

COMMITTED = [REQUEST, FRAME, PAGE, LAST_FRAME, EMPTY_PAGE]


@pytest.mark.parametrize(
    ("trace", "expected"),
    [
        pytest.param([*COMMITTED, SYNC, ANSWER], 0, id="answered after the sync"),
        pytest.param([*COMMITTED, SYNC_BEGINS, SYNC_ENDS, ANSWER], 0, id="synced by another thread"),
        pytest.param([*COMMITTED, SYNC, LAST_FRAME, OTHER_PAGE, ANSWER], 0, id="while the next batch is written"),
        pytest.param([REQUEST, REFUSAL], 0, id="a refusal writes nothing"),
        pytest.param([*COMMITTED, ANSWER, SYNC], 1, id="answered between write and sync"),
        pytest.param([*COMMITTED, SYNC_BEGINS, ANSWER, SYNC_ENDS], 1, id="answered during the sync"),
        pytest.param([*COMMITTED, SYNC_BEGINS, ANSWER_BEGINS, SYNC_ENDS, ANSWER_ENDS], 1, id="begun during the sync"),
        pytest.param([REQUEST, FRAME, PAGE, SYNC, LAST_FRAME, EMPTY_PAGE, ANSWER], 1, id="synced before it was whole"),
        pytest.param([REQUEST, SYNC_BEGINS, *COMMITTED[1:], SYNC_ENDS, ANSWER], 1, id="sync begun before the write"),
        pytest.param([*COMMITTED, FAILED_SYNC, ANSWER], 1, id="a sync that failed"),
        pytest.param([*COMMITTED, SYNC_OF_ANOTHER, ANSWER], 1, id="a sync of another file"),
        pytest.param([*COMMITTED, ANSWER], 1, id="never synced"),
        pytest.param([REQUEST, LAST_FRAME, OTHER_PAGE, SYNC, ANSWER], 1, id="never written"),
        pytest.param([ANSWER], 1, id="never asked for"),
    ],
)
def test_an_answer_before_its_sync_is_found(trace: list[str], expected: int) -> None:
    verdict = judge(trace)

    assert len(verdict.violations) == expected


def test_what_was_seen_is_counted() -> None:
    verdict = judge([*COMMITTED, SYNC, ANSWER])

    assert str(verdict) == "1 answers, 1 commits, 1 syncs: 0 answers left before their sync"
    assert verdict.is_sound


def test_a_trace_without_answers_proves_nothing() -> None:
    verdict = judge([*COMMITTED, SYNC])

    assert not verdict.is_sound
