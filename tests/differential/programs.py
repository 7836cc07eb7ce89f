"""How is a whole program drawn? Statement by statement; after each one the program so far is run for its names' values.

`case_of(seed)` is one case, `cases()` a hypothesis strategy. The prefix of a program is always runnable: `return
locals()` behind its last line, also inside of a loop or a branch, tells what the next statement can use. What raises is
dropped, except in the few cases that are meant to raise.
"""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from hypothesis import strategies as st

from . import phrases
from .cases import HEADER, Case
from .expressions import Expressions
from .inputs import Choose, Drawing, Inputs, draw_inputs, draw_variation

_OPERATORS = ("+=", "*=", "-=", "/=", "//=", "%=", "**=", "|=", "&=", "^=", "<<=", ">>=", "@=")
_STATEMENTS = (  # the frequent ones more than once
    "bind store bind augment bind masked alias store augment bind tuple out elements for if while return rows fancy "
    "swap leave call for if chain fancy keywords running raising"
).split()
_PLAIN_STATEMENTS = (
    "bind store bind augment bind masked alias store augment bind tuple out elements for if while return call for if "
    "chain chain fancy keywords running raising"
).split()
_SHORT_STATEMENTS = "bind store augment bind masked leave alias".split()
_NAMES = tuple(f"t{number}" for number in range(12))


class _State(dict):  # a class of its own, told from any dictionary that a program returns
    pass


def write_case(choose: Choose, variations: int = 2, statements: int = 7) -> Case:
    """A program over 1 to 4 arrays, with `1 + variations` sets of inputs."""
    drawing = Drawing(choose)
    first = draw_inputs(drawing)
    writer = _Writer(choose, first)
    writer.write(drawing.number(1, statements))
    more = [draw_variation(drawing, first) for _ in range(variations)]
    texts = [inputs.source(number) for number, inputs in enumerate([first, *more])]
    return Case("\n\n".join([writer.source(), *texts]))


def case_of(seed: int) -> Case:
    """The case that belongs to a number."""
    return write_case(random.Random(seed).randint)


@st.composite
def cases(draw: Callable[[st.SearchStrategy[Any]], Any], variations: int = 2, statements: int = 7) -> Case:
    """Cases as a hypothesis strategy."""
    return write_case(lambda low, high: draw(st.integers(low, high)), variations, statements)


