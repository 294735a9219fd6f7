"""`smsacct token refresh`: renew the stored token now."""

from smsacct.actions.tokens import refresh
from smsacct.cli._options import command as answers
from smsacct.cli._run import Run
from smsacct.cli.token._shared import Reveal, answer
from smsacct.shapes import TOKEN


@answers(TOKEN)
def command(run: Run, reveal: Reveal = False) -> None:
    """Renew the stored token now, whatever is left of it.

    That is seldom needed: a token that is about to end is renewed by the command that uses it. Where the
    provider does not know the refresh token any more, a new token is made with the stored username and
    password; where there are none, the exit code is 4.

    Examples:
      smsacct token refresh -p eztexting
    """
    answer(run, "token refresh", refresh, reveal=reveal)
