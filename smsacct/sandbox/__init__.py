"""The sandbox: a strict, stateful emulator of every provider; it knows nothing of the program."""
