import ipaddress

import pytest

from monitor.fetch.guard import choose, forbidden

# Each reaches something that is not the public internet, directly or through an embedded IPv4 address.
FORBIDDEN = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.1.2.3",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "3fff::1",
    "5f00::1",
]
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "172.15.255.255",
    "172.32.0.1",
    "192.167.1.1",
    "93.184.216.34",
    "2606:4700::1111",
    "2a00:1450:4001::1",
]


@pytest.mark.parametrize("address", FORBIDDEN)
def test_an_address_off_the_public_internet_is_forbidden(address):
    assert forbidden(ipaddress.ip_address(address))
    assert choose([address], allow_private=False) is None
    assert ipaddress.ip_address(choose([address], allow_private=True)) == ipaddress.ip_address(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_allowed(address):
    assert not forbidden(ipaddress.ip_address(address))
    assert choose([address], allow_private=False) == address


def test_one_forbidden_address_refuses_the_host():
    assert choose(["8.8.8.8", "127.0.0.1"], allow_private=False) is None
    assert choose(["2606:4700::1111", "::1"], allow_private=False) is None


def test_a_host_without_addresses_is_refused():
    assert choose([], allow_private=True) is None
