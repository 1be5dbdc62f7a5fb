"""What the API says of itself beside its table of operations."""

import re

from muster.apis.scim import shapes
from muster.apis.scim.refusals import MEDIA_TYPE, permission_name
from muster.web.openapi import About
from muster.web.routes import Route


def _operation_id(route: Route) -> str:
    words = re.findall(r"\w+", route.path)
    return "".join([route.method.lower(), *(word[0].upper() + word[1:] for word in words)])


ABOUT = About(
    title="SCIM 2.0 by Muster",
    description="RFC 7643, 7644 and 9865. What a connection's client may do otherwise is said by its profile.",
    mount="/scim/v2",
    error=shapes.Error,
    schemes={"Bearer": {"type": "http", "scheme": "bearer", "description": "The token of a connection."}},
    permission_name=permission_name,
    operation_id=_operation_id,
    content_type=MEDIA_TYPE,
)
