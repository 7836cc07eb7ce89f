"""How is one of two scalars taken without a branch, where which one is wanted cannot be foreseen?

LLVM makes a conditional move of it and then, in a loop that waits for it, mostly a branch again: right where the
processor guesses it, and three times slower where it cannot (a checksum: 3.3 ns for each bit, and 1.3 with the mark
`unpredictable`, which forbids it).
"""

from numba.core import types
from numba.extending import intrinsic


@intrinsic
def either(typing_context, condition, then, orelse):
    """`then if condition else orelse`; both are computed."""
    kind = typing_context.unify_types(then, orelse)
    if not isinstance(condition, types.Boolean) or not isinstance(kind, types.Integer | types.Boolean):
        return None

    def code(context, builder, signature, arguments):
        chosen = builder.select(*arguments)
        chosen.set_metadata("unpredictable", builder.module.add_metadata([]))
        return chosen

    return kind(types.boolean, kind, kind), code
