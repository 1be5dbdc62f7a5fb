"""What the creates of each API ask of the directory: the commands of their requests, without HTTP.

The draft is made by the API's own translation, once, and given another name each time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from bench.workloads import CertcentralCreates, IdaasCreates, idaas_person, person
from bench.workloads_scim import Provider, scim_person
from muster.apis.certcentral import shapes as certcentral_shapes
from muster.apis.certcentral import translate as certcentral
from muster.apis.idaas import shapes as idaas_shapes
from muster.apis.idaas import translate as idaas
from muster.apis.scim import translate_users as scim
from muster.apis.scim.normal import normal
from muster.apis.scim.profiles import LENIENT, PROFILES
from muster.apis.scim.schema import USERS
from muster.core.acts import Command
from muster.core.drafts import CreateUser, UserDraft
from muster.core.enrolment import EnrolUser

_TEMPLATE = "template@example.com"


@dataclass(frozen=True)
class Creates:
    """The creates of one API: the name of its workload, its channel, and the command that makes a user of this name."""

    name: str
    channel: str
    command: Callable[[str], Command[Any]]


def _certcentral() -> Callable[[str], Command[Any]]:
    template = certcentral.draft(msgspec.convert(person(_TEMPLATE), certcentral_shapes.NewUser))
    return lambda name: CreateUser(replace(template, username=name, email=name))


def _idaas() -> Callable[[str], Command[Any]]:
    parameters = msgspec.convert(idaas_person(_TEMPLATE), idaas_shapes.UserParms)
    template: UserDraft = idaas.draft(parameters, lambda: "")
    return lambda name: EnrolUser(replace(template, username=name, email=name, aliases=(f"alias-{name}",)))


def _scim() -> Callable[[str], Command[Any]]:
    told = normal(USERS, scim_person(_TEMPLATE), PROFILES[LENIENT])
    template = scim.draft(told, scim.Passwords({}))
    return lambda name: CreateUser(replace(template, username=name, email=name, external_id=name.partition("@")[0]))


CREATES = (
    Creates(CertcentralCreates.name, "certcentral", _certcentral()),
    Creates(IdaasCreates.name, "idaas", _idaas()),
    Creates(Provider("").named.format("create"), "scim", _scim()),
)
"""Those that are measured, with and without HTTP."""
