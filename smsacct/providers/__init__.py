"""The providers: one file for each, found by its name; ``base.py`` is what they share."""
