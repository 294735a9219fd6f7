"""The one place from a failure to its message and its exit code, and from a command line to its command."""

import contextlib
import os
import signal
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, NoReturn

if TYPE_CHECKING:
    from smsacct.errors import SmsacctError

_LAST_MOMENT: Final = 0.3  # seconds


def finish(arguments: Sequence[str]) -> None:
    """Run the command line of this process, and end it with the exit code of the contract."""
    _open_streams()
    _leave(run(arguments))


def run(arguments: Sequence[str]) -> int:
    """Run one command line and give its exit code; what went wrong stands on stderr."""
    return _ended(lambda: _command(arguments), arguments)


def tell(text: str) -> None:
    """Write ``text`` to stdout, and end the process."""
    _open_streams()
    _leave(_ended(lambda: sys.stdout.write(text), []))


def _leave(code: int) -> NoReturn:
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.flush()
    # Threads may still wait for a keyring or a resolver that hangs; nothing that they do is wanted any more.
    os._exit(code)


def _ended(work: Callable[[], object], arguments: Sequence[str]) -> int:
    try:
        work()
        sys.stdout.flush()
    except BrokenPipeError:
        _close_stdout()
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the last line before a person: no traceback
        failure = _failure(error)
        if failure.kind == "interrupted":
            _flush_for_a_moment()
        else:
            _flush()
        return _report(failure, arguments)
    return 0


def _failure(error: BaseException) -> "SmsacctError":
    """Give ``error`` as what a person is told: without the text of others, which may quote a secret."""
    from smsacct.errors import (
        ConfigError,
        InternalError,
        InterruptedByUserError,
        SmsacctError,
        UnavailableError,
    )

    if isinstance(error, SmsacctError):
        return error
    if isinstance(error, KeyboardInterrupt):
        return InterruptedByUserError("interrupted", hint="nothing more was sent")
    if not isinstance(error, OSError):
        return InternalError(_where(error), hint="please report it with the command line")
    if error.filename is not None:
        return ConfigError(
            f"{error.filename} cannot be used: {error.strerror}", hint="make room, or mend its rights"
        )
    _close_stdout()
    return UnavailableError(f"the answer could not be written: {error.strerror}", hint="make room there")


def _command(arguments: Sequence[str]) -> None:
    import typer

    from smsacct.cli._app import commands
    from smsacct.errors import UsageError

    root = commands()
    try:
        with root.make_context("smsacct", list(arguments) or ["--help"]) as context:
            root.invoke(context)
    except typer.Exit:
        return
    except typer.TyperException as error:
        where = getattr(error, "ctx", None)
        path = where.command_path if where is not None else "smsacct"
        raise UsageError(error.format_message(), hint=f"see `{path} --help`") from None


def _report(failure: "SmsacctError", arguments: Sequence[str]) -> int:
    from smsacct.actions.reports import error_row
    from smsacct.exact import to_json

    row = error_row(failure)
    lines = [f"error: {row['message']}", *([f"hint: {row['hint']}"] if row["hint"] else [])]
    if _wants_json(arguments):
        lines = [to_json({"error": row})]
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write("\n".join(lines) + "\n")
    return failure.exit_code


def _wants_json(arguments: Sequence[str]) -> bool:
    """Whether failures are told in JSON; also where the command line is too wrong to be parsed."""
    pairs = zip(arguments, [*arguments, ""][1:], strict=True)
    return any(
        word in {"--json", "--format=json", "--format=jsonl"}
        or (word == "--format" and following in {"json", "jsonl"})
        for word, following in pairs
    )


def _where(error: BaseException) -> str:
    """Say where a bug of ours showed, without the error's own text, which may quote a secret."""
    trace = error.__traceback__
    place = ""
    while trace is not None:
        code = trace.tb_frame.f_code
        if "smsacct" in code.co_filename:
            place = f" at {os.path.basename(code.co_filename)}:{trace.tb_lineno}"  # noqa: PTH119
        trace = trace.tb_next
    return f"a bug of ours: {type(error).__name__}{place}"


def _open_streams() -> None:
    """Write UTF-8 whatever the locale says; a stream that was closed before swallows what it gets."""
    for name in ("stdout", "stderr", "stdin"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "r" if name == "stdin" else "w", encoding="utf-8"))  # noqa: SIM115, PTH123
        elif name != "stdin":
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")


def _flush_for_a_moment() -> None:
    """Write the rows that came, unless the reader has stopped to read: Ctrl-C waits for nobody."""
    from threading import Thread

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second one changes nothing: this is the end
    flushing = Thread(target=_flush, daemon=True)
    flushing.start()
    flushing.join(_LAST_MOMENT)


def _flush() -> None:
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()


def _close_stdout() -> None:
    """Let nothing be written to a reader that went away, not even at the very end."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
