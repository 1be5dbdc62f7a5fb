"""The table of operations, each by the vendor's name for it, and the API made of it."""

from muster.apis.certcentral import account, addresses, authorization, containers, keys, organizations, users
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
    Route("PUT", "/user/{id}", users.edit, "Edit user", "users:edit"),
    Route("DELETE", "/user/{id}", users.delete, "Delete user", "users:delete"),
    Route("PUT", "/user/{id}/role", users.change_roles, "Change user role", "users:edit"),
    Route("PUT", "/user/{id}/container-assignments", users.assign_containers, "Container assignments", "units:assign"),
    Route("GET", "/user/{id}/resend-create-email", users.resend_create_email, "Resend create email", "users:create"),
    Route("GET", "/user/availability/{username}", users.check_availability, "Username availability", "users:view"),
    Route("GET", "/container", containers.list_, "List containers", "units:view"),
    Route("GET", "/container/{id}", containers.get, "Container info", "units:view"),
    Route("PUT", "/container/{id}", containers.edit, "Edit a container", "units:edit"),
    Route("GET", "/container/{id}/role", containers.list_roles, "List container roles"),
    Route("GET", "/container/{id}/children", containers.list_children, "List child containers", "units:view"),
    Route("POST", "/container/{id}/children", containers.create_child, "Create container", "units:create"),
    Route("GET", "/container/{id}/parent", containers.get_parent, "Parent of a container", "units:view"),
    Route("GET", "/container/{id}/template", containers.list_templates, "List container templates"),
    Route("GET", "/container/{id}/template/{template_id}", containers.get_template, "Template info"),
    Route("PUT", "/container/{id}/activate", containers.activate, "Activate a container", "units:edit"),
    Route("PUT", "/container/{id}/active", containers.activate, "Activate a container", "units:edit"),
    Route("PUT", "/container/{id}/deactivate", containers.deactivate, "Deactivate a container", "units:edit"),
    Route(
        "PUT", "/container/{id}/user-assignments", containers.assign_users, "Update user assignments", "units:assign"
    ),
    Route(
        "PUT",
        "/container/{id}/organization-assignments",
        containers.assign_organizations,
        "Update organization assignments",
        "units:edit",
    ),
    Route(
        "PUT", "/container/{id}/allowed-domain-names", containers.allow_domains, "Allowed domain names", "units:edit"
    ),
    Route("GET", "/authorization", authorization.list_, "List permissions"),
    Route("GET", "/authorization/{permission}", authorization.check, "Check permission"),
    Route("GET", "/authorization/{permission}/container", authorization.list_containers, "Container permissions"),
    Route("GET", "/authorization/{permission}/{user_id}", authorization.check_user, "Check permission", "users:view"),
    Route("GET", "/key", keys.list_, "List keys", "keys:view"),
    Route("GET", "/key/api-roles", keys.list_roles, "List API access roles"),
    Route("GET", "/key/{id}", keys.get, "Key info", "keys:view"),
    Route("PUT", "/key/{id}", keys.edit, "Edit key", "keys:edit"),
    Route("POST", "/key/user/{user_id}", keys.create, "Create key", "keys:create"),
    Route("PUT", "/key/{id}/status", keys.change_status, "Update key status", "keys:edit"),
    Route("GET", "/account", account.get, "Account details", "account:view"),
    Route("POST", "/account", account.create, "Create subaccount", "subaccounts:create"),
    Route("GET", "/account/saml-entity", account.get_saml_entity, "SAML entity details", "account:view"),
    Route("PUT", "/account/saml-entity/{id}", account.set_saml_entity, "Update SAML entity", "account:edit"),
    Route("GET", "/container/{id}/ip/rules", addresses.list_, "List IP restrictions", "network:view"),
    Route("POST", "/container/{id}/ip/rules", addresses.add, "Add IP restriction", "network:edit"),
    Route("DELETE", "/container/{id}/ip/rule/{rule_id}", addresses.delete, "Delete IP restriction", "network:edit"),
    Route("DELETE", "/container/{id}/ip/rules/{rule_id}", addresses.delete, "Delete IP restriction", "network:edit"),
    Route("GET", "/organization/potential-approvers", organizations.list_approvers, "List approvers", "users:view"),
)

WINDOWS = (Window(100, 5), Window(1000, 180))
"""*Rate limits*, the newer page; the older one says 1000 in 5 minutes."""


def certcentral(around: Surroundings, *, limited: bool) -> Api:
    """The API. `limited` puts the vendor's rate limits on every key."""
    return Api(ROUTES, CertcentralManner(around.now), around, RateLimit(WINDOWS if limited else (), around.clock))
