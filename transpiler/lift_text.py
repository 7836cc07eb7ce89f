"""The text of a NumPy function -> Array IR: for docstrings, tests and programs that were printed."""

from __future__ import annotations

import math
import textwrap
from typing import Any

import libcst as cst
import numpy as np

from ..ir.array import Program
from ..ir.loops import Program as LoopProgram
from ..passes.bufferise import bufferise
from ..passes.context import Context
from ..passes.lower import lower
from .lift import lift
from .signature import Signature, signature_of
from .source import FunctionSource, Namespace, Tree
from .trees import parse


def lift_text(text: str, *args: Any, signature: Signature | None = None) -> Program:
    """The one function in `text`, which sees `np` and `math`, for arguments like `args`.

    Raises Unsupported for what is not compiled, ValueError where the text holds no function.
    """
    text = textwrap.dedent(text).strip() + "\n"
    tree, _ = parse(text)
    functions = [part for part in tree.body if isinstance(part, cst.FunctionDef)]
    if len(functions) != 1:
        raise ValueError("the text has to hold exactly one function")
    (node,) = functions
    name = node.name.value
    source = FunctionSource(name, Tree(text, name), "text", Namespace({}, {"np": np, "math": math}), text)
    names = [p.name.value for p in (*node.params.posonly_params, *node.params.params)]
    return lift(source, signature_of(names, args) if signature is None else signature)


def loops_of_text(text: str, *args: Any) -> LoopProgram:
    """The one function in `text` as Loop IR before any pass over loops. Raises what `lift_text` raises."""
    ctx = Context()
    return lower(bufferise(lift_text(text, *args), ctx), ctx)
