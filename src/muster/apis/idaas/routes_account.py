"""The operations on what users have and do by the account's rules: its attributes, its settings, and itself."""

from muster.apis.idaas import account, attributes, settings
from muster.apis.idaas.shapes_account import AccountEntitlement, AccountInfo, AccountInfoParms
from muster.apis.idaas.shapes_attributes import UserAttribute, UserAttributeParms
from muster.apis.idaas.shapes_settings import EntrustSTAuthenticatorSettings, GeneralSettings
from muster.web.routes import Route

_ATTRIBUTES = (
    Route(
        "GET",
        "/v1/userattributes",
        attributes.list_all,
        "listUserAttributesUsingGET",
        "attributes:view",
        gives=list[UserAttribute],
    ),
    Route(
        "POST",
        "/v1/userattributes",
        attributes.create,
        "createUserAttributeUsingPOST",
        "attributes:create",
        takes=UserAttributeParms,
        gives=UserAttribute,
    ),
    Route(
        "GET",
        "/v1/userattributes/{id}",
        attributes.get,
        "getUserAttributeUsingGET",
        "attributes:view",
        gives=UserAttribute,
    ),
    Route(
        "PUT",
        "/v1/userattributes/{id}",
        attributes.modify,
        "modifyUserAttributeUsingPUT",
        "attributes:edit",
        takes=UserAttributeParms,
        gives=UserAttribute,
    ),
    Route(
        "DELETE",
        "/v1/userattributes/{id}",
        attributes.delete,
        "deleteUserAttributeUsingDELETE",
        "attributes:delete",
    ),
)

_SETTINGS = (
    Route(
        "GET",
        "/v1/settings/general",
        settings.get_general,
        "getGeneralSettingsUsingGET",
        "policies:view",
        gives=GeneralSettings,
    ),
    Route(
        "PUT",
        "/v1/settings/general",
        settings.update_general,
        "updateGeneralSettingsUsingPUT",
        "policies:edit",
        takes=GeneralSettings,
    ),
    Route(
        "GET",
        "/v1/settings/entrustst",
        settings.get_soft_tokens,
        "getEntrustSTAuthenticatorSettingsUsingGET",
        "policies:view",
        gives=EntrustSTAuthenticatorSettings,
    ),
    Route(
        "PUT",
        "/v1/settings/entrustst",
        settings.update_soft_tokens,
        "updateEntrustSTAuthenticatorSettingsUsingPUT",
        "policies:edit",
        takes=EntrustSTAuthenticatorSettings,
    ),
)

_ACCOUNT = (
    Route("GET", "/v1/accountinfo", account.get, "getAccoutInfoUsingGET", "account:view", gives=AccountInfo),
    Route(
        "PUT",
        "/v1/accountinfo",
        account.update,
        "updateAccountInfoUsingPUT",
        "account:edit",
        takes=AccountInfoParms,
    ),
    Route(
        "GET",
        "/v1/entitlements/info",
        account.entitlements,
        "getSubscriberAccountActiveEntitlementsUsingGET",
        "entitlements:view",
        gives=AccountEntitlement,
    ),
)

ROUTES = (*_ATTRIBUTES, *_SETTINGS, *_ACCOUNT)
