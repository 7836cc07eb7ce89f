"""The state of a lift: names and what they stand for, statements so far, versions, facts, guards at the door."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ..ir import array as arr
from ..ir.array import Derived, Expr, Extent, Guard, Ref, View
from ..ir.facts import Facts, implied
from ..ir.span import NOWHERE, Spans
from ..ir.types import BOOL, INT, PY_BOOL, PY_INT, Size, Type
from .diagnostics import Unsupported
from .signature import NARROW_BITS
from .values import Value, is_part


class Outlives(Exception):
    """A name that only a loop binds is used after it: the lift starts again and carries it."""

    def __init__(self, name: str) -> None:
        self.name = name


class ChoosesArray(Exception):
    """A conditional expression is not one of numbers: the lift starts again and makes it branches where it can."""


class TypeChanged(Exception):
    """A variable that a loop or a branch carries needs a wider type than the one it was given."""

    def __init__(self, name: str, type: Type) -> None:
        self.name, self.type = name, type


NARROW = 1 << NARROW_BITS


@dataclass
class Context:
    """What changes while a function is lifted. `snapshot` and `restore` undo a trial."""

    names: set[str]
    env: dict[str, Value] = field(default_factory=dict)
    out: list[arr.Stmt] = field(default_factory=list)
    versions: dict[str, int] = field(default_factory=dict)
    latest: dict[str, int] = field(default_factory=dict)  # versions that are taken, where an older one is current again
    facts: Facts = field(default_factory=Facts)
    door: dict[str, None] = field(default_factory=dict)  # names known before the body runs
    guards: list[Guard] = field(default_factory=list)
    derived: dict[tuple[str, Size, Size], Derived] = field(default_factory=dict)
    frozen: set[str] = field(default_factory=set)  # integer variables that a size names: never bound again
    carried: dict[str, Ref | None] = field(default_factory=dict)  # names that an open loop or branch carries
    flags: dict[str, str] = field(default_factory=dict)  # carried name -> the variable that tells if it is bound
    maybe: dict[str, tuple[Ref, str]] = field(default_factory=dict)  # name that may have no value -> variable, flag
    widened: dict[str, str] = field(default_factory=dict)  # name of a wider type than before -> its flag
    weighed: set[str] = field(default_factory=set)  # carried names that are Python's before and NumPy's in the loop
    types: dict[str, Type] = field(default_factory=dict)  # IR variable -> its type
    equal: dict[str, Size] = field(default_factory=dict)  # sizes found equal, by name
    mutable: set[str] = field(default_factory=set)  # IR variables bound more than once in a loop or a branch
    spans: Spans = NOWHERE
    definitions: dict[str, Expr] = field(default_factory=dict)  # scalars bound once: name -> value
    contents: dict[str, Expr] = field(default_factory=dict)  # integer arrays bound once: name -> value
    checks: set[tuple[Expr, str]] = field(default_factory=set)  # what was checked on every way to here
    spliced: dict[object, Extent] = field(default_factory=dict)  # computed integer -> its name, within this block
    masks: dict[Expr, Expr] = field(default_factory=dict)  # computed mask -> its variable, within this block
    depth: int = 0  # loops and branches open around the statement
    checking: bool = True  # may sizes be compared when it runs, and the original take over where they differ?
    checked: bool = False  # whether that is done anywhere
    wide: dict[str, int] = field(default_factory=dict)  # Python integers that may have many bits -> how large they are
    certain: set[str] = field(default_factory=set)  # those of them that are known to be so
    narrow: set[str] = field(default_factory=set)  # integer arguments that compiled code takes to have few bits
    params: set[str] = field(default_factory=set)  # scalars that come as arguments
    first: list[arr.Check] = field(default_factory=list)  # asked before anything else is done

    def snapshot(self) -> Context:
        return replace(
            self,
            names=set(self.names),
            env=dict(self.env),
            out=list(self.out),
            versions=dict(self.versions),
            latest=dict(self.latest),
            facts=self.facts.copy(),
            guards=list(self.guards),
            derived=dict(self.derived),
            frozen=set(self.frozen),
            carried=dict(self.carried),
            flags=dict(self.flags),
            maybe=dict(self.maybe),
            widened=dict(self.widened),
            weighed=set(self.weighed),
            types=dict(self.types),
            mutable=set(self.mutable),
            spliced=dict(self.spliced),
            masks=dict(self.masks),
            definitions=dict(self.definitions),
            contents=dict(self.contents),
            checks=set(self.checks),
            first=list(self.first),
            door=dict(self.door),
        )

    def restore(self, saved: Context) -> None:
        for name, value in vars(saved.snapshot()).items():
            if name != "equal":
                setattr(self, name, value)

    # -- names and statements

    def fresh(self, name: str) -> str:
        """`name`, or `name_1`, `name_2` … where it is taken."""
        candidate, k = name, 0
        while candidate in self.names:
            k += 1
            candidate = f"{name}_{k}"
        self.names.add(candidate)
        return candidate

    def emit(self, stmt: arr.Stmt) -> None:
        if isinstance(stmt, arr.Check):
            if self.is_checked(stmt.condition, stmt.exception):
                return
            self.checks.add((self.defined(stmt.condition), stmt.exception))
        if not isinstance(stmt, (arr.For, arr.While, arr.If)):
            self.verify(*arr.expressions(stmt))
        self.out.append(replace(stmt, spans=self.spans))

    def at_door(self, condition: Expr) -> bool:
        """Whether a condition is one of arguments as they came, so that it can be asked before anything is done."""
        for node in arr.walk(condition):
            match node:
                case Ref(name, version, _):
                    if version or name not in self.params:
                        return False
                case Extent(size):
                    if not all(name in self.door for name in size.names):
                        return False
                case arr.Const() | arr.Apply():
                    pass
                case _:
                    return False
        return True

    def ask_first(self, check: arr.Check) -> None:
        """A condition of arguments, under which the compiled code serves a call at all."""
        if not any(c.condition is check.condition for c in self.first):
            self.first.append(replace(check, spans=self.spans))

    def is_checked(self, condition: Expr, exception: str) -> bool:
        """Whether the same check stands on every way to here, or one that hands over to the original."""
        held = self.defined(condition)
        return (held, exception) in self.checks or (held, arr.BAIL) in self.checks

    def defined(self, value: Expr) -> Expr:
        """What a scalar that is bound once stands for; another value as it is."""
        if isinstance(value, Ref) and value.name not in self.mutable:
            return self.definitions.get(value.name, value)
        return value

    def verify(self, *values: Expr) -> None:
        """Every variable that the values read still has the version that they mean.

        Raises Unsupported where a call in the same expression has stored to it meanwhile.
        """
        for node in arr.walk(*values):
            if isinstance(node, Ref) and self.versions.get(node.name, 0) != node.version:
                raise Unsupported("MDSL312", f"`{node.name}` changes while the expression is evaluated")

    def bind(self, name: str, value: Expr) -> Ref:
        """Emit `name = value` under exactly this IR name."""
        self.emit(arr.Bind(name, value))
        self.stored(name)
        self.types[name] = value.type
        if not value.type.rank and self.versions[name] == 1 and name not in self.mutable:
            self.definitions[name] = value
            if not isinstance(value, Extent) and self.is_count(value):
                self.facts.add(Size.named(name))
        else:
            self.definitions.pop(name, None)
        if value.type.rank and value.type.dtype.kind in "iu" and self.versions[name] == 1:
            self.contents[name] = value
        if value.type == PY_INT and (most := self.magnitude(value)) is not None and most > NARROW:
            self.wide[name] = max(most, self.wide.get(name, 0))
            if isinstance(value, arr.Const) or (isinstance(value, Ref) and value.name in self.certain):
                self.certain.add(name)
        return Ref(name, self.versions[name], value.type)

    def magnitude(self, value: Expr) -> int | None:
        """What the absolute value of a Python integer is taken not to exceed; None for one that was checked.

        Extents of arrays, how often a mask holds, loops' variables and narrow arguments have up to NARROW_BITS.
        """
        match value:
            case Extent(size):
                return abs(size.const) + sum(abs(k) * self.wide.get(name, NARROW) for name, k in size.terms)
            case arr.Const(number, _):
                return abs(int(number))
            case arr.Apply(op, (inner,), _, _) if op.name == "cast" and inner.type.dtype.kind in "biu":
                if _counts_truth(inner):
                    return NARROW
                return 1 << (8 * inner.type.dtype.itemsize - 1)
            case arr.Apply(op, args, _, _) if op.name in ("minimum", "maximum", "where"):
                known = [self.magnitude(arg) for arg in args if arg.type == PY_INT]
                return max(known) if None not in known else None  # type: ignore[type-var]
            case arr.Apply(op, (first, _), _, type) if type == PY_INT and op.name in ("floor_divide", "right_shift"):
                return self.magnitude(first)
            case arr.Apply(op, (_, second), _, type) if type == PY_INT and op.name == "remainder":
                return self.magnitude(second)
            case Ref(name, _, _):
                return self.wide.get(name)
            case _:
                return None

    def is_count(self, value: Expr) -> bool:
        """Whether a Python integer is known not to be negative: a size, or a product of sizes."""
        match value:
            case Extent(size):
                return self.facts.nonnegative(size)
            case arr.Apply(op, args, _, type) if op.name == "multiply" and type == PY_INT:
                return all(self.is_count(arg) for arg in args)
            case arr.Apply(op, (arg,), _, type) if op.name in ("cast", "sum") and type.dtype == arg.type.dtype == INT:
                return self.is_count(arg)
            case arr.Apply(op, (arg,), _, type) if op.name == "cast" and type.dtype == INT:
                return arg.type.dtype == BOOL
            case _:
                return False

    def bind_fresh(self, hint: str, value: Expr) -> Ref:
        return self.bind(self.fresh(hint), value)

    def stored(self, buffer: str) -> None:
        """The elements of `buffer` changed. What may share its memory changed with it."""
        self.versions[buffer] = max(self.versions.get(buffer, 0), self.latest.get(buffer, 0)) + 1

    def current(self, value: Expr) -> Expr:
        """`value` reading its variable as it is now: what an array's name means whenever it is used."""
        match value:
            case Ref(name, version, type) if type.kind == "array" and self.versions.get(name, 0) != version:
                return Ref(name, self.versions[name], type)
            case View(base) if (now := self.current(base)) is not base:
                return arr.rebuild(value, (now,))
            case arr.Apply(_, (whole,), _, _) if is_part(value) and (now := self.current(whole)) is not whole:
                return arr.rebuild(value, (now,))
            case _:
                return value

    # -- sizes

    def size(self, value: Expr, hint: str = "k") -> Size:
        """An integer as a Size; what is not affine gets a name that stays as it is.

        Raises Unsupported (MDSL203) for what is not an integer.
        """
        if isinstance(value, Extent):
            return value.size
        if isinstance(value, arr.Const) and value.type.dtype.kind in "iu":
            return Size(int(value.value))
        if value.type.rank or value.type.dtype.kind not in "iu":
            raise Unsupported("MDSL203", "an integer is needed here")
        if isinstance(value, Ref) and value.type == PY_INT and value.name not in self.mutable:
            self.frozen.add(value.name)
            return Size.named(value.name)
        key: object = value  # equal expressions have equal values, so they share a name
        if key not in self.spliced:
            if value.type != PY_INT:
                value = arr.Apply(_cast(), (value,), PY_INT.dtype, PY_INT)
            held = (n for n, v in self.definitions.items() if v is value and n not in self.mutable)
            name = next(held, None) or self.bind_fresh(f"{key.name}_now" if isinstance(key, Ref) else hint, value).name
            self.frozen.add(name)
            self.spliced[key] = Extent(Size.named(name))
        return self.spliced[key].size

    def derive(self, operator: str, first: Size, second: Size, hint: str) -> Size:
        """first OP second for OP in "//" (by a positive constant), "min", "max": at the door where that can be."""
        if first.is_const and second.is_const:
            a, b = first.const, second.const
            return Size(a // b if operator == "//" else min(a, b) if operator == "min" else max(a, b))
        if operator == "//" and second == 1:
            return first
        if operator == "//" and all(k % second.const == 0 for _, k in first.terms):
            # the names' part divides exactly: floor((d*x + c) / d) = x + floor(c / d)
            d = second.const
            return Size(first.const // d, tuple((name, k // d) for name, k in first.terms))
        if operator == "min":
            if self.facts.nonnegative(second - first):
                return first
            if self.facts.nonnegative(first - second):
                return second
        if operator == "max":
            if self.facts.nonnegative(first - second):
                return first
            if self.facts.nonnegative(second - first):
                return second
        key = (operator, first, second)
        if key in self.derived:
            return Size.named(self.derived[key].name)
        if key in self.spliced:
            return self.spliced[key].size
        name = self.fresh(hint)
        size = Size.named(name)
        if all(n in self.door for n in (*first.names, *second.names)):
            self.derived[key] = Derived(name, operator, first, second)
            self.door[name] = None
        else:
            self.bind(name, arr.Apply(_integer(operator), (Extent(first), Extent(second)), None, PY_INT))
            self.frozen.add(name)
            self.spliced[key] = Extent(size)
        match operator:
            case "//":
                self.facts.add(first - second.const * size, second.const * size + (second.const - 1) - first)
                if self.facts.nonnegative(first):
                    self.facts.add(size)
            case "min":
                self.facts.add(first - size, second - size)
                if self.facts.nonnegative(first) and self.facts.nonnegative(second):
                    self.facts.add(size)
            case "max":
                self.facts.add(size - first, size - second)
        return size

    def require(self, size: Size, reason: str) -> bool:
        """Whether size >= 0 can be had: it follows, or a guard at the door makes it so."""
        if self.facts.nonnegative(size):
            return True
        for bound in self.facts.lower_bounds(size, lambda name: name not in self.door):
            if bound.is_const or self.facts.nonnegative(-bound):
                continue  # it holds for empty arrays at most
            self.guards.append(Guard(bound, False, reason))
            self.facts.add(bound)
            return True
        return False

    def prove_or_guard(self, size: Size, reason: str) -> bool:
        """As `require`, but only where the guard is likely to hold: it does for arrays that are all of one large size.

        So `a[i, :j]` in a loop over j guards the loop's bounds, and `a[i : i + 3]`, which the last
        rounds clamp, does not.
        """
        if self.facts.nonnegative(size):
            return True
        for bound in self.facts.lower_bounds(size, lambda name: name not in self.door):
            if not bound.is_const and self.typical(bound) >= 0 and not self.facts.nonnegative(-bound - 1):
                self.guards.append(Guard(bound, False, reason))
                self.facts.add(bound)
                return self.facts.nonnegative(size)
        return False

    def typical(self, size: Size) -> int:
        """The value of `size` where every extent is the same large number, and what is derived follows."""
        values: dict[str, int] = {}

        def of(name: str) -> int:
            if name not in values:
                values[name] = 1000
                for d in self.derived.values():
                    if d.name == name:
                        a, b = (s.evaluate({n: of(n) for n in s.names}) for s in (d.first, d.second))
                        values[name] = a // b if d.operator == "//" else min(a, b) if d.operator == "min" else max(a, b)
            return values[name]

        return size.evaluate({name: of(name) for name in size.names})

    def given(self, condition: Expr, holds: bool) -> Facts:
        """The facts, and what follows from a condition that holds, or does not, on one way through a branch."""
        return Facts([*self.facts.known, *(self.normal(size) for size in implied(condition, holds))])

    def normal(self, size: Size) -> Size:
        """`size` in the names that stand for their equals."""
        while any(name in self.equal for name in size.names):
            size = size.substitute(self.equal)
        return size

    def require_equal(self, a: Size, b: Size, reason: str) -> bool:
        """Whether a == b can be had: it follows, or a guard at the door makes it so."""
        difference = self.normal(a - b)
        if difference.is_const:
            return difference.const == 0
        if self.facts.nonnegative(difference) and self.facts.nonnegative(-difference):
            return True
        if self.facts.nonnegative(difference - 1) or self.facts.nonnegative(-difference - 1):
            return False  # an earlier check has made them something else
        if not all(name in self.door for name in difference.names):
            return self.checked_equal(a, b, difference, reason)
        derived = self._derived_names()
        for name in () if derived & set(difference.names) else reversed(self.door):
            # the name that came last is written in terms of the earlier ones; what is derived depends on others itself
            k = difference.coefficient(name)
            if abs(k) == 1:
                self.equal[name] = Size.named(name) - k * difference
                break
        self.guards.append(Guard(difference, True, reason))
        self.facts.add(difference, -difference)
        return True

    def checked_equal(self, a: Size, b: Size, difference: Size, reason: str) -> bool:
        """Sizes that only the run knows are compared there; where they differ, the original runs instead."""
        if not self.checking or not all(name in self.types or name in self.door for name in difference.names):
            return False  # the count of what a trial of the loop picked, which is not there before the loop
        self.checked = True
        same = arr.Apply(_equal(), (Extent(a), Extent(b)), None, PY_BOOL)
        self.emit(arr.Check(same, arr.BAIL, reason))
        self.facts.add(difference, -difference)
        return True

    def _derived_names(self) -> set[str]:
        return {d.name for d in self.derived.values()}


def _counts_truth(value: Expr) -> bool:
    """Whether an integer is made of bools by sums: it is at most the number of elements of an array."""
    match value:
        case arr.Apply(op, (arg,), _, _) if op.name in ("cast", "sum"):
            return arg.type.dtype == BOOL or (arg.type.dtype == INT and _counts_truth(arg))
        case _:
            return False


def _equal() -> arr.Op:
    from ..ir.ops import table

    return table()["equal"]


def _cast() -> arr.Op:
    from ..ir.ops import table

    return table()["cast"]


def _integer(operator: str) -> arr.Op:
    from ..ir.ops import table

    return table()[{"//": "floor_divide", "min": "minimum", "max": "maximum"}[operator]]
