"""Which addresses the program may connect to: the public internet, and nothing behind it.

The check is made on the resolved address, at the time of the connection, for every hop. `ipaddress.is_global` is not
enough: it calls NAT64, 6to4, Teredo and IPv4-compatible addresses global, through which private ones are reached.
"""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

ALLOWED_PORTS = frozenset({80, 443, 8080, 8443})

# IANA special-purpose registries (RFC 6890 and successors), and what embeds an IPv4 address.
_FORBIDDEN_V4 = tuple(
    ipaddress.ip_network(block)
    for block in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
# Of IPv6 only 2000::/3 is given out; of that, these carry something else.
_PUBLIC_V6 = ipaddress.ip_network("2000::/3")
_FORBIDDEN_V6 = tuple(
    ipaddress.ip_network(block)
    for block in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
)

_LABEL = re.compile(r"[a-z0-9_-]{1,63}")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_LEAST_LABELS = 2  # a bare word is a name of the local network
_LOCAL = frozenset({"localhost", "local", "internal", "intranet", "lan", "home", "corp", "private"})


def forbidden(address: Address) -> bool:
    """Whether an address is outside the public internet."""
    if isinstance(address, ipaddress.IPv4Address):
        return any(address in block for block in _FORBIDDEN_V4)
    if address.ipv4_mapped:
        return forbidden(address.ipv4_mapped)
    return address not in _PUBLIC_V6 or any(address in block for block in _FORBIDDEN_V6)


def allowed(addresses: Sequence[str], *, allow_private: bool) -> list[str]:
    """The addresses of a host to connect to, IPv4 first; none when any of them is forbidden.

    One forbidden answer among public ones is what a rebinding attack looks like, so it refuses the host.
    """
    found = [ipaddress.ip_address(address.partition("%")[0]) for address in addresses]
    if not allow_private and any(map(forbidden, found)):
        return []
    return list(dict.fromkeys(map(str, sorted(found, key=lambda address: address.version))))


def public_name(host: str) -> bool:
    """Whether a name that a proxy resolves may be one of the public internet, as far as the name tells.

    Whole numbers, octal and hexadecimal parts are read as an address by many resolvers, so a name must not end in one.
    """
    labels = host.lower().removesuffix(".").split(".")
    if len(labels) < _LEAST_LABELS or not all(map(_LABEL.fullmatch, labels)):
        return False
    return not _NUMBER.fullmatch(labels[-1]) and labels[-1] not in _LOCAL and labels[-2:] != ["home", "arpa"]
