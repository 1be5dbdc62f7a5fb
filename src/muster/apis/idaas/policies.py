"""The general settings of IDaaS that the directory obeys, by the vendor's names and values."""

from muster.core.policies import FIRST_AUTHENTICATOR, NONE, SESSION_LIFETIME

NAMES = {
    "authenticatorActivationType": FIRST_AUTHENTICATOR,
    "authenticationSessionLifetime": SESSION_LIFETIME,
}

VALUES = {
    FIRST_AUTHENTICATOR: {"NONE": NONE, "ENTRUST_SOFT_TOKEN": "soft-token"},
}


def name_and_value(name: str, value: str) -> tuple[str, str]:
    """A setting as the core names it; what is no setting of the vendor's is left as it is."""
    core_name = NAMES.get(name, name)
    return core_name, VALUES.get(core_name, {}).get(value, value)


def shown(name: str, value: str) -> tuple[str, str]:
    """A policy of the core as the vendor names it, where he does."""
    vendor_name = next((theirs for theirs, ours in NAMES.items() if ours == name), name)
    return vendor_name, next((theirs for theirs, ours in VALUES.get(name, {}).items() if ours == value), value)
