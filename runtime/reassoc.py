"""How does a reduction loop vectorise when nothing else may be reassociated?

Each function emits one floating-point instruction that carries LLVM's `reassoc` flag. A loop `s = sum_add(s, a[i])`
then runs in several vector accumulators, while the arithmetic around it keeps its order: `fastmath` is a property of
one instruction, not of the kernel. Measured on 100 000 float32 in cache: 58 us for `s += a[i]`, 28 us for np.sum, 3.7.
"""

from numba.core import types
from numba.extending import intrinsic


def _widen(builder):
    """In a parallel loop, whose arrays are large, let a vector be a whole line of the cache.

    LLVM prefers 256 bits on processors that have 512. Reading from memory half as many, longer loads let the processor
    look further ahead: the sum of 256 MB is 15 % faster. Short loops in cache lose as much, so serial code stays.
    """
    if "parfor" in builder.function.name:
        # llvmlite's sets admit the attributes that it knows by name; this one is written as it stands.
        set.add(builder.function.attributes, '"prefer-vector-width"="512"')


@intrinsic
def sum_add(typing_context, acc, x):
    """acc + x as the next partial sum of a reduction, which the compiler may reorder."""
    kind = typing_context.unify_types(acc, x)
    if not isinstance(kind, (types.Integer, types.Float, types.Complex)):
        return None

    def code(context, builder, signature, arguments):
        _widen(builder)
        if isinstance(kind, types.Integer):
            return builder.add(*arguments)
        if isinstance(kind, types.Float):
            return builder.fadd(*arguments, flags=("reassoc",))
        a, b = (context.make_complex(builder, kind, value) for value in arguments)
        total = context.make_complex(builder, kind)
        total.real = builder.fadd(a.real, b.real, flags=("reassoc",))
        total.imag = builder.fadd(a.imag, b.imag, flags=("reassoc",))
        return total._getvalue()

    return kind(kind, kind), code


@intrinsic
def prod_mul(typing_context, acc, x):
    """acc * x as the next partial product of a reduction of real numbers, which the compiler may reorder."""
    kind = typing_context.unify_types(acc, x)
    if not isinstance(kind, (types.Integer, types.Float)):
        return None

    def code(context, builder, signature, arguments):
        _widen(builder)
        if isinstance(kind, types.Integer):
            return builder.mul(*arguments)
        return builder.fmul(*arguments, flags=("reassoc",))

    return kind(kind, kind), code


@intrinsic
def dot_add(typing_context, acc, x, y):
    """acc + x * y as the next partial sum of a contraction: reordered, and fused to one instruction, as BLAS does."""
    kind = typing_context.unify_types(acc, typing_context.unify_types(x, y))
    if not isinstance(kind, (types.Integer, types.Float)):
        return None

    def code(context, builder, signature, arguments):
        _widen(builder)
        acc, x, y = arguments
        if isinstance(kind, types.Integer):
            return builder.add(acc, builder.mul(x, y))
        return builder.fadd(acc, builder.fmul(x, y, flags=("contract",)), flags=("reassoc", "contract"))

    return kind(kind, kind, kind), code
