"""Who may do what: every operation, by every system role, in the own tenant and in another. `test_matrix` plays them.

Who asks is an application with the role S(uper Administrator), A(uditor), H(elp Desk Administrator), (SCIM)
P(rovisioning), (SI)E(M Add-on), (AD Connec)T(or), or N(one). What it is answered about an object of its own tenant:

    +   done: 200, and a list holds the object
    .   403 permission_denied, with what the operation `demands` as its message
    ^   403 insufficient_authority: the object holds what who asks lacks
    =   409: it is told that the name is taken
    !   as far as it goes here, where no directory is connected: `directory_not_found`, `user_not_synchronized`

`foreign` is what is said, instead of anything but a `.`, about an object of another tenant: a refusal, which is exactly
the one that an id is answered with that there never was; `200 user` where it stands in the result for one of several;
`no user` for a list without him; of a name `as free`; of an id that is unique in all tenants `told`, that it is taken.
- is not asked, since the operation names nothing that could lie there.

{user}, {boss} (a user who is a Super Administrator), {user id}, {group} and so on are the object; what stands in
brackets is the part of the body that the line is about, and holds the object then. {my user}, {my group} are always
of who asks's own tenant, as are {own id} and {own secret} the application's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

ROLES = {
    "S": "Super Administrator",
    "A": "Auditor",
    "H": "Help Desk Administrator",
    "P": "SCIM Provisioning",
    "E": "SIEM Add-on",
    "T": "AD Connector",
    "N": None,
}
MAY, LACKS, BEYOND, TAKEN, NO_CONNECTOR, NOTHING = "+", ".", "^", "=", "!", "0"
NOT_ASKED = "-"
LACKING = (403, "permission_denied")

TABLE = """\
operation                                                 demands                S A H P E T N  foreign
POST /v1/adminapi/authenticate                            -                      + + + + + + +  -

POST /v3/users                                            USERS:ADD              + . . + . + .  -
POST /v3/users [user id]                                  USERS:ADD              = . . = . = .  as free
POST /v3/users [alias]                                    USERS:ADD              = . . = . = .  as free
POST /v3/users [external id]                              USERS:ADD              = . . = . = .  as free
POST /v3/users [attribute]                                USERS:ADD              + . . + . + .  404 attribute
POST /v3/users [group]                                    USERS:ADD              + . . + . + .  404 group
POST /v3/users [organization]                             USERS:ADD              + . . + . + .  404 organization
POST /v3/users [oauth role]                               USERS:ADD              + . . + . + .  404 oauth role
POST /v3/users/multiple                                   USERS:ADD              + . . + . + .  -
POST /v3/users/multiple [user id]                         USERS:ADD              = . . = . = .  as free
POST /v3/users/multiple [attribute]                       USERS:ADD              + . . + . + .  200 attribute
POST /v3/users/multiple [group]                           USERS:ADD              + . . + . + .  200 group
POST /v3/users/multiple [organization]                    USERS:ADD              + . . + . + .  200 organization
POST /v3/users/multiple [oauth role]                      USERS:ADD              + . . + . + .  200 oauth role
GET /v3/users/{user}                                      USERS:VIEW             + + + + . + .  404 user
POST /v3/users/userid [user id]                           USERS:VIEW             + + + + . + .  404 user
POST /v3/users/userid [alias]                             USERS:VIEW             + + + + . + .  404 user
POST /v3/users/externalid [external id]                   USERS:VIEW             + + + + . + .  404 user
POST /v4/userspaged [user id]                             USERS:VIEW             + + + + . + .  no user
POST /v4/userspaged [group]                               USERS:VIEW             + + + + . + .  no user
POST /v4/userspaged [organization]                        USERS:VIEW             + + + + . + .  no user
POST /v4/userspaged [role]                                USERS:VIEW             + + + + . + .  no auditor
POST /v4/async/userspaged                                 USERS:VIEW             + + + + . + .  -
GET /v4/async/userspaged/{search}/status                  USERS:VIEW             + + + + . + .  404 operation
GET /v4/async/userspaged/{search}/result                  USERS:VIEW             + + + + . + .  404 operation

