"""What are the arguments of a function that says nothing about them? Inferred from how the body uses them.

Subscripts, `.shape`, `axis=` and loops over rows bound a rank from below; use as an index, a size or a bound of a range
makes an integer; what is only computed with, next to arrays, is a float. Whatever is assumed is said (MDSL210), and the
door of the compiled function checks it.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..ir.types import PY_BOOL, PY_FLOAT, PY_INT, type_of_value
from .annotations import Array, Described, describe
from .diagnostics import Diagnostic
from .door import UNUSED
from .module import Module, ModuleFunction
from .safe_imports import Foreign
from .signature import LiteralSpec, OpaqueSpec, ScalarSpec, Spec
from .statics import NotStatic
from .uses import Uses
from .walk_uses import Walker

_FLOAT64 = np.dtype(np.float64)


@dataclass(frozen=True)
class Inferred:
    """A signature by parameter, what was assumed (notes), and what is not known (errors; then it is not complete)."""

    signature: dict[str, Spec]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def complete(self) -> bool:
        return not any(d.severity == "error" for d in self.diagnostics)


def infer(module: Module, function: ModuleFunction, known: Mapping[str, str] | None = None) -> Inferred:
    """The signature of a module's function, from what is `known`, annotations, defaults and use, in this order.

    `known` has types of parameters as annotations write them; what says nothing is left to the others.
    """
    said = {name: ast.Constant(text) for name, text in (known or {}).items()}
    return _Inference(module, function, said).run()


@dataclass
class _Inference:
    module: Module
    function: ModuleFunction
    said: Mapping[str, ast.expr] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def run(self) -> Inferred:
        args = self.function.node.args
        params = [*args.posonlyargs, *args.args, *args.kwonlyargs]
        defaults = dict(
            zip([a.arg for a in reversed((*args.posonlyargs, *args.args))], reversed(args.defaults), strict=False)
        )
        defaults |= {a.arg: d for a, d in zip(args.kwonlyargs, args.kw_defaults, strict=True) if d is not None}
        described = {a.arg: self.described(a, defaults.get(a.arg)) for a in params}
        uses: dict[str, Uses] = {}
        if any(d is None or (isinstance(d, Array) and d.rank is None) for d in described.values()):
            uses = self.uses([a.arg for a in params], described)
        arrays = any(isinstance(d, Array) for d in described.values()) or any(u.array for u in uses.values())
        arrays = arrays or self.makes_arrays()
        signature: dict[str, Spec] = {}
        for param in params:
            spec = self.decide(param, described[param.arg], uses.get(param.arg), arrays)
            if spec is not None:
                signature[param.arg] = spec
        return Inferred(signature, tuple(self.diagnostics))

    def described(self, param: ast.arg, default: ast.expr | None) -> Described | None:
        """What the annotation says; without one, what the default says."""
        told = describe(self.said.get(param.arg), self.module.names)
        if told is not None:
            return told
        found = describe(param.annotation, self.module.names)
        if default is None or isinstance(found, (Array, ScalarSpec, LiteralSpec)):
            return found
        try:
            value = self.module.names.evaluate(default)
        except NotStatic:
            return found
        if value is None and found is None:
            # `if out is None: out = …`: the code is for calls that leave it out; else how it is used says more
            return LiteralSpec(None) if self.asks_for_none(param.arg) else None
        scalar = type_of_value(value)
        if scalar is not None and found is None:
            return ScalarSpec(scalar)
        if value is None or isinstance(value, (str, type, np.dtype)):
            return LiteralSpec(value)
        return found

    def asks_for_none(self, name: str) -> bool:
        for node in ast.walk(self.function.node):
            match node:
                case ast.Compare(
                    left=ast.Name(id=left), ops=[ast.Is() | ast.IsNot()], comparators=[ast.Constant(value=None)]
                ) if left == name:
                    return True
        return False

    def uses(self, names: Sequence[str], described: dict[str, Described | None]) -> dict[str, Uses]:
        uses = {name: Uses(name) for name in names}
        for name, found in described.items():
            if isinstance(found, Array):
                uses[name].array = True
                uses[name].exact = found.rank
            elif found is not None:
                uses[name].exact = 0
        walker = Walker(uses=uses, names=self.module.names)
        walker.function(self.function.node, {name: walker.parameter(name) for name in names})
        walker.settle()
        return uses

    def makes_arrays(self) -> bool:
        names = {n.attr for n in ast.walk(self.function.node) if isinstance(n, ast.Attribute)}
        return bool(
            names
            & {
                "zeros",
                "empty",
                "ones",
                "full",
                "arange",
                "linspace",
                "eye",
                "mgrid",
                "meshgrid",
                "fromfunction",
                "array",
            }
        )

    # -- the decision

    def decide(self, param: ast.arg, found: Described | None, use: Uses | None, arrays: bool) -> Spec | None:
        name = param.arg
        match found:
            case ScalarSpec() | LiteralSpec() | OpaqueSpec():
                return found
            case Array(dtype, rank, layout, _):
                known = rank
                if known is None:
                    known = use.rank if use is not None else None
                if known is None:
                    return self.unknown_rank(param)
                if dtype is None or rank is None:
                    self.assume(param, _array_text(dtype or _FLOAT64, known), use)
                array = Array(dtype or _FLOAT64, known, layout, found.ones if rank is not None else ())
                return array.spec()
            case None:
                pass
            case _:
                return found
        assert use is not None
        if not use.array and use.integer:
            self.assume(param, "int", use, "it is used as an index, a size or a bound")
            return ScalarSpec(PY_INT)
        if use.array or use.rank:
            if use.rank is None:
                return self.unknown_rank(param)
            dtype = np.dtype(np.int64) if use.integer else _FLOAT64
            self.assume(param, _array_text(dtype, use.rank), use)
            return Array(dtype, use.rank).spec()
        if use.truth and not use.arithmetic:
            self.assume(param, "bool", use, "only its truth is used")
            return ScalarSpec(PY_BOOL)
        if use.arithmetic and (arrays or use.scalar):
            self.assume(param, "float", use, "it is only computed with")
            return ScalarSpec(PY_FLOAT)
        if not use.used:
            return UNUSED
        default = self.default_of(name)
        if default is not None:
            return default
        if use.arithmetic:
            return self.unknown_rank(param)
        return OpaqueSpec("an object of unknown type")

    def default_of(self, name: str) -> Spec | None:
        args = self.function.node.args
        named = dict(
            zip([a.arg for a in reversed((*args.posonlyargs, *args.args))], reversed(args.defaults), strict=False)
        )
        named |= {a.arg: d for a, d in zip(args.kwonlyargs, args.kw_defaults, strict=True) if d is not None}
        if name not in named:
            return None
        try:
            value: Any = self.module.names.evaluate(named[name])
        except NotStatic:
            return None
        return None if isinstance(value, Foreign) else LiteralSpec(value)

    def unknown_rank(self, param: ast.arg) -> None:
        name = param.arg
        hint = f'annotate it, `{name}: "float64[:, :]"`'
        span = self.module.span(ast.copy_location(ast.Name(name), param))
        if param.annotation is not None:
            hint = f'say its rank too, `{name}: "float64[:, :]"`'
        else:
            first = ast.Name(name, lineno=param.lineno, col_offset=param.col_offset)
            first.end_lineno, first.end_col_offset = param.lineno, param.col_offset + len(name.encode())
            span = self.module.span(first)
        self.diagnostics.append(Diagnostic("MDSL204", f"the rank of `{name}` is not known", span, hints=(hint,)))

    def assume(self, param: ast.arg, what: str, use: Uses | None, reason: str = "") -> None:
        notes = ()
        if reason:
            notes = (reason,)
        elif use is not None and use.reason is not None:
            notes = (f"the rank from `{_text(use.reason)}` in line {use.reason.lineno}",)
        self.diagnostics.append(
            Diagnostic(
                "MDSL210", f"`{param.arg}` is taken for {what}", self.module.span(param), notes=notes, severity="note"
            )
        )


def _array_text(dtype: np.dtype, rank: int) -> str:
    return f"{dtype}[{', '.join(':' * rank)}]"


def _text(node: ast.expr | ast.stmt) -> str:
    text = ast.unparse(node)
    return text if len(text) <= 40 else f"{text[:37]}…"
