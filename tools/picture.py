"""Draws the balance table of the sandbox as the README shows it: docs/balance.svg."""

import io
import os
import sys
import tempfile
from pathlib import Path
from unittest.mock import patch

from rich.console import Console

TARGET = Path(__file__).parents[1] / "docs" / "balance.svg"
COMMAND = "smsacct balance --all"
AS_OF = "2026-11-20T22:45:00Z"


def main() -> None:
    """Ask the sandbox, and save what a terminal would show; the time is fixed so that a picture is reproducible."""
    from smsacct.actions.balance import ask_all, balances
    from smsacct.actions.balance import AccountId
    from smsacct.actions.select import Wanted, many
    from smsacct.context import Context
    from smsacct.output.base import Answer
    from smsacct.output.table import drawn
    from smsacct.shapes import BALANCE

    with (
        tempfile.TemporaryDirectory() as home,
        patch.dict(os.environ, {"HOME": home, "XDG_STATE_HOME": home}),
    ):
        context = Context({"SMSACCT_CONFIG": f"{home}/config.toml"}, sandbox=True)
        answered = ask_all(
            many(context, Wanted()).profiles, lambda profile: balances(context, profile, AccountId())
        )
        rows = [{**row, "as_of": AS_OF} for each in answered for row in each.rows]
    console = Console(record=True, width=110, file=io.StringIO(), force_terminal=True, highlight=False)
    console.print(f"[bold green]$[/] {COMMAND}")
    console.print(drawn(Answer(BALANCE, rows)))
    TARGET.parent.mkdir(exist_ok=True)
    console.save_svg(str(TARGET), title="smsacct", unique_id="smsacct")
    sys.stdout.write(f"{TARGET.name} drawn\n")


if __name__ == "__main__":
    main()
