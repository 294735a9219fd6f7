"""`smsacct token`: the life of access tokens, one file a command."""

HELP = """
Access tokens: make, renew, revoke and show them.

A stored token signs requests in place of username and password, and is renewed by itself before it ends. It
lies in the system's keyring.
"""
