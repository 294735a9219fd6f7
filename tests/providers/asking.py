"""Asks one adapter over a real connection, with replies that a test writes itself."""

from collections.abc import Iterator
from contextlib import contextmanager

from smsacct import registry
from smsacct.deadline import Deadline
from smsacct.http import Endpoint, Http
from smsacct.providers.base import Login, Provider
from smsacct.sandbox.catalogue import load_twin
from smsacct.sandbox.faults import parse
from smsacct.sandbox.server import SandboxServer


@contextmanager
def asked(
    server: SandboxServer, provider: str, *faults: str, method: str | None = None, seconds: float = 5
) -> Iterator[Provider]:
    """Give the adapter of ``provider`` signed with the sandbox's sample credential, under ``faults``."""
    server.app.add_faults([parse(f"{provider}:{fault}") for fault in faults])
    http = Http(
        Endpoint(f"{server.url}/{provider}"),
        Deadline(seconds),
        tell=lambda _line: None,
        keep=lambda _body: None,
    )
    adapter = registry.find(provider)
    samples = load_twin(provider).credentials
    chosen = next(known for known in adapter.auth_methods if known.id == (method or next(iter(samples))))
    fields = samples[chosen.id]
    try:
        yield adapter(http, Login(chosen.sign(fields), tuple(fields.values())))
    finally:
        http.close()
