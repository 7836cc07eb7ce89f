"""Are operations that rearrange, pick or replace elements well formed?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .array import Apply, AxisOf, Expr, Extent, Shaped
from .ops.gather import Combined
from .types import BOOL, INT

if TYPE_CHECKING:
    from .verify_array import ArrayVerifier


def rearranged(verifier: ArrayVerifier, node: Apply) -> None:
    """Joins, reshapes, and what is picked or replaced by positions or a mask."""
    op, args, attrs, type = node.op, node.args, node.attrs, node.type
    match op.name:
        case "concatenate":
            verifier.need(isinstance(attrs, AxisOf) and 0 <= attrs.axis < type.rank, f"concatenate along {attrs}")
            assert op.result is not None
            verifier.result(op.result(tuple(arg.type for arg in args), attrs), type, op.name)
            for arg in args:
                same = arg.type.dtype == type.dtype and arg.type.rank == type.rank
                verifier.need(same, f"{arg.type} within a concatenation of {type}")
                for k in set(range(type.rank)) - {attrs.axis}:
                    verifier.same_size(arg.shape[k], type.shape[k], op.name)
        case "reshape":
            verifier.need(isinstance(attrs, Shaped) and attrs.shape == type.shape, f"reshape: {attrs}")
            verifier.need(args[0].type.dtype == type.dtype, f"reshape of {args[0].type} as {type}")
        case "gather":
            array, *indices = args
            shape = max((index.shape for index in indices), key=len)
            verifier.need(all(i.type.dtype == INT for i in indices), "an index of another dtype than int64")
            for index in indices:
                verifier.operand(index, shape)
            verifier.need(type.dtype == array.type.dtype, f"elements of {array.type} as {type}")
            verifier.same_shape((*shape, *array.shape[len(indices) :]), type.shape, op.name)
        case "compress" | "nonzero":
            mask, count = args[-2:]
            verifier.need(isinstance(count, Extent), f"{op.name} of {count} elements")
            _mask(verifier, args[0], mask)
            if op.name == "nonzero":
                verifier.need(isinstance(attrs, AxisOf) and 0 <= attrs.axis < mask.type.rank, f"nonzero: {attrs}")
                verifier.need(type.dtype == INT and type.rank == 1, f"positions of type {type}")
            else:
                verifier.need(type.dtype == args[0].type.dtype, f"elements of {args[0].type} as {type}")
                verifier.same_shape(type.shape[1:], args[0].shape[mask.type.rank :], op.name)
        case "place":
            array, mask, value = args
            _mask(verifier, array, mask)
            verifier.need(array.type == type and value.type.dtype == type.dtype, f"{value.type} placed in {type}")
            verifier.same_shape(value.shape[1:], type.shape[mask.type.rank :], op.name)
        case "scatter":
            array, *indices, value = args
            picked = indices[0].shape
            verifier.need(all(i.type.dtype == INT for i in indices), "an index of another dtype than int64")
            verifier.need(isinstance(attrs, Combined), f"scatter: {attrs}")
            for index in indices:
                verifier.same_shape(index.shape, picked, op.name)
            verifier.need(array.type == type and value.type.dtype == type.dtype, f"{value.type} scattered in {type}")
            verifier.operand(value, (*picked, *type.shape[len(indices) :]))


def _mask(verifier: ArrayVerifier, array: Expr, mask: Expr) -> None:
    verifier.need(mask.type.dtype == BOOL and 0 < mask.type.rank <= array.type.rank, f"a mask of type {mask.type}")
    verifier.same_shape(mask.shape, array.shape[: mask.type.rank], "a mask")
