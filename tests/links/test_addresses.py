"""What is the public internet and what only looks like it."""

from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echobot.links.addresses import is_public

PRIVATE_V4 = [
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.2.0/24",
    "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",
    "240.0.0.0/4",
]  # fmt: skip
NOT_PUBLIC_V6 = [
    "::/96", "64:ff9b:1::/48", "100::/64", "2001::/32", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16",
    "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
]  # fmt: skip


def within(network: str):
    """Any address of a network."""
    found = ip_network(network)
    kind = IPv4Address if found.version == 4 else IPv6Address
    return st.integers(int(found.network_address), int(found.broadcast_address)).map(kind)


def disguised(address: IPv4Address) -> list[str]:
    """The same host, for a machine that speaks IPv6 as well."""
    number = int(address)
    inside = [(0xFFFF << 32) + number, (0x64FF9B << 96) + number, number, (0x2002 << 112) + (number << 80)]
    return [str(IPv6Address(each)) for each in inside]


private_v4 = st.sampled_from(PRIVATE_V4).flatmap(within)


@given(private_v4)
def test_a_private_address_is_not_public_however_it_is_written(address):
    assert not is_public(str(address))
    assert not any(map(is_public, disguised(address)))


@given(st.sampled_from(NOT_PUBLIC_V6).flatmap(within))
def test_nor_is_what_ipv6_keeps_for_itself(address):
    assert not is_public(str(address))


@pytest.mark.parametrize(
    "address", ["9.9.9.9", "193.0.6.139", "2a00:1450:4001::1", "::ffff:9.9.9.9", "64:ff9b::909:909", "2620:fe::fe"]
)
def test_servers_of_the_internet_are_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    ["", "localhost", "0", "2130706433", "0x7f.1", "127.1", "0177.0.0.1", "fe80::1%eth0", "169.254.169.254",
     "fd00:ec2::254", "1.2.3.4\n"],
)  # fmt: skip
def test_what_is_no_plain_address_of_the_internet_is_refused(address):
    assert not is_public(address)


@given(st.text(max_size=40))
def test_whatever_is_written_it_is_judged(text):
    assert is_public(text) in {True, False}
