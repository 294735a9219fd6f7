"""Finds a command by its name: a file of this folder is a command, a folder in it a group of commands.

Only the file of the command at hand is imported.
"""

import re
import sys
from importlib import import_module
from inspect import cleandoc
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Final

import typer
from typer.core import TyperGroup, TyperOption

from smsacct import __version__
from smsacct.settings import unknown

if TYPE_CHECKING:
    from typer._click import Command, Context

_NAME: Final = re.compile(r"[a-z]+", re.ASCII)
# One width everywhere: the texts are made ahead of time too (`smsacct/help`).
_SETTINGS: Final = {"help_option_names": ["-h", "--help"], "terminal_width": 80}


class Commands(TyperGroup):
    """The commands of one package."""

    def __init__(self, package: ModuleType, name: str) -> None:
        super().__init__(
            name=name,
            help=_kept(package.HELP),
            rich_markup_mode=None,
            context_settings=_SETTINGS,
        )
        self._package = package

    def list_commands(self, ctx: "Context") -> list[str]:
        """Give the names of the commands, sorted."""
        del ctx
        return names_in(self._package)

    def get_command(self, ctx: "Context", cmd_name: str) -> "Command | None":
        """Import the command ``cmd_name``, where there is one."""
        names = names_in(self._package)
        if not _NAME.fullmatch(cmd_name) or cmd_name not in names:
            if ctx.resilient_parsing:
                return None
            raise unknown("command", cmd_name, names)
        module = import_module(f"{self._package.__name__}.{cmd_name}")
        if hasattr(module, "__path__"):
            return Commands(module, cmd_name)
        app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
        app.command(name=cmd_name, help=_kept(module.command.__doc__), context_settings=_SETTINGS)(
            module.command
        )
        return typer.main.get_command(app)


def _kept(text: str) -> str:
    """Mark the paragraphs whose lines stay as they stand."""
    return re.sub(r"\n\n(?=Examples:|Exit codes:)", "\n\n\b\n", cleandoc(text))


def names_in(package: ModuleType) -> list[str]:
    """Give the names of the commands and groups in ``package``, sorted."""
    found = [
        path.stem
        for path in Path(package.__path__[0]).iterdir()
        if not path.name.startswith("_") and (path.suffix == ".py" or (path / "__init__.py").exists())
    ]
    return sorted(found)


def commands() -> Commands:
    """Give the whole command line."""
    package = import_module("smsacct.cli")
    root = Commands(package, "smsacct")
    root.params.append(
        TyperOption(
            param_decls=["--version"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_tell_version,
            help="Print the version and exit.",
        )
    )
    return root


def _tell_version(_context: "Context", _parameter: object, wanted: object) -> None:
    if wanted:
        sys.stdout.write(f"smsacct {__version__}\n")
        raise typer.Exit
