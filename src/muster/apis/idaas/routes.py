"""The table of operations, each by the vendor's id for it, and the API made of it."""

from muster.apis.idaas import (
    multiple,
    routes_account,
    routes_applications,
    routes_groups,
    routes_tokens,
    shapes,
    shapes_multiple,
    syncing,
    users,
    users_paged,
)
from muster.apis.idaas.about import ABOUT
from muster.apis.idaas.manner import IdaasManner
from muster.apis.idaas.shapes_jobs import AsyncOperationStatus
from muster.apis.idaas.shapes_paging import SearchParms
from muster.web.limits import RateLimit
from muster.web.openapi import described
from muster.web.pipeline import Api
from muster.web.routes import Route, Surroundings

_USERS = (
    Route(
        "POST",
        "/v3/users",
        users.create,
        "createUserUsingPOST",
        "users:create",
        takes=shapes.UserParms,
        gives=shapes.User,
    ),
    Route(
        "POST",
        "/v3/users/userid",
        users.get_by_user_id,
        "userByUseridUsingPOST",
        "users:view",
        takes=shapes.UserGetParms,
        gives=shapes.User,
    ),
    Route(
        "POST",
        "/v3/users/externalid",
        users.get_by_external_id,
        "userByExternalIdUsingPOST",
        "users:view",
        takes=shapes.UserGetParms,
        gives=shapes.User,
    ),
    Route("GET", "/v3/users/{id}", users.get, "userUsingGET", "users:view", gives=shapes.User),
    Route("PUT", "/v3/users/{id}", users.update, "updateUserUsingPUT", "users:edit", takes=shapes.UserParms),
    Route("DELETE", "/v3/users/{id}", users.delete, "deleteUserUsingDELETE", "users:delete"),
    Route(
        "PUT",
        "/v1/users/{id}/state",
        users.change_state,
        "updateUserStateUsingPUT",
        "users:edit",
        takes=shapes.UserChangeStateParms,
    ),
    Route("PUT", "/v1/users/{id}/unlock", users.unlock, "unlockUserUsingPUT", "users:edit"),
    Route(
        "POST",
        "/v3/users/multiple",
        multiple.create,
        "createUsersUsingPOST",
        "users:create",
        takes=shapes_multiple.CreateUsersParms,
        gives=list[shapes_multiple.CreateUserResult],
    ),
    Route(
        "PUT",
        "/v3/users/multiple",
        multiple.update,
        "updateUsersUsingPUT",
        "users:edit",
        takes=shapes_multiple.UpdateUsersParms,
        gives=list[shapes_multiple.UpdateUserResult],
    ),
    Route(
        "DELETE",
        "/v3/users/multiple",
        multiple.delete,
        "deleteUsersUsingDELETE",
        "users:delete",
        takes=shapes_multiple.DeleteUsersParms,
        gives=list[shapes_multiple.DeleteUserResult],
    ),
    Route(
        "POST",
        "/v1/syncusers/sync",
        syncing.sync,
        "syncUserUsingPOST",
        "users:edit",
        takes=shapes_multiple.SyncUserParms,
    ),
    Route(
        "POST",
        "/v1/syncusers/unsync",
        syncing.unsync,
        "unsyncUserUsingPOST",
        "users:edit",
        takes=shapes_multiple.UnsyncUserParms,
    ),
)

_ASYNC = "/v4/async/userspaged"

_PAGES = (
    Route(
        "POST",
        "/v4/userspaged",
        users_paged.page,
        "usersPagedUsingPOST",
        users_paged.VIEW,
        takes=SearchParms,
        gives=shapes.UsersPage,
    ),
    Route(
        "POST",
        _ASYNC,
        users_paged.start,
        "usersPagedAsyncUsingPOST",
        users_paged.VIEW,
        takes=SearchParms,
        gives=AsyncOperationStatus,
    ),
    Route(
        "GET",
        f"{_ASYNC}/{{id}}/status",
        users_paged.status,
        "usersPagedAsyncStatusUsingGET",
        users_paged.VIEW,
        gives=AsyncOperationStatus,
    ),
    Route(
        "GET",
        f"{_ASYNC}/{{id}}/result",
        users_paged.result,
        "usersPagedAsyncResultUsingGET",
        users_paged.VIEW,
        gives=shapes.UsersPage,
    ),
)

ROUTES = (
    *_USERS,
    *_PAGES,
    *routes_account.ROUTES,
    *routes_applications.ROUTES,
    *routes_groups.ROUTES,
    *routes_tokens.ROUTES,
)


def idaas(around: Surroundings) -> Api:
    """The API. No rate limits are published for it, and none are set."""
    manner = IdaasManner()
    return Api(described(ROUTES, manner, ABOUT, limited=False), manner, around, RateLimit((), around.clock))
