"""`smsacct deposits`: what came in."""

from smsacct.cli._lists import AllPages, Limit, Page, Range, Since, Until, write_list
from smsacct.cli._options import command as answers
from smsacct.cli._run import Run
from smsacct.shapes import DEPOSITS


@answers(DEPOSITS)
def command(
    run: Run,
    page: Page = None,
    limit: Limit = None,
    all_pages: AllPages = False,
    since: Since = None,
    until: Until = None,
) -> None:
    """List what came in.

    A deposit may be in another currency than the account. --since and --until imply --all-pages.

    Examples:
      smsacct deposits --provider gosms-ro
      smsacct deposits -p gosms-ro --since 2026-01-01 --format csv
    """
    write_list(run, "deposits", Range(page, limit, all_pages, since, until))
