"""Audit events as the wire has them, in the file's order."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from muster.apis.idaas.shapes_paging import Paging


class EntityAttribute(Struct):
    name: str
    value: str | None


class ModifiedEntityAttribute(Struct):
    name: str
    newValue: str | None
    oldValue: str | None


class AuditDetails(Struct):
    entityAttributes: list[EntityAttribute]
    messageTokens: list[str]
    modifiedEntityAttributes: list[ModifiedEntityAttribute]


class AccountAuditEvent(Struct):
    accountId: str
    auditDetails: AuditDetails
    entityAction: str | None
    entityId: str | None
    entityName: str | None
    entityType: str | None
    eventCategory: Literal["AUTHENTICATION", "MANAGEMENT", "ISSUANCE"]
    eventOutcome: Literal["SUCCESS", "FAIL"]
    eventTime: str
    eventType: str
    id: str
    message: str
    requiredPermission: str | None
    resourceId: str | None
    resourceName: str | None
    sourceIp: str | None
    subject: str | None
    subjectName: str | None
    subjectType: Literal["USER", "ADMIN_API", "SERVICE_PROVIDER", "AGENT"]
    eventVersion: str | None = None
    serviceProviderAdminRoleId: str | None = None
    serviceProviderAdminRoleName: str | None = None
    subscriberAdminRoleId: str | None = None
    subscriberAdminRoleName: str | None = None
    token: str | None = None


class AuditEventPage(Struct):
    paging: Paging
    results: list[AccountAuditEvent]
