"""Draws the balance table of the sandbox as the README shows it: docs/balance.svg."""

import io
import os
import sys
import tempfile
from pathlib import Path
from unittest.mock import patch

from rich.console import Console
from rich.text import Text

from smsacct.actions.balance import AccountId, ask_all, balances
from smsacct.actions.select import Wanted, many
from smsacct.context import Context
from smsacct.models import Row
from smsacct.output import table
from smsacct.output.base import Answer, Sheet
from smsacct.shapes import BALANCE

TARGET = Path(__file__).parents[1] / "docs" / "balance.svg"
COMMAND = "smsacct balance --all --sandbox"
AS_OF = "2026-11-20T22:45:00Z"
WIDTH = 98


def rows() -> list[Row]:
    """Ask every sandbox account; the time is a fixed one, so that the picture is the same each time."""
    with tempfile.TemporaryDirectory() as home, patch.dict(os.environ, {"HOME": home}):
        os.environ.pop("XDG_STATE_HOME", None)
        context = Context({"SMSACCT_CONFIG": f"{home}/config.toml"}, sandbox=True)
        profiles = many(context, Wanted()).profiles
        answered = ask_all(context, profiles, lambda profile: balances(context, profile, AccountId()))
        return [{**row, "as_of": AS_OF} for each in answered for row in each.rows]


def main() -> None:
    """Save what a terminal of ``WIDTH`` columns would show."""
    screen = io.StringIO()
    terminal = {"COLUMNS": str(WIDTH), "TERM": "xterm-256color"}
    with patch.dict(os.environ, terminal):
        os.environ.pop("NO_COLOR", None)
        table.write(Answer(BALANCE, rows()), Sheet(screen, terminal=True, colour=True))
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text(f"$ {COMMAND}", style="bold green"))
    console.print(Text.from_ansi(screen.getvalue()))
    TARGET.parent.mkdir(exist_ok=True)
    console.save_svg(str(TARGET), title="smsacct", unique_id="smsacct")
    sys.stdout.write(f"{TARGET.name} drawn\n")


if __name__ == "__main__":
    main()
