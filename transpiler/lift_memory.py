"""Where the arrays of a function live: their variables, the views of them, and whose memory they share."""

from __future__ import annotations

from ..ir import array as arr
from ..ir.array import Apply, Expr, Ref, View
from .diagnostics import Unsupported
from .layout import in_c_order
from .lift_expr import Expressions
from .names import reserved
from .values import is_handle, is_part


def shows_locked(view: View) -> bool:
    """Whether generated code makes a view of this kind read-only: a diagonal, and one that repeats elements."""
    walked = [axis.out for axis in view.axes if axis.out is not None]
    repeats = any(size != 1 and k not in walked for k, size in enumerate(view.shape))
    return repeats or len(walked) > len(set(walked))


class Handles(Expressions):
    """Gives arrays variables; a view keeps naming the array that it is a view of."""

    def part(self, value: Expr) -> Expr:
        """A part of a complex array that keeps meaning the array which it is a part of now."""
        if isinstance(value, View):
            return arr.rebuild(value, (self.part(value.base),))
        assert isinstance(value, Apply)
        return arr.rebuild(value, (self.pinned(self.materialised(value.args[0])),))

    def pinned(self, value: Expr) -> Expr:
        """The array that a handle names now: a variable that a loop or a branch rebinds is followed by another name."""
        buffer = arr.buffer_of(value)
        if buffer.name not in self.ctx.mutable:
            return value
        name = self.ctx.fresh(buffer.name)
        self.ctx.types[name] = buffer.type
        self.ctx.versions[name] = 1
        self.ctx.emit(arr.Alias(name, buffer))
        self.share(name, buffer.name)
        if buffer.name in self.contiguous:
            self.contiguous.add(name)
        fixed = Ref(name, 1, buffer.type)
        return arr.rebuild(value, (fixed,)) if isinstance(value, View) else fixed

    def materialised(self, value: Expr) -> Expr:
        """An array as a handle: what is computed gets a name."""
        if is_handle(value):
            return value
        return self.bind_array("value", value)

    def bind_array(self, hint: str, value: Expr) -> Expr:
        """A new array of IR name like `hint`; a reshape of memory that NumPy would share is another name of it."""
        value = self.reshapes_named(value)
        if is_handle(value):
            return value
        if is_part(value):
            raise Unsupported("MDSL308", "a part of a complex array is a view of it")
        if isinstance(value, View) and (value.locked or shows_locked(value)):
            if value.base.type.kind != "array":
                raise Unsupported("MDSL308", "a number that is broadcast to an array is read-only")
            return arr.rebuild(value, (self.bind_array("value", value.base),))  # of an array of its own
        shared = self.reshaped_memory(value)
        taken = hint in self.ctx.types or hint in self.ctx.door or hint not in self.local_names
        name = self.ctx.fresh(hint) if taken else self._claim(hint)
        if shared is not None:
            self.ctx.versions[name] = 1
            self.ctx.types[name] = value.type
            self.ctx.emit(arr.Alias(name, value))
            self.share(name, shared)
        else:
            self.ctx.bind(name, value)
        if shared is not None or in_c_order(value, self.contiguous, self.doubtful):
            self.contiguous.add(name)
        return Ref(name, self.ctx.versions[name], value.type)

    def reshapes_named(self, value: Expr) -> Expr:
        """`value` with other names for the reshapes of memory within it: what is made of those shares it as well."""
        match value:
            case View(base, axes, type, locked) if not is_handle(value):
                return value if (inner := self._named(base)) is base else arr.view(inner, axes, type.shape, locked)
            case Apply(op, (base,), attrs, type) if op.name == "reshape" and not is_handle(base):
                return value if (inner := self._named(base)) is base else Apply(op, (inner,), attrs, type)
            case _:
                return value

    def _named(self, base: Expr) -> Expr:
        inner = self.reshapes_named(base)
        if isinstance(inner, Apply) and inner.op.name == "reshape" and is_handle(inner.args[0]):
            return self.bind_array("reshaped", inner)
        return inner

    def reshaped_memory(self, value: Expr) -> str | None:
        """The variable whose memory a reshape shares; None where the value is new.

        Raises Unsupported where NumPy decides by strides whether it copies.
        """
        if not (isinstance(value, Apply) and value.op.name == "reshape" and is_handle(value.args[0])):
            return None
        base = value.args[0]
        if isinstance(base, Ref) and base.name in self.contiguous:
            return base.name
        raise Unsupported("MDSL308", "whether this reshape copies depends on the strides")

    def share(self, a: str, b: str) -> None:
        group = self.shares.get(a, {a}) | self.shares.get(b, {b})
        for name in group:
            self.shares[name] = group

    def stored(self, buffer: str) -> None:
        for name in self.shares.get(buffer, {buffer}):
            self.ctx.stored(name)

    def _claim(self, name: str) -> str:
        """The IR variable that has the name of the user's: but not the name of what generated code calls."""
        if name in reserved():
            return self.ctx.fresh(name)
        self.ctx.names.add(name)
        return name
