"""What a fault does to a reply: its status, headers and body."""

import re
from collections.abc import Callable, Mapping

from smsacct.sandbox.base import Reply, Request, Twin
from smsacct.sandbox.faults import Fault

OVERSIZED_BYTES = 9 * 1024 * 1024
DEEP_LISTS = 100_000

_SUCCESSES = range(200, 300)
_HTML = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body><p>Please sign in.</p></body></html>"
_STRING_OR_NUMBER = re.compile(rb'"(?:[^"\\]|\\.)*"|-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?')


def faulty(twin: Twin, request: Request, fault: Fault) -> Reply:
    """Answer a request as the twin does, but for what the fault says (latency and drops aside)."""
    return spoil(_answer(twin, request, fault), fault)


def spoil(reply: Reply, fault: Fault) -> Reply:
    """Give a reply the fault's body and headers."""
    body = reply.body if fault.body is None else fault.body.encode()
    kind = fault.content_type
    for word in fault.spoils:
        body = _SPOILERS[word](body)
        kind = kind or ("text/html; charset=utf-8" if word == "html" else "")
    new = [("Content-Type", kind), *fault.headers] if kind else list(fault.headers)
    replaced = {name.lower() for name, _ in new}
    kept = [header for header in reply.headers if header[0].lower() not in replaced]
    return Reply(reply.status, body, (*kept, *new))


def _answer(twin: Twin, request: Request, fault: Fault) -> Reply:
    if fault.status is None and not fault.code:
        return twin.answer(request)
    if fault.status in _SUCCESSES and not fault.code:
        reply = twin.answer(request)
        return Reply(fault.status or reply.status, reply.body, reply.headers)
    if fault.processed:
        twin.answer(request)
    return twin.failure(fault.status, fault.code)


def _nan(body: bytes) -> bytes:
    return _STRING_OR_NUMBER.sub(lambda found: found[0] if found[0].startswith(b'"') else b"NaN", body)


def _invalid_utf8(body: bytes) -> bytes:
    return b'{"note": "\xff\xfe", ' + body[1:] if body.startswith(b"{") else body + b"\xff\xfe"


_SPOILERS: Mapping[str, Callable[[bytes], bytes]] = {
    "truncated": lambda body: body[: len(body) // 2],
    "oversized": lambda body: body.ljust(OVERSIZED_BYTES),
    "html": lambda _: _HTML,
    "nan": _nan,
    "deep": lambda _: b"[" * DEEP_LISTS + b"]" * DEEP_LISTS,
    "empty": lambda _: b"",
    "list": lambda body: b"[" + body + b"]",
    "invalid_utf8": _invalid_utf8,
}
