"""What the API says of itself beside its table of operations."""

from muster.apis.idaas import shapes
from muster.apis.idaas.refusals import permission_name
from muster.web.openapi import About

ABOUT = About(
    title="Identity as a Service, Administration API 5.46, by Muster",
    description="Users and their directory. Empty texts and null mean absent; unknown fields are ignored.",
    mount="/api/web",
    error=shapes.ErrorInfo,
    schemes={
        "AdminAPIAuthentication": {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "The token of a session, or id and secret of a long-lived application with a comma between; "
            "either bare or after Bearer.",
        }
    },
    permission_name=permission_name,
    operation_id=lambda route: route.summary,
)
