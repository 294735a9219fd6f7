"""The one place from a failure to its message and its exit code, and from a command line to its command."""

import contextlib
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smsacct.errors import SmsacctError


def finish(arguments: Sequence[str]) -> None:
    """Run the command line of this process, and end it with the exit code of the contract."""
    _open_streams()
    code = run(arguments)
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.flush()
    # Threads may still wait for a keyring or a resolver that hangs; nothing that they do is wanted any more.
    os._exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run one command line and give its exit code; what went wrong stands on stderr."""
    from smsacct.errors import InternalError, InterruptedByUserError, SmsacctError, UnavailableError

    try:
        _command(arguments)
        sys.stdout.flush()
    except SmsacctError as error:
        return _report(error, arguments)
    except KeyboardInterrupt:
        return _report(InterruptedByUserError("interrupted", hint="nothing more was sent"), arguments)
    except BrokenPipeError:
        _close_stdout()
    except OSError as error:
        failure = UnavailableError(
            f"the answer could not be written: {error.strerror}", hint="make room there"
        )
        _close_stdout()
        return _report(failure, arguments)
    except Exception as error:  # noqa: BLE001 - the last line before a person: no traceback, no text of others
        return _report(InternalError(_where(error), hint="please report it with the command line"), arguments)
    return 0


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
        sys.stdout.flush()
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


def _close_stdout() -> None:
    """Let nothing be written to a reader that went away, not even at the very end."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
