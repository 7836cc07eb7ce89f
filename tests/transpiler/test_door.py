"""Which calls does a compiled function in a module let in?"""

from __future__ import annotations

import numpy as np
import pytest

from mdsl import runtime
from mdsl.transpiler.door import UNUSED, door
from mdsl.transpiler.signature import ArraySpec, LiteralSpec, OpaqueSpec, ScalarSpec, TupleSpec, spec_of

F8 = ArraySpec(np.dtype(float), (False, False))


def lets_in(made, **arguments):
    """What the door answers for a call."""
    scope = {"np": np, **arguments}
    paste = runtime.paste(dict.fromkeys(made.runtime), "python")
    exec("\n".join([*paste.imports, paste.body]), scope)
    text = "\n".join(["def enter():", *("    " + line for line in made.lines("False")), "    return True"])
    exec(text, scope)
    return scope["enter"]()


A = np.ones((4, 5))


@pytest.mark.parametrize(
    ("spec", "value", "expected"),
    [
        (F8, A, True),
        (F8, A.T, True),
        (F8, A[::2, ::-1], True),
        (F8, A.astype(np.float32), False),
        (F8, A.astype(">f8"), False),
        (F8, A[0], False),
        (F8, np.matrix(A), False),
        (F8, A.tolist(), False),
        (ArraySpec(np.dtype(float), (False, False), "C"), A, True),
        (ArraySpec(np.dtype(float), (False, False), "C"), A.T, False),
        (ArraySpec(np.dtype(float), (False, False), "F"), A.T, True),
        (ArraySpec(np.dtype(float), (False, True)), A[:, :1], True),
        (ArraySpec(np.dtype(float), (False, True)), A, False),
        (spec_of(1.0), 2.0, True),
        (spec_of(1.0), 2, False),
        (spec_of(1.0), np.float64(2), False),
        (spec_of(np.float64(1)), np.float64(2), True),
        (spec_of(np.float64(1)), 2.0, False),
        (spec_of(1), True, False),
        (spec_of(True), False, True),
        (spec_of(np.int8(1)), np.int16(1), False),
        (LiteralSpec("valid"), "valid", True),
        (LiteralSpec("valid"), "same", False),
        (LiteralSpec(None), None, True),
        (LiteralSpec(None), 0, False),
        (LiteralSpec(np.float32), np.float32, True),
        (LiteralSpec(np.dtype("f4")), np.dtype("f4"), True),
        (LiteralSpec(float("inf")), float("inf"), True),
        (LiteralSpec(float("nan")), float("nan"), True),
        (LiteralSpec(1), True, False),
        (LiteralSpec(0.0), -0.0, True),
        (TupleSpec((spec_of(1), spec_of(1.0))), (3, 4.0), True),
        (TupleSpec((spec_of(1), spec_of(1.0))), (3, 4), False),
        (TupleSpec((spec_of(1), spec_of(1.0))), [3, 4.0], False),
        (TupleSpec((spec_of(1),)), (3, 4), False),
        (OpaqueSpec("an object"), {}, True),
        (OpaqueSpec("an object"), None, False),
        (UNUSED, None, True),
    ],
)
def test_one_argument(spec, value, expected):
    assert lets_in(door({"x": spec}, ()), x=value) is expected


def test_stored_arrays_are_writeable_distinct_and_apart():
    made = door({"u": F8, "v": F8}, {"u"})
    assert lets_in(made, u=A.copy(), v=A)
    assert not lets_in(made, u=A, v=A[1:])
    assert not lets_in(made, u=np.broadcast_to(A[0], (3, 5)).copy()[:, ::-1], v=A.astype(int))
    frozen = A.copy()
    frozen.flags.writeable = False
    assert not lets_in(made, u=frozen, v=A)
    assert lets_in(made, u=A.copy(), v=frozen)
    twice = np.lib.stride_tricks.as_strided(np.ones(9), (3, 3), (8, 8))
    assert not lets_in(made, u=twice, v=A)
    assert lets_in(made, u=A.copy(), v=twice)


def test_arrays_that_are_read_may_overlap():
    assert lets_in(door({"u": F8, "v": F8}, ()), u=A, v=A[1:])


def test_constants_are_as_they_were():
    made = door({"x": F8}, (), {"K": 3, "S": np.float32(2)})
    assert lets_in(made, x=A, K=3, S=np.float32(2))
    assert not lets_in(made, x=A, K=3.0, S=np.float32(2))
    assert not lets_in(made, x=A, K=3, S=2.0)


def test_floats_of_either_kind():
    made = door({"s": spec_of(1.0)}, (), either_float=True)
    assert lets_in(made, s=1.0)
    assert lets_in(made, s=np.float64(1))
    assert not lets_in(made, s=np.float32(1))
    assert not lets_in(made, s=1)


def test_sizes_of_one_where_they_matter():
    made = door({"x": F8}, (), sizes_matter=True)
    assert lets_in(made, x=A)
    assert not lets_in(made, x=A[:1])


def test_errors_that_numpy_is_asked_to_raise_are_numpys():
    made = door({"x": F8}, ())
    with np.errstate(all="raise"):
        assert not lets_in(made, x=A)
    with np.errstate(all="ignore"):
        assert lets_in(made, x=A)


def test_scalars_of_other_dtypes_are_named_as_numpy_names_them():
    assert lets_in(door({"x": ScalarSpec(spec_of(np.bool_(True)).type)}, ()), x=np.bool_(False))
