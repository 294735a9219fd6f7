"""smsacct: one command line for the money and the tokens of every SMS account."""

__version__ = "0.1.0"
