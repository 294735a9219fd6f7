"""The options that name one customer account."""

from typing import Annotated

import typer

AccountOption = Annotated[
    str | None, typer.Option("--account", metavar="ID", help="The account, by the provider's id.")
]
ExternalIdOption = Annotated[
    str | None, typer.Option("--external-id", metavar="ID", help="The account, by your own id.")
]
