"""libcst -> Array IR: assignments to names, elements and slices, and those in place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import libcst as cst
import numpy as np

from ..ir import array as arr
from ..ir.array import Const, Expr, Extent, Ref, View
from ..ir.ops import table
from ..ir.print_view import is_identity
from ..ir.types import Size, Type
from . import ambiguous, build
from .diagnostics import Unsupported
from .lift_advanced import is_advanced, read, steady, write
from .lift_call import as_array, matmul
from .lift_carried import Carried
from .lift_index import index_view, subscript
from .lift_lists import replaced
from .sequences import Lazy
from .values import (
    Ambiguous,
    Static,
    Tup,
    Value,
    constant,
    is_array,
    is_handle,
    is_part,
)


def _gathered(items: Sequence[Value], elements: Sequence[cst.BaseElement]) -> tuple[Value, ...]:
    """The items of an unpacking, those of the starred name as one list."""
    starred = [k for k, e in enumerate(elements) if isinstance(e, cst.StarredElement)]
    surplus = len(items) - len(elements) + 1
    if not starred or surplus < 0:
        return tuple(items)
    k = starred[0]
    return (*items[:k], Tup(tuple(items[k : k + surplus]), mutable=True), *items[k + surplus :])


def _stride(vector: Expr) -> tuple[tuple[int, ...], int]:
    """The axes of its buffer that a vector walks, and the step."""
    axes = vector.axes if isinstance(vector, View) else (arr.Axis(Size(0), 1, 0),)
    walked = [(k, axis.step) for k, axis in enumerate(axes) if axis.out is not None]
    return tuple(k for k, _ in walked), walked[0][1] if walked else 0


class Stores(Carried):
    """What an assignment does: to a name, an element, a slice, through a mask, in place."""

    def bind_target(self, target: cst.BaseExpression, value: Value) -> None:
        match target:
            case cst.Name(value=name):
                self.assign(name, value)
            case cst.Tuple(elements=elements) | cst.List(elements=elements):
                items = self.items(value)
                if items is None and isinstance(value, Expr) and value.type.rank:
                    value = self.materialised(value)
                    if not self.ctx.require_equal(
                        value.shape[0], Size(len(elements)), "an unpacked array has as many items as names"
                    ):
                        raise Unsupported("MDSL302", "an unpacked array of unknown length")
                    items = tuple(subscript(self, value, [constant(k)]) for k in range(len(elements)))
                if items is None:
                    raise Unsupported("MDSL304", "an unpacking that is not known item by item")
                items = _gathered(items, elements)
                if len(items) != len(elements):
                    raise Unsupported("MDSL303", "too many or not enough values to unpack")
                held = [self.held(item) for item in items]
                for element, item in zip(elements, held, strict=True):
                    self.bind_target(element.value, item)
            case cst.Subscript(value=base, slice=elements):
                items = self.index_items(elements)
                if not (isinstance(base, cst.Name) and replaced(self, base.value, items, value)):  # type: ignore[arg-type]
                    self.assign_item(self.expr(base), items, value)
            case _:
                raise Unsupported("MDSL304", "an assignment to this target is not compiled")

    def named_results(self, target: cst.BaseExpression, value: Value) -> Value:
        """What the library call that stands last gives, under the names that the source assigns it to."""
        last = self.ctx.out[-1]
        if not isinstance(last, arr.Call):
            return value
        pairs: list[tuple[cst.BaseExpression, Value]] = [(target, value)]
        if isinstance(target, (cst.Tuple, cst.List)) and isinstance(value, Tup):
            pairs = [(e.value, v) for e, v in zip(target.elements, value.items, strict=False)]
        results = {result.name: result for result in last.results}
        new: dict[str, str] = {}
        for place, item in pairs:
            if isinstance(place, cst.Name) and isinstance(item, Ref) and item.name in results:
                name = place.value
                taken = name in self.ctx.types or name in self.ctx.door or name in new.values()
                if not taken and name in self.local_names and name not in self.ctx.carried:
                    new[item.name] = self._claim(name)
        if any(isinstance(v, Ref) and v.name in new for v in self.ctx.env.values()):
            return value  # another name means it as well
        for old, name in new.items():
            self.ctx.versions[name], self.ctx.types[name] = self.ctx.versions.pop(old), self.ctx.types.pop(old)
            if old in self.contiguous:
                self.contiguous.add(name)
        self.ctx.out[-1] = replace(last, results=tuple(replace(r, name=new.get(r.name, r.name)) for r in last.results))

        def renamed(item: Value) -> Value:
            return Ref(new[item.name], 1, item.type) if isinstance(item, Ref) and item.name in new else item

        return replace(value, items=tuple(map(renamed, value.items))) if isinstance(value, Tup) else renamed(value)

    def held(self, value: Value, hint: str = "value") -> Value:
        """`value` so that assignments which follow in the same statement do not change it."""
        if isinstance(value, Tup):
            return replace(value, items=tuple(self.held(item) for item in value.items))
        if isinstance(value, Ambiguous):
            return ambiguous.bound(self, self.ctx.fresh(hint), value)
        if not isinstance(value, Expr) or isinstance(value, (Const, Extent)):
            return value
        if is_part(value):
            return self.part(value)
        if is_array(value):
            return self.pinned(self.materialised(value))
        return self.ctx.bind_fresh(hint, value)

    def assign(self, name: str, value: Value) -> None:
        """`name = value`."""
        ctx = self.ctx
        if isinstance(value, Tup):
            value = self.held(value)
        if isinstance(value, Lazy) and value.bounds is None:
            raise Unsupported("MDSL304", "an iterator with a name is not compiled")
        if name in ctx.carried:
            self.assign_carried(name, value)
            return
        if isinstance(value, Ambiguous):
            value = ambiguous.bound(self, name, value)
        elif isinstance(value, Expr) and not isinstance(value, (Const, Extent)):
            if isinstance(value, Ref) and value.name == name and name not in ctx.env:
                pass  # what a call gives, under this very name
            elif is_part(value):
                value = self.part(value)
            elif is_array(value):
                value = self.pinned(value) if is_handle(value) else self.bind_array(name, value)
            else:
                value = self.assign_scalar(name, value)
        ctx.env[name] = value

    def assign_scalar(self, name: str, value: Expr) -> Expr:
        old = self.ctx.env.get(name)
        if isinstance(old, Ref) and old.type == value.type and self._own(name, old) and old.name not in self.ctx.frozen:
            if old.name not in self.ctx.mutable and self.ctx.depth == 0:
                return self.ctx.bind(self.ctx.fresh(name), value)
            self.ctx.mutable.add(old.name)
            return self.ctx.bind(old.name, value)
        taken = name in self.ctx.types or name in self.ctx.door
        return self.ctx.bind(self.ctx.fresh(name) if taken else self._claim(name), value)

    def _own(self, name: str, ref: Ref) -> bool:
        return ref.name == name or (ref.name.startswith(f"{name}_") and ref.name[len(name) + 1 :].isdigit())

    def assign_item(self, base: Value, items: list[Value], value: Value) -> None:
        if not isinstance(base, Expr) or base.type.kind != "array" or not is_handle(base):
            raise Unsupported("MDSL301", "an assignment into something that is no array")
        base = self.ctx.current(base)
        self.writable(base)  # an element of a diagonal no longer shows where it comes from
        if isinstance(value, Ambiguous):
            value = value.value  # the element has a dtype
        operand = as_array(self, value, base.type.dtype)
        if is_advanced(items):
            write(self, base, items, operand)
        else:
            self.store(index_view(self.ctx, base, items), operand)

    def store(
        self, target: Expr, value: Expr, mask: Expr | None = None, exact: bool = False, diagonal: bool = False,
        wraps: bool = False,
    ) -> None:  # fmt: skip
        """target[...] = value, broadcast and cast as NumPy does; `exact`: the value's shape fits as for `out=`.

        `wraps`: NumPy's integers are cast as those of arrays are. `diagonal`: the target may be a diagonal, of which
        `np.diagonal` gives a view that cannot be written to.
        """
        ctx = self.ctx
        target = ctx.current(target)
        buffer = arr.buffer_of(target)
        if buffer.type.kind != "array":
            raise Unsupported("MDSL301", "a store to an element of a number: NumPy raises TypeError")
        whole = isinstance(target, View) and target.shape == buffer.shape and is_identity(target.axes)
        if whole and not target.locked:
            target = buffer  # `a[...] = …` and `a[:] = …` are one store
        self.writable(target, diagonal)
        value = self.fitted(value, target.type, exact or wraps)
        while value.type.rank > target.type.rank and value.shape[0] == 1 and not exact:
            value = arr.view(
                value,
                (arr.Axis(Size(0)), *(arr.Axis(Size(0), 1, k) for k in range(value.type.rank - 1))),
                value.shape[1:],
            )
        shape = build.broadcast_shape(ctx, [value.shape, target.shape])
        if len(shape) != target.type.rank or any(
            not ctx.require_equal(a, b, "a store fits") for a, b in zip(shape, target.shape, strict=True)
        ):
            raise Unsupported("MDSL303", "could not broadcast the value into the target's shape")
        stored = build.stretch(value, target.shape)
        if target.type.rank == 1 and is_handle(value) and value.type.rank:
            source = arr.buffer_of(value).name
            mine, theirs = _stride(target), _stride(value)
            turned = mine[0] == theirs[0] and mine[1] * theirs[1] < 0  # of these one is copied
            if source in self.shares.get(buffer.name, {buffer.name}) and mine != theirs and not turned:
                # neither is copied first: https://github.com/numpy/numpy, raw_array_assign_array, as of NumPy 2.4
                raise Unsupported("MDSL308", "NumPy copies vectors of one array with unequal strides in place")
        ctx.emit(arr.Store(target, stored, mask))
        self.stored(buffer.name)

    def writable(self, target: Expr, diagonal: bool = False) -> None:
        """Raises Unsupported where NumPy stores nothing: an item, a read-only array, a view that repeats elements."""
        buffer = arr.buffer_of(target)
        if buffer.type.kind != "array":
            raise Unsupported("MDSL301", f"a {buffer.type.dtype} is no array: nothing can be stored in it")
        if self.readonly & self.shares.get(buffer.name, {buffer.name}):
            raise Unsupported("MDSL303", "the array is read-only: NumPy raises ValueError")
        if isinstance(target, View) and target.locked and not diagonal:
            raise Unsupported("MDSL303", "a view of a diagonal or of a broadcast array: NumPy raises ValueError")
        walked = {a.out for a in target.axes} if isinstance(target, View) else set(range(target.type.rank))
        axes = [a for a in target.axes if a.out is not None] if isinstance(target, View) else []
        if len(axes) > len({a.out for a in axes}) and not diagonal:
            raise Unsupported("MDSL301", "a store to a diagonal")
        if any(size != 1 for k, size in enumerate(target.shape) if k not in walked):
            raise Unsupported("MDSL303", "a store to a broadcast view")

    def fitted(self, value: Expr, target: Type, wraps: bool = False) -> Expr:
        """`value` as a store to something of type `target` converts it; `wraps`: as `out=` and `a[[0]]` do."""
        is_scalar = value.type.is_scalar
        if value.type.kind == "array" and not value.type.rank:
            value = build.element_of(value)
        dtype = target.dtype
        if value.type.dtype.kind == "c" and dtype.kind != "c":
            raise Unsupported("MDSL301", "a complex number stored as a real one warns")
        if dtype.kind in "iu" and value.type.dtype.kind in "iu" and value.type.weak:
            build._fits(self.ctx, value, dtype)
        elif is_scalar and dtype.kind == "i" and value.type.dtype.kind in "iu":
            # NumPy's scalars are taken modulo the width in unsigned integers alone
            if value.type.dtype == np.uint64:
                raise Unsupported("MDSL301", "a uint64 stored in a signed integer raises where it does not fit")
            if not np.can_cast(value.type.dtype, dtype) and wraps:
                raise Unsupported("MDSL301", f"a {value.type.dtype} is taken modulo the width of {dtype} here")
            if not np.can_cast(value.type.dtype, dtype):
                build._fits(self.ctx, value, dtype)
        elif value.type.is_scalar and dtype.kind in "iu" and value.type.dtype.kind == "f":
            raise Unsupported("MDSL301", "a float stored as an integer raises where it is not finite")
        return build.retype(value, dtype)

    def augment(self, name: str, target: cst.BaseExpression, node: cst.BaseExpression) -> None:
        """`target OP= value`: in place for arrays, with NumPy's same_kind rule; else a rebinding."""
        match target:
            case cst.Name():
                old = self.expr(target)
                value = self.expr(node)
                if is_array(old):
                    self.augment_array(name, old, value)  # type: ignore[arg-type]
                else:
                    self.assign(target.value, self.binary(name, old, value))
            case cst.Subscript(value=base, slice=elements):
                holder = self.expr(base)
                items = [self.once(item) for item in self.index_items(elements)]
                if not isinstance(holder, Expr) or holder.type.kind != "array" or not is_handle(holder):
                    raise Unsupported("MDSL301", "an assignment into something that is no array")
                value = self.expr(node)
                if is_advanced(items):
                    self.augment_picked(name, self.ctx.current(holder), items, value)
                    return
                place = index_view(self.ctx, self.ctx.current(holder), items)
                if not place.type.rank and not any(isinstance(i, Static) and i.value is ... for i in items):
                    # an element: NumPy's scalar, computed, then stored with a cast of any kind
                    from .lift_index import element

                    self.store(place, self.operand(self.binary(name, element(place), value)))
                else:
                    self.augment_array(name, place, value)
            case _:
                raise Unsupported("MDSL304", "this augmented assignment is not compiled")

    def once(self, item: Value) -> Value:
        """An index that is read twice and evaluated once."""
        if isinstance(item, Expr) and not item.type.rank:
            return Extent(self.ctx.size(self.ctx.current(item), "index")) if item.type.dtype.kind in "iu" else item
        return item

    def augment_array(self, name: str, target: Expr, value: Value) -> None:
        if not is_handle(target):
            raise Unsupported("MDSL308", "a store through a part of a complex array is not compiled")
        operand = as_array(self, ambiguous.beside(value, target) if isinstance(value, Ambiguous) else value)
        current = self.ctx.current(target)
        if name == "matmul":
            result = matmul(self, current, operand)
        elif name == "power":
            result = self._power(current, operand)
        else:
            result = build.elementwise(self.ctx, table()[name], current, operand)
        if not np.can_cast(result.type.dtype, target.type.dtype, "same_kind"):
            raise Unsupported(
                "MDSL303", f"cannot cast {result.type.dtype} to {target.type.dtype} with casting rule 'same_kind'"
            )
        if result.type.rank > target.type.rank:
            raise Unsupported("MDSL303", "the result does not fit its target")
        self.store(target, result, exact=True)

    def augment_picked(self, name: str, base: Expr, items: list[Value], value: Value) -> None:
        """`base[items] OP= value` through a mask or integer arrays: what is picked is computed whole, then stored."""
        items = [steady(self, i) if isinstance(i, Expr) and i.type.rank else self.held(i) for i in items]
        value = ambiguous.beside(value, base) if isinstance(value, Ambiguous) else value
        picked, operand = read(self, base, items), as_array(self, value)
        if name == "matmul":
            raise Unsupported("MDSL301", "`@=` through a mask or an integer array is not compiled")
        result = (
            self._power(picked, operand)
            if name == "power"
            else build.elementwise(self.ctx, table()[name], picked, operand)
        )
        if not np.can_cast(result.type.dtype, base.type.dtype, "same_kind"):
            raise Unsupported(
                "MDSL303", f"cannot cast {result.type.dtype} to {base.type.dtype} with casting rule 'same_kind'"
            )
        if result.type.rank > picked.type.rank:
            raise Unsupported("MDSL303", "the result does not fit its target")
        write(self, self.ctx.current(base), items, result)
