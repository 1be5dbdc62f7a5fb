"""Closed sets of words, as questions in data are made of: quick to be looked up by."""

from __future__ import annotations

from enum import Enum


class Word(Enum):
    """A word of a closed set. Its hash is the object's: `Enum`'s own costs more than the look-ups that it serves."""

    __hash__ = object.__hash__
