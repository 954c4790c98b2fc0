"""Which addresses are the public internet. Python's `is_global` alone lets loopback through, in IPv6's disguises."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

_UNICAST = IPv6Network("2000::/3")  # all that was ever given out
_WITH_IPV4_INSIDE = (IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96"))  # mapped; through NAT64
_NOT_THE_INTERNET = (
    IPv4Network("192.88.99.0/24"),  # relays of 6to4
    IPv6Network("2002::/16"),  # 6to4: any IPv4 address, in other words
    IPv6Network("2001::/23"),  # Teredo and experiments
    IPv6Network("3fff::/20"),  # documentation
)


def is_public(address: str) -> bool:
    """Whether connecting there leaves this machine and the networks around it; what is no address is not public."""
    try:
        read = ip_address(address)
    except ValueError:
        return False
    return _is_public(read)


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address):
        if any(address in network for network in _WITH_IPV4_INSIDE):
            return _is_public(IPv4Address(address.packed[-4:]))
        if address not in _UNICAST:
            return False
    return address.is_global and not address.is_multicast and not any(address in each for each in _NOT_THE_INTERNET)
