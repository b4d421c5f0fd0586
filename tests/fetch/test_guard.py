import ipaddress

import pytest

from monitor.fetch.guard import allowed, forbidden, public_name

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
    assert allowed([address], allow_private=False) == []
    assert list(map(ipaddress.ip_address, allowed([address], allow_private=True))) == [ipaddress.ip_address(address)]


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_allowed(address):
    assert not forbidden(ipaddress.ip_address(address))
    assert allowed([address], allow_private=False) == [address]


def test_one_forbidden_address_refuses_the_host():
    assert allowed(["8.8.8.8", "127.0.0.1"], allow_private=False) == []
    assert allowed(["2606:4700::1111", "::1"], allow_private=False) == []


def test_a_host_without_addresses_is_refused():
    assert allowed([], allow_private=True) == []


def test_ipv4_comes_first_and_nothing_twice():
    assert allowed(["2606:4700::1111", "8.8.8.8", "8.8.8.8"], allow_private=False) == ["8.8.8.8", "2606:4700::1111"]


@pytest.mark.parametrize("name", ["example.org", "example.org.", "a_b.xn--p1ai", "abc.onion", "1.2.3.4.example"])
def test_a_name_of_the_public_internet_may_be_asked_of_a_proxy(name):
    assert public_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "localhost",
        "redis",
        "a.localhost",
        "db.internal",
        "nas.local.",
        "x.home.arpa",
        "printer.lan",
        "2130706433",
        "0x7f.1",
        "127.1",
        "0177.0.0.1",
        "127.0.0.1.",
        "%31%32%37.0.0.1",
        "x..org",
        ".org",
        "",
        "1.0x7f",
        "a b.org",
    ],
)
def test_a_local_name_or_a_number_may_not(name):
    assert not public_name(name)
