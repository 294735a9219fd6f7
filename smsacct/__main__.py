"""``python -m smsacct``."""

from smsacct.entry import main

main()
