"""`smsacct auth`: credentials, where they come from and whether they work."""

HELP = """
Credentials: stored in the OS keyring, removed, explained.

On machines without a keyring (cron, containers) they come from SMSACCT_<PROFILE>_<FIELD>, from the file that
SMSACCT_<PROFILE>_<FIELD>_FILE names, or from systemd's credentials.
"""
