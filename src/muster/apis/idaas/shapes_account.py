"""The wire's own types and names for the account itself and what it is entitled to."""

from __future__ import annotations

from msgspec import Struct


class AccountInfoParms(Struct):
    """What can be said of the account. Absent and null leave it."""

    companyName: str | None = None
    legalAcknowledged: bool | None = None


class AccountInfo(Struct):
    companyName: str
    companyCountry: str | None
    companyState: str | None
    legalAcknowledged: bool


class UserEntitlement(Struct):
    """Users, of which there may be any number: what would be a limit is null."""

    allotment: int | None
    consumed: int
    quantity: int | None
    startDate: str
    endDate: str | None
    gracePeriodEndDate: str | None


class AccountEntitlement(Struct):
    smsVoice: None
    users: UserEntitlement
