"""The command line as its users meet it: every test here runs the program as a process."""
