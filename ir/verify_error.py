"""What is raised for a program that breaks an invariant of the IR."""

from __future__ import annotations


class VerifyError(AssertionError):
    """A pass left a program that is not well formed.

    Attributes: step (the pass), statement (its text), problem.
    """

    def __init__(self, step: str, statement: str, problem: str) -> None:
        super().__init__(f"after {step}: {problem}, in `{statement}`")
        self.step, self.statement, self.problem = step, statement, problem
