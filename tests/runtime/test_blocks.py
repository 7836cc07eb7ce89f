"""The handler's functions by themselves: what is held fits, within the limit, and no content is lost."""

from __future__ import annotations

import ctypes
import platform
import random
import sys
import threading

import pytest

from mdsl.runtime import blocks as module
from mdsl.runtime.blocks import LARGE, Blocks, most_bytes

pytest.importorskip("llvmlite")
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is held on Linux")

MIB = 1 << 20
PAGE = 4096 if platform.machine() == "x86_64" else 1 << 16


class Functions:
    """malloc, calloc, realloc and free of blocks of their own, as Python functions over addresses. They run at once."""

    def __init__(self, limit: int, huge_pages: bool = True) -> None:
        self.blocks = Blocks(limit, huge_pages)
        malloc, calloc, realloc, free = self.blocks.allocator
        p, n = ctypes.c_void_p, ctypes.c_size_t
        self._malloc = ctypes.CFUNCTYPE(p, p, n)(malloc)
        self._calloc = ctypes.CFUNCTYPE(p, p, n, n)(calloc)
        self._realloc = ctypes.CFUNCTYPE(p, p, p, n)(realloc)
        self._free = ctypes.CFUNCTYPE(None, p, p, n)(free)

    def malloc(self, size: int) -> int:
        return self._malloc(None, size)

    def calloc(self, count: int, each: int) -> int:
        return self._calloc(None, count, each)

    def realloc(self, data: int | None, size: int) -> int:
        return self._realloc(None, data, size)

    def free(self, data: int | None) -> None:
        self._free(None, data, 0)  # what NumPy says of the size is not asked


