"""What a target is, the module that it makes, and the registry of targets by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from ..ir import array as arr
from ..ir import loops as lp
from ..ir.free_names import free_name
from ..ir.layout import MARGIN, folded
from ..ir.types import Size
from ..passes.context import Context


@dataclass(frozen=True)
class Module:
    """Generated source for one function.

    `functions` is the text of the kernels and, last, of the function itself, which is named like the original and calls
    `_NAME_numpy(…)` where a guard at its door fails. `runtime` names what of runtime/ they call.
    """

    name: str
    imports: tuple[str, ...]
    runtime: tuple[str, ...]
    functions: str
    flavour: str = "python"
    #: (name, types of its parameters) of each kernel, so that all can be compiled before anything runs
    kernels: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def text(self) -> str:
        """The whole module: it stands alone but for `_NAME_numpy`, the original."""
        from .. import runtime

        paste = runtime.paste(self.runtime, self.flavour)
        return _joined((*self.imports, *paste.imports), paste.body, self.functions)

    @property
    def linked(self) -> str:
        """The module with what it needs of runtime/ imported from there: for where mdsl is at work.

        What the function itself allocates is memory that runtime/hold.py holds for the next call.
        """
        from .. import runtime

        imports = (*self.imports, *runtime.import_lines(self.runtime, self.flavour))
        kernels, start, function = self.functions.rpartition(f"def {self.name}(")
        if self.flavour == "numba" and "np.empty(" in function:
            imports = (*imports, "from mdsl.runtime.hold import held_empty")
            function = function.replace("np.empty(", "held_empty(")
        return _joined(imports, "", kernels + start + function)


def _joined(imports: Sequence[str], runtime: str, functions: str) -> str:
    ordered = sorted(
        dict.fromkeys(imports),
        key=lambda line: (line.startswith("from numba") or "numba" in line or "numpy" in line, line),
    )
    return "\n\n\n".join(part for part in ("\n".join(ordered), runtime, functions) if part.strip()) + "\n"


class Target(Protocol):
    """Where a program runs: registered by name here, or by another package under the entry point `mdsl.targets`."""

    name: str
    #: "array" for a target that prints the Array IR, "loops" for one that prints the Loop IR
    level: str
    #: distributions that have to be installed besides mdsl
    requires: tuple[str, ...]

    def unavailable(self) -> tuple[str, str] | None:
        """Why this machine cannot run what the target makes, and what helps; None where it can."""
        ...

    def emit(self, program: arr.Program | lp.Program, ctx: Context) -> Module:
        """The source for `program`. Raises Unsupported… as ValueError where an operation has no code on this target."""
        ...


@cache
def _builtin() -> dict[str, Callable[[], Target]]:
    def python() -> Target:
        from .python import PythonTarget

        return PythonTarget()

    def numba() -> Target:
        from .numba import NumbaTarget

        return NumbaTarget()

    def numpy() -> Target:
        from .numpy import NumpyTarget

        return NumpyTarget()

    def cuda() -> Target:
        from .cuda import CudaTarget

        return CudaTarget()

    return {"python": python, "numba": numba, "numpy": numpy, "cuda": cuda}


def target_names() -> tuple[str, ...]:
    from importlib.metadata import entry_points

    return (*_builtin(), *(entry.name for entry in entry_points(group="mdsl.targets")))


def get_target(name: str) -> Target:
    """The target of that name. Raises KeyError, naming the known ones, where there is none."""
    if name in _builtin():
        return _builtin()[name]()
    from importlib.metadata import entry_points

    for entry in entry_points(group="mdsl.targets", name=name):
        return entry.load()()
    raise KeyError(f"no target `{name}`; known are {', '.join(target_names())}")


# -- the door ----------------------------------------------------------------------------------------------------------


def door(program: arr.Program | lp.Program) -> list[str]:
    """The first lines of a generated function: extents by name, derived integers, and the guards.

    Where a guard fails the original function runs, so the sizes that the rest relies on hold.
    """
    lines: list[str] = []
    equal = {guard.size: guard for guard in program.guards if guard.equal}
    spare = free_name("_", {*program.arguments, *(p.name for p in program.params)})  # `_` may be one of the arguments
    named: dict[str, Size] = {}
    for guard in equal.values():
        for name, k in guard.size.terms:
            if k == 1 and _is_extent(program, name) and name not in named:
                others = Size.named(name) - guard.size
                if not any(other in named for other in others.names):
                    named[name] = others
                    break
    used = _used_names(program)
    conditions: list[str] = []
    known: set[str] = {p.name for p in program.params if p.type.kind != "array"}
    waiting: list[tuple[str, tuple[Size, ...]]] = []
    for name, items in program.unpacked:
        if items:
            lines.append(f"{unpacking(items)} = {name}")
    for param in program.params:
        if param.type.kind != "array" or not param.type.rank:
            continue
        shape = param.type.shape
        symbols = [size.names[0] for size in shape if size.terms]
        if symbols and all(s in named and s not in used for s in symbols):
            waiting.append((param.name, tuple(size.substitute(named) for size in shape)))
            continue
        for s in symbols:
            if s in named and s not in known:
                conditions.append(f"{s} == {named[s]}")
        targets = [size.names[0] if size.terms else spare for size in shape]
        if any(s in used or s in _guard_names(program) or s in conditions for s in symbols):
            lines.append(f"{unpacking(targets)} = {param.name}.shape")
        known |= set(symbols)
    chains: dict[str, str] = {}  # compared in a row, which makes one tuple of the expected sizes, not one for each
    for name, sizes in waiting:
        # the length of a vector is had in a fifth of the time of its shape
        one = len(sizes) == 1
        expected, shape_of = (
            (str(sizes[0]), f"len({name})") if one else (f"({', '.join(map(str, sizes))})", f"{name}.shape")
        )
        chain = f"{chains[expected]} == {shape_of}" if expected in chains else shape_of
        if len(chain) + len(expected) > MARGIN - 20:
            conditions.append(f"{chains[expected]} == {expected}")
            chain = shape_of
        chains[expected] = chain
    conditions += [f"{chain} == {expected}" for expected, chain in chains.items()]
    handled = {size for size, guard in equal.items() if any(Size.named(n) - named[n] == size for n in named)}
    for derived in program.derived:
        lines.append(f"{derived.name} = {derived}")
    for guard in program.guards:
        if not (guard.equal and guard.size in handled):
            conditions.append(str(guard))
    if conditions:
        call = f"_{program.name}_numpy({', '.join(argument_names(program))})"
        conditions = list(dict.fromkeys(conditions))
        if len(conditions) == 1 and conditions[0].count(" == ") == 1:
            lines.append(f"if {conditions[0].replace(' == ', ' != ', 1)}:")
        else:
            lines += folded(f"if not ({' and '.join(conditions)}):")
        lines.append(f"    return {call}")
    return lines


def unpacking(names: Sequence[str]) -> str:
    """The left side of an assignment that takes a tuple apart."""
    return f"({names[0]},)" if len(names) == 1 else ", ".join(names)


def bails(program: arr.Program | lp.Program) -> bool:
    """Whether the program may give the call to the original function after it has begun."""
    if isinstance(program, arr.Program):
        return any(isinstance(s, arr.Check) and s.exception == arr.BAIL for s in arr.statements(program.body))
    return any(isinstance(s, lp.Check) and s.exception == arr.BAIL for s in lp.statements(program.body))


def body_depth(program: arr.Program | lp.Program) -> int:
    """How deep the body of a generated function stands: with_bail puts it into a `try` where it bails."""
    return 2 if bails(program) else 1


def with_bail(program: arr.Program | lp.Program, body: list[str]) -> list[str]:
    """The body of a function, written `body_depth` deep, which gives the call to the original where it must."""
    if not bails(program):
        return body
    call = f"_{program.name}_numpy({', '.join(argument_names(program))})"
    return [
        "    try:",
        *body,
        f"    except {arr.BAIL}:  # a value that the compiled code cannot hold",
        f"        return {call}",
    ]


def argument_names(program: arr.Program | lp.Program) -> tuple[str, ...]:
    """What a generated function calls its arguments: no name that its text needs for something else is among them."""
    other = dict(program.renamed)
    return tuple(other.get(name, name) for name in program.arguments)


def _is_extent(program: arr.Program | lp.Program, name: str) -> bool:
    return any(size.names == (name,) for p in program.params for size in p.type.shape)


def _guard_names(program: arr.Program | lp.Program) -> set[str]:
    names = {n for guard in program.guards for n in guard.size.names}
    return names | {n for d in program.derived for n in (*d.first.names, *d.second.names)}


def _used_names(program: arr.Program | lp.Program) -> set[str]:
    """The size names that the body itself or a derived integer mentions."""
    names = {n for d in program.derived for n in (*d.first.names, *d.second.names)}
    names |= {n for g in program.guards if not g.equal for n in g.size.names}
    if isinstance(program, lp.Program):
        from ..passes.dependence import effects

        for stmt in program.body:
            names |= {a.name for a in effects(stmt).accesses if a.is_scalar}
            if isinstance(stmt, lp.Return):
                names |= _text_names(stmt.value)
        return names
    for line in arr.statements(program.body):
        if isinstance(line, arr.For):
            names |= {*line.lo.names, *line.hi.names}
        for node in arr.walk(*arr.expressions(line)):
            match node:
                case arr.Extent(size):
                    names |= set(size.names)
                case arr.View(_, axes, type):
                    names |= {n for axis in axes for n in axis.offset.names} | {
                        n for size in type.shape for n in size.names
                    }
                case arr.Apply(_, _, arr.Shaped(shape, _), _):
                    names |= {n for size in shape for n in size.names}
                case _:
                    continue
    return names


def _text_names(value: lp.Result) -> set[str]:
    import re

    match value:
        case arr.Results(items):
            return set().union(*(_text_names(item) for item in items)) if items else set()  # type: ignore[arg-type]
        case lp.ArrayResult(_, text):
            return set(re.findall(r"[A-Za-z_]\w*", text))
        case _:
            return set()
