"""The operations on tokens and on the audit trail, each by the vendor's id for it."""

from muster.apis.idaas import reports, tokens
from muster.apis.idaas import shapes_tokens as shapes
from muster.apis.idaas.shapes_jobs import AsyncOperationStatus
from muster.apis.idaas.shapes_paging import SearchParms
from muster.apis.idaas.shapes_reports import AuditEventPage
from muster.web.routes import Route

_TOKEN = "/v1/tokens/{tokenid}"  # noqa: S105  (a path)
_ASYNC = "/v1/async/tokenspaged"

_ONE = (
    Route(
        "POST",
        "/v1/users/{userid}/tokens/{type}",
        tokens.create,
        "createTokenUsingPOST",
        "tokens:create",
        takes=shapes.TokenCreateParms,
        gives=shapes.Token,
    ),
    Route(
        "GET",
        "/v1/tokens/sernum/{sernum}",
        tokens.get_by_serial_number,
        "getTokenBySerialNumberUsingGET",
        "tokens:view",
        gives=shapes.Token,
    ),
    Route("GET", _TOKEN, tokens.get, "getTokenUsingGET", "tokens:view", gives=shapes.Token),
    Route("DELETE", _TOKEN, tokens.delete, "deleteTokenUsingDELETE", "tokens:delete"),
    Route(
        "PUT",
        f"{_TOKEN}/changestate",
        tokens.change_state,
        "changeTokenStateUsingPUT",
        "tokens:edit",
        takes=shapes.ChangeStateParms,
    ),
    Route(
        "PUT",
        f"{_TOKEN}/assigned",
        tokens.modify_assigned,
        "modifyAssignedTokenUsingPUT",
        "tokens:edit",
        takes=shapes.AssignedTokenParms,
    ),
)

_PAGES = (
    Route(
        "POST",
        "/v1/tokenspaged/assigned",
        tokens.page_assigned,
        "assignedTokenPageUsingPOST",
        "tokens:view",
        takes=SearchParms,
        gives=shapes.TokensPage,
    ),
    Route(
        "POST",
        "/v1/tokenspaged/unassigned",
        tokens.page_unassigned,
        "unassignedTokenPageUsingPOST",
        "tokens:view",
        takes=SearchParms,
        gives=shapes.TokensPage,
    ),
    Route(
        "POST",
        f"{_ASYNC}/assigned",
        tokens.start_assigned,
        "assignedTokenPageAsyncUsingPOST",
        "tokens:view",
        takes=SearchParms,
        gives=AsyncOperationStatus,
    ),
    Route(
        "GET",
        f"{_ASYNC}/{{id}}/assigned/status",
        tokens.status_assigned,
        "assignedTokenPageAsyncStatusUsingGET",
        "tokens:view",
        gives=AsyncOperationStatus,
    ),
    Route(
        "GET",
        f"{_ASYNC}/{{id}}/assigned/result",
        tokens.result_assigned,
        "assignedTokenPageAsyncResultUsingGET",
        "tokens:view",
        gives=shapes.TokensPage,
    ),
    Route(
        "POST",
        f"{_ASYNC}/unassigned",
        tokens.start_unassigned,
        "unassignedTokenPageAsyncUsingPOST",
        "tokens:view",
        takes=SearchParms,
        gives=AsyncOperationStatus,
    ),
    Route(
        "GET",
        f"{_ASYNC}/{{id}}/unassigned/status",
        tokens.status_unassigned,
        "unassignedTokenPageAsyncStatusUsingGET",
        "tokens:view",
        gives=AsyncOperationStatus,
    ),
    Route(
        "GET",
        f"{_ASYNC}/{{id}}/unassigned/result",
        tokens.result_unassigned,
        "unassignedTokenPageAsyncResultUsingGET",
        "tokens:view",
        gives=shapes.TokensPage,
    ),
)

_REPORTS = (
    Route(
        "POST",
        "/v2/reports/auditeventspaged",
        reports.page,
        "auditEventPageUsingPOST",
        "audit:view",
        takes=SearchParms,
        gives=AuditEventPage,
    ),
    Route(
        "POST",
        "/v2/reports/auditeventspaged/siem",
        reports.siem,
        "siemAuditEventPageUsingPOST",
        "audit:view",
        takes=SearchParms,
        gives=AuditEventPage,
    ),
)

ROUTES = (*_ONE, *_PAGES, *_REPORTS)
