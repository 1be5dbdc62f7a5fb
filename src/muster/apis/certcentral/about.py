"""What the API says of itself beside its table of operations."""

from __future__ import annotations

import re
from typing import Annotated

from muster.apis.certcentral import shapes
from muster.apis.certcentral.authorization import PERMISSIONS
from muster.core.values import LOGIN_NAME_LENGTH
from muster.web.openapi import About
from muster.web.routes import Route
from muster.web.schemas import told

_PERMISSION_NAMES = {ours: name for name, ours in PERMISSIONS.items()}
_PATH_NUMBER = Annotated[int, told(minimum=1, maximum=shapes.LARGEST_ID)]


def _operation_id(route: Route) -> str:
    """The vendor's name of the operation as one word: `listServiceUsers`."""
    words = re.findall("[A-Za-z]+", route.summary)
    return "".join([words[0].lower(), *(word[0].upper() + word[1:] for word in words[1:])])


ABOUT = About(
    title="CertCentral Services API v2, user administration, by Muster",
    description="Ids may be sent as numbers or as strings; zero, empty texts and null mean absent; unknown fields and "
    "parameters are ignored.",
    mount="/services/v2",
    error=shapes.Errors,
    schemes={
        "api_key": {
            "type": "apiKey",
            "in": "header",
            "name": "X-DC-DEVKEY",
            "description": "An API key, which acts with its user's roles and scope, narrowed by its key role.",
        }
    },
    permission_name=_PERMISSION_NAMES.__getitem__,
    operation_id=_operation_id,
    parameters={
        **dict.fromkeys(("id", "user_id", "rule_id", "template_id"), _PATH_NUMBER),
        "permission": Annotated[str, told(enum=list(PERMISSIONS))],
        "username": Annotated[
            str, told(minLength=1, maxLength=LOGIN_NAME_LENGTH, pattern=f"^{shapes.USERNAME_CHARACTERS}$")
        ],
    },
)
