"""The operations on what users are in and which roles they hold: groups, organizations, OAuth roles, site roles."""

from muster.apis.idaas import groups, organizations, site_roles
from muster.apis.idaas import shapes_groups as shapes
from muster.apis.idaas.shapes_paging import SearchParms
from muster.apis.idaas.shapes_roles import Role, RoleUser
from muster.web.routes import Route

_GROUPS = (
    Route("GET", "/v1/groups", groups.list_all, "groupsUsingGET", "groups:view", gives=list[shapes.Group]),
    Route(
        "POST",
        "/v1/groups",
        groups.create,
        "createGroupUsingPOST",
        "groups:create",
        takes=shapes.GroupParms,
        gives=shapes.Group,
    ),
    Route(
        "POST",
        "/v1/groups/externalid",
        groups.get_by_external_id,
        "groupByExternalIdUsingPOST",
        "groups:view",
        takes=shapes.GroupId,
        gives=shapes.Group,
    ),
    Route("GET", "/v1/groups/{id}", groups.get, "groupUsingGET", "groups:view", gives=shapes.Group),
    Route(
        "PUT",
        "/v1/groups/{id}",
        groups.update,
        "updateGroupUsingPUT",
        "groups:edit",
        takes=shapes.GroupParms,
        gives=shapes.Group,
    ),
    Route("DELETE", "/v1/groups/{id}", groups.delete, "deleteGroupUsingDELETE", "groups:delete"),
    Route(
        "POST",
        "/v1/groupspaged",
        groups.page,
        "groupsPagedUsingPOST",
        "groups:view",
        takes=SearchParms,
        gives=shapes.GroupsPage,
    ),
    Route(
        "PUT",
        "/v1/userauthorizationgroup/{userid}/groups",
        groups.set_of_user,
        "modifyUserAuthorizationGroupAssociationsUsingPUT",
        "users:edit",
        takes=list[str],
    ),
)

_OAUTH_ROLES = (
    Route(
        "GET",
        "/v1/oauthroles",
        groups.list_oauth_roles,
        "listOAuthRolesUsingGET",
        "oauth-roles:view",
        gives=list[shapes.OAuthRole],
    ),
    Route(
        "PUT",
        "/v1/useroauthrole/{userid}/oauthroles",
        groups.set_oauth_roles_of_user,
        "modifyUserOAuthRoleAssociationsUsingPUT",
        "users:edit",
        takes=list[str],
    ),
)

_ORGANIZATIONS = (
    Route(
        "POST",
        "/v1/organizations",
        organizations.create,
        "createOrganizationUsingPOST",
        "organizations:create",
        takes=shapes.OrganizationParms,
        gives=shapes.Organization,
    ),
    Route(
        "GET",
        "/v1/organizations/{id}",
        organizations.get,
        "getOrganizationUsingGET",
        "organizations:view",
        gives=shapes.Organization,
    ),
    Route(
        "PUT",
        "/v1/organizations/{id}",
        organizations.update,
        "updateOrganizationUsingPUT",
        "organizations:edit",
        takes=shapes.OrganizationParms,
        gives=shapes.Organization,
    ),
    Route(
        "DELETE",
        "/v1/organizations/{id}",
        organizations.delete,
        "removeOrganizationUsingDELETE",
        "organizations:delete",
    ),
    Route(
        "POST",
        "/v1/organizationspaged",
        organizations.page,
        "organizationsPagedUsingPOST",
        "organizations:view",
        takes=SearchParms,
        gives=shapes.OrganizationPage,
    ),
    Route(
        "POST",
        "/v1/organizations/{orgid}/users/{userid}",
        organizations.add_user,
        "createUserOrganizationAssociationUsingPOST",
        "organizations:edit",
    ),
    Route(
        "DELETE",
        "/v1/organizations/{orgid}/users/{userid}",
        organizations.remove_user,
        "deleteUserOrganizationAssociationUsingDELETE",
        "organizations:edit",
    ),
    Route(
        "PUT",
        "/v1/users/{userid}/organizations",
        organizations.set_of_user,
        "modifyUserAOrganizationAssociationsUsingPUT",
        "users:edit",
        takes=shapes.UserOrganizationParms,
    ),
)

_ROLE = "/v1/users/{userid}/roles/{roleid}"

_SITE_ROLES = (
    Route("GET", "/v1/roles", site_roles.list_all, "listSiteRolesUsingGET", "roles:view", gives=list[RoleUser]),
    Route("GET", "/v1/roles/{id}", site_roles.get, "getSiteRoleUsingGET", "roles:view", gives=Role),
    Route(
        "GET",
        "/v1/users/{userid}/roles",
        site_roles.list_of_user,
        "getUserRolesUsingGET",
        "user-roles:view",
        gives=list[Role],
    ),
    Route("GET", _ROLE, site_roles.get_of_user, "getUserSiteRoleAssociationUsingGET", "user-roles:view", gives=Role),
    Route("PUT", _ROLE, site_roles.grant, "modifyUserSiteRoleAssociationUsingPUT", "user-roles:edit"),
    Route("DELETE", _ROLE, site_roles.revoke, "deleteUserSiteRoleAssociationUsingDELETE", "user-roles:delete"),
)

ROUTES = (*_GROUPS, *_OAUTH_ROLES, *_ORGANIZATIONS, *_SITE_ROLES)
