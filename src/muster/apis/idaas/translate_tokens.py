"""Tokens: wire to command and search, token to wire."""

from __future__ import annotations

from base64 import b32decode
from binascii import Error as NotBase32

from muster.apis.idaas.dates import moment
from muster.apis.idaas.paging import COMPARES, Asked, Condition
from muster.apis.idaas.shapes_tokens import Token, TokenAction, TokenCreateParms, TokenState, TokenType
from muster.apis.idaas.translate_walks import span, steps
from muster.core.authenticators import ACTIVATING, ACTIVE, AUTHENTICATOR_APP, INACTIVE, NEW, SOFT_TOKEN, Authenticator
from muster.core.refusals import Fault, Invalid, refuse
from muster.core.token_query import (
    During,
    KindIs,
    LabelHolds,
    OwnerIn,
    SerialIs,
    StateIs,
    TokenCondition,
    TokenField,
    TokenSearch,
)
from muster.core.tokens import TokenView

TYPES: dict[str, TokenType] = {SOFT_TOKEN: "ENTRUST_SOFT_TOKEN", AUTHENTICATOR_APP: "GOOGLE_AUTHENTICATOR"}
KINDS: dict[str, str] = {theirs: ours for ours, theirs in TYPES.items()}
STATES: dict[str, TokenState] = {
    NEW: "NEW",
    ACTIVATING: "ACTIVATING",
    ACTIVE: "ACTIVE",
    INACTIVE: "INACTIVE",
}
UNASSIGNED = "unassigned"
"""The state of hardware tokens that nobody has; none can be loaded, so none is in it."""

_ACTIVATED: list[TokenAction] = ["REACTIVATE", "DELETE", "DISABLE", "RESET"]
ACTIONS: dict[tuple[str, str], list[TokenAction]] = {
    (SOFT_TOKEN, NEW): ["ACTIVATE", "DELETE"],
    (SOFT_TOKEN, ACTIVATING): ["REACTIVATE", "ACTIVATE_COMPLETE", "DELETE"],
    (SOFT_TOKEN, ACTIVE): _ACTIVATED,
    (SOFT_TOKEN, INACTIVE): ["DELETE", "ENABLE"],
    (AUTHENTICATOR_APP, NEW): ["ACTIVATE", "DELETE"],
    # An app shows no registration code: it is active from the first code on that it proves.
    (AUTHENTICATOR_APP, ACTIVATING): ["REACTIVATE", "DELETE"],
    (AUTHENTICATOR_APP, ACTIVE): _ACTIVATED,
    (AUTHENTICATOR_APP, INACTIVE): ["DELETE", "ENABLE"],
}
"""What can be done with a token of this kind in this state, in the order of the vendor's list."""

ORDERS = {
    "serialNumber": TokenField.SERIAL,
    "state": TokenField.STATE,
    "loadDate": TokenField.CREATED_AT,
    "lastUsedDate": TokenField.LAST_USED_AT,
}


def token(authenticator: Authenticator, user_id: str | None = None) -> Token:
    """A token, in the guide's form. Inside its user it does not say whose it is, as in the guide."""
    return Token(
        id=authenticator.id,
        type=TYPES[authenticator.kind],
        serialNumber=f"{authenticator.serial[:5]}-{authenticator.serial[5:]}",
        loadDate=moment(authenticator.created_at),
        lastUsedDate=None if authenticator.last_used_at is None else moment(authenticator.last_used_at),
        state=STATES[authenticator.state],
        platform=None,
        registeredForTransactions=False,
        name=None,
        allowedActions=ACTIONS[authenticator.kind, authenticator.state],
        description=None,
        userId=user_id,
        label=authenticator.label,
    )


def token_of(view: TokenView) -> Token:
    """A token by itself, which says whose it is."""
    return token(view.token, view.user.username)


def kind(text: str) -> str:
    """The kind that a path names; only what software can be is made."""
    return KINDS[text] if text in KINDS else refuse(Invalid("kind", Fault.MALFORMED))


def seed(parms: TokenCreateParms | None) -> bytes | None:
    """The seed that is brought along, if any: base32, which people write in groups, in small letters and unpadded."""
    secret = parms.activateParms.secret if parms is not None and parms.activateParms is not None else None
    if not secret:
        return None
    letters = secret.replace(" ", "").replace("-", "").rstrip("=")
    try:
        return b32decode(letters + "=" * (-len(letters) % 8), casefold=True)
    except (NotBase32, ValueError):
        refuse(Invalid("seed", Fault.MALFORMED))


def serial(text: str) -> str:
    """A serial number, or a part of one: the hyphen in it means nothing."""
    return text.replace("-", "")


def search(asked: Asked, *more: TokenCondition) -> TokenSearch:
    """The tokens that are asked for."""
    conditions = (*map(_condition, asked.conditions), *more)
    order = _default_order(conditions) if asked.order is None else ORDERS[asked.order[0]]
    descending = asked.order is not None and not asked.order[1]
    return TokenSearch("", None, conditions, order, descending, steps(asked))


def _default_order(conditions: tuple[TokenCondition, ...]) -> TokenField:
    # Where no order is asked for, the one that leads straight to what is.
    dates = [condition.field for condition in conditions if isinstance(condition, During)]
    return dates[0] if dates else TokenField.SERIAL


def _condition(asked: Condition) -> TokenCondition:
    match asked.name:
        case "state":
            return StateIs(next((ours for ours, theirs in STATES.items() if theirs == asked.value), asked.value))
        case "serialNumber":
            return SerialIs(COMPARES[asked.operator][0], serial(asked.value))
        case "type":
            return KindIs(KINDS.get(asked.value, asked.value))
        case "groupId":
            return OwnerIn(asked.value)
        case "label":
            return LabelHolds(asked.value)
        case _:
            return During(ORDERS[asked.name], *span(asked.operator, asked.value))
