"""Gives a command the shared options, and calls it with a ``Run`` made from them."""

import inspect
import os
from collections.abc import Callable
from typing import Literal

from smsacct.cli._common import Common
from smsacct.cli._run import start
from smsacct.errors import SmsacctError
from smsacct.redact import without as masked
from smsacct.shapes import Shape

Asks = Literal["nobody", "one", "several"]
_LEFT_OUT: dict[Asks, frozenset[str]] = {
    "nobody": frozenset({"profile", "provider", "everyone", "raw", "timeout"}),
    "one": frozenset({"everyone"}),
    "several": frozenset(),
}


def command(
    shape: Shape, asks: Asks = "one", *, without: tuple[str, ...] = ()
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make a command of a function whose first parameter is the ``Run``; its answer has ``shape``.

    ``asks`` says how many profiles it can ask, ``without`` names shared options that it does not take.
    """
    left_out = _LEFT_OUT[asks] | set(without)
    types = inspect.get_annotations(Common)
    shared = [
        inspect.Parameter(
            name, inspect.Parameter.KEYWORD_ONLY, annotation=types[name], default=Common._field_defaults[name]
        )
        for name in Common._fields
        if name not in left_out
    ]

    def make(function: Callable[..., None]) -> Callable[..., None]:
        own = list(inspect.signature(function).parameters.values())[1:]
        own = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in own]

        def run_command(**values: object) -> None:
            given = {name: values.pop(name) for name in Common._fields if name in values}
            common = Common(**given)  # type: ignore[arg-type]  # Typer has checked them
            run = start(common, shape, dict(os.environ))
            try:
                function(run, **values)
            except SmsacctError as failure:
                # Each reply was masked by what was sent with it; an echo of anything else ends here.
                failure.message = masked(failure.message, run.context.secrets)
                failure.hint = masked(failure.hint, run.context.secrets) if failure.hint else None
                raise

        run_command.__name__ = function.__name__
        run_command.__doc__ = function.__doc__
        run_command.__signature__ = inspect.Signature([*own, *shared])  # type: ignore[attr-defined]
        run_command.__annotations__ = {parameter.name: parameter.annotation for parameter in [*own, *shared]}
        run_command.__dict__["shape"] = shape
        return run_command

    return make
