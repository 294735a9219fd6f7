"""`smsacct token show`: one valid access token, for scripts."""

import sys

from smsacct.actions.select import one
from smsacct.actions.token_store import Kept
from smsacct.actions.tokens import NotKeptError, row, valid
from smsacct.cli._options import command as answers
from smsacct.cli._run import Run
from smsacct.settings import Profile
from smsacct.shapes import TOKEN


@answers(TOKEN)
def command(run: Run) -> None:
    r"""Print one valid access token and nothing else.

    A token with less than 5 minutes left is renewed first; where none is stored, one is made with the stored
    username and password, and stored. In every format the access token is shown in full.

    Examples:
      smsacct token show -p eztexting
      curl https://a.eztexting.com/v1/credits \
        -H "Authorization: Bearer $(smsacct token show -p eztexting)"
    """
    profile = one(run.context, run.wanted, "token create")
    try:
        kept = valid(run.context, profile)
    except NotKeptError as error:  # nobody else will ever see it
        _show(run, profile, error.kept, stored=False)
        raise
    _show(run, profile, kept, stored=True)


def _show(run: Run, profile: Profile, kept: Kept, *, stored: bool) -> None:
    if run.format == "table" and run.only is None and not run.raw:
        sys.stdout.write(f"{kept.access}\n" if kept.access else "")
        sys.stdout.flush()
    else:
        run.write([row(run.context, profile, kept, reveal=("access",), stored=stored)], single=True)
