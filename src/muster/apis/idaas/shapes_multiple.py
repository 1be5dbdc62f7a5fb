"""What operations on several users take and give, and those that name a user by an id of some type."""

from __future__ import annotations

from msgspec import Struct

from muster.apis.idaas.shapes import ErrorInfo, User, UserParms


class CreateUsersParms(Struct):
    users: list[UserParms] | None = None
    stopOnError: bool | None = None


class UpdateUserParms(Struct):
    id: str | None = None
    idType: str | None = None
    parms: UserParms | None = None


class UpdateUsersParms(Struct):
    users: list[UpdateUserParms] | None = None
    stopOnError: bool | None = None


class DeleteUserParms(Struct):
    id: str | None = None
    idType: str | None = None


class DeleteUsersParms(Struct):
    users: list[DeleteUserParms] | None = None
    stopOnError: bool | None = None


class CreateUserResult(Struct):
    success: bool
    user: User | None = None
    error: ErrorInfo | None = None


class UpdateUserResult(Struct):
    success: bool
    error: ErrorInfo | None = None


class DeleteUserResult(Struct):
    success: bool
    error: ErrorInfo | None = None


class SyncUserParms(Struct):
    id: str | None = None
    idType: str | None = None
    directoryId: str | None = None


class UnsyncUserParms(Struct):
    id: str | None = None
    idType: str | None = None
