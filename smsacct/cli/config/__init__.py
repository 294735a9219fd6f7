"""`smsacct config`: where settings live, and what is in force."""

HELP = "Settings: where they live and what is in force."
