"""Which addresses the program may connect to: the public internet, and nothing behind it.

The check is made on the resolved address, at the time of the connection, for every hop. `ipaddress.is_global` is not
enough: it calls NAT64, 6to4, Teredo and IPv4-compatible addresses global, through which private ones are reached.
"""

from __future__ import annotations

import ipaddress
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


def forbidden(address: Address) -> bool:
    """Whether an address is outside the public internet."""
    if isinstance(address, ipaddress.IPv4Address):
        return any(address in block for block in _FORBIDDEN_V4)
    if address.ipv4_mapped:
        return forbidden(address.ipv4_mapped)
    return address not in _PUBLIC_V6 or any(address in block for block in _FORBIDDEN_V6)


def choose(addresses: Sequence[str], *, allow_private: bool) -> str | None:
    """The address to connect to; None when any of a host's addresses is forbidden.

    One forbidden answer among public ones is what a rebinding attack looks like, so it refuses the host.
    """
    found = [ipaddress.ip_address(address.partition("%")[0]) for address in addresses]
    if not found or (not allow_private and any(map(forbidden, found))):
        return None
    return str(min(found, key=lambda address: address.version))
