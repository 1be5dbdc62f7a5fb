"""Reports: the audit trail, page by page."""

from msgspec.structs import replace

from muster.apis.idaas.paging import EQUALS, ORDERED, TEXTS, Asked, Searched, asked, moment, one_of, paging
from muster.apis.idaas.refusals import answer
from muster.apis.idaas.shapes_paging import SearchParms
from muster.apis.idaas.shapes_reports import AuditEventPage
from muster.apis.idaas.translate_reports import ORDERS, event, search
from muster.apis.idaas.translate_walks import place, up_to
from muster.core.trail_query import EventSearch
from muster.core.trails import AuditTrail
from muster.web.answers import Answer
from muster.web.bodies import decoder
from muster.web.routes import Call

KIND, SIEM_KIND = "audit events", "audit events in siem form"

_COMMON = {
    "outcome": Searched(EQUALS, one_of("SUCCESS", "FAIL")),
    "category": Searched(EQUALS, one_of("AUTHENTICATION", "MANAGEMENT")),
}
SEARCHED = {
    **_COMMON,
    "eventTime": Searched(ORDERED, moment),
    **{name: Searched(TEXTS, up_to(100)) for name in ("entityName", "entityAction", "resourceName", "subjectName")},
    "entityType": Searched(TEXTS, up_to(40)),
    "eventType": Searched(TEXTS, up_to(100)),
    "sourceIp": Searched(frozenset({"EQUALS", "STARTS_WITH"}), up_to(39)),
    "subject": Searched(EQUALS),
    "authenticator": Searched(EQUALS),
}
SIEM_SEARCHED = {
    **_COMMON,
    "startTime": Searched(frozenset({"GREATER_THAN_OR_EQUAL"}), moment),
    "endTime": Searched(frozenset({"LESS_THAN_OR_EQUAL"}), moment),
}

_search = decoder(SearchParms)


async def page(call: Call) -> Answer:
    """*List a page of audit events*: the newest first, unless an order is asked for."""
    wanted = asked(call, KIND, _search(call.body), SEARCHED, ORDERS)
    return await _page(call, KIND, wanted, search(wanted, "eventTime", newest_first=True))


async def siem(call: Call) -> Answer:
    """*List a page of audit events for a SIEM*: the oldest first, whatever order is asked for."""
    parms = replace(_search(call.body), orderByAttribute=None)
    wanted = asked(call, SIEM_KIND, parms, SIEM_SEARCHED)
    return await _page(call, SIEM_KIND, wanted, search(wanted, "startTime", newest_first=False))


async def _page(call: Call, kind: str, wanted: Asked, question: EventSearch) -> Answer:
    found = await call.directory.ask(call.actor, AuditTrail(question))
    results = [event(one) for one in found.rows]
    return answer(AuditEventPage(paging(call, kind, wanted, place(found.before), place(found.after)), results))
