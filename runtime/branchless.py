"""How is one of two scalars taken without a branch, where which one is wanted cannot be foreseen?

LLVM makes a conditional move of it and then, in a loop that waits for it, mostly a branch again: right where the
processor guesses it, and three times slower where it cannot (a checksum: 3.3 ns for each bit, and 1.3 with the mark
`unpredictable`, which forbids it). The larger of two floats is one instruction, unless the choice has been taken apart
into branches before. A complex number it takes with a branch in any case: its parts are chosen one by one here, so
that the loop vectorises (a step of the Mandelbrot set: 2.8 ns, and 1.9).
"""

from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic


@intrinsic
def either(typing_context, condition, then, orelse):
    """`then if condition else orelse`; both are computed."""
    kind = typing_context.unify_types(then, orelse)
    kinds = types.Integer | types.Boolean | types.Float | types.Complex
    if not isinstance(condition, types.Boolean) or not isinstance(kind, kinds):
        return None

    def code(context, builder, signature, arguments):
        if isinstance(kind, types.Complex):
            test = arguments[0]
            ways = [context.make_complex(builder, kind, value) for value in arguments[1:]]
            result = context.make_complex(builder, kind)
            result.real = builder.select(test, *(way.real for way in ways))
            result.imag = builder.select(test, *(way.imag for way in ways))
            return result._getvalue()
        chosen = builder.select(*arguments)
        if not isinstance(kind, types.Float):
            chosen.set_metadata("unpredictable", builder.module.add_metadata([]))
        return chosen

    return kind(types.boolean, kind, kind), code


@intrinsic
def either_next(typing_context, condition, then, orelse):
    """What an integer is in the next round, which waits for it: `then if condition else orelse`; both are computed.

    Of `x ^ p if c else x` LLVM would make `x ^ (p if c else 0)`, and the next round would wait for one operation more.
    """
    kind = typing_context.unify_types(then, orelse)
    if not isinstance(condition, types.Boolean) or not isinstance(kind, types.Integer):
        return None

    def code(context, builder, signature, arguments):
        test, one, other = arguments
        hidden = builder.asm(ir.FunctionType(one.type, [one.type]), "", "=r,0", [one], False)
        chosen = builder.select(test, hidden, other)
        chosen.set_metadata("unpredictable", builder.module.add_metadata([]))
        return chosen

    return kind(types.boolean, kind, kind), code
