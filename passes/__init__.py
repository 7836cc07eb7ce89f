"""Passes: (program, ctx) -> program, one file for each."""
