"""How is an expression drawn that most often fits its surroundings? Each one is evaluated as it is written.

The values of all names at this point of the program are known, so the shape and dtype of every operand are too; an
expression that raises is replaced by one of its operands, except where an error is wanted.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from . import phrases
from .inputs import DTYPES, Choose, Drawing

Shape = tuple[int, ...]

_ARITHMETIC = ("+", "*", "-", "/", "+", "*", "-", "//", "%", "**")
_COMPARISON = ("<", ">", "<=", ">=", "==", "!=")
_BITS = ("&", "|", "^", "<<", ">>")
_UNARY = (
    "np.abs np.sqrt np.exp np.square np.sin np.cos np.log np.tanh np.negative np.sign np.floor np.ceil np.rint "
    "np.trunc np.log1p np.expm1 np.exp2 np.log2 np.log10 np.cbrt np.reciprocal np.arctan np.arcsin np.arccos np.tan "
    "np.sinh np.cosh np.arcsinh np.isnan np.isfinite np.isinf np.signbit np.logical_not np.invert np.positive np.conj "
    "np.degrees np.radians np.spacing np.fabs np.real np.imag np.nan_to_num - ~ + abs"
).split()
_BINARY = (
    "np.maximum np.minimum np.add np.subtract np.multiply np.divide np.power np.arctan2 np.hypot np.fmax np.fmin "
    "np.copysign np.fmod np.remainder np.floor_divide np.logaddexp np.float_power np.heaviside np.logical_and "
    "np.logical_or np.logical_xor np.bitwise_and np.bitwise_or np.bitwise_xor np.left_shift np.right_shift np.greater "
    "np.less_equal np.not_equal np.gcd np.lcm"
).split()
_KINDS = (  # of expressions, the frequent ones more than once
    "binary leaf binary binary unary binary ufunc2 reduction compare where unary clip power bits create matmul astype "
    "cumulative conditional fancy helper logic reduction outer method fancy moved guarded"
).split()
_PLAIN_KINDS = (  # of what nearly every numerical program is made
    "binary leaf binary binary unary binary ufunc2 reduction compare where unary clip power bits create matmul astype "
    "helper logic reduction fancy moved guarded"
).split()
_CONSTANTS = "1 2.0 0.5 2 0 -1 3 1.5 0.0 -0.25 True np.float32(0.5) 7 np.pi 1e-3 100 1j".split()
_METHODS = ".copy() .real .imag .conj() .round() .ravel() .flatten() .squeeze()".split()
_REDUCTIONS = ("sum", "max", "min", "mean", "prod", "any", "all", "argmax", "argmin", "var", "std")
_CUMULATIVE = ("np.cumsum", "np.cumprod", "np.diff", "np.sort", "np.flip", "np.squeeze", "np.atleast_1d")
_CASTS = tuple(f"np.{'bool_' if name == 'bool' else name}" for name in DTYPES[:9])


class Expressions(Drawing):
    """Draws expressions over the names of `env`; `scope` holds the module's names (np, helpers, constants)."""

    def __init__(self, choose: Choose, env: dict[str, Any], scope: dict[str, Any]) -> None:
        super().__init__(choose)
        self.env = env
        self.scope = scope
        self.plain = False  # whether to keep to common functions
        self.growing = False  # whether axes may be added: not in loops, where arrays would grow without end
        self.make_helper: Callable[[list[str]], str | None] = lambda arguments: None  # set by the program's writer

    # -- evaluation --------------------------------------------------------------------------------------------------
    def evaluate(self, text: str) -> Any:
        """The value of `text` here; raises what it raises."""
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return eval(text, self.scope, dict(self.env))

    def shape(self, text: str) -> Shape | None:
        """The shape of the value of `text`, None where it raises, is no number, or is large."""
        try:
            value = self.evaluate(text)
        except Exception:
            return None
        if isinstance(value, np.ndarray):
            return value.shape if value.size <= 5000 else None
        return () if isinstance(value, bool | int | float | complex | np.generic) else None

    def keep(self, text: str, *fallbacks: str, target: Shape | None = None) -> str:
        """The first of the texts that evaluates, and fits `target`; the last one if none does."""
        for candidate in (text, *fallbacks):
            shape = self.shape(candidate)
            if shape is not None and (target is None or fits(shape, target)):
                return candidate
        return (text, *fallbacks)[-1]

    def arrays(self) -> list[str]:
        return [name for name, value in self.env.items() if isinstance(value, np.ndarray)]

    def numbers(self, kinds: tuple[type, ...]) -> list[str]:
        return [name for name, value in self.env.items() if isinstance(value, kinds) and type(value) is not np.ndarray]

    # -- expressions -------------------------------------------------------------------------------------------------
    def array(self, depth: int, target: Shape | None = None) -> str:
        """An expression whose value broadcasts to `target`; of any shape without one."""
        if depth <= 0:
            return self.leaf(target)
        kind = self.pick(_PLAIN_KINDS if self.plain else _KINDS)
        one = self.array(depth - 1, target)
        if kind == "leaf":
            return one
        return self.keep(self._combined(kind, one, depth - 1, target), one, self.leaf(target), target=target)

    def _combined(self, kind: str, one: str, depth: int, target: Shape | None) -> str:
        def other() -> str:
            return self.array(depth - 1, target if target is not None else self.shape(one))

        match kind:
            case "binary":
                operator = self.pick(_ARITHMETIC[:7] if self.chance(70) else _ARITHMETIC)
                two = other()
                return f"({one} {operator} {two})" if self.chance(70) else f"({two} {operator} {one})"
            case "unary":
                name = self.pick(_UNARY[:12] if self.chance(50) else _UNARY)
                return f"({name}{one})" if name in "-~+" else f"{name}({one})"
            case "ufunc2":
                return f"{self.pick(_BINARY)}({one}, {other()})"
            case "reduction":
                return self.reduction(one if target is None else self.leaf(None))
            case "compare":
                return f"({one} {self.pick(_COMPARISON)} {other()})"
            case "where":
                return f"np.where({self.mask(one)}, {one}, {other()})"
            case "clip":
                low, high = self.constant(), self.constant()
                return self.pick(
                    (f"np.clip({one}, {low}, {high})", f"{one}.clip({low}, {high})", f"np.clip({one}, {low}, None)")
                )
            case "power":
                return f"({one} ** {self.pick(('2', '3', '0.5', '-1', '2.0', '1', '0', 'n'))})"
            case "bits":
                return f"({one} {self.pick(_BITS)} {other() if self.chance(50) else self.pick(('1', '2', 'n'))})"
            case "create":
                return self.creation(self.shape(one) if target is None else target, one)
            case "matmul":
                return self.matmul(target)
            case "astype":
                dtype = self.pick(_CASTS)
                return self.pick(
                    (f"{one}.astype({dtype})", f"np.asarray({one}, dtype={dtype})", f"{dtype}({self.scalar()})")
                )
            case "cumulative":
                return f"{self.pick(_CUMULATIVE)}({one})"
            case "conditional":
                return f"({one} if {self.condition()} else {other()})"
            case "fancy":
                return self.fancy()
            case "moved":
                rank = len(self.shape(one) or ())
                made = self.pick(phrases.MOVING).format(
                    one=one, k=self.number(0, 2), axis=self.number(-1, max(rank - 1, 0))
                )
                return made if self.growing or target is not None else one
            case "guarded":
                return self.guarded(one, other())
            case "helper":
                made = self.make_helper([one, other()] if self.chance(60) else [one])
                return made if made is not None else one
            case "logic":
                return f"({self.mask(one)} {self.pick('&|^')} {self.mask(one)})"
            case "outer" if self.growing:
                name = self.pick(("multiply", "add", "subtract", "maximum"))
                return f"np.{name}.outer({self.leaf(None)}, {self.leaf(None)})"
            case _:
                return f"{one}{self.pick(_METHODS)}"

    def leaf(self, target: Shape | None) -> str:
        """A name, a view of one, an element or a constant."""
        names = self.arrays()
        if not names or self.chance(12):
            return self.scalar()
        name = self.pick(names)
        value = self.env[name]
        if target is None:
            return self.view(name) if self.chance(35) else name
        if fits(value.shape, target) and not self.chance(15):
            return name
        text = self.sliced(name, value.shape, target) if self.chance(80) else self.view(name)
        if text is not None and fits(self.shape(text), target):
            return text
        suited = [other for other in names if fits(self.env[other].shape, target)]
        return self.pick(suited) if suited else self.scalar()

    def sliced(self, name: str, shape: Shape, target: Shape) -> str | None:
        """A view of `name` with the shape `target`, cut out of it as a stencil is: `a[1:-1, 2:]`."""
        parts = []
        extra = len(shape) - len(target)
        if extra < 0:
            return None
        for axis in range(extra):
            if shape[axis] == 0:
                return None
            parts.append(str(self.number(0, shape[axis] - 1) - (shape[axis] if self.chance(30) else 0)))
        for have, want in zip(shape[extra:], target, strict=True):
            spare = have - want
            if spare < 0:
                return None
            start = self.number(0, spare)
            stop = spare - start
            if spare and want > 1 and have >= 2 * want - 1 and self.chance(30):
                parts.append(f"{have - 2 * want + 1}::2" if have - 2 * want + 1 <= 1 else f":{2 * want - 1}:2")
            elif start and stop and self.chance(20):
                parts.append(f"{start}:{start + want}")
            else:
                parts.append(f"{start or ''}:{-stop if stop else ''}")
            if self.chance(8):
                parts[-1] = "::-1" if not spare else parts[-1]
        return f"{name}[{', '.join(parts)}]" if parts else name

    def view(self, name: str) -> str:
        """Some view of `name`."""
        value = self.env[name]
        rank = value.ndim
        if self.chance(30) and rank:
            ways = [f"{name}.T", f"{name}.reshape(-1)", f"{name}.ravel()", f"np.transpose({name})", f"{name}[::-1]"]
            if value.size:
                ways += [
                    f"{name}.reshape({value.shape[0]}, -1)",
                    f"np.swapaxes({name}, 0, -1)",
                ]
                ways.append(f"{name}.reshape({value.shape[::-1]})")
            if value.size and self.growing:
                ways += [f"np.broadcast_to({name}, (2,) + {name}.shape)", f"np.expand_dims({name}, 0)"]
            return self.keep(self.pick(ways), name)
        parts = []
        for axis in range(rank):
            parts.append(self._index(value.shape[axis]))
            if self.growing and self.chance(7):
                parts.append("None")
        if parts and self.chance(15):
            del parts[self.number(0, len(parts) - 1) :]
            parts.append("...")
        if not parts:
            return self.pick((f"{name}[...]", f"{name}[()]", f"{name}[..., None]" if self.growing else f"{name}[...]"))
        return self.keep(f"{name}[{', '.join(parts)}]", name)

    def _index(self, size: int) -> str:
        kind = self.pick(("slice", "all", "integer", "slice", "all", "step", "name", "reversed"))
        match kind:
            case "all":
                return ":"
            case "integer" if size:
                return str(self.number(0, size - 1) - (size if self.chance(30) else 0))
            case "step":
                return self.pick(("::2", "1::2", "::3", ":-1:2", "::-2", "-1:0:-1", "n:", ":n"))
            case "reversed":
                return "::-1"
            case "name":
                names = [name for name in self.numbers((int,)) if not isinstance(self.env[name], bool)]
                return self.pick(names) if names else "-1"
            case _:
                return self.pick(("1:", ":-1", "1:-1", ":2", "2:", "-2:", ":-2", "0:1", "1:100", "-100:2", "2:1"))

    def reduction(self, one: str) -> str:
        name = self.pick(_REDUCTIONS)
        rank = len(self.shape(one) or ())
        arguments = []
        if rank and self.chance(55):
            axes = [str(axis) for axis in range(rank)] + [f"-{axis + 1}" for axis in range(rank)]
            axis = self.pick(axes)
            if rank > 1 and name not in ("argmax", "argmin") and self.chance(15):
                axis = self.pick(("(0, 1)", "(0, -1)", "None", "()"))
            arguments.append(f"axis={axis}")
        if self.chance(20):
            arguments.append("keepdims=True")
        if name in ("var", "std") and self.chance(25):
            arguments.append("ddof=1")
        if name in ("sum", "prod", "mean") and self.chance(10):
            whole = ("np.int64",) if getattr(self.evaluate(one), "dtype", np.dtype(float)).kind in "iub" else ()
            arguments.append(f"dtype={self.pick(('np.float64', 'np.float32', *whole))}")
        if name in ("sum", "prod", "mean", "any", "all") and self.chance(8):
            arguments.append(f"where={self.mask(one)}")
        if name in ("sum", "prod", "max", "min") and self.chance(8):
            arguments.append(f"initial={self.pick(('0', '1.5', '3'))}")
        if self.chance(60):
            return f"np.{name}({', '.join([one, *arguments])})"
        return f"{one}.{name}({', '.join(arguments)})"

    def creation(self, shape: Shape | None, one: str) -> str:
        size = str(shape if shape is not None else (3,))
        dtype = f", dtype={self.pick(_CASTS)}" if self.chance(35) else ""
        ways = [f"np.zeros({size}{dtype})", f"np.ones({size}{dtype})", f"np.full({size}, {self.constant()}{dtype})"]
        ways += [
            f"np.zeros_like({one}{dtype})",
            f"np.ones_like({one}{dtype})",
            f"np.full_like({one}, {self.constant()}{dtype})",
        ]
        length = shape[-1] if shape else 3
        ways += [
            f"np.arange({length}{dtype})",
            f"np.arange(1, {length + 1}{dtype})",
            f"np.linspace(0.0, 1.0, {length})",
        ]
        ways += [f"np.arange({2 * length}, 0, -2{dtype})", f"np.eye({length}{dtype})", f"np.arange(0.0, {length}.0)"]
        names = self.arrays()
        if names and self.env[names[0]].ndim:
            ways += [
                f"np.zeros({names[0]}.shape)",
                f"np.arange({names[0]}.shape[-1])",
                f"np.zeros(len({names[0]}){dtype})",
            ]
        return self.pick(ways)

    def matmul(self, target: Shape | None) -> str:
        pairs = []
        for one in self.arrays():
            for two in self.arrays():
                for left in (one, f"{one}.T"):
                    for right in (two, f"{two}.T"):
                        text = f"({left} @ {right})"
                        shape = self.shape(text)
                        if shape is not None and (target is None or fits(shape, target)):
                            pairs += [text, f"np.dot({left}, {right})"]
        return self.pick(pairs) if pairs else self.leaf(target)

    def fancy(self) -> str:
        names = [name for name in self.arrays() if self.env[name].ndim]
        if not names:
            return self.scalar()
        name = self.pick(names)
        return name + self.fancy_index(name)

    def fancy_index(self, name: str) -> str:
        """`[…]` with integer arrays, masks and slices among them."""
        whole = [other for other in self.arrays() if self.env[other].dtype.kind in "iu" and self.env[other].size]
        rows = self.pick(whole) + " % 2" if whole and self.chance(25) else self.pick(phrases.ROWS).format(name=name)
        return self.pick(phrases.FANCY).format(name=name, rows=rows, mask=self.mask(name))

    def guarded(self, one: str, two: str) -> str:
        """A ufunc with `where=`, `dtype=` or `out=`, or with its results in another type."""
        name = self.pick(("np.add", "np.multiply", "np.subtract", "np.maximum", "np.true_divide"))
        made = f"np.zeros_like({one})" if self.chance(60) else f"np.ones({self.shape(one) or ()})"
        return self.pick(
            (
                f"{name}({one}, {two}, out={made})",
                f"{name}({one}, {two}, out={made}, where={self.mask(one)})",
                f"{name}({one}, {two}, dtype=np.float64)",
                f"np.sqrt(np.abs({one}), out={made}, where={one} > 0)",
                f"np.where({self.mask(one)}, {one}, {self.scalar()})",
                f"{name}.reduce({one}, axis={self.pick(('0', '-1', 'None'))})",
            )
        )

    def mask(self, one: str) -> str:
        """A boolean expression of the shape of `one`."""
        shape = self.shape(one)
        ready = [name for name in self.arrays() if self.env[name].dtype == bool and fits(self.env[name].shape, shape)]
        if ready and self.chance(25):
            return self.pick(ready)
        made = f"({one} {self.pick(_COMPARISON[:4])} {self.pick((self.constant(), self.scalar()))})"
        if self.chance(15):
            made = f"({made} {self.pick('&|^')} ({one} {self.pick(_COMPARISON)} {self.constant()}))"
        return self.keep(made, f"({one} != 0)")

    # -- scalars -----------------------------------------------------------------------------------------------------
    def constant(self) -> str:
        return self.pick(_CONSTANTS[:9] if self.plain else _CONSTANTS)

    def scalar(self) -> str:
        """A Python or NumPy scalar: constants, names, sizes, elements."""
        kind = self.pick(("constant", "name", "element", "size", "constant", "reduction", "python", "extreme"))
        if kind == "extreme":
            return self.keep(f"{self.pick(('min', 'max'))}({self.scalar()}, {self.scalar()})", "1")
        names = self.numbers((bool, int, float, complex, np.generic))
        if kind == "name" and names:
            return self.pick(names)
        arrays = self.arrays()
        if arrays and kind not in ("constant", "name"):
            name = self.pick(arrays)
            shape = self.env[name].shape
            if kind in ("element", "python") and 0 not in shape:
                where = [self.number(0, size - 1) - (size if self.chance(25) else 0) for size in shape]
                element = f"{name}[{', '.join(map(str, where)) or '()'}]"
                if kind == "element":
                    return element
                return self.keep(f"{self.pick(('float', 'int', 'bool', 'abs'))}({element})", "1")
            if kind == "reduction" and 0 not in shape:
                return f"{self.pick(('np.sum', 'np.max', 'np.min', 'np.mean', 'np.any'))}({name})"
            if kind == "size":
                return self.pick(
                    (
                        f"{name}.size",
                        f"{name}.ndim",
                        *((f"{name}.shape[0]", f"len({name})", f"{name}.shape[-1]") if shape else ()),
                    )
                )
        return self.constant()

    def integer(self) -> str:
        """A small Python integer."""
        names = [name for name in self.numbers((int,)) if not isinstance(self.env[name], bool)]
        sizes = [f"{name}.shape[0]" for name in self.arrays() if self.env[name].ndim]
        one = self.pick([*(("2", "3", "1")), *names, *sizes])
        return f"{self.pick(('min', 'max'))}({one}, {self.number(1, 3)})" if self.chance(10) else one

    def condition(self) -> str:
        """A condition on scalars."""
        kind = self.pick(("compare", "compare", "chain", "and", "any", "not", "flag", "element"))
        arrays = self.arrays()
        match kind:
            case "chain":
                return self.keep(
                    f"0 {self.pick(('<', '<='))} {self.integer()} {self.pick(('<', '<='))} {self.scalar()}",
                    "n > 1",
                    "True",
                )
            case "and":
                parts = (f"{self.integer()} > {self.number(0, 3)}", self.compared())
                return self.keep(self.pick((f"({parts[0]} and {parts[1]})", f"({parts[0]} or {parts[1]})")), "True")
            case "any" if arrays:
                return self.keep(f"np.{self.pick(('any', 'all'))}({self.mask(self.pick(arrays))})", "True")
            case "not":
                return self.keep(f"not {self.compared()}", "True")
            case "flag" if "flag" in self.env:
                return "flag"
            case _:
                return self.compared()

    def compared(self) -> str:
        return self.keep(f"{self.scalar()} {self.pick(_COMPARISON)} {self.scalar()}", "1 < 2")


def fits(shape: Shape | None, target: Shape | None) -> bool:
    """Whether an array of `shape` broadcasts to `target`."""
    if shape is None or target is None:
        return False
    try:
        return np.broadcast_shapes(shape, target) == target
    except ValueError:
        return False
