"""`smsacct token create`: make an access token and store it."""

from smsacct.actions.tokens import create
from smsacct.cli._options import command as answers
from smsacct.cli._run import Run
from smsacct.cli.token._shared import Reveal, answer
from smsacct.shapes import TOKEN


@answers(TOKEN)
def command(run: Run, reveal: Reveal = False) -> None:
    """Make an access token with the stored username and password, and store it in the keyring.

    Whether it can be stored is tried first; where not, none is made (exit code 3). From then on requests are
    signed with the token, which is renewed by itself. A token that was stored before is replaced, not
    revoked.

    Examples:
      smsacct token create -p eztexting
      smsacct token create -P marketing --reveal --json
    """
    answer(run, "token create", create, reveal=reveal)
