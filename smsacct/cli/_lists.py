"""The options of paged lists, and how such a list is written."""

from typing import Annotated, NamedTuple

import typer

from smsacct.actions.lists import Listing, Query
from smsacct.actions.select import one
from smsacct.actions.times import parse_point
from smsacct.cli import _amounts
from smsacct.cli._run import Run
from smsacct.errors import InterruptedByUserError, SmsacctError, UsageError
from smsacct.output.base import Answer

Page = Annotated[str | None, typer.Option("--page", metavar="N", help="Which page, from 1.")]
Limit = Annotated[
    str | None,
    typer.Option(
        "--limit",
        metavar="N",
        help="Rows a page: by default the provider's own default, its maximum with --all-pages.",
    ),
]
AllPages = Annotated[bool, typer.Option("--all-pages", help="Read the list to its end.")]
Since = Annotated[
    str | None,
    typer.Option("--since", metavar="WHEN", help="From then on: 2026-11-20, a time, or 7d; in UTC."),
]
Until = Annotated[
    str | None, typer.Option("--until", metavar="WHEN", help="Up to then; a date counts to its end.")
]


class Range(NamedTuple):
    """The list options as the command line gives them."""

    page: str | None
    limit: str | None
    all_pages: bool
    since: str | None
    until: str | None
    status: str | None = None


def write_list(run: Run, operation: str, asked: Range) -> None:
    """Ask for the list ``operation`` and write it; says how to go on where it breaks off."""
    query = _query(run, asked)
    listing = Listing(run.context, one(run.context, run.wanted, operation), operation, query)
    try:
        run.write((), answer=Answer(run.shape, listing.rows(), envelope=listing.envelope))
    except SmsacctError as failure:
        if listing.rows_given and run.streams:
            failure.hint = listing.how_to_go_on()
        raise
    except KeyboardInterrupt:
        if not (listing.rows_given and run.streams):
            raise
        raise InterruptedByUserError("interrupted", hint=listing.how_to_go_on()) from None


def _query(run: Run, asked: Range) -> Query:
    now = run.context.now()
    query = Query(
        None if asked.page is None else _amounts.whole("--page", asked.page),
        None if asked.limit is None else _amounts.whole("--limit", asked.limit),
        asked.all_pages,
        None if asked.since is None else parse_point("--since", asked.since, now),
        None if asked.until is None else parse_point("--until", asked.until, now, end=True),
        asked.status,
    )
    if query.since is not None and query.until is not None and query.since >= query.until:
        raise UsageError("--since is not before --until", hint="swap them")
    return query
