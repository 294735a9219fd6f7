"""Where credentials may be sent: https anywhere, http on loopback alone."""

import re
from typing import Final
from urllib.parse import urlsplit

from smsacct.errors import ConfigError

_URL: Final = re.compile(
    r"https?://([a-z0-9]([a-z0-9._-]{0,251}[a-z0-9])?|\[[0-9a-f:.]+\])(:[0-9]{1,5})?(/[-\w.~!$&'()*+,;=:@%/]{0,1000})?",
    re.ASCII | re.IGNORECASE,
)


def is_loopback(host: str) -> bool:
    """Whether ``host`` is this machine: 127.0.0.0/8, ``::1`` or ``localhost``."""
    if host in {"localhost", "::1"}:
        return True
    if ":" in host:
        return _is_ipv6(host, loopback=True)
    parts = host.split(".")
    return len(parts) == 4 and parts[0] == "127" and all(_is_octet(part) for part in parts)


def _is_octet(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 3 and int(text) < 256


def checked_base_url(url: str, origin: str) -> str:
    """Give ``url`` where it may replace a provider's origin: in lower case up to its path, no final slash.

    ``origin`` says where it comes from. Raises ``ConfigError`` for anything but https, or http on loopback.
    """
    hint = "write it as https://host or https://host/prefix; http is for 127.0.0.1, ::1 and localhost alone"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ConfigError(f"{origin}: base_url is no URL", hint=hint) from None
    if "@" in parts.netloc:
        raise ConfigError(f"{origin}: base_url holds user info, which may be a secret", hint=hint)
    if "?" in url or "#" in url:
        raise ConfigError(f"{origin}: base_url has a query or a fragment", hint=hint)
    dots = {".", ".."}.intersection(parts.path.split("/"))
    if not _URL.fullmatch(url) or port == 0 or dots or (":" in host and not _is_ipv6(host)):
        raise ConfigError(f"{origin}: base_url is no https URL", hint=hint)
    if parts.scheme == "http" and not is_loopback(host):
        raise ConfigError(f"{origin}: base_url would send credentials in the clear to {host}", hint=hint)
    return f"{parts.scheme}://{parts.netloc.lower()}{parts.path}".rstrip("/")


def _is_ipv6(host: str, *, loopback: bool = False) -> bool:
    from ipaddress import IPv6Address

    try:
        address = IPv6Address(host)
    except ValueError:
        return False
    return address.is_loopback or not loopback
