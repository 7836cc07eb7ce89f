"""Which parts of a program's outcome does rounding alone decide? Run it with its rounding errors moved about.

`perturbed(source)` is the program with every floating-point operation's result nudged by a few units in the last place
(stochastic arithmetic, after Vignes' CESTAC). Where runs with different seeds scatter, nobody can ask for one value.
Values that small exact arithmetic gives (multiples of 1/256 below 4096) stay: every order of evaluation gives those.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

# Calls that only look at or rearrange their operands, or make integers, and so round nothing.
_EXACT = frozenset(
    "reshape ravel flatten transpose astype copy asarray ascontiguousarray array zeros ones empty full zeros_like "
    "ones_like empty_like full_like where take squeeze expand_dims broadcast_to flip roll concatenate stack "
    "repeat tile eye arange absolute abs negative positive conj isnan isinf isfinite signbit sign nonzero argmin "
    "argmax any all shape size ndim sort searchsorted swapaxes moveaxis item".split()
)
# Calls whose result may be either zero: IEEE leaves the sign of a minimum of two zeros open.
_ZEROS = frozenset("minimum maximum fmin fmax min max clip amin amax nanmin nanmax".split())
# The absolute value of a complex number is a rounded root, in one way for NumPy's scalars and another for its arrays.
_MODULI = frozenset({"abs", "absolute"})
# Calls that add many terms: the terms are nudged too, as their cancellation is what magnifies rounding.
_SUMS = frozenset(
    "sum mean average var std prod cumsum cumprod dot matmul einsum trace nansum nanmean norm inner cov corrcoef "
    "convolve correlate tensordot vdot vecdot matvec vecmat multi_dot".split()
)
_SPREADS = frozenset({"std", "var"})
# Products of vectors and matrices: BLAS starts its sums at a zero of either sign.
_PRODUCTS = frozenset("dot vdot inner matmul einsum tensordot vecdot matvec vecmat multi_dot".split())


def perturbed(source: str) -> str:
    """`source` with its floating-point operations wrapped in calls of `_nudge` and `_zeros`."""
    return ast.unparse(ast.fix_missing_locations(_Nudge().visit(ast.parse(source))))


def helpers(seed: int, ulps: int = 2) -> dict[str, Callable[[Any], Any]]:
    """The functions that a perturbed program calls."""
    random = np.random.default_rng(seed)
    nudged = 0

    # what is computed from equal numbers is equal: in some runs equal elements are moved alike
    alike = seed % 3 == 2

    def nudge(value: Any, ulps: int = ulps, exact: bool = True) -> Any:
        kind = value.dtype.kind if isinstance(value, np.ndarray | np.generic) else type(value).__name__
        if kind not in ("f", "c", "float"):
            return value
        array = np.asarray(value)
        nonlocal nudged
        nudged += 1
        # one number is moved up by half of any eight seeds in a row, and down by the others
        side = None if array.size != 1 else 1 if seed >> nudged % 3 & 1 else -1
        with np.errstate(all="ignore"):
            if kind == "c":
                parts = [_nudge(part, random, ulps, exact, side, alike) for part in (array.real, array.imag)]
                moved = (parts[0] + 1j * parts[1]).astype(array.dtype)
                moved = np.where(np.isfinite(array), moved, array)
            else:
                moved = _nudge(array, random, ulps, exact, side, alike)
        return _like(value, moved)

    terms_of_last, exact_terms = 1, True

    def terms(value: Any) -> Any:
        """What is about to be added up."""
        nonlocal terms_of_last, exact_terms
        if isinstance(value, np.ndarray):  # and no axis
            terms_of_last = value.size
            with np.errstate(all="ignore"):
                exact_terms = value.dtype.kind not in "fc" or bool(
                    np.all(_is_exact(value.real) & _is_exact(value.imag))
                )
        return nudge(value)

    def total(value: Any) -> Any:
        """A sum of many terms: added one by one, as each step of the compiler is run, it loses more than pairwise."""
        return nudge(value, ulps + terms_of_last // 64, exact_terms)

    def in_place(value: Any, change: Callable[[Any], Any], otherwise: Callable[[Any], Any]) -> Any:
        """What was stored into an existing array, where it lies."""
        if isinstance(value, np.ndarray) and value.flags.writeable:
            value[...] = change(value)
            return value
        return otherwise(value)

    def nudge_out(value: Any) -> Any:
        return in_place(value, total, nudge)

    def spread(value: Any) -> Any:
        """The terms of a variance. That of equal numbers is noise, or zero where their mean comes out exact."""
        nonlocal exact_terms
        array = np.asarray(value)
        exact_terms = not array.size or bool(np.all(array == array.flat[0]))  # their mean is a quotient
        if array.dtype.kind not in "fc" or not array.size or not np.all(np.isfinite(array)):
            return nudge(value)
        if seed % 2 and array.dtype.kind == "c":  # their mean is a quotient of complex numbers, which is inexact
            parts = (array.real, array.imag)
            moved = [p + random.integers(-ulps, ulps + 1, p.shape) * np.spacing(np.abs(p)) for p in parts]
            return _like(value, (moved[0] + 1j * moved[1]).astype(array.dtype))
        if seed % 2:
            return nudge(value)
        with np.errstate(all="ignore"):
            differ = np.any(np.abs(array - array.flat[0]) > 64 * np.spacing(np.abs(array.flat[0])))
        return nudge(value) if differ else _like(value, np.ones_like(array))

    def zeros(value: Any) -> Any:
        if not isinstance(value, float | np.floating) and getattr(value, "dtype", np.dtype(int)).kind != "f":
            return value
        array = np.asarray(value)
        signs = random.choice([-1.0, 1.0], size=array.shape).astype(array.dtype)
        return _like(value, np.where(array == 0, np.copysign(array, signs), array))

    def zeros_out(value: Any) -> Any:
        return in_place(value, zeros, zeros)

    def modulus(absolute: Callable[[Any], Any], value: Any) -> Any:
        kind = getattr(value, "dtype", np.asarray(value).dtype).kind
        return nudge(absolute(value)) if kind == "c" else absolute(value)

    def unsafe(function: Callable[..., Any], *args: Any, **options: Any) -> Any:
        """A call with casting="unsafe", whose casts NumPy does not always warn of."""
        out = options["out"]
        with np.errstate(all="ignore"):
            made = np.asarray(function(*args))
        if made.dtype.kind in "fc" and isinstance(out, np.ndarray) and out.dtype.kind in "iu":
            limits = np.iinfo(out.dtype)
            if not np.all((made.real > limits.min - 1.0) & (made.real < limits.max + 1.0)):
                warnings.warn("invalid value encountered in cast", RuntimeWarning, stacklevel=2)
        return function(*args, **options)

    return {
        "_nudge": nudge, "_nudge_out": nudge_out, "_terms": terms, "_total": total, "_zeros": zeros,
        "_zeros_out": zeros_out, "_spread": spread, "_modulus": modulus, "_unsafe": unsafe,
    }  # fmt: skip


def _nudge(
    array: np.ndarray, random: np.random.Generator, ulps: int, exact: bool, side: int | None, alike: bool
) -> np.ndarray:
    """`exact`: small exact arithmetic is taken to have given what it can give. `side`: up (1), down (-1), either.

    `alike`: equal elements by as much.
    """
    first, last = (-ulps, ulps) if side is None else (1, ulps)
    steps = random.integers(first, last + 1, size=array.shape) * (side or 1)
    if alike:
        _, at = np.unique(array, return_inverse=True)
        steps = steps.ravel()[at].reshape(array.shape)
    steps = steps.astype(array.dtype)
    kept = ~np.isfinite(array) | (_is_exact(array) if exact else False)
    return np.where(kept, array, array + steps * np.spacing(np.abs(array)))


def _is_exact(array: np.ndarray) -> np.ndarray:
    return (array * 256 == np.trunc(array * 256)) & (np.abs(array) < 4096)


def _like(value: Any, moved: np.ndarray) -> Any:
    """`moved` as what `value` was: an array, a NumPy scalar or a Python float."""
    if isinstance(value, np.ndarray):
        return moved
    return type(value)(moved)


class _Nudge(ast.NodeTransformer):
    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, ast.MatMult):
            node.left, node.right = _wrap("_nudge", node.left), _wrap("_nudge", node.right)
            return _wrap("_zeros", _wrap("_nudge", node))
        return _wrap("_nudge", node)

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        """`a += b` cannot be wrapped without losing its aliasing; its right side can."""
        self.generic_visit(node)
        node.value = _wrap("_nudge", node.value)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if len(node.args) == 1 and not node.keywords and _last_name(node.func) in _MODULI:
            return ast.Call(ast.Name("_modulus", ast.Load()), [node.func, *node.args], [])
        if not isinstance(node.func, ast.Attribute):
            return node  # Python's own functions, and the program's, which may return a view
        name = node.func.attr
        if name in ("reduce", "accumulate", "outer", "reduceat") and _last_name(node.func.value) in _ZEROS:
            name = _last_name(node.func.value)
        given = {keyword.arg: keyword.value for keyword in node.keywords}
        casting = given.get("casting")
        if "out" in given and isinstance(casting, ast.Constant) and casting.value == "unsafe":
            return ast.Call(ast.Name("_unsafe", ast.Load()), [node.func, *node.args], node.keywords)
        if name in _EXACT:
            return node
        if "out" in given and name in _ZEROS:
            return _wrap("_zeros_out", node)
        if name in _SUMS:
            terms = "_spread" if name in _SPREADS else "_terms"
            node.args = [_wrap(terms, arg) for arg in node.args if not isinstance(arg, ast.Starred)]
            if not _is_module(node.func.value):
                node.func.value = _wrap(terms, node.func.value)
        if "out" in given:
            return _wrap("_nudge_out", node)
        if name in _PRODUCTS:
            return _wrap("_zeros", _wrap("_nudge", node))
        if name in _SUMS:
            return _wrap("_total", node)
        return _wrap("_zeros" if name in _ZEROS else "_nudge", node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Only bodies compute; defaults, annotations and decorators stay."""
        node.body = [self.visit(statement) for statement in node.body]
        return node


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _is_module(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id == "np"


def _wrap(name: str, node: ast.expr) -> ast.Call:
    return ast.Call(func=ast.Name(id=name, ctx=ast.Load()), args=[node], keywords=[])
