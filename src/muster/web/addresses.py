"""Whose address a request comes from: the peer's, or what a trusted proxy says of it."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network


def networks(text: str) -> tuple[Network, ...]:
    """Networks and addresses, separated by commas. Raises `ValueError`."""
    return tuple(ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())


class ClientAddress:
    """Finds the client behind trusted proxies; what anybody else claims in a header is not believed."""

    def __init__(self, trusted: Iterable[Network] = ()) -> None:
        self._trusted = tuple(trusted)
        self.believes = bool(self._trusted)
        """Whether there are any proxies whose word counts."""

    def of(self, peer: str | None, forwarded: str | None) -> str | None:
        """The address nearest to the server that is not a trusted proxy's (`X-Forwarded-For`, read from the right)."""
        if not self._trusted or forwarded is None or peer is None or not self._is_trusted(peer):
            return peer
        address = peer
        for hop in reversed([part.strip() for part in forwarded.split(",")]):
            try:
                address = str(ip_address(hop))
            except ValueError:
                return address
            if not self._is_trusted(address):
                return address
        return address

    def _is_trusted(self, text: str) -> bool:
        try:
            address = ip_address(text)
        except ValueError:
            return False
        return any(address in network for network in self._trusted)
