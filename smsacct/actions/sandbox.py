"""The sandbox as a whole: served over HTTP on loopback, and made to forget."""

import shutil
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from smsacct.context import TWINS, Context
from smsacct.errors import ConfigError, UnavailableError, UsageError
from smsacct.models import Row
from smsacct.redact import printable

if TYPE_CHECKING:
    from smsacct.sandbox.faults import Fault
    from smsacct.sandbox.server import SandboxServer

_FAULT_HINT: Final = "as in messagebird:status=503"


def make_server(context: Context, port: int, faults: Sequence[str]) -> "SandboxServer":
    """Give the server, not yet started; raises ``UsageError`` for a fault that cannot be read.

    Raises ``ConfigError`` where the extra ``sandbox`` is missing.
    """
    parsed = [_fault(text) for text in faults]
    try:
        from smsacct.sandbox.server import SandboxServer
    except ModuleNotFoundError:
        raise ConfigError(
            "`sandbox serve` needs the extra 'sandbox'", hint="pip install 'smsacct[sandbox]'"
        ) from None
    try:
        return SandboxServer(context.sandbox_store, parsed, port=port)
    except ValueError as error:  # a provider or an option that there is not
        raise UsageError(f"--fault: {printable(str(error))}", hint=_FAULT_HINT) from None


def start(server: "SandboxServer", port: int) -> None:
    """Start to listen; raises ``UnavailableError`` where the port is taken."""
    try:
        server.start()
    except OSError as error:
        raise UnavailableError(
            f"port {port} cannot be listened on: {error.strerror or 'it is taken'}",
            hint="choose another with --port, or 0 for any",
        ) from None


def reset(context: Context) -> Row:
    """Forget everything that the sandbox remembers: balances, accounts, purchases, tokens, history."""
    context.sandbox_store.reset()
    for place in context.folder.iterdir() if context.folder.exists() else ():
        # What the twins remember was emptied above; a server may have its file open.
        if place.name.startswith(TWINS):
            continue
        if place.is_dir():
            shutil.rmtree(place)
        else:
            place.unlink()
    return {"folder": str(context.folder)}


def _fault(text: str) -> "Fault":
    from smsacct.sandbox.faults import parse

    try:
        return parse(text)
    except ValueError as error:
        raise UsageError(f"--fault {printable(text)!r}: {error}", hint=_FAULT_HINT) from None
