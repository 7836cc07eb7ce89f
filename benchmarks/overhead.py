"""What does a call of an accelerated function cost beside its work? `python benchmarks/overhead.py [ROUNDS]`

Functions of small arrays, compiled and called before. For each, in microseconds, the smallest of many runs:

call        the call as users make it
generated   the generated function, called directly: it unpacks sizes, checks them, allocates and calls the kernel
kernel      the machine code alone, called directly with the arguments that the generated function hands to it
overhead    call - generated: what finding the compiled function costs
above       call - kernel: all that stands before and after the machine code
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

import mdsl


def total_1(a):
    return a + 1.0


def total_2(a, b):
    return a + b


def total_5(a, b, c, d, e):
    return a + b + c + d + e


def total_10(a, b, c, d, e, f, g, h, i, j):
    return a + b + c + d + e + f + g + h + i + j


def mixed_10(a, b, c, d, e, s, t, k, x, y=2.0):
    return a * s + b * t + c * k + d * x + e * y


def stored_2(a, b):
    a += b


def stored_10(a, b, c, d, e, f, g, h, i, j):
    a[:] = b + c + d + e + f + g + h + i + j


def cases() -> list[tuple[Callable[..., Any], tuple[Any, ...]]]:
    def arrays(count: int) -> tuple[np.ndarray, ...]:
        return tuple(np.full(8, float(k)) for k in range(count))

    image = tuple(np.ones((4, 8)) for _ in range(5))
    return [
        (total_1, arrays(1)),
        (total_2, arrays(2)),
        (total_5, arrays(5)),
        (total_5, image),
        (total_10, arrays(10)),
        (total_10, tuple(a[::2] for a in arrays(10))),
        (mixed_10, (*arrays(5), 2.0, 0.5, 3, np.float64(1.5))),
        (stored_2, arrays(2)),
        (stored_10, arrays(10)),
    ]


def handed(call: Callable[..., Any], args: tuple[Any, ...]) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """The kernel of a generated function, and what it gets in a call with these arguments."""
    scope = call.__globals__
    name = next(n for n in scope if n.endswith("_serial"))
    seen: list[tuple[Any, ...]] = []
    kernels = {n: scope[n] for n in scope if scope[n] is scope[name]}
    for n in kernels:
        scope[n] = lambda *given: seen.append(given)
    call(*args)
    scope.update(kernels)
    return scope[name], seen[0]


def seconds(function: Callable[..., Any], args: tuple[Any, ...], rounds: int) -> float:
    start = time.perf_counter()
    for _ in range(rounds):
        function(*args)
    return (time.perf_counter() - start) / rounds


def main() -> None:
    repeats = int(sys.argv[1]) if sys.argv[1:] else 60
    print(f"{'function':12}{'arguments':>28}{'call':>8}{'generated':>11}{'kernel':>8}{'overhead':>10}{'above':>7}")
    for function, args in cases():
        compiled = mdsl.accelerate(function, parallel=False)
        compiled(*args)
        compiled(*args)
        assert compiled.last_report.status == "full"
        given = args if len(args) == function.__code__.co_argcount else (*args, *function.__defaults__)
        generated = next(iter(compiled.dispatcher.specialisations.values())).call
        contestants = [(compiled, args), (generated, given), handed(generated, given)]
        best = [float("inf")] * len(contestants)
        for _ in range(repeats):  # in turn: what disturbs one of them disturbs all
            for k, (contestant, arguments) in enumerate(contestants):
                best[k] = min(best[k], seconds(contestant, arguments, 1000))
        call, driver, kernel = (s * 1e6 for s in best)
        arrays = sum(isinstance(a, np.ndarray) for a in given)
        what = f"{arrays} arrays {args[0].shape}" + f", {len(given) - arrays} scalars" * (arrays < len(given))
        times = f"{call:8.2f}{driver:11.2f}{kernel:8.2f}{call - driver:10.2f}{call - kernel:7.2f}"
        print(f"{function.__name__:12}{what:>28}{times}")


if __name__ == "__main__":
    main()
