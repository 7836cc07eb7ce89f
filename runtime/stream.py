"""How do results that no cache can hold get to memory without being read first?

An ordinary store reads the line that it overwrites. A loop over a large array fills a tile on the stack instead, which
then goes past the caches by whole lines (LLVM's `nontemporal` stores). Measured with two threads on arrays of 512 MiB,
shares of what a copy by memcpy moves: `a * b + 1` 0.56 without tiles, 0.93 with them; `a * 2` 0.52, 0.95.

Such stores may be seen late, but not after an instruction with a lock: what waits for a thread of a pool waits for one.
"""

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from .reassoc import _widen

# Elements of a tile: it stays in the first cache beside what is read.
_TILE = 128

# Bytes of a line of the cache, at whose borders the stores begin.
_LINE = 64

# Bytes of an array from which on its elements are stored past the caches. A core's second one holds less; an array of 8
# MiB is summed after it as fast as one that was stored to otherwise.
PAST_CACHES = 8 << 20

# Whether a kernel fills arrays by tiles: compile_pair makes a machine code where it does.
STREAMS = False


@intrinsic
def stream_tile(typing_context, out):
    """A vector of _TILE elements like those of `out`, on the stack of the thread."""
    kind = types.Array(out.dtype, 1, "C")

    def code(context, builder, signature, arguments):
        _widen(builder)
        element = context.get_data_type(out.dtype)
        place = cgutils.alloca_once(builder, ir.ArrayType(element, _TILE))
        place.align = _LINE
        size = context.get_abi_sizeof(element)
        made = context.make_array(kind)(context, builder)
        context.populate_array(
            made,
            data=builder.bitcast(place, element.as_pointer()),
            shape=cgutils.pack_array(builder, [context.get_constant(types.intp, _TILE)]),
            strides=cgutils.pack_array(builder, [context.get_constant(types.intp, size)]),
            itemsize=context.get_constant(types.intp, size),
            meminfo=None,
        )
        return made._getvalue()

    return kind(out), code


@intrinsic
def stream_shift(typing_context, out, first):
    """How many elements of `out`, contiguous, lie between the last border of a line and its element number `first`."""

    def code(context, builder, signature, arguments):
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        size = context.get_abi_sizeof(context.get_data_type(out.dtype))
        place = builder.ptrtoint(builder.gep(array.data, [arguments[1]]), ir.IntType(64))
        return builder.udiv(
            builder.and_(place, ir.Constant(ir.IntType(64), _LINE - 1)), ir.Constant(ir.IntType(64), size)
        )

    return types.intp(out, types.intp), code


@intrinsic
def stream(typing_context, out, first, tile):
    """Store a tile to `out`, contiguous, from its element number `first` on; past the caches where a line begins."""

    def code(context, builder, signature, arguments):
        target = context.make_array(signature.args[0])(context, builder, arguments[0])
        source = context.make_array(signature.args[2])(context, builder, arguments[2])
        integer = ir.IntType(64)
        line = ir.VectorType(integer, _LINE // 8).as_pointer()
        lines = _TILE * context.get_abi_sizeof(context.get_data_type(out.dtype)) // _LINE
        start = builder.gep(target.data, [arguments[1]])
        inside = builder.and_(builder.ptrtoint(start, integer), ir.Constant(integer, _LINE - 1))
        start, tile = builder.bitcast(start, line), builder.bitcast(source.data, line)
        past = builder.module.add_metadata([ir.Constant(ir.IntType(32), 1)])

        def store(align):
            for k in range(lines):
                at = [ir.Constant(integer, k)]
                yield builder.store(
                    builder.load(builder.gep(tile, at), align=_LINE), builder.gep(start, at), align=align
                )

        with builder.if_else(builder.icmp_unsigned("==", inside, ir.Constant(integer, 0))) as (aligned, other):
            with aligned:
                for one in store(_LINE):
                    one.set_metadata("nontemporal", past)
            with other:
                for _ in store(1):
                    pass
        return context.get_dummy_value()

    return types.void(out, types.intp, tile), code
