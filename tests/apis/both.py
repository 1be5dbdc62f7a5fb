"""One user as two APIs show him: what both of them know."""

from typing import Any

Shown = dict[str, Any]


def by_certcentral(info: Shown) -> Shown:
    """What both know, of an answer of CertCentral's."""
    return {
        "name": info["username"],
        "given name": info.get("first_name"),
        "family name": info.get("last_name"),
        "email": info.get("email"),
        "phone": info.get("telephone"),
        "active": info["status"] == "active",
    }


def by_idaas(user: Shown) -> Shown:
    """The same of an answer of the Administration API's."""
    return {
        "name": user["userId"],
        "given name": user["firstName"],
        "family name": user["lastName"],
        "email": user["email"],
        "phone": user["phone"],
        "active": user["state"] == "ACTIVE",
    }
