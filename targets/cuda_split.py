"""How must loops change before a GPU can run their iterations at once? Fission, interchange, sums that keep errors.

On a CPU one pass over an array that makes several sums is best; on a GPU each of them wants its own threads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from ..ir import loops as lp
from ..ir.types import Size
from ..passes.dependence import Memory, assigned, effects, expr_accesses, may_fuse

REDUCERS = frozenset({"add", "multiply", "minimum", "maximum", "logical_or", "logical_and"})

#: A sum of so few terms needs no compensation: NumPy's own pairwise sums add blocks of that many one after the other.
FEW = 8


def read_scalars(body: Sequence[lp.Stmt]) -> frozenset[str]:
    """Scalars that the statements read."""
    return frozenset(a.name for stmt in body for a in effects(stmt).accesses if a.is_scalar and not a.write)


def buffers(body: Sequence[lp.Stmt], *, written: bool) -> frozenset[str]:
    """Arrays that the statements write, or those that they read."""
    return frozenset(a.name for stmt in body for a in effects(stmt).accesses if not a.is_scalar and a.write == written)


def accumulators(loop: lp.For) -> dict[str, lp.Accumulate]:
    """Scalars of outside that iterations only accumulate into, each by one operation: name -> one of the statements."""
    inside = {s.name for s in lp.statements(loop.body) if isinstance(s, lp.Assign)}
    found: dict[str, lp.Accumulate] = {}
    mixed: set[str] = set()
    for stmt in lp.statements(loop.body):
        if isinstance(stmt, lp.Accumulate) and isinstance(stmt.target, lp.Var) and stmt.target.name not in inside:
            first = found.setdefault(stmt.target.name, stmt)
            if first.op is not stmt.op or stmt.op.name not in REDUCERS:
                mixed.add(stmt.target.name)
    used = read_scalars(without(loop, found).body)
    return {name: stmt for name, stmt in found.items() if name not in mixed and name not in used}


def without(loop: lp.For, names: object) -> lp.For:
    """The loop with the accumulations into `names` left out; what they read still counts."""

    def rewrite(body: tuple[lp.Stmt, ...]) -> tuple[lp.Stmt, ...]:
        out: list[lp.Stmt] = []
        for stmt in body:
            if isinstance(stmt, lp.Accumulate) and isinstance(stmt.target, lp.Var) and stmt.target.name in names:  # type: ignore[operator]
                stmt = lp.Assign("_", stmt.value)
            out.append(lp.with_blocks(stmt, tuple(rewrite(b) for b in lp.blocks(stmt))))
        return tuple(out)

    return replace(loop, body=rewrite(loop.body))


def rename(body: tuple[lp.Stmt, ...], names: dict[str, str]) -> tuple[lp.Stmt, ...]:
    """The statements with accumulations into other names."""
    out: list[lp.Stmt] = []
    for stmt in body:
        if isinstance(stmt, lp.Accumulate) and isinstance(stmt.target, lp.Var) and stmt.target.name in names:
            stmt = replace(stmt, target=lp.Var(names[stmt.target.name], stmt.target.dtype))
        out.append(lp.with_blocks(stmt, tuple(rename(b, names) for b in lp.blocks(stmt))))
    return tuple(out)


# -- fission -----------------------------------------------------------------------------------------------------------


def distribute(loop: lp.For, memory: Memory) -> list[lp.For]:
    """The loop as several, each with as few of its statements as dependences allow.

    Before:  for i in range(n): for j in range(m): columns[j] += a[i, j]; total += a[i, j]
    After:   for i in range(n): for j in range(m): columns[j] += a[i, j]
             for i in range(n): for j in range(m): total += a[i, j]
    """
    host = (lp.Alloc, lp.Pointer, lp.Library, lp.HostCall)
    if any(isinstance(s, host) or _leaves(s) for s in lp.statements(loop.body)):
        return [loop]
    units: list[lp.Stmt] = []
    for stmt in loop.body:
        units.extend(distribute(stmt, memory) if isinstance(stmt, lp.For) else [stmt])
    again = _recomputable(units, loop.body)
    groups = [[k] for k, stmt in enumerate(units) if not (isinstance(stmt, lp.Assign) and stmt.name in again)]
    groups = _joined(groups, lambda a, b: _share(units, a, b, again))
    bodies = {tuple(g): _with_needed(units, g, again) for g in groups}

    def apart(a: list[int], b: list[int]) -> bool:
        one, two = _body(bodies, units, a, again), _body(bodies, units, b, again)
        if _interleaved(a, b):
            # neither comes first in the text, so the order must not matter
            return not (_touch(one, two, memory) or _touch(two, one, memory))
        first, second = (one, two) if a < b else (two, one)
        return may_fuse(first, second, loop.var, memory, loop.step)

    groups = _joined(groups, lambda a, b: not apart(a, b))
    if len(groups) < 2:
        return [loop]
    return [replace(loop, body=_with_needed(units, sorted(g), again)) for g in sorted(groups)]


def _leaves(stmt: lp.Stmt) -> bool:
    return isinstance(stmt, (lp.Return, lp.Break, lp.Continue, lp.Check, lp.While))


def _recomputable(units: list[lp.Stmt], body: tuple[lp.Stmt, ...]) -> set[str]:
    """Scalars that each piece may compute for itself: set once, from what the loop does not change."""
    changed = assigned(body)
    stored = buffers(body, written=True)
    pure: set[str] = set()
    for stmt in units:
        if not isinstance(stmt, lp.Assign) or sum(stmt.name in assigned((s,)) for s in units) > 1:
            continue
        reads = list(expr_accesses(stmt.value))
        if all((a.name not in changed or a.name in pure) if a.is_scalar else a.name not in stored for a in reads):
            pure.add(stmt.name)
    return pure


def _share(units: list[lp.Stmt], a: list[int], b: list[int], again: set[str]) -> bool:
    """Whether two groups use a scalar that one of them sets."""
    one, two = [units[k] for k in a], [units[k] for k in b]
    sets_a, sets_b = assigned(tuple(one)) - again, assigned(tuple(two)) - again
    return bool(sets_a & (read_scalars(two) | sets_b) or sets_b & read_scalars(one))


def _joined(groups: list[list[int]], together: Callable[[list[int], list[int]], bool]) -> list[list[int]]:
    """Merge groups until none must be together with another."""
    done = False
    while not done:
        done = True
        for x in range(len(groups)):
            for y in range(x + 1, len(groups)):
                if together(groups[x], groups[y]):
                    groups = [g for k, g in enumerate(groups) if k not in (x, y)] + [sorted(groups[x] + groups[y])]
                    done = False
                    break
            if not done:
                break
    return sorted(groups)


def _touch(a: tuple[lp.Stmt, ...], b: tuple[lp.Stmt, ...], memory: Memory) -> bool:
    """Whether one block writes an array that the other touches."""
    writes = {memory.of(name) for name in buffers(a, written=True)}
    return any(memory.of(name) in writes for name in buffers(b, written=True) | buffers(b, written=False))


def _interleaved(a: list[int], b: list[int]) -> bool:
    return not (max(a) < min(b) or max(b) < min(a))


def _body(
    bodies: dict[tuple[int, ...], tuple[lp.Stmt, ...]], units: list[lp.Stmt], group: list[int], again: set[str]
) -> tuple[lp.Stmt, ...]:
    key = tuple(group)
    if key not in bodies:
        bodies[key] = _with_needed(units, group, again)
    return bodies[key]


def _with_needed(units: list[lp.Stmt], group: Sequence[int], again: set[str]) -> tuple[lp.Stmt, ...]:
    """The statements of a group in the order of the text, and the scalars that they have to compute for themselves."""
    wanted = read_scalars([units[k] for k in group])
    chosen = set(group)
    for k in range(len(units) - 1, -1, -1):
        stmt = units[k]
        if isinstance(stmt, lp.Assign) and stmt.name in again and stmt.name in wanted and k not in chosen:
            chosen.add(k)
            wanted |= read_scalars([stmt])
    return tuple(units[k] for k in sorted(chosen))


# -- interchange -------------------------------------------------------------------------------------------------------


def columns_outside(loop: lp.For, fresh: Callable[[str], str]) -> lp.For | None:
    """A nest that accumulates into elements, with the loops over those elements outside and a scalar for each.

    Before:  for i in range(n): for j in range(m): columns[j] += a[i, j]
    After:   for j in range(m):
                 total = columns[j]
                 for i in range(n): total += a[i, j]
                 columns[j] = total

    None where the nest does anything else, or where no loop is over the elements.
    """
    loops = [loop]
    while len(loops[-1].body) == 1 and isinstance(loops[-1].body[0], lp.For):
        loops.append(loops[-1].body[0])
    leaf = loops[-1].body
    adds = [s for s in leaf if isinstance(s, lp.Accumulate) and isinstance(s.target, lp.Load)]
    rest = [s for s in leaf if not any(s is a for a in adds)]
    if not adds or not all(isinstance(s, lp.Assign) for s in rest):
        return None
    variables = {each.var for each in loops}
    if any(n in variables for each in loops for n in (*each.lo.names, *each.hi.names)):
        return None
    targets = {s.target.buffer for s in adds}  # type: ignore[union-attr]
    places = {s.target.indices for s in adds}  # type: ignore[union-attr]
    loaded = {n.buffer for s in leaf for v in lp.expressions(s) for n in lp.subexpressions(v) if isinstance(n, lp.Load)}
    if len(places) != 1 or len(targets) != len(adds) or targets & loaded:
        return None
    (place,) = places
    if not all(isinstance(i, Size) for i in place) or any(n in assigned(leaf) for i in place for n in i.names):  # type: ignore[union-attr]
        return None
    names = {n for i in place for n in i.names}  # type: ignore[union-attr]
    kept = [each for each in loops if each.var in names]
    if not kept:
        return None
    inner: tuple[lp.Stmt, ...] = leaf
    before: list[lp.Stmt] = []
    after: list[lp.Stmt] = []
    for add in adds:
        assert isinstance(add.target, lp.Load)
        total = lp.Var(fresh(_partial_name(add.op.name)), add.target.dtype)
        inner = tuple(replace(s, target=total) if s is add else s for s in inner)
        before.append(lp.Assign(total.name, add.target, spans=add.spans))
        after.append(lp.Store(add.target.buffer, place, total, spans=add.spans))
    for each in reversed([each for each in loops if each.var not in names]):
        inner = (replace(each, body=inner),)
    body: tuple[lp.Stmt, ...] = (*before, *inner, *after)
    for each in reversed(kept):
        body = (replace(each, body=body),)
    (nest,) = body
    assert isinstance(nest, lp.For)
    return nest


def _partial_name(op: str) -> str:
    return {"add": "total", "multiply": "product", "minimum": "lowest", "maximum": "highest"}.get(op, "found")


# -- accuracy ----------------------------------------------------------------------------------------------------------


def keep_errors(
    body: tuple[lp.Stmt, ...], fresh: Callable[[str], str], plain: frozenset[str] = frozenset()
) -> tuple[lp.Stmt, ...]:
    """The sums of floats that one thread makes, with the rounding errors kept and added at the end; but for `plain`.

    Before:  total = 0.0
             for j in range(m): total += a[j]
    After:   total = 0.0
             lost = 0.0
             for j in range(m): total, lost = compensated_add(total, lost, a[j])
             total = compensated_total(total, lost)
    """
    out: list[lp.Stmt] = []
    for stmt in body:
        if not isinstance(stmt, lp.For):
            out.append(lp.with_blocks(stmt, tuple(keep_errors(b, fresh, plain) for b in lp.blocks(stmt))))
            continue
        sums = _outer_sums(stmt, plain)
        lost = {name: lp.Var(fresh("lost"), dtype) for name, dtype in sums.items()}
        for var in lost.values():
            out.append(lp.Assign(var.name, lp.Lit(var.dtype.type(0), var.dtype), spans=stmt.spans))
        inner = _with_lost(stmt.body, lost)
        out.append(replace(stmt, body=keep_errors(inner, fresh, plain)))
        out.extend(lp.Settle(name, var.name, var.dtype, spans=stmt.spans) for name, var in lost.items())
    return tuple(out)


def _outer_sums(loop: lp.For, plain: frozenset[str]) -> dict[str, np.dtype]:
    inside = {s.name for s in lp.statements(loop.body) if isinstance(s, lp.Assign)}
    trips = loop.hi - loop.lo
    if trips.is_const and trips.const <= FEW and not any(isinstance(s, lp.For) for s in loop.body):
        return {}
    return {
        s.target.name: s.target.dtype
        for s in lp.statements(loop.body)
        if isinstance(s, lp.Accumulate)
        and isinstance(s.target, lp.Var)
        and s.lost is None
        and s.op.name == "add"
        and s.target.dtype.kind == "f"
        and s.target.name not in inside
        and s.target.name not in plain
    }


def _with_lost(body: tuple[lp.Stmt, ...], lost: dict[str, lp.Var]) -> tuple[lp.Stmt, ...]:
    out: list[lp.Stmt] = []
    for stmt in body:
        if isinstance(stmt, lp.Accumulate) and isinstance(stmt.target, lp.Var) and stmt.target.name in lost:
            stmt = replace(stmt, lost=lost[stmt.target.name])
        out.append(lp.with_blocks(stmt, tuple(_with_lost(b, lost) for b in lp.blocks(stmt))))
    return tuple(out)
