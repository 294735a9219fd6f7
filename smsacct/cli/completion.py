"""`smsacct completion`: the completion script of a shell."""

import sys
from typing import Annotated

import typer

from smsacct.cli._completion import SHELLS, script
from smsacct.cli._options import command as answers
from smsacct.cli._run import Run
from smsacct.errors import UsageError
from smsacct.redact import printable
from smsacct.shapes import PATH


@answers(PATH, asks="nobody", without=("json", "format", "field", "sandbox", "no_color", "quiet", "verbose"))
def command(
    run: Run,
    shell: Annotated[str, typer.Argument(metavar="SHELL", help="bash, zsh, fish or powershell.")],
) -> None:
    """Print the completion script of a shell.

    Examples:
      smsacct completion bash > ~/.local/share/bash-completion/completions/smsacct
      smsacct completion zsh > "${fpath[1]}/_smsacct"
      smsacct completion fish > ~/.config/fish/completions/smsacct.fish
      smsacct completion powershell >> $PROFILE
    """
    del run
    if shell not in SHELLS:
        raise UsageError(
            f"there is no completion for {printable(shell)!r}", hint=f"one of {', '.join(SHELLS)}"
        )
    sys.stdout.write(script(shell))
