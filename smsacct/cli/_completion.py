"""Completion: the scripts of the shells, and the names that complete without keyring or network."""

import os
from collections.abc import Iterator
from typing import Final

from smsacct import registry, settings
from smsacct.errors import SmsacctError

SHELLS: Final = ("bash", "zsh", "fish", "powershell")
VARIABLE: Final = "_SMSACCT_COMPLETE"


def script(shell: str) -> str:
    """Give the completion script of ``shell``, one of ``SHELLS``."""
    from typer._completion_shared import get_completion_script  # what typer.completion uses itself

    return get_completion_script(prog_name="smsacct", complete_var=VARIABLE, shell=shell).strip() + "\n"


def provider_ids(incomplete: str) -> Iterator[str]:
    """Give the provider ids that begin with ``incomplete``."""
    return (provider for provider in registry.own_ids() if provider.startswith(incomplete))


def profile_names(incomplete: str) -> Iterator[str]:
    """Give the profiles and provider ids that begin with ``incomplete``; none from a broken config."""
    names = set(registry.own_ids())
    try:
        path = settings.config_path(os.environ)
        names |= set(settings.load(path, registry.ProviderIds()).profiles)
    except SmsacctError:
        return iter(())
    return (name for name in sorted(names) if name.startswith(incomplete))