PUT /v3/users/{user}                                      USERS:EDIT             + . + + . + .  404 user
PUT /v3/users/{boss}                                      USERS:EDIT             + . ^ ^ . ^ .  404 user
PUT /v3/users/{my user} [user id]                         USERS:EDIT             = . = = . = .  as free
PUT /v3/users/{my user} [alias]                           USERS:EDIT             = . = = . = .  as free
PUT /v3/users/{my user} [external id]                     USERS:EDIT             = . = = . = .  as free
PUT /v3/users/{my user} [attribute]                       USERS:EDIT             + . + + . + .  404 attribute
PUT /v3/users/{my user} [group]                           USERS:EDIT             + . + + . + .  404 group
PUT /v3/users/{my user} [organization]                    USERS:EDIT             + . + + . + .  404 organization
PUT /v3/users/{my user} [oauth role]                      USERS:EDIT             + . + + . + .  404 oauth role
PUT /v3/users/multiple [user]                             USERS:EDIT             + . + + . + .  200 user
PUT /v3/users/multiple [boss]                             USERS:EDIT             + . ^ ^ . ^ .  200 user
PUT /v3/users/multiple [user id]                          USERS:EDIT             + . + + . + .  200 user
PUT /v3/users/multiple [external id]                      USERS:EDIT             + . + + . + .  200 user
PUT /v3/users/multiple [group]                            USERS:EDIT             + . + + . + .  200 group
PUT /v1/users/{user}/state                                USERS:EDIT             + . + + . + .  404 user
PUT /v1/users/{boss}/state                                USERS:EDIT             + . ^ ^ . ^ .  404 user
PUT /v1/users/{user}/unlock                               USERS:EDIT             + . + + . + .  404 user
PUT /v1/users/{boss}/unlock                               USERS:EDIT             + . ^ ^ . ^ .  404 user
POST /v1/syncusers/sync [user]                            USERS:EDIT             ! . ! ! . ! .  404 user
POST /v1/syncusers/sync [boss]                            USERS:EDIT             ! . ^ ^ . ^ .  404 user
POST /v1/syncusers/sync [user id]                         USERS:EDIT             ! . ! ! . ! .  404 user
POST /v1/syncusers/unsync [user]                          USERS:EDIT             ! . ! ! . ! .  404 user
POST /v1/syncusers/unsync [boss]                          USERS:EDIT             ! . ^ ^ . ^ .  404 user
POST /v1/syncusers/unsync [user id]                       USERS:EDIT             ! . ! ! . ! .  404 user
DELETE /v3/users/{user}                                   USERS:REMOVE           + . . + . + .  404 user
DELETE /v3/users/{boss}                                   USERS:REMOVE           + . . ^ . ^ .  404 user
DELETE /v3/users/multiple [user]                          USERS:REMOVE           + . . + . + .  200 user
DELETE /v3/users/multiple [boss]                          USERS:REMOVE           + . . ^ . ^ .  200 user
DELETE /v3/users/multiple [user id]                       USERS:REMOVE           + . . + . + .  200 user
DELETE /v3/users/multiple [external id]                   USERS:REMOVE           + . . + . + .  200 user

