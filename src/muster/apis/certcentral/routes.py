"""The table of operations, each by the vendor's name for it, and the API made of it."""

from muster.apis.certcentral import (
    account,
    addresses,
    authorization,
    containers,
    keys,
    organizations,
    shapes,
    shapes_account,
    shapes_queries,
    users,
)
from muster.apis.certcentral.about import ABOUT
from muster.apis.certcentral.refusals import CertcentralManner
from muster.web.limits import RateLimit, Window
from muster.web.openapi import described
from muster.web.pipeline import Api
from muster.web.routes import Route, Surroundings

CSV = ("text/csv",)

ROUTES = (
    Route(
        "POST",
        "/user",
        users.create,
        "Add user",
        "users:create",
        takes=(shapes.NewUser, shapes.NewServiceUser),
        gives=(shapes.Created, shapes.CreatedKey),
        status=201,
        makes="/user/{id}",
    ),
    Route(
        "GET",
        "/user",
        users.list_,
        "List users",
        "users:view",
        gives=shapes.Users,
        query=shapes_queries.UserList,
        also=CSV,
    ),
    Route(
        "GET",
        "/user/api-only",
        users.list_service_users,
        "List service users",
        "users:view",
        gives=shapes.Users,
        query=shapes_queries.UserList,
        also=CSV,
    ),
    Route(
        "GET",
        "/service-user",
        users.list_service_users,
        "List service users (service-user)",
        "users:view",
        gives=shapes.Users,
        query=shapes_queries.UserList,
        also=CSV,
    ),
    Route("GET", "/user/me", users.me, "Own user info", gives=shapes.User),
    Route("GET", "/user/{id}", users.get, "User info", "users:view", gives=shapes.User),
    Route("PUT", "/user/{id}", users.edit, "Edit user", "users:edit", takes=shapes.EditedUser, status=204),
    Route("DELETE", "/user/{id}", users.delete, "Delete user", "users:delete", status=204),
    Route(
        "PUT",
        "/user/{id}/role",
        users.change_roles,
        "Change user role",
        "users:edit",
        takes=shapes.UserRoles,
        status=204,
    ),
    Route(
        "PUT",
        "/user/{id}/container-assignments",
        users.assign_containers,
        "Container assignments",
        "units:assign",
        takes=shapes.UserContainers,
        status=204,
    ),
    Route(
        "GET",
        "/user/{id}/resend-create-email",
        users.resend_create_email,
        "Resend create email",
        "users:create",
        status=204,
    ),
    Route(
        "GET",
        "/user/availability/{username}",
        users.check_availability,
        "Username availability",
        "users:view",
        gives=shapes.Availability,
    ),
    Route(
        "GET",
        "/container",
        containers.list_,
        "List containers",
        "units:view",
        gives=shapes.Containers,
        query=shapes_queries.Part,
    ),
    Route("GET", "/container/{id}", containers.get, "Container info", "units:view", gives=shapes.Container),
    Route(
        "PUT",
        "/container/{id}",
        containers.edit,
        "Edit a container",
        "units:edit",
        takes=shapes.ContainerEdit,
        status=204,
    ),
    Route("GET", "/container/{id}/role", containers.list_roles, "List container roles", gives=shapes.AccessRoles),
    Route(
        "GET",
        "/container/{id}/children",
        containers.list_children,
        "List child containers",
        "units:view",
        gives=shapes.Containers,
        query=shapes_queries.Part,
    ),
    Route(
        "POST",
        "/container/{id}/children",
        containers.create_child,
        "Create container",
        "units:create",
        takes=shapes.NewContainer,
        gives=shapes.Created,
        status=201,
        makes="/container/{id}",
    ),
    Route(
        "GET",
        "/container/{id}/parent",
        containers.get_parent,
        "Parent of a container",
        "units:view",
        gives=shapes.Container,
    ),
    Route(
        "GET", "/container/{id}/template", containers.list_templates, "List container templates", gives=shapes.Templates
    ),
    Route(
        "GET", "/container/{id}/template/{template_id}", containers.get_template, "Template info", gives=shapes.Template
    ),
    Route("PUT", "/container/{id}/activate", containers.activate, "Activate a container", "units:edit", status=204),
    Route(
        "PUT", "/container/{id}/active", containers.activate, "Activate a container (active)", "units:edit", status=204
    ),
    Route(
        "PUT", "/container/{id}/deactivate", containers.deactivate, "Deactivate a container", "units:edit", status=204
    ),
    Route(
        "PUT",
        "/container/{id}/user-assignments",
        containers.assign_users,
        "Update user assignments",
        "units:assign",
        takes=shapes.UserAssignments,
        status=204,
    ),
    Route(
        "PUT",
        "/container/{id}/organization-assignments",
        containers.assign_organizations,
        "Update organization assignments",
        "units:edit",
        takes=shapes.OrganizationAssignments,
        status=204,
    ),
    Route(
        "PUT",
        "/container/{id}/allowed-domain-names",
        containers.allow_domains,
        "Allowed domain names",
        "units:edit",
        takes=shapes.AllowedDomainNames,
        status=204,
    ),
    Route(
        "GET",
        "/authorization",
        authorization.list_,
        "List permissions",
        gives=shapes.Authorizations,
        query=shapes_queries.PermissionList,
    ),
    Route("GET", "/authorization/{permission}", authorization.check, "Check permission", gives=shapes.Authorization),
    Route(
        "GET",
        "/authorization/{permission}/container",
        authorization.list_containers,
        "Container permissions",
        gives=shapes.ContainerOutlines,
    ),
    Route(
        "GET",
        "/authorization/{permission}/{user_id}",
        authorization.check_user,
        "Check permission of another user",
        "users:view",
        gives=shapes.Authorization,
    ),
    Route("GET", "/key", keys.list_, "List keys", "keys:view", gives=shapes.ApiKeys, query=shapes_queries.KeyList),
    Route("GET", "/key/api-roles", keys.list_roles, "List API access roles", gives=shapes.AccessRoles),
    Route("GET", "/key/{id}", keys.get, "Key info", "keys:view", gives=shapes.ApiKey),
    Route("PUT", "/key/{id}", keys.edit, "Edit key", "keys:edit", takes=shapes.NewKey, status=204),
    Route(
        "POST",
        "/key/user/{user_id}",
        keys.create,
        "Create key",
        "keys:create",
        takes=shapes.NewKey,
        gives=shapes.CreatedKey,
        status=201,
        makes="/key/{id}",
    ),
    Route(
        "PUT",
        "/key/{id}/status",
        keys.change_status,
        "Update key status",
        "keys:edit",
        takes=shapes.KeyStatus,
        status=204,
    ),
    Route("GET", "/account", account.get, "Account details", "account:view", gives=shapes_account.Account),
    Route(
        "POST",
        "/account",
        account.create,
        "Create subaccount",
        "subaccounts:create",
        takes=shapes_account.NewSubaccount,
        gives=shapes_account.CreatedSubaccount,
        status=201,
    ),
    Route(
        "GET",
        "/account/saml-entity",
        account.get_saml_entity,
        "SAML entity details",
        "account:view",
        gives=(shapes_account.SamlEntity, shapes_account.NoSamlEntity),
    ),
    Route(
        "PUT",
        "/account/saml-entity/{id}",
        account.set_saml_entity,
        "Update SAML entity",
        "account:edit",
        takes=shapes_account.DescribedSamlEntity,
        status=204,
    ),
    Route(
        "GET",
        "/container/{id}/ip/rules",
        addresses.list_,
        "List IP restrictions",
        "network:view",
        gives=shapes_account.IpRules,
    ),
    Route(
        "POST",
        "/container/{id}/ip/rules",
        addresses.add,
        "Add IP restriction",
        "network:edit",
        takes=shapes_account.NewIpRule,
        gives=shapes.Created,
        status=201,
    ),
    Route(
        "DELETE",
        "/container/{id}/ip/rule/{rule_id}",
        addresses.delete,
        "Delete IP restriction",
        "network:edit",
        status=204,
    ),
    Route(
        "DELETE",
        "/container/{id}/ip/rules/{rule_id}",
        addresses.delete,
        "Delete IP restriction (rules)",
        "network:edit",
        status=204,
    ),
    Route(
        "GET",
        "/organization/potential-approvers",
        organizations.list_approvers,
        "List approvers",
        "users:view",
        gives=shapes_account.Approvers,
    ),
)

WINDOWS = (Window(100, 5), Window(1000, 180))
"""*Rate limits*, the newer page; the older one says 1000 in 5 minutes."""

ABSENT = ("/key/acme-url",)
"""What the vendor has right where a route's name would take it for an id, and what is not here."""


def certcentral(around: Surroundings, *, limited: bool) -> Api:
    """The API. `limited` puts the vendor's rate limits on every key."""
    manner = CertcentralManner(around.now)
    routes = described(ROUTES, manner, ABOUT, limited=limited)
    return Api(routes, manner, around, RateLimit(WINDOWS if limited else (), around.clock), absent=ABSENT)
