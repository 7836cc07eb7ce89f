"""May one compiled function serve Python's floats and NumPy's float64 alike?

They part where Python computes with its own numbers: a division by zero raises, a result is a Python float again. Next
to arrays they are the same.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from typing import Any

import numpy as np

from ..ir import array as arr
from ..ir.array import Expr, Program, Ref
from ..ir.types import Type
from ..passes.context import Options
from .diagnostics import Unsupported
from .lift import lift
from .signature import ScalarSpec
from .source import FunctionSource
from .transpile import Artifact, transpile


def either_float(artifact: Artifact, source: FunctionSource, options: Options) -> bool:
    """Whether the arguments that `artifact` takes as float64 of one kind may be of the other kind too."""
    signature = artifact.signature
    floats = {n: s for n, s in signature.items() if isinstance(s, ScalarSpec) and s.type.dtype == np.float64}
    if not floats or artifact.module is None:
        return False
    other = {**signature, **{n: ScalarSpec(_other_kind(s.type)) for n, s in floats.items()}}
    try:
        twin = lift(source, other)
    except Unsupported:
        return False
    if artifact.program is not None and same_but_for(artifact.program, twin, floats):
        return True
    compiled = transpile(source, other, artifact.target, options).module
    return compiled is not None and compiled.functions == artifact.module.functions


def same_but_for(program: Program, twin: Program, names: Collection[str]) -> bool:
    """Whether two programs are one but for the kind of the parameters `names`, Python's scalars or NumPy's."""

    def plain(node: Expr) -> Expr:
        if isinstance(node, Ref) and node.name in names and not node.type.rank:
            return Ref(node.name, node.version, Type(node.type.dtype, (), "numpy"))
        return node

    def listed(value: Any) -> Any:
        match value:
            case Ref():
                return value  # a result, or another variable: of the kind that it is
            case Expr():
                return arr.transform(value, plain)
            case arr.Results():
                return arr.map_result(value, listed)
            case tuple():
                return len(value)  # a block, whose statements come below
            case _:
                return value

    def listing(of: Program) -> list[tuple[Any, ...]]:
        return [
            (type(stmt), *(listed(getattr(stmt, f.name)) for f in fields(stmt))) for stmt in arr.statements(of.body)
        ]

    return (program.guards, program.derived, listing(program)) == (twin.guards, twin.derived, listing(twin))


def _other_kind(kind: Type) -> Type:
    return Type(kind.dtype, (), "numpy" if kind.weak else "python")