GET /v1/groups                                            GROUPS:VIEW            + + + + . + .  no group
POST /v1/groupspaged                                      GROUPS:VIEW            + + + + . + .  no group
GET /v1/groups/{group}                                    GROUPS:VIEW            + + + + . + .  404 group
POST /v1/groups/externalid [group's external id]          GROUPS:VIEW            + + + + . + .  404 group
POST /v1/groups/externalid [group's name]                 GROUPS:VIEW            + + + + . + .  404 group
POST /v1/groups                                           GROUPS:ADD             + . . + . + .  -
POST /v1/groups [group's name]                            GROUPS:ADD             = . . = . = .  as free
POST /v1/groups [group's external id]                     GROUPS:ADD             = . . = . = .  as free
PUT /v1/groups/{group}                                    GROUPS:EDIT            + . . + . + .  404 group
PUT /v1/groups/{my group} [group's name]                  GROUPS:EDIT            = . . = . = .  as free
PUT /v1/groups/{my group} [group's external id]           GROUPS:EDIT            = . . = . = .  as free
DELETE /v1/groups/{group}                                 GROUPS:REMOVE          + . . + . + .  404 group
PUT /v1/userauthorizationgroup/{user}/groups              USERS:EDIT             + . + + . + .  404 user
PUT /v1/userauthorizationgroup/{boss}/groups              USERS:EDIT             + . ^ ^ . ^ .  404 user
PUT /v1/userauthorizationgroup/{my user}/groups [group]   USERS:EDIT             + . + + . + .  404 group

GET /v1/oauthroles                                        OAUTHROLES:VIEW        + + + . . . .  no oauth role
PUT /v1/useroauthrole/{user}/oauthroles                   USERS:EDIT             + . + + . + .  404 user
PUT /v1/useroauthrole/{boss}/oauthroles                   USERS:EDIT             + . ^ ^ . ^ .  404 user
PUT /v1/useroauthrole/{my user}/oauthroles [oauth role]   USERS:EDIT             + . + + . + .  404 oauth role

POST /v1/organizationspaged                               ORGANIZATIONS:VIEW     + + + . . . .  no organization
GET /v1/organizations/{organization}                      ORGANIZATIONS:VIEW     + + + . . . .  404 organization
POST /v1/organizations                                    ORGANIZATIONS:ADD      + . . . . . .  -
POST /v1/organizations [organization's name]              ORGANIZATIONS:ADD      = . . . . . .  as free
PUT /v1/organizations/{organization}                      ORGANIZATIONS:EDIT     + . . . . . .  404 organization
PUT /v1/organizations/{my organization} [name]            ORGANIZATIONS:EDIT     = . . . . . .  as free
DELETE /v1/organizations/{organization}                   ORGANIZATIONS:REMOVE   + . . . . . .  404 organization
POST /v1/organizations/{organization}/users/{my user}     ORGANIZATIONS:EDIT     + . . . . . .  404 organization
POST /v1/organizations/{my organization}/users/{user}     ORGANIZATIONS:EDIT     + . . . . . .  404 user
POST /v1/organizations/{my organization}/users/{boss}     ORGANIZATIONS:EDIT     + . . . . . .  404 user
DELETE /v1/organizations/{organization}/users/{my user}   ORGANIZATIONS:EDIT     + . . . . . .  404 organization
DELETE /v1/organizations/{my organization}/users/{user}   ORGANIZATIONS:EDIT     + . . . . . .  404 user
PUT /v1/users/{user}/organizations                        USERS:EDIT             + . + + . + .  404 user
PUT /v1/users/{boss}/organizations                        USERS:EDIT             + . ^ ^ . ^ .  404 user
PUT /v1/users/{my user}/organizations [organization]      USERS:EDIT             + . + + . + .  404 organization

GET /v1/roles                                             ROLES:VIEW             + + + . . . .  no role
GET /v1/roles/{role}                                      ROLES:VIEW             + + + . . . .  404 role
GET /v1/users/{user}/roles                                USERSITEROLES:VIEW     + + + . . . .  404 user
GET /v1/users/{auditor}/roles/{my role}                   USERSITEROLES:VIEW     + + + . . . .  404 user
GET /v1/users/{my auditor}/roles/{role}                   USERSITEROLES:VIEW     + + + . . . .  404 role
PUT /v1/users/{user}/roles/{my role}                      USERSITEROLES:EDIT     + . . . . . .  404 user
PUT /v1/users/{boss}/roles/{my role}                      USERSITEROLES:EDIT     + . . . . . .  404 user
PUT /v1/users/{my user}/roles/{role}                      USERSITEROLES:EDIT     + . . . . . .  404 role
PUT /v1/users/{my user}/roles/{highest role}              USERSITEROLES:EDIT     + . . . . . .  404 role
DELETE /v1/users/{auditor}/roles/{my role}                USERSITEROLES:REMOVE   + . . . . . .  404 user
DELETE /v1/users/{my auditor}/roles/{role}                USERSITEROLES:REMOVE   + . . . . . .  404 role
DELETE /v1/users/{boss}/roles/{my highest role}           USERSITEROLES:REMOVE   + . . . . . .  404 user

GET /v1/userattributes                                    USERATTRIBUTES:VIEW    + + + + . + .  no attribute
GET /v1/userattributes/{attribute}                        USERATTRIBUTES:VIEW    + + + + . + .  404 attribute
POST /v1/userattributes                                   USERATTRIBUTES:ADD     + . . . . . .  -
POST /v1/userattributes [attribute's name]                USERATTRIBUTES:ADD     = . . . . . .  as free
PUT /v1/userattributes/{attribute}                        USERATTRIBUTES:EDIT    + . . . . . .  404 attribute
PUT /v1/userattributes/{my attribute} [name]              USERATTRIBUTES:EDIT    = . . . . . .  as free
DELETE /v1/userattributes/{attribute}                     USERATTRIBUTES:REMOVE  + . . . . . .  404 attribute

GET /v1/settings/general                                  SETTINGS:VIEW          + + + . . . .  -
PUT /v1/settings/general                                  SETTINGS:EDIT          + . . . . . .  -
GET /v1/settings/entrustst                                SETTINGS:VIEW          + + + . . . .  -
PUT /v1/settings/entrustst                                SETTINGS:EDIT          + . . . . . .  -
GET /v1/accountinfo                                       SUBSCRIBERS:VIEW       + + . . . . .  -
PUT /v1/accountinfo                                       SUBSCRIBERS:EDIT       + . . . . . .  -
GET /v1/entitlements/info                                 ENTITLEMENTS:VIEW      + + . . . . .  -

GET /v1/applicationinfo                                   APPLICATIONS:VIEW      + + . . . . .  no application
GET /v1/applications/templates                            TEMPLATES:VIEW         + + . . . . .  -
GET /v1/applications/adminapi                             APPLICATIONS:VIEW      + + . . . . .  no application
GET /v1/applications/adminapi/{application}               APPLICATIONS:VIEW      + + . . . . .  404 application
POST /v1/applications/adminapi                            APPLICATIONS:ADD       + . . . . . .  -
POST /v1/applications/adminapi [role]                     APPLICATIONS:ADD       + . . . . . .  404 role
POST /v1/applications/adminapi [ip list]                  APPLICATIONS:ADD       + . . . . . .  404 ip list
POST /v1/applications/adminapi [name]                     APPLICATIONS:ADD       = . . . . . .  as free
PUT /v1/applications/adminapi/{application}               APPLICATIONS:EDIT      + . . . . . .  404 application
PUT /v1/applications/adminapi/{my application} [role]     APPLICATIONS:EDIT      + . . . . . .  404 role
PUT /v1/applications/adminapi/{my application} [ip list]  APPLICATIONS:EDIT      + . . . . . .  404 ip list
PUT /v1/applications/adminapi/{my application} [name]     APPLICATIONS:EDIT      = . . . . . .  as free
PUT /v1/applications/adminapi/regenerate/{application}    APPLICATIONS:EDIT      + . . . . . .  404 application
DELETE /v1/applications/adminapi/{application}            APPLICATIONS:REMOVE    + . . . . . .  404 application
GET /v1/applications/authapi                              APPLICATIONS:VIEW      + + . . . . .  no client
GET /v1/applications/authapi/{client}                     APPLICATIONS:VIEW      + + . . . . .  404 client
POST /v1/applications/authapi                             APPLICATIONS:ADD       + . . . . . .  -
POST /v1/applications/authapi [id]                        APPLICATIONS:ADD       = . . . . . .  told
POST /v1/applications/authapi [name]                      APPLICATIONS:ADD       = . . . . . .  as free
PUT /v1/applications/authapi/{client}                     APPLICATIONS:EDIT      + . . . . . .  404 client
PUT /v1/applications/authapi/{my client} [name]           APPLICATIONS:EDIT      = . . . . . .  as free
DELETE /v1/applications/authapi/{client}                  APPLICATIONS:REMOVE    + . . . . . .  404 client

POST /v1/users/{user}/tokens/{type}                       TOKENS:ADD             + . + . . . .  404 user
POST /v1/users/{boss}/tokens/{type}                       TOKENS:ADD             + . ^ . . . .  404 user
GET /v1/tokens/{token}                                    TOKENS:VIEW            + + + . . . .  404 token
GET /v1/tokens/{boss's token}                             TOKENS:VIEW            + + + . . . .  404 token
GET /v1/tokens/sernum/{serial}                            TOKENS:VIEW            + + + . . . .  404 token
PUT /v1/tokens/{token}/changestate                        TOKENS:EDIT            + . + . . . .  404 token
PUT /v1/tokens/{boss's token}/changestate                 TOKENS:EDIT            + . ^ . . . .  404 token
PUT /v1/tokens/{token}/assigned                           TOKENS:EDIT            + . + . . . .  404 token
PUT /v1/tokens/{boss's token}/assigned                    TOKENS:EDIT            + . ^ . . . .  404 token
DELETE /v1/tokens/{token}                                 TOKENS:REMOVE          + . + . . . .  404 token
DELETE /v1/tokens/{boss's token}                          TOKENS:REMOVE          + . ^ . . . .  404 token
POST /v1/tokenspaged/assigned                             TOKENS:VIEW            + + + . . . .  no token
POST /v1/tokenspaged/assigned [group]                     TOKENS:VIEW            + + + . . . .  no token
POST /v1/tokenspaged/unassigned                           TOKENS:VIEW            + + + . . . .  -
POST /v1/async/tokenspaged/assigned                       TOKENS:VIEW            + + + . . . .  -
GET /v1/async/tokenspaged/{assigned}/assigned/status      TOKENS:VIEW            + + + . . . .  404 operation
GET /v1/async/tokenspaged/{assigned}/assigned/result      TOKENS:VIEW            + + + . . . .  404 operation
POST /v1/async/tokenspaged/unassigned                     TOKENS:VIEW            + + + . . . .  -
GET /v1/async/tokenspaged/{unassigned}/unassigned/status  TOKENS:VIEW            + + + . . . .  404 operation
GET /v1/async/tokenspaged/{unassigned}/unassigned/result  TOKENS:VIEW            + + + . . . .  404 operation

POST /v2/reports/auditeventspaged                         REPORTS:VIEW           + + . . + . .  no event
POST /v2/reports/auditeventspaged [administrator]         REPORTS:VIEW           + + . . + . .  no event
POST /v2/reports/auditeventspaged/siem                    REPORTS:VIEW           + + . . + . .  no event
"""

NOT_FOUND = {
    "application": "api_application_not_found",
    "attribute": "user_attribute_not_found",
    "client": "application_not_found",
    "group": "group_not_found",
    "ip list": "ip_list_not_found",
    "oauth role": "oauth_role_not_found",
    "operation": "operation_not_found",
    "organization": "organization_not_found",
    "role": "role_not_found",
    "token": "token_not_found",
    "user": "user_not_found",
}

WORDS = {
    (403, "insufficient_authority"): BEYOND,
    (200, "insufficient_authority"): BEYOND,
    (404, "directory_not_found"): NO_CONNECTOR,
    (400, "user_not_synchronized"): NO_CONNECTOR,
    **{(status, f"{what}_already_exists"): TAKEN for status in (200, 409) for what in ("user", "user_alias", "value")},
    **{(status, code): f"{status} {word}" for status in (200, 404) for word, code in NOT_FOUND.items()},
}
"""What the table calls a refusal: status and code, or 200 and the code in the result for one of several."""


@dataclass(frozen=True)
class Line:
    """One line of the table."""

    call: str
    demands: str
    marks: dict[str, str]
    foreign: str

    @property
    def method(self) -> str:
        return self.call.split()[0]

    @property
    def path(self) -> str:
        """The path with its names."""
        return self.call.removeprefix(f"{self.method} ").split(" [")[0]

    @property
    def changes(self) -> bool:
        """Whether it changes something, so that it needs an object that nobody has touched."""
        return not self.demands.endswith(":VIEW")

    @property
    def listed(self) -> str | None:
        """What the answer is a list of, if that is what the line is about."""
        return self.foreign.removeprefix("no ") if self.foreign.startswith("no ") else None

    def foreign_marks(self) -> dict[str, str]:
        """The marks when the object is another tenant's."""
        said = {"as free": MAY, "told": TAKEN}.get(self.foreign, NOTHING if self.listed else self.foreign)
        return {role: mark if mark == LACKS else said for role, mark in self.marks.items()}


def nameless(path: str) -> str:
    """A path without the names of what stands in it."""
    return re.sub(r"\{[^}]*\}", "{}", path)


def lines() -> Iterator[Line]:
    """The table's lines."""
    for row in filter(None, TABLE.splitlines()[1:]):
        call, demands, marks, foreign = re.split(r" {2,}", row)
        yield Line(call, demands, dict(zip(ROLES, marks.split(), strict=True)), foreign)
