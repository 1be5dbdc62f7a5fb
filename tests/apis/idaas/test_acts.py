"""Every act that the directory records has a name on this wire, and no name is of an act that there is not."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from muster import core
from muster.apis.idaas.acts import ACTS, OTHER, called
from muster.core.belonging import KINDS
from tests.apis.idaas import contract

_ACT = re.compile(r"[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*")

COMPOSED = {f"{kind.NOUN}.members-changed" for kind in KINDS} | {
    f"user.{kind.FIELD.replace('_', '-')}-set" for kind in KINDS
}
"""Acts that are put together from the names of their kinds."""


def acts_in(tree: ast.AST) -> Iterator[str]:
    """The texts that look like an act, docstrings aside."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _ACT.fullmatch(node.value):
            yield node.value


def test_every_act_of_the_core_is_named() -> None:
    found = {act for path in Path(core.__path__[0]).glob("*.py") for act in acts_in(ast.parse(path.read_text()))}

    assert found | COMPOSED == set(ACTS)


def test_types_are_told_apart_and_entities_are_the_files() -> None:
    types = [it.type for it in ACTS.values()]

    assert len(set(types)) == len(types)
    if contract.is_present():
        permission = contract._document()["components"]["schemas"]["Permission"]["properties"]
        assert {it.entity for it in ACTS.values()} - {None} <= set(permission["entityType"]["enum"])


def test_an_act_that_is_not_known_has_a_name_too() -> None:
    assert called("moon.landed") == OTHER
