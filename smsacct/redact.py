"""What keeps secrets and control characters out of everything that people read."""

import json
import re
from base64 import b64decode
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote, quote_plus

MASK = "***"

# Names under which providers are known to put secrets into replies (from their public documents).
SECRET_NAMES = (
    "accessToken",
    "access_token",
    "refreshToken",
    "refresh_token",
    "token",
    "token_secret",
    "tokenSecret",
    "id_token",
    "client_secret",
    "clientSecret",
    "auth_token",
    "authToken",
    "api_key",
    "apiKey",
    "api_token",
    "apiToken",
    "api_secret",
    "apiSecret",
    "access_key",
    "accessKey",
    "appKey",
    "appSecret",
    "consumer_key",
    "consumer_secret",
    "password",
    "passwd",
    "secret",
    "authorization",
)

_MEMBER = re.compile(
    rb'("(?:' + "|".join(SECRET_NAMES).encode() + rb')"\s*:\s*)("(?:[^"\\]|\\.)*"?|[^\s,}\]{["]+)',
    re.IGNORECASE | re.DOTALL,
)
_BASIC = re.compile(r"(?i:\bbasic)\s+([A-Za-z0-9+/\\]{4,}={0,2})", re.ASCII)
# Cc, Cf, Zl, Zp and Cs: controls, C1, bidi overrides and marks, zero-width, line separators, surrogates.
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000110bd\U000110cd\U00013430-\U0001343f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f]"
)
_SHORTEST = 4  # below this, masking would eat ordinary words and digits


def printable(text: str) -> str:
    """Give ``text`` without a character that could steer a terminal; breaks and tabs become a space."""
    if text.isprintable():
        return text
    return _UNPRINTABLE.sub(lambda found: " " if found[0] in "\t\n\r\v\f\x85\u2028\u2029" else "", text)


def escaped(text: str) -> str:
    """Give ``text`` (JSON) with every such character as an escape, so that it parses to the same value."""
    if text.isprintable():
        return text
    return _UNPRINTABLE.sub(lambda found: _escape(found[0]), text)


def _escape(character: str) -> str:
    code = ord(character)
    if code < 0x10000:  # the basic plane
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"


def without(text: str, secrets: Iterable[str]) -> str:
    """Give ``text`` with each of ``secrets`` masked, however a header or a URL spells it."""
    for secret in sorted(secrets, key=len, reverse=True):
        for spelling in _spellings(secret):
            text = text.replace(spelling, MASK)
    return _BASIC.sub(_masked_pair, text)


def masked_members(body: bytes) -> bytes:
    """Give ``body`` with the value of every JSON member that is known to hold a secret masked.

    It works on bytes, so that a reply that is no JSON, or only half of it, is masked as well.
    """
    return _MEMBER.sub(rb'\1"' + MASK.encode() + rb'"', body)


def masked_reply(body: bytes, secrets: Iterable[str]) -> bytes:
    """Give the bytes of a reply as ``--raw`` shows them: known members and ``secrets`` masked."""
    text = masked_members(body).decode("utf-8", "surrogateescape")  # which keeps every byte
    return without(text, secrets).encode("utf-8", "surrogateescape")


@lru_cache(maxsize=256)
def _spellings(secret: str) -> tuple[str, ...]:
    """Give the ways in which ``secret`` may be written: bare, in JSON, in a URL; the longest first."""
    if len(secret) < _SHORTEST:
        return ()
    found = {secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    found |= {spelling.replace("/", r"\/") for spelling in found}  # as PHP has it
    found |= {quote(secret, safe="", errors="replace"), quote_plus(secret, errors="replace")}
    return tuple(sorted(found, key=len, reverse=True))


def _masked_pair(found: re.Match[str]) -> str:
    """Mask what ``Basic`` carries (RFC 7617); the word alone is an ordinary one."""
    coded = found[1].replace("\\", "").rstrip("=")
    if len(coded) % 4 == 1 or b":" not in b64decode(coded + "=" * (-len(coded) % 4)):
        return found[0]
    return found[0].replace(found[1], MASK)


def hint_of(secret: str) -> str:
    """Give a token as it may be shown: its first four characters, where there are enough to hide."""
    shown = 4
    return f"{printable(secret[:shown])}…" if len(secret) >= shown * 3 else "…"
