"""The command line: one file a command, found by its name; a name that begins with _ is no command."""

HELP = """
What is left in every SMS account, what came in and what it went on, buying credits, and access tokens.

Try `smsacct balance --all --sandbox`: it needs no account.
"""
