"""Who can reach an address."""

from __future__ import annotations

import ipaddress
import socket


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach a host name or address.

    A name that means several addresses must mean loopback ones only; one that means none does not.
    """
    try:
        found = socket.getaddrinfo(host or None, None, type=socket.SOCK_STREAM)
    except OSError:
        return False
    # An empty host means every address, and getaddrinfo would say loopback.
    addresses = [str(each[4][0]).partition("%")[0] for each in found]
    return bool(host) and all(ipaddress.ip_address(each).is_loopback for each in addresses)
