"""`smsacct config`: where settings live, and what is in force."""

HELP = "Settings: where they live, what is in force, and how to change one."
