"""Is a program well formed? The invariants of both levels, checked after every pass in tests (`MDSL_VERIFY=1`)."""

from __future__ import annotations

import os

from . import array as arr
from . import loops as lp
from .verify_error import VerifyError

__all__ = ["VerifyError", "verify", "wanted"]


def wanted() -> bool:
    """Whether each step of a compilation is to be verified: the environment variable MDSL_VERIFY is set."""
    return os.environ.get("MDSL_VERIFY", "") not in ("", "0")


def verify(program: arr.Program | lp.Program, step: str) -> None:
    """Check the invariants of the program's level, after the pass named `step`.

    Array IR: names are defined on every way to where they are read and keep their types; a Ref names a version that
    nothing has changed since; operations have the types that NumPy gives them; a store's target is a variable or a
    view of one; every path ends in a Return; statements know their lines. Loop IR: names are defined and keep their
    dtypes; subscripts fit their arrays; stores, operations and accumulations agree in dtype; a parallel loop holds no
    other, is not left early and changes no scalar but those that it sums up.

    Raises VerifyError, which names the pass and the statement.
    """
    if isinstance(program, arr.Program):
        from .verify_array import ArrayVerifier

        ArrayVerifier(program, step).run()
    else:
        from .verify_loops import LoopVerifier

        LoopVerifier(program, step).run()
