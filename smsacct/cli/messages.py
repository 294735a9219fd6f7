"""`smsacct messages`: what it went on, order by order."""

from typing import Annotated

import typer

from smsacct.cli._lists import AllPages, Limit, Page, Range, Since, Until, write_list
from smsacct.cli._options import command as answers
from smsacct.cli._run import Run
from smsacct.shapes import MESSAGES


@answers(MESSAGES)
def command(
    run: Run,
    page: Page = None,
    limit: Limit = None,
    all_pages: AllPages = False,
    since: Since = None,
    until: Until = None,
    status: Annotated[
        str | None, typer.Option(metavar="S", help="Only orders with this status, such as delivered.")
    ] = None,
) -> None:
    """List message orders with cost and status, the newest first.

    --since, --until and --status imply --all-pages. No row is lost or doubled while new ones arrive.

    Examples:
      smsacct messages --provider gosms-ro --limit 100
      smsacct messages -p gosms-ro --since 7d --status failed --format csv
      smsacct messages -p gosms-ro --all-pages --format jsonl | jq -s 'map(.amount) | add'
    """
    write_list(run, "messages", Range(page, limit, all_pages, since, until, status))
