"""`smsacct config set`: changes one setting."""

from typing import Annotated

import typer

from smsacct.actions.login import config_file
from smsacct.cli._options import command as answers
from smsacct.cli._run import Run
from smsacct.shapes import SETTING


@answers(SETTING, asks="nobody")
def command(
    run: Run,
    key: Annotated[str, typer.Argument(metavar="KEY", help="Such as profiles.marketing.card.")],
    value: Annotated[str, typer.Argument(metavar="VALUE", help="Its new value.")],
) -> None:
    """Change one setting in config.toml; comments are kept, and what would not load is not written.

    Keys: default_profile, keyring_backend, and of a profile provider, base_url, card,
    max_credits_per_purchase, max_credits_per_day. No secret belongs there: `smsacct auth login` stores
    credentials in the keyring.

    Examples:
      smsacct config set default_profile marketing
      smsacct config set profiles.marketing.provider eztexting
      smsacct config set profiles.marketing.max_credits_per_day 10000
    """
    file = config_file(run.context)
    file.set(key, value)
    run.write([{"key": key, "value": value, "source": str(run.context.settings.path)}], single=True)
