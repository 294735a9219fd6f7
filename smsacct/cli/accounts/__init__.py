"""`smsacct accounts`: the customer accounts of a ledger."""

HELP = "Customer accounts and what is left in each."
