"""Rewrite rules, a file for each topic."""
