"""Credential to actor: the one place that knows every kind of credential."""

from typing import assert_never

from muster.core.authority import Actor, ApplicationCredential, ConnectionCredential, Credential, KeyCredential
from muster.core.connections import authenticate_connection
from muster.core.keys import authenticate_key
from muster.core.known import Known
from muster.core.sessions import authenticate_application


def authenticate(known: Known, credential: Credential, at: int) -> Actor:
    """The actor behind a credential at a time. Refuses with `CredentialInvalid`, whatever is wrong with it."""
    match credential:
        case KeyCredential():
            return authenticate_key(known, credential, at)
        case ApplicationCredential():
            return authenticate_application(known, credential, at)
        case ConnectionCredential():
            return authenticate_connection(known, credential)
        case _:
            assert_never(credential)
