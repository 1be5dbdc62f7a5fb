"""Whose address is believed: the peer's, and what trusted proxies say, but never what a client makes up."""

import pytest

from muster.web.addresses import ClientAddress, networks

PROXIES = "10.0.0.0/8, 192.0.2.1,fd00::/8"
CASES = [
    # nobody is trusted: what is forwarded is not looked at
    ("", "198.51.100.7", None, "198.51.100.7"),
    ("", "198.51.100.7", "203.0.113.9", "198.51.100.7"),
    ("", "127.0.0.1", "203.0.113.9", "127.0.0.1"),
    # a stranger forwards
    (PROXIES, "198.51.100.7", "203.0.113.9", "198.51.100.7"),
    # a proxy forwards
    (PROXIES, "10.1.2.3", None, "10.1.2.3"),
    (PROXIES, "10.1.2.3", "", "10.1.2.3"),
    (PROXIES, "10.1.2.3", "203.0.113.9", "203.0.113.9"),
    (PROXIES, "192.0.2.1", "203.0.113.9", "203.0.113.9"),
    (PROXIES, "fd00::1", "2001:DB8::9", "2001:db8::9"),
    (PROXIES, "192.0.2.2", "203.0.113.9", "192.0.2.2"),
    # what a client made up stands left of what the proxy has seen
    (PROXIES, "10.1.2.3", "127.0.0.1, 203.0.113.9", "203.0.113.9"),
    (PROXIES, "10.1.2.3", "10.9.9.9, 203.0.113.9", "203.0.113.9"),
    (PROXIES, "10.1.2.3", "nonsense, 203.0.113.9", "203.0.113.9"),
    # several proxies, each trusted
    (PROXIES, "10.1.2.3", "203.0.113.9, 10.4.5.6", "203.0.113.9"),
    (PROXIES, "10.1.2.3", "1.1.1.1,203.0.113.9,10.4.5.6 , 192.0.2.1", "203.0.113.9"),
    (PROXIES, "10.1.2.3", "10.7.7.7, 10.4.5.6", "10.7.7.7"),
    # what is no address ends the walk at the last that was believed
    (PROXIES, "10.1.2.3", "nonsense", "10.1.2.3"),
    (PROXIES, "10.1.2.3", "203.0.113.9, nonsense", "10.1.2.3"),
    (PROXIES, "10.1.2.3", "203.0.113.9, unknown, 10.4.5.6", "10.4.5.6"),
    (PROXIES, "10.1.2.3", "203.0.113.9:443", "10.1.2.3"),
    (PROXIES, "10.1.2.3", ",,,", "10.1.2.3"),
    (PROXIES, "10.1.2.3", "<script>", "10.1.2.3"),
    # a socket without an address
    (PROXIES, None, "203.0.113.9", None),
    (PROXIES, "unix", "203.0.113.9", "unix"),
]


@pytest.mark.parametrize(("trusted", "peer", "forwarded", "expected"), CASES)
def test_the_address_nearest_to_the_server_that_is_no_trusted_proxys_is_the_clients(
    trusted: str, peer: str | None, forwarded: str | None, expected: str | None
) -> None:
    found = ClientAddress(networks(trusted)).of(peer, forwarded)

    assert found == expected


@pytest.mark.parametrize("text", ["10.0.0.0/8;10.1.0.0/16", "everybody", "10.0.0.0/33", "10.0.0"])
def test_what_is_no_network_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"does not appear|not"):
        networks(text)


def test_a_network_may_be_written_with_an_address_in_it() -> None:
    assert [str(network) for network in networks(" 10.1.2.3/8 ,, ::1")] == ["10.0.0.0/8", "::1/128"]
