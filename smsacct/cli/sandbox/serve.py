"""`smsacct sandbox serve`: the sandbox over real HTTP on loopback."""

import signal
import sys
from typing import Annotated, Final, NoReturn

import typer

from smsacct.actions.sandbox import make_server, start
from smsacct.cli import _amounts
from smsacct.cli._options import command as answers
from smsacct.cli._run import Run
from smsacct.errors import UsageError
from smsacct.shapes import PATH

_LAST_PORT: Final = 65_535


@answers(PATH, asks="nobody", without=("json", "format", "field", "sandbox", "no_color"))
def command(
    run: Run,
    port: Annotated[str, typer.Option(metavar="N", help="The port on 127.0.0.1; 0 takes any.")] = "8025",
    fault: Annotated[
        list[str], typer.Option(metavar="SPEC", help="Fail on purpose, as ID:KEY=VALUE,…; may be repeated.")
    ] = [],  # noqa: B006 - Typer copies it
) -> None:
    """Serve every provider's sandbox on 127.0.0.1, each under /<id>, until Ctrl-C.

    It prints the environment lines that point the tool at it. Keys of --fault: status, times, after, path,
    method, latency, header, rate_limit, drop (request, before, middle, after), truncated, oversized, html,
    nan, deep, empty, list, invalid_utf8, content_type, location, body, grow, code, option. POST /_faults
    takes the same while it runs.

    Examples:
      smsacct sandbox serve --port 8025
      smsacct sandbox serve --fault messagebird:status=503,times=2 --fault eztexting:drop=before
    """
    number = 0 if port == "0" else _amounts.whole("--port", port)
    if number > _LAST_PORT:
        raise UsageError(f"--port {number} is no port", hint=f"at most {_LAST_PORT}, or 0 for any")
    signal.signal(signal.SIGTERM, _interrupt)
    server = make_server(run.context, number, fault)
    start(server, number)
    from smsacct.sandbox.server import environment

    for name, value in environment(server.url).items():
        sys.stdout.write(f"export {name}={value}\n")
    sys.stdout.flush()
    run.context.note(f"serving on {server.url}; Ctrl-C ends it")
    server.serve()


def _interrupt(_signal: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt
