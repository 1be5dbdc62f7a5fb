"""The table of operations, each by the vendor's name for it, and the API made of it."""

from muster.apis.certcentral import containers, keys, users
from muster.apis.certcentral.refusals import CertcentralManner
from muster.web.limits import RateLimit, Window
from muster.web.routes import Api, Route, Surroundings

ROUTES = (
    Route("POST", "/user", users.create, "Add user", "users:create"),
    Route("GET", "/user", users.list_, "List users", "users:view"),
    Route("GET", "/user/api-only", users.list_service_users, "List service users", "users:view"),
    Route("GET", "/service-user", users.list_service_users, "List service users", "users:view"),
    Route("GET", "/user/me", users.me, "User info"),
    Route("GET", "/user/{id}", users.get, "User info", "users:view"),
    Route("GET", "/container/{id}/role", containers.list_roles, "List container roles"),
    Route("POST", "/key/user/{user_id}", keys.create, "Create key", "keys:create"),
    Route("PUT", "/key/{id}/status", keys.change_status, "Update key status", "keys:edit"),
)

WINDOWS = (Window(100, 5), Window(1000, 180))
"""*Rate limits*, the newer page; the older one says 1000 in 5 minutes."""


def certcentral(around: Surroundings, *, limited: bool) -> Api:
    """The API. `limited` puts the vendor's rate limits on every key."""
    return Api(ROUTES, CertcentralManner(around.now), around, RateLimit(WINDOWS if limited else (), around.clock))
