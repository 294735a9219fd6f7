"""What smsacct does, with no command line in sight."""
