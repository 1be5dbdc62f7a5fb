"""The first start: a tenant, its administrator, and the credentials, shown once and written to `bootstrap.json`.

The file is on the disk before the tenant is, under another name, and gets its own only afterwards: whenever the
machine stops, either there is no tenant yet, or its credentials can still be found.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from muster.apis.certcentral import roles as certcentral
from muster.apis.idaas import roles as idaas
from muster.apis.scim.profiles import LENIENT
from muster.app.sources import new_id, new_secret
from muster.core.applications import ApplicationDraft
from muster.core.authority import system
from muster.core.connections import ConnectionDraft
from muster.core.directory import Directory
from muster.core.drafts import UserDraft
from muster.core.events import Origin
from muster.core.known import INSTALLATION
from muster.core.ports import Secret, Sources
from muster.core.refusals import Refused
from muster.core.tenants import Adopt, Blueprint, CreateTenant, Tenants

FILE = "bootstrap.json"
FIRST_TENANT = "Muster"
ADMINISTRATOR_NAME = "administrator"
APPLICATION_NAME = "first application"
CONNECTION_NAME = "first connection"
ROLE_TEMPLATES = (*certcentral.TEMPLATES, *idaas.TEMPLATES)
ADMINISTRATOR_ROLES = (certcentral.ADMINISTRATOR, idaas.SUPER_ADMINISTRATOR)
BLUEPRINT = Blueprint(ROLE_TEMPLATES, ADMINISTRATOR_ROLES, idaas.ATTRIBUTES)


_ORIGIN = Origin("installation")
_SYSTEM = system(INSTALLATION, "installation")


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a tenant's administrator is told, once."""

    key: Secret
    password: str
    application: str
    application_secret: Secret
    token: Secret

    @staticmethod
    def new() -> Credentials:
        """Credentials that nobody has had before."""
        return Credentials(new_secret(), new_secret().text, new_id(), new_secret(), new_secret())

    def shown(self) -> dict[str, Any]:
        """As it is printed, and written to the file."""
        return {
            "certcentral": {"api_key": self.key.text},
            "console": {"username": ADMINISTRATOR_NAME, "password": self.password},
            "idaas": {"applicationId": self.application, "sharedSecret": self.application_secret.text},
            "scim": {"token": self.token.text},
        }


async def create_tenant(directory: Directory, sources: Sources, name: str) -> Credentials:
    """Make a further tenant, and tell its administrator's credentials. Refuses a name that is taken."""
    made = Credentials.new()
    await directory.do(_SYSTEM, await _command(sources, name, made), _ORIGIN)
    return made


async def _command(sources: Sources, name: str, new: Credentials) -> CreateTenant:
    role, secret = idaas.SUPER_ADMINISTRATOR, new.application_secret
    draft = UserDraft(ADMINISTRATOR_NAME, password=await sources.hash_password(new.password), notify=False)
    return CreateTenant(
        name,
        ROLE_TEMPLATES,
        ADMINISTRATOR_ROLES,
        draft,
        new.key,
        attributes=idaas.ATTRIBUTES,
        application=ApplicationDraft(new.application, APPLICATION_NAME, role, secret, long_lived=True),
        connection=ConnectionDraft(CONNECTION_NAME, role, LENIENT, new.token),
    )


async def bootstrap(directory: Directory, sources: Sources, data: Path) -> Credentials | None:
    """Make the first tenant, unless there is one. Of several processes at once, one makes it and is told."""
    tenants = await directory.ask(_SYSTEM, Tenants())
    if tenants:
        await _recover(directory, data)
        for tenant in tenants:
            adopt = Adopt(ROLE_TEMPLATES, idaas.ATTRIBUTES)
            await directory.do(system(tenant.id, "installation"), adopt, _ORIGIN)
        return None
    new = Credentials.new()
    command = replace(await _command(sources, FIRST_TENANT, new), first=True)
    pending = data / f"{FILE}.{new.key.digest[:12]}"
    _write(pending, new.shown())
    if await directory.do(_SYSTEM, command, _ORIGIN) is None:
        pending.unlink(missing_ok=True)
        return None
    _name(pending, data)
    return new


async def _recover(directory: Directory, data: Path) -> None:
    """Give the file of a start that was cut off its name; delete those of starts that came too late."""
    for pending in list(data.glob(f"{FILE}.*")):  # noqa: ASYNC240  (once, before anything is served)
        try:
            await directory.identify(msgspec.json.decode(pending.read_bytes())["certcentral"]["api_key"])
        except (Refused, msgspec.DecodeError):
            pending.unlink(missing_ok=True)
        else:
            _name(pending, data)


def _name(pending: Path, data: Path) -> None:
    # Whoever comes first gives the file its name: its own process, or another one that starts beside it.
    with suppress(FileNotFoundError):
        pending.replace(data / FILE)


def _write(path: Path, shown: dict[str, Any]) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(shown), indent=2) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    directory = os.open(path.parent, os.O_RDONLY)
    os.fsync(directory)
    os.close(directory)
