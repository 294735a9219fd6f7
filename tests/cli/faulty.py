"""Makes the sandbox that the tests are wired to fail on purpose, and counts what it was asked."""

import json
import urllib.request
from typing import Any

from smsacct.sandbox.faults import parse
from smsacct.sandbox.server import SandboxServer


def fail(server: SandboxServer, *faults: str) -> None:
    """Put ``faults`` in force, each as `sandbox serve --fault` takes it."""
    server.app.add_faults([parse(fault) for fault in faults])


def requests(server: SandboxServer) -> list[dict[str, Any]]:
    """Give every request that the sandbox was asked, the oldest first, as its log has them."""
    with urllib.request.urlopen(f"{server.url}/_requests") as reply:
        found: list[dict[str, Any]] = json.load(reply)["requests"]
    return found