def mark(data: int, size: int, byte: int) -> None:
    """Note a byte at the beginning, in the middle and at the end."""
    for at in (0, size // 2, size - 1):
        ctypes.memset(data + at, byte, 1)


def marks(data: int, size: int) -> list[int]:
    return [ctypes.string_at(data + at, 1)[0] for at in (0, size // 2, size - 1)]


@pytest.fixture(scope="module")
def functions() -> Functions:
    return Functions(64 * MIB)


@pytest.fixture(autouse=True)
def none_held(request):
    yield
    if "functions" in request.fixturenames:
        request.getfixturevalue("functions").blocks.release()


def test_a_block_is_taken_again_for_its_own_size_and_one_a_little_smaller(functions):
    for size in (LARGE + MIB, 8 * MIB, 8 * MIB + 12345):
        data = functions.malloc(size)
        for again in (size, size - 1, size - size // 16):
            functions.free(data)
            assert functions.blocks.held() >= size
            assert functions.malloc(again) == data
            assert functions.blocks.held() == 0
        functions.free(data)
        functions.blocks.release()


def test_no_more_than_an_eighth_is_wasted_and_nothing_is_too_short(functions):
    data = functions.malloc(16 * MIB)
    functions.free(data)
    for size in (13 * MIB, 17 * MIB):
        other = functions.malloc(size)
        assert functions.blocks.held() >= 16 * MIB
        mark(other, size, 1)
        functions.free(other)


def test_the_block_that_fits_best_is_taken(functions):
    sizes = (10 * MIB, 9 * MIB, 11 * MIB)
    places = {size: functions.malloc(size) for size in sizes}
    for data in places.values():
        functions.free(data)
    assert functions.malloc(9 * MIB) == places[9 * MIB]
    assert functions.malloc(9 * MIB) == places[10 * MIB]
    for size in (9, 10):
        functions.free(places[size * MIB])


def test_of_equal_blocks_the_one_that_came_last_is_taken(functions):
    first, second = functions.malloc(LARGE), functions.malloc(LARGE)
    functions.free(second)
    functions.free(first)
    assert functions.malloc(LARGE) == first
    functions.free(first)


def test_small_ones_are_libcs(functions):
    for size in (0, 1, 1000, LARGE - 1):
        data = functions.malloc(size)
        assert data % 16 == 0
        ctypes.memset(data, 7, size)
        functions.free(data)
        assert functions.blocks.held() == 0
    functions.free(None)


def test_data_begin_at_a_line_of_the_cache_right_after_a_border_of_huge_pages(functions):
    for size in (LARGE, 5 * MIB + 1, 33 * MIB):
        data = functions.malloc(size)
        assert data % (2 * MIB) == 64
        functions.free(data)


def test_the_limit_holds(functions):
    places = [functions.malloc(15 * MIB) for _ in range(6)]
    for data in places:
        functions.free(data)
        assert functions.blocks.held() <= 64 * MIB
    assert functions.malloc(15 * MIB) == places[-1]  # the oldest have gone
    assert functions.blocks.held() >= 45 * MIB
    functions.free(places[-1])
    functions.free(functions.malloc(65 * MIB))  # larger than all that may be held
    assert functions.blocks.held() >= 60 * MIB


def test_no_more_blocks_than_there_are_slots():
    functions = Functions(1 << 40)
    places = [functions.malloc(LARGE + k * LARGE // 4) for k in range(module._MOST + 5)]
    for data in places:
        functions.free(data)
    total = functions.blocks.held()
    assert total == sum(-(-(LARGE + k * LARGE // 4 + 64) // PAGE) * PAGE for k in range(5, module._MOST + 5))
    assert functions.blocks.release() == total
    assert functions.blocks.held() == 0 == functions.blocks.release()


def test_calloc_gives_zeros_also_where_a_block_is_held(functions):
    data = functions.malloc(LARGE)
    ctypes.memset(data, 255, LARGE)
    functions.free(data)
    for count, each in ((LARGE, 1), (LARGE // 8, 8), (10, 10)):
        zeros = functions.calloc(count, each)
        assert ctypes.string_at(zeros, count * each) == bytes(count * each)
        functions.free(zeros)
    assert functions.calloc(1 << 40, 1 << 40) is None


SIZES = (1, 100, LARGE - 1, LARGE, LARGE + 1, 2 * LARGE, 3 * LARGE - 64)


@pytest.mark.parametrize("old", SIZES)
@pytest.mark.parametrize("new", SIZES)
def test_realloc_keeps_the_content(functions, old, new):
    kept = min(old, new)
    data = functions.malloc(old)
    mark(data, kept, 5)
    data = functions.realloc(data, new)
    assert marks(data, kept) == [5, 5, 5]
    mark(data, new, 6)
    data = functions.realloc(data, old)
    assert marks(data, kept)[0] == 6
    functions.free(data)


def test_realloc_of_nothing_is_malloc(functions):
    data = functions.realloc(None, LARGE)
    mark(data, LARGE, 1)
    functions.free(data)


def test_where_there_is_no_memory_null_comes_back_and_the_array_stays(functions):
    assert functions.malloc(1 << 60) is None
    data = functions.malloc(LARGE)
    mark(data, LARGE, 9)
    assert functions.realloc(data, 1 << 60) is None
    assert marks(data, LARGE) == [9, 9, 9]
    functions.free(data)


@pytest.mark.parametrize("huge_pages", [True, False])
def test_many_threads_at_once(huge_pages):
    """Each holds some blocks, finds in them what it wrote, and gives them back; ctypes lets the threads run at once."""
    functions = Functions(48 * MIB, huge_pages)
    wrong: list[object] = []

    def work(seed: int) -> None:
        rng = random.Random(seed)
        own: list[tuple[int, int, int]] = []
        for step in range(400):
            byte = (seed * 50 + step) % 251
            match rng.choice(("make", "make", "free", "change")):
                case "free" if own:
                    data, size, byte = own.pop(rng.randrange(len(own)))
                    if marks(data, size) != [byte] * 3:
                        wrong.append((seed, step))
                    functions.free(data)
                case "change" if own:
                    data, size, before = own.pop(rng.randrange(len(own)))
                    larger = size + rng.randrange(LARGE)
                    data = functions.realloc(data, larger)
                    if marks(data, size) != [before] * 3:
                        wrong.append((seed, step))
                    mark(data, larger, byte)
                    own.append((data, larger, byte))
                case "make" if len(own) < 4:
                    size = rng.choice((100, LARGE - 1, LARGE, LARGE + rng.randrange(LARGE), 2 * LARGE))
                    data = functions.malloc(size)
                    mark(data, size, byte)
                    own.append((data, size, byte))
        for data, size, byte in own:
            if marks(data, size) != [byte] * 3:
                wrong.append(seed)
            functions.free(data)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert functions.blocks.held() <= 48 * MIB
    functions.blocks.release()
    assert functions.blocks.held() == 0


def test_the_limit_comes_from_the_environment(monkeypatch):
    monkeypatch.setenv("MDSL_HOLD_MEMORY", "100")
    assert most_bytes() == 100 * MIB
    monkeypatch.setenv("MDSL_HOLD_MEMORY", "0")
    assert most_bytes() == 0
    monkeypatch.delenv("MDSL_HOLD_MEMORY")
    assert 0 < most_bytes() <= 4 << 30


def test_other_systems_hold_none(monkeypatch):
    monkeypatch.setattr(module.sys, "platform", "darwin")
    with pytest.raises(OSError, match="no memory is held on darwin"):
        Blocks(MIB, True)
