"""Algebra on expressions: typed construction, patterns and rules, index maps pushed inwards, saturation."""
