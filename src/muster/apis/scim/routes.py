"""The table of operations, and the API made of it."""

from dataclasses import replace

from muster.apis.scim import bulk, discovery, groups, searching, users
from muster.apis.scim.about import ABOUT
from muster.apis.scim.manner import ScimManner
from muster.apis.scim.refusals import answering
from muster.web.exchanges import Watch
from muster.web.limits import RateLimit
from muster.web.openapi import described
from muster.web.pipeline import Api
from muster.web.routes import Surroundings

BODY_LIMIT = 1 << 23
"""Bytes of a request: a PUT of a group with 100,000 members."""

ROUTES = (*discovery.ROUTES, *users.ROUTES, *groups.ROUTES, *bulk.ROUTES, *searching.ROUTES)


def scim(around: Surroundings, watch: Watch | None = None) -> Api:
    """The API. The RFCs know no rate limits, and none are set."""
    manner = ScimManner()
    routes = tuple(replace(route, handler=answering(route.handler)) for route in ROUTES)
    surroundings = replace(around, body_limit=BODY_LIMIT)
    return Api(
        described(routes, manner, ABOUT, limited=False), manner, surroundings, RateLimit((), around.clock), watch
    )
