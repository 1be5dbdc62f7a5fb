"""Preconditions of a request (RFC 9110, section 13): what its sender has already is not sent again.

`If-None-Match` alone is looked at, and for what was read alone. Nothing here keeps a write from being done.
"""

from __future__ import annotations

from muster.web.answers import Answer

_OF_A_BODY = (b"content-type",)


def unless_known(answer: Answer, method: str, tags: str | None) -> Answer:
    """The answer, or 304 without a body if its ETag is one of these `tags` (the value of `If-None-Match`).

    Weak tags are compared as strong ones: a body that came compressed is the same body.
    """
    if tags is None or answer.status != 200 or method not in ("GET", "HEAD"):
        return answer
    tag = dict(answer.headers).get(b"etag", b"").decode("latin-1").removeprefix("W/")
    known = {one.strip().removeprefix("W/") for one in tags.split(",")}
    if not tag or not {tag, "*"} & known:
        return answer
    return Answer(304, b"", tuple(one for one in answer.headers if one[0] not in _OF_A_BODY))
