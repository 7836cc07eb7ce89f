"""Arrays whose memory is held: NumPy's in every respect, their memory used again, small ones untouched."""

from __future__ import annotations

import copy
import gc
import json
import os
import pickle
import subprocess
import sys
import threading

import numpy as np
import pytest

import mdsl
from mdsl import accelerate
from mdsl.runtime import hold, machine_code
from mdsl.runtime.blocks import LARGE

pytest.importorskip("llvmlite")
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is held on Linux")

MANY = LARGE // 8  # elements of the smallest large array of float64
handler_of = np._core.multiarray.get_handler_name


@pytest.fixture(scope="module")
def empty():
    arrays = hold.Arrays()
    yield arrays.empty
    if arrays.blocks is not None:
        arrays.blocks.release()


def place(array: np.ndarray) -> int:
    return array.__array_interface__["data"][0]


# -- what is made


SHAPES = (
    0, 3, MANY, (), (5,), (2, 0, 3), (MANY // 4, 4), (1,) * 32, (1,) * 33, (2, True), True, np.int64(4),
    (np.int64(2), 3), [2, 3], -1, (2, -1), 1.5, (1.5, 2), "a", (1 << 40, 1 << 40), (0, 1 << 62),
    1 << 45, 1 << 70, (2,) * 65,
)  # fmt: skip
DTYPES = (*((kind,) for kind in hold._TYPES), (), (float,), (int,), ("f4",), (np.dtype("c16"),), (object,), (3,))


@pytest.mark.parametrize("shape", SHAPES, ids=repr)
def test_arrays_and_errors_are_numpys(empty, shape):
    def made(function, *dtype):
        try:
            array = function(shape, *dtype)
        except Exception as error:
            return type(error), str(error)
        flags = {name: array.flags[name] for name in ("C", "F", "O", "W", "A")}
        return array.shape, array.dtype, array.strides, flags, type(array), array.base

    for dtype in DTYPES:
        assert made(empty, *dtype) == made(np.empty, *dtype)


def test_keywords_are_left_to_numpy(empty):
    array = empty((MANY // 2, 2), order="F", dtype=np.float32)
    assert array.flags.f_contiguous and array.dtype == np.float32
    with pytest.raises(TypeError):
        empty()


def test_large_ones_alone_have_the_handler(empty):
    assert handler_of(empty(MANY)) == handler_of(empty((MANY, 2), np.int32)) == hold.NAME
    assert handler_of(empty(MANY - 1)) == handler_of(empty(MANY, np.float32)) == "default_allocator"
    assert handler_of() == handler_of(np.empty(MANY)) == "default_allocator"


def test_memory_is_used_again(empty):
    first = empty(MANY)
    at = place(first)
    del first
    second = empty((MANY // 2, 2))
    assert place(second) == at
    third = empty(MANY)
    assert place(third) != at
    second[:], third[:] = 2, 3
    assert (second == 2).all() and (third == 3).all()


def test_a_handler_that_somebody_else_has_set_stays():
    """A handler under another name, whose functions are ours: its arrays are not mdsl's."""
    import ctypes

    arrays = hold.Arrays()
    arrays.empty(MANY)
    name = ctypes.c_char_p(b"mem_handler")
    other = hold._Handler(b"other", 1, None, (ctypes.c_void_p * 4)(*arrays.blocks.allocator))
    new = machine_code.python_api("PyCapsule_New", ctypes.py_object, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)
    capsule = new(ctypes.addressof(other), name, None)
    machine_code.keep(name, other, capsule)
    address = hold._numpy_table()[hold._SET_HANDLER]
    set_handler = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.py_object)(address)
    before = set_handler(capsule)
    try:
        assert handler_of(arrays.empty(MANY)) == handler_of(hold.Arrays().empty(MANY)) == handler_of() == "other"
    finally:
        set_handler(before)
    assert handler_of(arrays.empty(MANY)) == hold.NAME


# -- what can be done with it


def test_it_resizes(empty):
    for size in (MANY, 10):
        array = empty(size)
        array[:] = np.arange(size)
        for other in (MANY * 3, MANY + 1, 100, 7, MANY * 2):
            known = min(array.size, other)
            array.resize(other, refcheck=False)
            np.testing.assert_array_equal(array[: min(known, 7)], np.arange(min(known, 7)))
            assert array.flags.owndata and (array[known:] == 0).all()


def test_it_is_pickled_copied_saved_and_loaded(empty, tmp_path):
    array = empty((MANY // 4, 4))
    array[:] = np.arange(array.size).reshape(array.shape)
    np.save(tmp_path / "array.npy", array)
    for again in (
        pickle.loads(pickle.dumps(array)),
        pickle.loads(pickle.dumps(array, 5)),
        copy.copy(array),
        copy.deepcopy(array),
        np.load(tmp_path / "array.npy"),
        np.load(tmp_path / "array.npy", mmap_mode="r"),
        array.astype(np.float32),
        np.frombuffer(memoryview(array), float).reshape(array.shape),
    ):
        np.testing.assert_array_equal(again, array)


def test_a_view_keeps_the_memory(empty):
    array = empty(MANY)
    array[:] = 5
    view, reader = array[::2], memoryview(array)[:10]
    del array
    gc.collect()
    others = [empty(MANY) for _ in range(3)]
    for other in others:
        other[:] = 1
    assert (view == 5).all() and reader.tolist() == [5.0] * 10
    reader.release()
    assert view.base.flags.owndata


def test_many_threads(empty):
    wrong = []

    def work(seed):
        rng = np.random.default_rng(seed)
        own = []
        for step in range(60):
            array = empty(int(rng.integers(MANY // 2, 2 * MANY)))
            array[:] = seed * 1000 + step
            own.append((array, seed * 1000 + step))
            if len(own) > 3:
                array, value = own.pop(int(rng.integers(len(own))))
                if not (array == value).all():
                    wrong.append(value)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


# -- generated code


def test_what_is_imported():
    assert hold.held_empty is hold._the_arrays().empty
    with pytest.raises(AttributeError, match="held_full"):
        hold.held_full  # noqa: B018


def test_generated_code_says_whose_memory_it_uses():
    def made(u, held):
        w = np.cumsum(u * held)
        return w + w[::-1]

    compiled, u = accelerate(made, cache=False), np.ones(MANY)
    ours = compiled(u, 2.0)
    assert handler_of(ours) == hold.NAME and handler_of(made(u, 2.0)) == "default_allocator"
    source = compiled.explain(u, 2.0).source
    assert "from mdsl.runtime.hold import held_empty" in source and "np.empty(" not in source.partition("def made(")[2]


PROGRAM = """
import json, os, sys
import numpy as np
import mdsl
from mdsl import accelerate
from mdsl.runtime import hold, machine_code

@accelerate
def scaled(a, b):
    return a * b + 1

a = np.arange(2.0**20)
handler_of = np._core.multiarray.get_handler_name

def place(array):
    return array.__array_interface__["data"][0]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One for all programs, whose function is compiled once."""
    return tmp_path_factory.mktemp("programs")


def run(folder, code: str, **environment: str) -> object:
    """What the last line that a program prints says, as JSON; the program ends well."""
    path = folder / "program.py"
    path.write_text(PROGRAM + code)
    result = subprocess.run(
        [sys.executable, path],
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | environment,
        timeout=300,
    )
    assert result.returncode == 0, result.stderr
    assert not result.stderr
    return json.loads(result.stdout.splitlines()[-1])


def test_results_use_the_memory_of_results_that_are_gone(folder):
    code = """
small = scaled(a[:10], a[:10])
built = hold._arrays.blocks is not None
places = set()
for k in range(5):
    r = scaled(a, a)
    assert np.array_equal(r, a * a + 1)
    places.add(place(r))
    del r
held = mdsl.release_memory()
print(json.dumps([built, len(places), handler_of(small), handler_of(scaled(a, a)), held >> 20]))
"""
    assert run(folder, code) == [False, 1, "default_allocator", "mdsl", 8]


def test_nothing_is_held_where_nothing_is_to_be(folder):
    code = """
r = scaled(a, a)
print(json.dumps([handler_of(r), r.flags.owndata, hold._arrays is None, mdsl.release_memory()]))
"""
    assert run(folder, code, MDSL_HOLD_MEMORY="0") == ["default_allocator", True, True, 0]


def test_the_limit_is_the_users(folder):
    code = """
rs = [scaled(a, a) for _ in range(5)]
del rs
print(json.dumps(mdsl.release_memory() >> 20))
"""
    assert run(folder, code, MDSL_HOLD_MEMORY="20") == 16


def test_a_forked_child_starts_without_and_holds_its_own(folder):
    code = """
kept, r = scaled(a, a), scaled(a, a)
del r
held = hold._arrays.blocks.held()
read, write = os.pipe()
child = os.fork()
if child == 0:
    before = hold._arrays.blocks.held()
    right = bool((kept == a * a + 1).all())
    r = scaled(a, a)
    at = place(r)
    del r
    again = scaled(a, a)
    kept[:] = 0
    os.write(write, json.dumps([before, right, place(again) == at, bool((again == a * a + 1).all())]).encode())
    os._exit(0)
_, status = os.waitpid(child, 0)
told = json.loads(os.read(read, 1000))
print(json.dumps([held > 0, *told, status, hold._arrays.blocks.held() == held, bool((kept == a * a + 1).all())]))
"""
    assert run(folder, code) == [True, 0, True, True, True, 0, True, True]


ENDINGS = {
    "arrays in a module": "held = scaled(a, a)",
    "arrays in a cycle": "c = [scaled(a, a)]; c.append(c)",
    "arrays of an object that dies late": """
class Late:
    def __init__(self): self.array = scaled(a, a)
    def __del__(self): self.array = self.array[:3].copy() if np is not None else None
sys.late = Late()
""",
    "arrays of an extension's module": "import json.decoder; json.decoder.kept = scaled(a, a); sys.kept = scaled(a, a)",
    "arrays of a thread that runs": """
import threading, time
def work():
    while True:
        r = scaled(a, a)
threading.Thread(target=work, daemon=True).start()
time.sleep(0.3)
""",
    "sys.exit": "held = scaled(a, a); del hold, mdsl; print(json.dumps(True)); sys.exit(0)",
}


@pytest.mark.parametrize("code", ENDINGS.values(), ids=ENDINGS)
def test_a_process_ends_well_while_arrays_live(folder, code):
    assert run(folder, "print(json.dumps(True), flush=True)\n" + code) is True


def test_released_memory_is_the_systems_again(folder):
    code = """
def resident():
    return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE") >> 20

b = np.ones(2**23)
scaled(b, b)
before = resident()
held = mdsl.release_memory() >> 20
print(json.dumps([held, before - resident() > 40]))
"""
    assert run(folder, code) == [64, True]


def test_public_name():
    assert mdsl.release_memory is hold.release_memory
