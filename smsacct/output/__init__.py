"""The output formats: one file for each, found by its name; rows in, text out."""
