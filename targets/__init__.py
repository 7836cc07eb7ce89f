"""Targets: the last step of the compilation -> source or machine code."""
