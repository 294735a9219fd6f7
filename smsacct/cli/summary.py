"""`smsacct summary`: deposited, consumed, remaining, and the message orders."""

from smsacct.actions.balance import Answered, ask_all, failed
from smsacct.actions.lists import summary
from smsacct.actions.select import many_able
from smsacct.cli._options import command as answers
from smsacct.cli._run import Run
from smsacct.shapes import SUMMARY


@answers(SUMMARY, asks="several")
def command(run: Run) -> None:
    """Show what was deposited, consumed and remains.

    The total of the orders is the provider's own estimate; `smsacct messages` has the exact costs.

    Examples:
      smsacct summary --provider gosms-ro
      smsacct summary -p gosms-ro --field credit_remaining
    """
    targets = many_able(run.context, run.wanted, "summary")
    if targets.single:
        run.write([summary(run.context, targets.profiles[0])], single=True)
        return
    answered = list(
        ask_all(
            run.context,
            targets.profiles,
            lambda profile: Answered(profile, [summary(run.context, profile)]),
        )
    )
    run.write(row for answer in answered for row in answer.rows)
    failure = failed(answered)
    if failure is not None:
        raise failure
