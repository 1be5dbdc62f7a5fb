"""What a client has already is not sent again: `If-None-Match` against the ETag of an answer."""

import pytest

from muster.web.answers import Answer
from muster.web.preconditions import unless_known

HEADERS = ((b"content-type", b"application/json"), (b"etag", b'"abc"'), (b"cache-control", b"no-cache"))
FOUND = Answer(200, b"{}", HEADERS)


@pytest.mark.parametrize("tags", ['"abc"', 'W/"abc"', '"x", "abc"', '"x",W/"abc","y"', "*", ' "abc" '])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_body_that_is_known_is_not_sent_again(method: str, tags: str) -> None:
    answer = unless_known(FOUND, method, tags)

    assert answer == Answer(304, b"", HEADERS[1:])


@pytest.mark.parametrize("tags", [None, "", '"ab"', "abc", '"ABC"', 'W/"x", "y"', '"', ",,"])
def test_any_other_tag_makes_no_difference(tags: str | None) -> None:
    assert unless_known(FOUND, "GET", tags) == FOUND


@pytest.mark.parametrize(
    ("method", "answer"),
    [
        ("POST", FOUND),
        ("PUT", FOUND),
        ("GET", Answer(404, b"{}", HEADERS)),
        ("GET", Answer(204, b"", HEADERS)),
        ("GET", Answer(200, b"{}")),
    ],
)
def test_neither_what_was_written_nor_what_has_no_tag_is_kept_back(method: str, answer: Answer) -> None:
    assert unless_known(answer, method, '*, "abc"') == answer