@dataclass
class _Writer:
    """The program being written. `lines` is its text, `probe` the same with every branch on the way forced open."""

    choose: Choose
    inputs: Inputs
    lines: list[str] = field(default_factory=list)
    probe: list[str] = field(default_factory=list)
    helpers: list[str] = field(default_factory=list)
    constants: list[str] = field(default_factory=list)
    indent: int = 1
    loops: int = 0
    finished: bool = False  # a statement that raises or returns for certain was written

    def __post_init__(self) -> None:
        self.scope: dict[str, Any] = {"np": np, "_State": _State}
        exec(self.inputs.source(0), self.scope)
        self.expressions = Expressions(self.choose, {}, self.scope)
        self.expressions.make_helper = self.make_helper
        self.expressions.plain = Drawing(self.choose).chance(65)
        self.pick, self.chance, self.number = self.expressions.pick, self.expressions.chance, self.expressions.number
        if self.chance(12):
            self.constants = ["K = 3", "TABLE = np.array([1.0, -2.0, 0.5])"]
            exec("\n".join(self.constants), self.scope)

    @property
    def signature(self) -> str:
        return f"def program({', '.join(self.inputs.names)}):"

    def source(self) -> str:
        constants = ["\n".join(self.constants)] if self.constants else []
        body = "\n".join([self.signature, *self.lines]) + "\n"
        return "\n\n".join([HEADER, *constants, *self.helpers, body])

    def write(self, statements: int) -> None:
        self.refresh()
        faulty = self.chance(7)
        self.block(statements)
        if faulty and not self.finished:
            self.emit(self.fault())
        if not self.finished:
            self.emit(self.returned())
        if not self.lines:
            self.emit("return 0")

    # -- the program so far ------------------------------------------------------------------------------------------
    def refresh(self) -> str:
        """Run what is written and learn the names' values here: "reached", "not reached" or "raised"."""
        text = "\n".join([self.signature, *self.probe, "    " * self.indent + "return _State(locals())"])
        scope = dict(self.scope)
        try:
            exec(compile(text, "<probe>", "exec"), scope)
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                state = scope["program"](*self.scope["inputs_0"]())
        except Exception:
            return "raised"
        if not isinstance(state, _State):
            return "not reached"
        self.expressions.env = {name: value for name, value in state.items() if name != "program"}
        if any(isinstance(v, np.ndarray) and v.size > 20_000 for v in state.values()):
            return "raised"
        return "reached"

    def emit(self, line: str, probe: str | None = None) -> None:
        pad = "    " * self.indent
        self.lines.append(pad + line)
        self.probe.append(pad + (line if probe is None else probe))

    def drop(self, mark: int) -> None:
        """Forget the lines from `mark` on; both texts have the same number of them."""
        del self.lines[mark:], self.probe[mark:]

    # -- statements --------------------------------------------------------------------------------------------------
    def block(self, statements: int) -> int:
        """Write up to so many statements at this depth; how many were kept."""
        kept = 0
        for _ in range(statements):
            self.expressions.growing = not self.loops
            if self.finished:
                break
            mark, indent, loops = len(self.lines), self.indent, self.loops
            try:
                self.statement()
                state = self.refresh()
            except _NothingFits:
                state = "raised"
            self.indent, self.loops = indent, loops
            if state == "reached":
                kept += 1
            else:
                self.drop(mark)
                self.refresh()
        return kept

    def statement(self) -> None:
        kinds = _PLAIN_STATEMENTS if self.expressions.plain else _STATEMENTS
        kind = self.pick(kinds if self.indent <= 2 else _SHORT_STATEMENTS)
        getattr(self, f"write_{kind}")()

    def write_bind(self) -> None:
        name = self.target_name()
        if self.chance(20):
            draw = self.pick((self.expressions.scalar, self.expressions.compared, self.expressions.integer))
            self.emit(f"{name} = {draw()}")
        else:
            self.emit(f"{name} = {self.expressions.array(self.depth())}")

    def write_chain(self) -> None:
        """Statements over one iteration space, and sums over its axes that are used again: what fuses."""
        shape = self.expressions.env[self.base()].shape
        if not shape:
            raise _NothingFits
        for _ in range(self.number(2, 4)):
            name = self.target_name()
            if self.chance(30):
                axis = self.pick((-1, 0, len(shape) - 1))
                function = self.pick(("np.sum", "np.max", "np.mean", "np.min", "np.prod"))
                self.emit(f"{name} = {function}({self.expressions.array(1, shape)}, axis={axis}, keepdims=True)")
            else:
                self.emit(f"{name} = {self.expressions.array(2, shape)}")
            if self.refresh() != "reached":
                raise _NothingFits

    def write_alias(self) -> None:
        """A second name for an array or a view of it, and a store through one of them."""
        name = self.target_name()
        base = self.base()
        self.emit(f"{name} = {base if self.chance(15) else self.expressions.view(base)}")
        if self.refresh() == "reached" and self.chance(60):
            other = self.pick((name, base))
            self.emit(self.pick((f"{other} += 1", f"{other}[...] = {base}[::-1]", f"{other} *= 2", f"{other}[0] = 3")))

    def write_store(self) -> None:
        base = self.base()
        place = base + self.pick(("[...]", "[:]")) if self.chance(25) else self.expressions.view(base)
        shape = self.expressions.shape(place)
        if shape is None or not place.endswith("]"):
            raise _NothingFits
        if self.chance(25):
            value = self.expressions.scalar()
        elif self.chance(25):
            value = (
                self.expressions.sliced(base, self.expressions.env[base].shape, shape) or base
            )  # reads what it writes
            value = self.pick(
                (value, f"{value} + 1", f"{value} * 2", f"({value} + {self.expressions.array(1, shape)})")
            )
        else:
            value = self.expressions.array(self.depth(), shape)
        self.emit(f"{place} = {value}")

    def write_augment(self) -> None:
        if self.chance(20) and self.numbers():
            name = self.pick(self.numbers())
            self.emit(f"{name} {self.pick(_OPERATORS[:5])} {self.expressions.scalar()}")
            return
        base = self.base()
        place = base if self.chance(50) else self.expressions.view(base)
        shape = self.expressions.shape(place)
        if shape is None or not (place == base or place.endswith("]")):
            raise _NothingFits
        value = self.expressions.scalar() if self.chance(40) else self.expressions.array(self.depth(), shape)
        self.emit(f"{place} {self.pick(_OPERATORS[:4] if self.chance(75) else _OPERATORS)} {value}")

    def write_masked(self) -> None:
        base = self.base()
        mask = self.expressions.mask(base)
        if self.chance(30):
            name = self.target_name()
            self.emit(f"{name} = {mask}")
            mask = name
        value = self.expressions.scalar()
        self.emit(
            self.pick(
                (
                    f"{base}[{mask}] = {value}",
                    f"{base}[{mask}] += {value}",
                    f"{base}[{mask}] = {base}[{mask}] * 2",
                    f"{base}[~{mask}] = {value}",
                    f"np.copyto({base}, {value}, where={mask})",
                )
            )
        )

    def write_fancy(self) -> None:
        base = self.base()
        index = self.expressions.fancy_index(base).partition("].")[0].removesuffix("]") + "]"
        shape = self.expressions.shape(base + index)
        if shape is None or self.chance(60):
            value = self.pick((self.expressions.constant, self.expressions.scalar))()
        else:
            value = self.expressions.array(1, shape)
        self.emit(f"{base}{index} {self.pick(('+=', '=', '*='))} {value}")

    def write_keywords(self) -> None:
        """A helper with defaults, called by position and by keyword."""
        if len(self.helpers) >= 3:
            raise _NothingFits
        base = self.base()
        inner = self.inside({"p": self.expressions.env[base], "q": 2.0, "r": 1})
        name = f"helper{len(self.helpers)}"
        body = [f"def {name}(p, q=2.0, *, r=1):", f"    if {inner.condition()}:", f"        return {inner.array(1)}"]
        body += ["    for k in range(r):", f"        q = q {self.pick('+*')} {self.pick(('p', 'r', 'k'))}"]
        if self.chance(50):
            del body[1:3]
        self.add_helper("\n".join([*body, f"    return {inner.array(1)} + q"]))
        scalar = self.expressions.scalar()
        more = self.pick(("", f", {scalar}", f", q={scalar}", ", r=2", f", {scalar}, r=0", ", r=2, q=0.5"))
        self.emit(f"{self.target_name()} = {name}({base}{more})")

    def write_running(self) -> None:
        """A number carried through a loop over elements: scalar code."""
        base = self.base()
        if self.expressions.env[base].ndim != 1:
            base = f"{base}.ravel()"
        name = self.target_name()
        self.emit(f"{name} = {self.pick(('0', '0.0', '1', f'{base}[0]'))}")
        if self.refresh() != "reached":
            raise _NothingFits
        self.emit(self.pick((f"for i in range(len({base})):", f"for i in range(len({base}) - 1, -1, -1):")))
        one = f"{base}[i]"
        lines = [f"if {one} {self.pick(('<', '>', '=='))} {self.expressions.constant()}:"]
        lines += [f"    {self.pick(('continue', 'break', f'{name} += 1', f'{name} = -{name}'))}"]
        update = (f"{name} += {one}", f"{name} = {name} + {one} * i", f"{name} = max({name}, {one})", f"{name} -= 1",
                  f"{name} = {one} if {one} > {name} else {name}", f"{name} = {name} * 0.5 + {one}")  # fmt: skip
        for line in [*lines[: 2 * self.chance(60)], self.pick(update)]:
            self.emit("    " + line)

    def write_raising(self) -> None:
        """A check that seldom fails."""
        condition = self.expressions.condition()
        self.emit(f"assert {condition} or True, 'no'" if self.chance(20) else f"if {condition}:")
        if self.lines[-1].endswith(":"):
            self.emit(f"    raise {self.pick(('ValueError', 'IndexError', 'RuntimeError'))}('not {self.number(0, 9)}')")

    def write_out(self) -> None:
        base = self.base()
        shape = self.expressions.env[base].shape
        operands = [self.expressions.array(1, shape) for _ in range(2)]
        one, two = operands
        self.emit(
            self.pick(
                (
                    f"np.add({one}, {two}, out={base})",
                    f"np.multiply({one}, 2, out={base})",
                    f"np.sqrt({one}, out={base})",
                    f"np.maximum({one}, {two}, {base})",
                    f"np.clip({one}, 0, 2, out={base})",
                    f"np.subtract({one}, {two}, out={base}, where={self.expressions.mask(base)})",
                    f"np.add({base}, {two}, {base}, where={self.expressions.mask(base)})",
                    f"np.multiply({one}, {two}, out={base}[...], casting='unsafe')",
                    f"np.sum({one}, axis=0, out={base}[0])",
                    f"np.matmul({base}, {two}, out={base})",
                )
            )
        )

    def write_tuple(self) -> None:
        names = [self.target_name(), self.target_name(skip=1)]
        array = self.base()
        rank = self.expressions.env[array].ndim
        if rank == 2 and self.chance(30):
            self.emit(f"{names[0]}, {names[1]} = {array}.shape")
        elif self.chance(20):
            self.emit(f"{names[0]} = {names[1]} = {self.expressions.array(1)}")
        else:
            self.emit(f"{names[0]}, {names[1]} = {self.expressions.array(1)}, {self.expressions.array(1)}")

    def write_swap(self) -> None:
        names = self.expressions.arrays()
        if len(names) < 2:
            raise _NothingFits
        one, two = self.pick(names), self.pick(names)
        if one == two:
            raise _NothingFits
        self.emit(f"{one}, {two} = {two}, {one}")

    def write_call(self) -> None:
        """A helper that stores into its argument."""
        base = self.base()
        shape = self.expressions.env[base].shape
        name = f"helper{len(self.helpers)}"
        inner = self.inside({"p": self.expressions.env[base], "q": 2.0})
        store = self.pick(
            (f"p += {inner.array(1, shape)}", f"p[...] = {inner.array(2, shape)}", f"p[:1] = {inner.scalar()}")
        )
        lines = [f"def {name}(p, q):", f"    {store}"] + (["    return p * q"] if self.chance(50) else [])
        self.add_helper("\n".join(lines))
        result = f"{self.target_name()} = " if len(lines) > 2 else ""
        self.emit(
            f"{result}{name}({base if self.chance(70) else self.expressions.view(base)}, {self.expressions.scalar()})"
        )

    def write_elements(self) -> None:
        """A loop nest over elements, reading neighbours."""
        base = self.base()
        shape = self.expressions.env[base].shape
        if not shape:
            raise _NothingFits
        names = "ijk"[: len(shape)]
        start = self.number(0, 1)
        for axis, name in enumerate(names):
            low = f"{start}, " if start else ""
            self.emit(f"for {name} in range({low}{base}.shape[{axis}]):")
            self.indent += 1
        if self.refresh() != "reached":
            raise _NothingFits
        here = ", ".join(names)
        near = ", ".join(self.pick((name, f"{name} - 1", f"-{name} - 1")) if start else name for name in names)
        others = [o for o in self.expressions.arrays() if self.expressions.env[o].shape == shape]
        if not others:  # the loops around have bound the names anew
            raise _NothingFits
        one = f"{base}[{near}]"
        two = self.pick((f"{self.pick(others)}[{here}]", self.expressions.scalar(), names[0]))
        value = self.pick((f"{one} + {two}", f"{one} * {two}", f"max({one}, {two})", two, f"{one} - {two} / 2",
                           f"np.sqrt({two})", f"({one} if {one} > {two} else {two})"))  # fmt: skip
        sums = self.numbers()
        if sums and self.chance(30):
            self.emit(f"{self.pick(sums)} += {value}")
        elif self.chance(25):
            self.emit(f"if {one} {self.pick(('<', '>', '=='))} {self.expressions.constant()}:")
            self.indent += 1
            self.emit(self.pick((f"{base}[{here}] = {value}", "continue", "break")))
            self.indent -= 1
            self.emit(f"{base}[{here}] {self.pick(('=', '+=', '-='))} {value}")
        else:
            self.emit(f"{base}[{here}] {self.pick(('=', '+=', '*='))} {value}")
        self.indent = self.indent - len(names)

    def write_for(self) -> None:
        name = f"k{self.indent}" if self.indent > 1 else "k"
        many = self.pick((self.expressions.integer(), "3", "2", "1, 4", "3, 0, -1", "0", "0, 5, 2"))
        self.emit(f"for {name} in range({many}):", f"for {name} in (list(range({many})) or [0]):")
        self.body(len(self.probe) - 1, loop=True)

    def write_rows(self) -> None:
        base = self.base()
        if not self.expressions.env[base].ndim:
            raise _NothingFits
        header = self.pick(phrases.OVER_ROWS).format(base=base)
        self.emit(header)
        self.body(len(self.probe) - 1, loop=True)

    def write_while(self) -> None:
        name = f"w{self.indent}"
        self.emit(f"{name} = {self.pick(('0', '1'))}")
        condition = f"{name} < {self.number(1, 4)}"
        self.emit(
            f"while {condition}{' and ' + self.expressions.condition() if self.chance(40) else ''}:",
            "for _ in range(4):",
        )
        header = len(self.probe) - 1
        self.indent += 1
        self.emit(f"{name} += 1")
        self.indent -= 1
        self.body(header, loop=True)

    def write_if(self) -> None:
        condition = self.expressions.condition()
        self.emit(f"if {condition}:", "if True:")
        header = len(self.probe) - 1
        self.body(header, loop=False)
        if self.chance(40):
            taken, self.probe[header] = self.probe[header], "    " * self.indent + "if False:"
            word = f"elif {self.expressions.condition()}:" if self.chance(25) else "else:"
            self.emit(word, "else:")
            self.body(len(self.probe) - 1, loop=False)
            self.probe[header] = taken

    def write_return(self) -> None:
        self.emit(f"if {self.expressions.condition()}:")
        self.indent += 1
        self.emit(self.returned())
        self.indent -= 1

    def write_leave(self) -> None:
        if not self.loops:
            raise _NothingFits
        self.emit(f"if {self.expressions.condition()}:")
        self.indent += 1
        self.emit(self.pick(("break", "continue")))
        self.indent -= 1

    def body(self, header: int, *, loop: bool) -> None:
        """A block below the line `header` of the probe, which is forced open while the block is written."""
        self.indent += 1
        self.loops += loop
        if self.refresh() != "reached" or not self.block(self.number(1, 3)):
            raise _NothingFits
        self.loops -= loop
        self.indent -= 1
        self.probe[header] = self.lines[header]

    def returned(self) -> str:
        names = [
            name
            for name, value in self.expressions.env.items()
            if isinstance(value, np.ndarray | np.generic | int | float)
            and not (self.expressions.plain and _counts(name))  # what a loop that did not run leaves unbound
        ]
        made = [name for name in names if name not in self.inputs.names]
        kind = self.pick(("names", "names", "names", "expression", "both", "nothing"))
        if kind == "nothing" and self.chance(50):
            return "return None"
        few = [name for name in made if self.chance(75)][-4:] or made[-1:] or [self.pick(names or ["0"])]
        if kind == "expression":
            return f"return {self.expressions.array(2)}"
        if kind == "both":
            few.append(self.expressions.array(1))
        return f"return {', '.join(few)}"

    def fault(self) -> str:
        """A statement that is likely to raise."""
        if not self.expressions.arrays():
            return "raise ValueError('no array is left')"
        base = self.base()
        value = self.expressions.env.get(base)
        length = value.shape[0] if isinstance(value, np.ndarray) and value.ndim else 0
        return self.pick(phrases.FAULTS).format(base=base, length=length, more=length + 2)

    # -- names and helpers -------------------------------------------------------------------------------------------
    def target_name(self, skip: int = 0) -> str:
        env = self.expressions.env
        if self.chance(25) and env:
            names = [name for name in env if not _counts(name)]
            if self.expressions.plain:
                names = [name for name in names if isinstance(env[name], np.ndarray)]
            if names:
                return self.pick(names)
        free = [name for name in _NAMES if name not in env]
        return free[min(skip, len(free) - 1)] if free else _NAMES[-1]

    def base(self) -> str:
        names = self.expressions.arrays()
        if not names:
            raise _NothingFits
        return self.pick(names)

    def numbers(self) -> list[str]:
        names = self.expressions.numbers((int, float, np.generic))
        return [name for name in names if name[0] in "tsn"]

    def depth(self) -> int:
        return self.pick((1, 2, 2, 1, 3, 0))

    def make_helper(self, arguments: list[str]) -> str | None:
        """Define a function of so many operands, made for these, and return the text of its call."""
        if len(self.helpers) >= 3:
            return None
        names = ("p", "q")[: len(arguments)]
        try:
            values = [self.expressions.evaluate(argument) for argument in arguments]
        except Exception:
            return None
        inner = self.inside(dict(zip(names, values, strict=True)))
        name = f"helper{len(self.helpers)}"
        lines = [f"def {name}({', '.join(names)}):"]
        if self.chance(40):
            text = inner.keep(inner.array(1), "1")
            lines.append(f"    r = {text}")
            inner.env["r"] = inner.evaluate(text)
        if self.chance(20):
            lines.append(f"    if {inner.condition()}:\n        return {inner.array(1)}")
        lines.append(f"    return {inner.array(2)}")
        self.add_helper("\n".join(lines))
        return f"{name}({', '.join(arguments)})"

    def inside(self, env: dict[str, Any]) -> Expressions:
        """For the body of a helper, called with these values."""
        inner = Expressions(self.choose, env, self.scope)
        inner.plain = self.expressions.plain
        return inner

    def add_helper(self, text: str) -> None:
        exec(compile(text, "<helper>", "exec"), self.scope)
        self.helpers.append(text + "\n")


def _counts(name: str) -> bool:
    """Whether a name is a loop's."""
    return name in ("i", "j", "row") or name.startswith(("w", "k"))


class _NothingFits(Exception):
    """The names at hand do not allow the statement that was drawn."""
