"""What can this machine do at most? Bandwidth of reading and of copying, and operations of a loop of multiply-adds."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numba
import numpy as np
from numba.core import types
from numba.extending import intrinsic

#: Numbers that the loop of multiply-adds goes over: they stay in L1.
NUMBERS = 1024

#: Multiply-adds with one number before the next one is loaded. More would fill the processor's scheduler with those
#: that wait, fewer its ports with loads.
DEPTH = 8

#: How often one call goes over the numbers.
ROUNDS = 8000


#: Fewer bytes than these say what a call costs, not what memory gives.
LEAST = 64 << 10


@dataclass(frozen=True)
class Limits:
    """Bytes per second that a sum reads and that a copy reads and writes, by threads and size of the arrays together;
    operations per second by threads and dtype."""

    read: dict[tuple[int, str], float]
    copy: dict[tuple[int, str], float]
    operations: dict[tuple[int, str], float]

    def or_more(self, other: Limits) -> Limits:
        """The higher of two measurements, figure by figure: what the machine could do at least once."""
        pairs = ((self.read, other.read), (self.copy, other.copy), (self.operations, other.operations))
        return Limits(*({key: max(one[key], two[key]) for key in one} for one, two in pairs))

    def most_bytes(self, size: str, written: bool) -> float | None:
        """With as many threads as are best; None where a copy is too short to tell. `written`: not only read."""
        rates = self.copy if written else self.read
        return max((rate for (_, name), rate in rates.items() if name == size), default=None)

    def most_operations(self, dtype: str) -> float:
        return max(rate for (_, name), rate in self.operations.items() if name == dtype)


@numba.njit(parallel=True)
def copy(target: np.ndarray, source: np.ndarray) -> None:
    """LLVM makes a call of memcpy of it, whose stores go past the cache where the arrays are larger than it."""
    for i in numba.prange(source.size):
        target[i] = source[i]


@intrinsic
def wide(typing_context):
    """Vectors of 512 bits in the loop around, where the processor has them: a load is a line of the cache."""

    def code(context, builder, signature, arguments):
        set.add(builder.function.attributes, '"prefer-vector-width"="512"')
        return context.get_dummy_value()

    return types.none(), code


@numba.njit(parallel=True, fastmath=True)
def read(source: np.ndarray) -> np.generic:
    """A sum in any order."""
    total = 0.0
    for i in numba.prange(source.size):
        wide()
        total += source[i]
    return total


@numba.njit(fastmath={"contract"}, inline="always")
def eight(x, f, g):
    x = x * f + g
    x = x * f + g
    x = x * f + g
    x = x * f + g
    x = x * f + g
    x = x * f + g
    x = x * f + g
    return x * f + g


@numba.njit(parallel=True, fastmath={"contract"})
def multiply_add(numbers: np.ndarray, f: np.generic, g: np.generic, rounds: int) -> None:
    """DEPTH times x * f + g for each number (threads, NUMBERS), `rounds` times. Numbers do not wait for each other:
    vectors of them go through the processor's pipelines side by side."""
    for t in numba.prange(numbers.shape[0]):
        row = numbers[t]
        for _ in range(rounds):
            for k in range(row.size):
                row[k] = eight(row[k], f, g)


def measure(sizes: dict[str, int], dtypes: Sequence[str], seconds: float) -> Limits:
    """Medians over calls that together take about `seconds` for each size and dtype."""
    reading, copying, operations = {}, {}, {}
    most = numba.get_num_threads()
    counts = sorted({1, most})
    try:
        for threads in counts:
            numba.set_num_threads(threads)
            for name, size in sizes.items():
                if size >= LEAST:
                    source = np.ones(size // 16)
                    target = np.zeros_like(source)
                    taken = median(lambda t=target, s=source: copy(t, s), seconds / len(counts))
                    copying[threads, name] = 2 * source.nbytes / taken
                    source = np.ones(size // 8)
                    taken = median(lambda s=source: read(s), seconds / len(counts))
                    reading[threads, name] = source.nbytes / taken
            for name in dtypes:
                numbers, half = np.ones((threads, NUMBERS), name), np.dtype(name).type(0.5)
                taken = median(lambda x=numbers, f=half: multiply_add(x, f, f, ROUNDS), seconds / len(counts))
                operations[threads, name] = 2 * numbers.size * DEPTH * ROUNDS / taken
    finally:
        numba.set_num_threads(most)
    return Limits(reading, copying, operations)


def median(call: Callable[[], None], seconds: float) -> float:
    """Seconds of one call, the first aside."""
    call()
    taken: list[float] = []
    end = time.perf_counter() + seconds
    while len(taken) < 3 or time.perf_counter() < end:
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def caches() -> dict[str, int]:
    """Bytes of each level of cache as the first core sees it, from Linux; empty elsewhere."""
    found = {}
    for index in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        kind, level, size = ((index / key).read_text().strip() for key in ("type", "level", "size"))
        if kind != "Instruction":
            found[f"L{level}"] = int(size.removesuffix("K")) * 1024
    return found
