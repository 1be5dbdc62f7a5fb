"""Strict JSON: one meaning or none, and never more work than the body is long."""

import json
import time
from codecs import BOM_UTF8
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from muster.web.answers import Hindered, Problem, WrongShape
from muster.web.bodies import DEEPEST, check, decoder


class Inner(Struct):
    id: int | str | None = None


class Shape(Struct):
    name: str | None = None
    inner: Inner | None = None
    many: list[Inner] | None = None


def nested(levels: int, opening: str = "[", closing: str = "]") -> bytes:
    return (opening * levels + closing * levels).encode()


def problem_of(body: bytes) -> Problem | None:
    try:
        check(body)
    except Hindered as hindered:
        return hindered.problem
    return None


GOOD = [
    b"{}",
    b"[]",
    b"5",
    b' \n{"a":1}\t',
    b'{"a":{"a":{"a":1}}}',
    b'[{"a":1},{"a":1}]',
    b'{"a":1,"A":1,"":2}',
    b'{"a":"\\u0000\\ud83d\\ude00"}',
    nested(DEEPEST),
    nested(DEEPEST, '{"a":', "}").replace(b":}", b":0}"),
    b"[" + b",".join([b"[[]]"] * 1000) + b"]",
    b'["' + b"[" * 100 + b'"]',
    b'["\\"' + b"[{" * 100 + b'\\\\"]',
]
MALFORMED = [
    b"",
    b"{",
    b"nothing",
    b'{"a":1,"a":1}',
    b'{"a":1,"\\u0061":1}',
    b'[{"b":[{"a":1,"a":2}]}]',
    b"NaN",
    b'{"a":-Infinity}',
    b"\xff",
    b'"\xed\xa0\x80"',
    b'"\xc0\xaf"',
    b"\xef\xbb\xbf{}",
    "{}".encode("utf-16"),
    "{}".encode("utf-32-le"),
    b'"a\x00b"',
    b"{}\x00",
    b"9" * 5000,
    nested(DEEPEST + 1),
    nested(DEEPEST + 1, '{"a":', "}").replace(b":}", b":0}"),
    b"[" * 100_000,
    b"]" * 50 + b"[" * 50,
    b'{"a":' * 100_000,
]


@pytest.mark.parametrize("body", GOOD, ids=lambda body: ascii(body)[:30])
def test_good_json_is_let_through(body: bytes) -> None:
    assert problem_of(body) is None


@pytest.mark.parametrize("body", MALFORMED, ids=lambda body: ascii(body)[:30])
def test_what_has_no_meaning_or_two_is_malformed(body: bytes) -> None:
    assert problem_of(body) is Problem.MALFORMED


class Pairs(list[tuple[str, Any]]):
    """An object as it is written: a key may come again."""

    def is_plain(self) -> bool:
        """Whether no key comes again, here or inside."""
        names = [name for name, _ in self]
        return len(set(names)) == len(names) and all(are_plain(value) for _, value in self)


def are_plain(value: Any) -> bool:
    if isinstance(value, Pairs):
        return value.is_plain()
    return all(map(are_plain, value)) if isinstance(value, list) else True


def written(value: Any) -> str:
    if isinstance(value, Pairs):
        return "{" + " , ".join(f"{json.dumps(name)}: {written(inner)}" for name, inner in value) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(written, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


_TEXTS = st.text(alphabet='ab:"\\é\n', max_size=3)
_VALUES = st.recursive(
    st.none() | st.integers(-3, 3) | _TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.lists(st.tuples(_TEXTS, inner), max_size=3).map(Pairs),
    max_leaves=8,
)


@given(_VALUES)
def test_a_body_is_refused_if_any_of_its_objects_names_a_key_twice_and_only_then(value: Any) -> None:
    assert problem_of(written(value).encode()) is (None if are_plain(value) else Problem.MALFORMED)


@pytest.mark.parametrize("before", [b"", b"\n \t", BOM_UTF8, BOM_UTF8 + b"\r\n"])
def test_xml_is_told_apart(before: bytes) -> None:
    assert problem_of(before + b"<user/>") is Problem.NOT_ACCEPTABLE


COSTLY = {
    "quotes in a string without end": b"[" * 33 + b'"' + b'\\"' * 500_000,
    "backslashes without end": b"[" * 33 + b'"' + b"\\" * 1_000_000,
    "many strings": b"[" * 33 + b'"",' * 300_000,
    "many brackets": b"[" * 1_000_000,
    "many objects": b"[" + b'{"a":1},' * 120_000,
    "many keys": b"{" + b",".join(b'"%d":0' % number for number in range(90_000)) + b"}",
}


@pytest.mark.parametrize("name", COSTLY)
def test_the_work_for_a_body_grows_no_faster_than_its_length(name: str) -> None:
    body = COSTLY[name]
    began = time.process_time()

    problem_of(body)

    # A few hundredths of a second where it is linear, and minutes where it is not.
    assert time.process_time() - began < 5


WRONG = [
    (b"[]", ""),
    (b"null", ""),
    (b'{"name":5}', "name"),
    (b'{"inner":5}', "inner"),
    (b'{"inner":{"id":1.5}}', "inner.id"),
    (b'{"many":[{},{"id":[]}]}', "many.id"),
    (b'{"many":[5]}', "many"),
    (b'{"name":1e999}', "name"),
]


@pytest.mark.parametrize(("body", "field"), WRONG)
def test_a_value_of_another_type_is_named_by_its_field(body: bytes, field: str) -> None:
    with pytest.raises(WrongShape) as raised:
        decoder(Shape)(body)

    assert raised.value.field == field


@pytest.mark.parametrize("body", [b'{"name":"\\ud800"}', b'{"else":"\\udc00"}', b'{"name":"\\udc00\\ud800"}'])
def test_a_lone_surrogate_is_malformed_wherever_it_stands(body: bytes) -> None:
    with pytest.raises(Hindered) as raised:
        decoder(Shape)(body)

    assert raised.value.problem is Problem.MALFORMED


def test_a_body_becomes_its_shape_and_unknown_fields_are_ignored() -> None:
    shape = decoder(Shape)(b'{"else":[1,{"x":null}],"name":"\\u00e9","many":[{"id":"5"},{"id":5}]}')

    assert shape == Shape(name="é", many=[Inner("5"), Inner(5)])
