"""`smsacct credits`: buying credits, and the journal of what was bought."""

HELP = """
Buy credits, and keep account of every purchase.

It charges a card that is stored at the provider. A purchase is sent once and never repeated. Where its
outcome cannot be told, nothing more is bought for that profile until `smsacct credits reconcile` has settled
it.
"""
