"""One run of one command: the context it works with, and the one way in which its answer is written."""

import dataclasses
import re
import sys
from collections.abc import Iterable
from decimal import Decimal
from importlib import import_module
from itertools import chain, islice
from typing import Final

from smsacct.actions.select import Wanted
from smsacct.cli._common import Common
from smsacct.context import DEFAULT_TIMEOUT, Context
from smsacct.errors import ConfigError, UsageError
from smsacct.models import Row
from smsacct.output.base import Answer, Sheet, formats, value_at, words
from smsacct.redact import masked_reply, printable
from smsacct.shapes import Shape

STREAMED: Final = frozenset({"jsonl", "csv", "tsv"})
_LONGEST_TIMEOUT: Final = 86_400
_PLAIN_NUMBER: Final = re.compile(r"[0-9]{1,20}(\.[0-9]{1,20})?", re.ASCII)


@dataclasses.dataclass
class Run:
    """What a command is given: the context, whom it is to ask, and ``write`` for its answer."""

    context: Context
    wanted: Wanted
    shape: Shape
    format: str
    only: str | None = None
    raw: bool = False
    no_color: bool = False
    replies: list[bytes] = dataclasses.field(default_factory=list)

    @property
    def streams(self) -> bool:
        """Whether rows leave as they come."""
        return self.format in STREAMED or self.only is not None

    def write(self, rows: Iterable[Row], *, single: bool = False, answer: Answer | None = None) -> None:
        """Write the answer to stdout: rows of the command's shape, or ``answer`` as it is."""
        answer = answer or Answer(self.shape, rows, single)
        if self.streams:
            answer = _begun(answer)
        if self.raw:
            list(answer.rows)
            self._write_raw()
        elif self.only is not None:
            for row in answer.rows:
                sys.stdout.write(words(value_at(row, self.only)) + "\n")
        else:
            import_module(f"smsacct.output.{self.format}").write(answer, self._sheet())
        sys.stdout.flush()

    def write_value(self, row: Row, name: str) -> None:
        """Write an answer of one field: bare where a table would be written."""
        if self.format == "table" and self.only is None:
            self.only = name
        self.write([row], single=True)

    def _sheet(self) -> Sheet:
        terminal = sys.stdout.isatty()
        environ = self.context.environ
        colour = (
            terminal and not self.no_color and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"
        )
        return Sheet(sys.stdout, terminal, colour)

    def _write_raw(self) -> None:
        for reply in self.replies:
            shown = masked_reply(reply, self.context.secrets)
            if sys.stdout.isatty():
                lines = shown.decode("utf-8", "replace").splitlines()
                sys.stdout.write("\n".join(printable(line) for line in lines) + "\n")
            else:
                sys.stdout.flush()
                sys.stdout.buffer.write(shown if shown.endswith(b"\n") else shown + b"\n")
                sys.stdout.buffer.flush()


def _begun(answer: Answer) -> Answer:
    """Fetch the first row of ``answer``, so that a failure before it leaves no header behind."""
    rows = iter(answer.rows)
    return answer._replace(rows=chain(list(islice(rows, 1)), rows))


def start(common: Common, shape: Shape, environ: dict[str, str]) -> Run:
    """Make the run of a command from the options that every command shares.

    Raises ``UsageError`` where two of them disagree, before anything is asked.
    """
    replies: list[bytes] = []
    context = Context(
        environ,
        timeout=DEFAULT_TIMEOUT if common.timeout is None else _seconds(common.timeout),
        sandbox=common.sandbox or _is_set(environ, "SMSACCT_SANDBOX"),
        quiet=common.quiet,
        verbose=common.verbose,
        page_done=sys.stdout.flush,
    )
    if common.raw:
        context.keep = replies.append
        context.one_at_a_time = True  # the replies are shown in the order of the pages
    wanted = Wanted(common.profile, common.provider, common.everyone)
    run = Run(
        context, wanted, shape, _format(common, shape), common.field, common.raw, common.no_color, replies
    )
    # Rows that stream onto the same terminal say by themselves how far it has come.
    context.shows_progress = not (run.streams and sys.stdout.isatty())
    return run


def _format(common: Common, shape: Shape) -> str:
    asked = [f"--format {common.format}"] if common.format is not None else []
    asked += ["--json"] if common.json and common.format != "json" else []
    asked += ["--field"] if common.field is not None else []
    asked += ["--raw"] if common.raw else []
    if len(asked) > 1:
        raise UsageError(f"{asked[0]} and {asked[1]} disagree", hint="keep one of them")
    if common.quiet and common.verbose:
        raise UsageError("-q and -v disagree", hint="keep one of them")
    known = formats()
    if common.format is not None and common.format not in known:
        raise UsageError(
            f"there is no format {printable(common.format)!r}", hint=f"one of {', '.join(known)}"
        )
    if common.field is not None and not shape.knows(common.field):
        names = ", ".join(field.name for field in shape.fields)
        raise UsageError(f"the answer has no field {printable(common.field)!r}", hint=f"it has {names}")
    return common.format or ("json" if common.json else "table")


def _seconds(text: str) -> float:
    if not _PLAIN_NUMBER.fullmatch(text) or not 0 < Decimal(text) <= _LONGEST_TIMEOUT:
        raise UsageError(f"--timeout {printable(text)!r} is no number of seconds", hint="as in --timeout 10")
    return float(text)


def _is_set(environ: dict[str, str], variable: str) -> bool:
    value = environ.get(variable, "").lower()
    if value in {"", "0", "false", "no"}:
        return False
    if value in {"1", "true", "yes"}:
        return True
    raise ConfigError(f"{variable} is neither 1 nor 0", hint=f"set {variable}=1, or unset it")
