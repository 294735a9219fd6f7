"""`smsacct sandbox`: the embedded sandbox, over HTTP, and its state."""

HELP = """
The embedded sandbox: an emulator of every provider.

It answers with the documents' own sample values. `--sandbox` on any command needs no server; `sandbox serve`
offers the same over real HTTP.
"""
