"""How an operation stands that is asked after."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct


class AsyncOperationStatus(Struct):
    id: str
    state: Literal["FAILED", "CANCELLED", "COMPLETED", "PROCESSING", "SCHEDULED"]
    initTime: str
    processingStartTime: str
    processingEndTime: str
    processingTime: int = 0
    name: str | None = None
    subject: str | None = None
    errorMessage: str | None = None
