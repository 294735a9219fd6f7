"""`smsacct token revoke`: kill the stored token, or one from standard input."""

from typing import Annotated

import typer

from smsacct.actions.select import one
from smsacct.actions.tokens import BOTH, Kind, revoke, revoke_given
from smsacct.cli._options import command as answers
from smsacct.cli._run import Run
from smsacct.context import Context
from smsacct.errors import UsageError
from smsacct.shapes import REVOKED

_LARGEST = 64 * 1024


@answers(REVOKED)
def command(
    run: Run,
    access: Annotated[bool, typer.Option("--access", help="Revoke the access token alone.")] = False,
    refresh: Annotated[bool, typer.Option("--refresh", help="Revoke the refresh token alone.")] = False,
    stdin: Annotated[
        bool, typer.Option("--stdin", help="Revoke the token on standard input, stored or not.")
    ] = False,
) -> None:
    """Revoke the stored token and forget it: the refresh token first, then the access token.

    What the provider does not know any more counts as revoked, and where no token is stored there is nothing
    to do; the exit code is 0 in both cases. A token from --stdin is revoked as the kind that --access or
    --refresh names, else as either.

    Examples:
      smsacct token revoke -p eztexting
      pass show leaked | smsacct token revoke -p eztexting --refresh --stdin
    """
    if access and refresh:
        raise UsageError("--access and --refresh disagree", hint="leave out both to revoke both")
    kind: Kind | None = "access" if access else "refresh" if refresh else None
    kinds = BOTH if kind is None else (kind,)
    profile = one(run.context, run.wanted, "token revoke")
    if stdin:
        token = _read(run.context)
        killed = [gone for each in kinds for gone in revoke_given(run.context, profile, token, each)]
    else:
        killed = revoke(run.context, profile, kinds)
    run.write(
        [{"provider": profile.provider, "profile": profile.name, "revoked": killed}],
        single=True,
    )


def _read(context: Context) -> str:
    """Read one token, which is never told, whatever is wrong with it."""
    hint = "give the token alone, on one line"
    try:
        token = context.stdin.read(_LARGEST + 1).strip()
    except UnicodeDecodeError:
        raise UsageError("what came on standard input is no token", hint=hint) from None
    if not token:
        raise UsageError("nothing came on standard input", hint=hint)
    if not token.isascii() or not token.isprintable() or " " in token or len(token) > _LARGEST:
        raise UsageError("what came on standard input is no token", hint=hint)
    context.secrets.add(token)
    return token
