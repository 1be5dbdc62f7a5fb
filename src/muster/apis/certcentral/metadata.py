"""SAML metadata: read for the id of the identity provider that it describes, and for nothing else.

What is read is a stranger's XML: a document type is refused where it begins, so that no entity is ever declared, and
nothing outside the text is looked at.
"""

from __future__ import annotations

from typing import NoReturn
from xml.parsers import expat

from muster.core.federation import METADATA_LENGTH
from muster.core.refusals import Fault, Invalid, refuse
from muster.core.values import text

DESCRIPTOR = "urn:oasis:names:tc:SAML:2.0:metadata EntityDescriptor"
"""Name space and name of the root (SAML metadata, section 2.3.2)."""

ID_LENGTH = 1024


def provider_id(metadata: str) -> str:
    """The `entityID` of the document. Refuses with `Invalid` what is too long or no such document."""
    text(metadata, "metadata", METADATA_LENGTH)
    root: list[tuple[str, dict[str, str]]] = []

    def begin(name: str, attributes: dict[str, str]) -> None:
        if not root:
            root.append((name, attributes))

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = begin
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    try:
        parser.Parse(metadata, True)
    except expat.ExpatError:
        _refuse()
    [(name, attributes)] = root
    found = attributes.get("entityID", "")
    if name != DESCRIPTOR or not 0 < len(found) <= ID_LENGTH:
        _refuse()
    return found


def _refuse(*_: object) -> NoReturn:
    refuse(Invalid("metadata", Fault.MALFORMED))
