"""The command line: one file a command, found by its name; a name that begins with _ is no command."""

HELP = """
What is left in every SMS account, what came in and what it went on, buying credits, and access tokens.

Try `smsacct balance --all --sandbox`: it needs no account.

Without a name a command asks the profile that default_profile of the config names; without that, `balance`
asks every configured profile, and any other command the only one that can answer it.

Exit codes:
  0  done                              6  unavailable: not reached, or no readable reply
  1  a bug of ours                     7  still rate-limited at the deadline
  2  the command line is wrong         8  a balance is below --fail-below
  3  a setting or credential is wrong  9  a purchase may or may not have happened
  4  the provider rejects the login   10  the provider has no such operation
  5  the provider, or a cap, refused  11  some of several profiles failed
                                     130  interrupted
"""
