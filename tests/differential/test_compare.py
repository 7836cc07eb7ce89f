"""Does the comparison notice what it must, and forgive what it should?"""

import numpy as np
import pytest
from differential.arguments import copy_arguments
from differential.cases import Case
from differential.compare import call, compare, wrong_elements


def kinds(original, candidate, *arguments):
    return {mismatch.kind for mismatch in compare(original, candidate, arguments)}


def store_first(a):
    a[0] = 9.0


@pytest.mark.parametrize(
    ("original", "candidate", "expected"),
    [
        (lambda a: a + 1, lambda a: a + 1, set()),
        (lambda a: a + 1, lambda a: a + 2, {"value"}),
        (lambda a: a + 1, lambda a: (a + 1).astype(np.float32), {"dtype"}),
        (lambda a: a + 1, lambda a: (a + 1)[:, None], {"shape"}),
        (lambda a: a.sum(), lambda a: float(a.sum()), {"type"}),
        (lambda a: a.sum(), lambda a: np.array(a.sum()), {"type"}),
        (lambda a: (a, 1), lambda a: [a, 1], {"type"}),
        (lambda a: (a, 1), lambda a: (a, 1, 2), {"type"}),
        (lambda a: 1, lambda a: True, {"type"}),
        (lambda a: 10**30, lambda a: 10**30 + 1, {"value"}),
        (lambda a: None, lambda a: 0, {"type"}),
        (lambda a: a.dtype, lambda a: np.dtype(np.int8), {"type"}),
        (store_first, lambda a: None, {"mutation"}),
        (lambda a: None, store_first, {"mutation"}),
        (lambda a: a[1:], lambda a: a[1:].copy(), {"aliasing"}),
        (lambda a: a[1:].copy(), lambda a: a[1:], {"aliasing"}),
        (lambda a: a[:3], lambda a: a[::-1][3:], {"value", "aliasing"}),
        (lambda a: a, lambda a: a[:], {"aliasing"}),
        (lambda a: (a + 1,) * 2, lambda a: (a + 1, a + 1), {"aliasing"}),
        (lambda a: np.broadcast_to(a[:1], 3), lambda a: np.repeat(a[:1], 3), {"aliasing"}),
        (lambda a: a[99], lambda a: a[0], {"exception"}),
        (lambda a: a[0], lambda a: a[99], {"exception"}),
        (lambda a: a[99], lambda a: a.reshape(99), {"exception"}),
        (lambda a: a[99], lambda a: a[98], set()),
    ],
)
def test_each_kind_of_difference_is_found(original, candidate, expected):
    assert kinds(original, candidate, np.arange(6.0)) == expected


def test_stores_before_an_exception_may_be_missing_but_not_be_others():
    def original(a):
        a[0] = 9.0
        a[99] = 1.0

    def nothing(a):
        a[99] = 1.0

    def other(a):
        a[1] = 9.0
        a[99] = 1.0

    assert kinds(original, nothing, np.arange(6.0)) == set()
    assert kinds(original, other, np.arange(6.0)) == {"mutation"}


def test_a_write_beside_an_array_is_found():
    def beside(a):
        np.lib.stride_tricks.as_strided(a, (a.size + 1,))[a.size] = 1.0

    assert kinds(lambda a: None, beside, np.arange(6.0)) == {"overrun"}
    assert kinds(lambda a: None, beside, np.arange(12.0)[::2]) == {"overrun"}


def test_the_arguments_of_the_caller_are_left_alone():
    a = np.arange(6.0)
    compare(store_first, store_first, (a,))
    assert a[0] == 0.0


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_rounding_is_forgiven_and_no_more(dtype):
    one = np.array([1.0, 0.1, -3.7e20, 1e-300 if dtype == "float64" else 1e-30], dtype=dtype)
    assert not wrong_elements(one, one + 3 * np.spacing(np.abs(one))).any()
    assert wrong_elements(one, one + 9 * np.spacing(np.abs(one))).all()


def test_special_values_count():
    one = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0])
    two = np.array([np.nan, -np.inf, -np.inf, -0.0, -0.0, np.nan])
    assert wrong_elements(one, two).tolist() == [False, True, False, True, False, True]


CANCELLATION = Case(
    "import numpy as np\n"
    "def program(a):\n"
    "    return np.exp(a) - 1.0000001 * np.exp(a), np.floor(a * 0.3 / 0.1)\n"
    "def inputs_0():\n"
    "    return (np.array([1.0, 2.0, 3.0]),)\n"
)


def test_rivals_tell_rounding_from_errors(tmp_path):
    loaded = CANCELLATION.load(tmp_path)
    arguments = loaded.inputs()[0]()

    def rounded(a):
        return np.exp(a) - (1.0000001 + 2.3e-16) * np.exp(a), np.floor(a * 0.3 / 0.1 * (1 + 3e-16))

    def wrong(a):
        return np.exp(a) - 1.00000011 * np.exp(a), np.floor(a * 0.3 / 0.1) + 1

    assert compare(loaded.program, rounded, arguments)  # without rivals, both are mismatches
    assert compare(loaded.program, rounded, arguments, CANCELLATION.rivals()) == []
    found = compare(loaded.program, wrong, arguments, CANCELLATION.rivals())
    assert [mismatch.where for mismatch in found] == ["result[0]"]


def test_rivals_do_not_excuse_exact_arithmetic(tmp_path):
    case = Case("def program(a):\n    return (a + a * 2).sum()\ndef inputs_0():\n    return ()\n")
    loaded = case.load(tmp_path)
    found = compare(loaded.program, lambda a: (a + a * 2).sum() + 1e-12, (np.arange(10.0),), case.rivals())
    assert [mismatch.kind for mismatch in found] == ["value"]


def test_a_cast_that_the_hardware_decides_is_seen():
    assert call(lambda a: a.astype(np.int32), (np.array([np.nan]),)).undefined
    assert not call(lambda a: a.astype(np.int32), (np.array([3.5]),)).undefined


def test_copies_keep_layout_overlap_identity_and_flags():
    base = np.arange(24.0).reshape(4, 6)
    frozen = np.ones(3)
    frozen.flags.writeable = False
    given = (base[:, ::-2], base.T, base, base, [frozen], np.zeros((0, 3)), np.array(5), 2, np.float32(3), base[1:1])
    copies = copy_arguments(given).arguments
    for one, two in zip(given[:4] + given[5:7], copies[:4] + copies[5:7], strict=True):
        assert (one.dtype, one.shape, one.strides) == (two.dtype, two.shape, two.strides)
        np.testing.assert_array_equal(one, two)
        assert not np.shares_memory(one, two)
    assert copies[2] is copies[3]
    assert np.shares_memory(copies[0], copies[1])
    assert not copies[4][0].flags.writeable
    copies[2][...] = -1.0
    assert (copies[0] == -1.0).all()
    assert (copies[1] == -1.0).all()


def test_unaligned_and_foreign_byte_orders_survive_copying():
    raw = np.zeros(33, dtype=np.uint8)
    unaligned = np.ndarray((4,), np.float64, buffer=raw.data, offset=1)
    swapped = np.arange(3, dtype=">i4")
    one, two = copy_arguments((unaligned, swapped)).arguments
    assert not one.flags.aligned
    assert two.dtype == swapped.dtype
    assert (two == swapped).all()


def test_arrays_of_objects_are_refused():
    with pytest.raises(TypeError, match="Python objects"):
        copy_arguments((np.array([None]),))
