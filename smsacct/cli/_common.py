"""The options that every command shares, declared once."""

from typing import Annotated, NamedTuple

import typer

_PROFILE = typer.Option(
    "--profile",
    "-P",
    metavar="NAME",
    help="The profile NAME; may be repeated where a command can ask several.",
    show_default=False,
)
_PROVIDER = typer.Option(
    "--provider",
    "-p",
    metavar="ID",
    help="The provider ID: its own profile where that is configured, else the only profile of it; "
    "may be repeated likewise.",
    show_default=False,
)
_FIELD = "Print this field alone, one value a line; a dot goes deeper (parts.plan), null is an empty line."
_TIMEOUT = (
    "How long one answer may take, retries and waits included: of each profile, of each page with "
    "--all-pages (30)."
)
_RAW = "Print the provider's own reply, known secrets masked; made printable on a terminal."


class Common(NamedTuple):
    """The values of the shared options, as the command line gives them."""

    profile: Annotated[list[str], _PROFILE] = []
    provider: Annotated[list[str], _PROVIDER] = []
    everyone: Annotated[bool, typer.Option("--all", "-A", help="Ask every configured profile.")] = False
    json: Annotated[bool, typer.Option("--json", help="Answer in JSON, as --format json does.")] = False
    format: Annotated[
        str | None, typer.Option("--format", metavar="FORMAT", help="table, json, jsonl, csv or tsv.")
    ] = None
    field: Annotated[str | None, typer.Option("--field", metavar="NAME", help=_FIELD)] = None
    raw: Annotated[bool, typer.Option("--raw", help=_RAW)] = False
    timeout: Annotated[str | None, typer.Option("--timeout", metavar="SECONDS", help=_TIMEOUT)] = None
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="Ask the embedded sandbox: no network, no credentials.")
    ] = False
    no_color: Annotated[bool, typer.Option("--no-color", help="No colour, also on a terminal.")] = False
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No warnings and no progress.")] = False
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Tell what goes over the wire.")] = False
