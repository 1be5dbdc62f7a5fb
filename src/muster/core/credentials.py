"""Credential to actor: the one place that knows every kind of credential."""

from typing import assert_never

from muster.core.applications import authenticate_application
from muster.core.authority import Actor, ApplicationCredential, Credential, KeyCredential
from muster.core.keys import authenticate_key
from muster.core.known import Known


def authenticate(known: Known, credential: Credential, at: int) -> Actor:
    """The actor behind a credential at a time. Refuses with `CredentialInvalid`, whatever is wrong with it."""
    match credential:
        case KeyCredential():
            return authenticate_key(known, credential, at)
        case ApplicationCredential():
            return authenticate_application(known, credential, at)
        case _:
            assert_never(credential)
