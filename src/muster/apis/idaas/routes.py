"""The table of operations, each by the vendor's id for it, and the API made of it."""

from muster.apis.idaas import sessions, users
from muster.apis.idaas.manner import IdaasManner
from muster.web.limits import RateLimit
from muster.web.routes import Api, Route, Surroundings

ROUTES = (
    Route("POST", "/v1/adminapi/authenticate", sessions.authenticate, "authenticateAdminApiUsingPOST", open=True),
    Route("POST", "/v3/users", users.create, "createUserUsingPOST", "users:create"),
    Route("POST", "/v3/users/userid", users.get_by_user_id, "userByUseridUsingPOST", "users:view"),
    Route("POST", "/v3/users/externalid", users.get_by_external_id, "userByExternalIdUsingPOST", "users:view"),
    Route("GET", "/v3/users/{id}", users.get, "userUsingGET", "users:view"),
    Route("DELETE", "/v3/users/{id}", users.delete, "deleteUserUsingDELETE", "users:delete"),
)


def idaas(around: Surroundings) -> Api:
    """The API. No rate limits are published for it, and none are set."""
    return Api(ROUTES, IdaasManner(), around, RateLimit((), around.clock))
