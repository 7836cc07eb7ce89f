# mdsl 0.1.0: generated from ../nbody.py (sha256 4326176ee392837d); edit that file, not this one.
"""How do stars move among each other? One leapfrog step of gravity between all pairs."""

from __future__ import annotations

import numpy as np
from _harness import compare

# mdsl: was: from mdsl import accelerate


# mdsl: begin shared code (sha256 37357e935aa003ad)
import ctypes
import os
import sys
import threading
import warnings
from types import FunctionType

import numba
from llvmlite import binding, ir
from numba import njit, prange
from numba.core import cgutils, types
from numba.core.compiler import Compiler
from numba.core.errors import NumbaError
from numba.extending import intrinsic, register_jitable


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


@register_jitable
def compensated_add(total, lost, x):
    """The rounded total + x, and the sum of all that the roundings have lost so far."""
    rounded = total + x
    x_kept = rounded - total
    return rounded, lost + ((total - (rounded - x_kept)) + (x - x_kept))


@register_jitable
def compensated_total(total, lost):
    """The sum; after an infinity or an overflow, where the loss is NaN, the plain one."""
    if lost != lost:
        return total
    return total + lost


def _load_libmvec():
    """The library's handle, or None. It is loaded where LLVM looks symbols up, also those of code cached on disk."""
    if not binding.get_process_triple().startswith("x86_64"):
        return None  # elsewhere glibc passes vectors by conventions of their own
    try:
        library = ctypes.CDLL("libmvec.so.1")
        binding.load_library_permanently("libmvec.so.1")
    except (OSError, RuntimeError):
        return None
    return library


def _vector_function(name, arity, fallback, float32=None):
    """An intrinsic for libm's `name`, or the fallback where the library has no vector variants of it."""
    vectors = "v" * arity
    symbols = [f"_ZGV{letter}N{width // bits}{vectors}_{name}{'f' * (bits == 32)}"
               for letter, width, _ in _ISAS for bits in (32, 64)]  # fmt: skip
    if not _LIBMVEC or not all(hasattr(_LIBMVEC, symbol) for symbol in symbols):
        return fallback

    def code(context, builder, signature, arguments):
        scalar = arguments[0].type
        # LLVM prefers 256 bits on processors that have 512. For these functions the wide vectors win. llvmlite's sets
        # admit the attributes that it knows by name; this one, and those below, are written as they stand.
        set.add(builder.function.attributes, '"prefer-vector-width"="512"')
        if float32 is not None and isinstance(scalar, ir.FloatType):
            return float32(builder, *arguments)
        bits = 32 if isinstance(scalar, ir.FloatType) else 64
        symbol = name + "f" * (bits == 32)
        declare = cgutils.get_or_insert_function
        function = declare(builder.module, ir.FunctionType(scalar, [scalar] * arity), symbol)
        # What the code is compiled for, which NUMBA_CPU_FEATURES may make less than this processor.
        features = context.codegen().magic_tuple()[2].split(",")
        variants = []
        for letter, width, feature in _ISAS:
            if not feature or f"+{feature}" in features:
                vector = ir.VectorType(scalar, width // bits)
                variant = f"_ZGV{letter}N{width // bits}{vectors}_{symbol}"
                variants.append(declare(builder.module, ir.FunctionType(vector, [vector] * arity), variant))
        _keep_declarations(builder.module, variants)
        mapping = ",".join(f"_ZGV_LLVM_N{v.return_value.type.count}{vectors}_{symbol}({v.name})" for v in variants)
        call = builder.call(function, arguments)
        for attribute in ("nounwind", "readnone", "willreturn", f'"vector-function-abi-variant"="{mapping}"'):
            set.add(call.attributes, attribute)
        return call

    def kind(typing_context, *arguments):
        if not all(isinstance(argument, types.Float | types.Integer | types.Boolean) for argument in arguments):
            return None
        unified = typing_context.unify_types(*arguments)
        return unified if isinstance(unified, types.Float) else types.float64

    if arity == 1:

        @intrinsic
        def vectorised(typing_context, x):
            t = kind(typing_context, x)
            return t and (t(t), code)
    else:

        @intrinsic
        def vectorised(typing_context, x, y):
            t = kind(typing_context, x, y)
            return t and (t(t, t), code)

    return vectorised


def _keep_declarations(module, functions):
    """Add declarations that no call names yet to `llvm.compiler.used`, so that the vectoriser still finds them."""
    kept = module.globals.get("llvm.compiler.used")
    pointer = ir.PointerType(ir.IntType(8))
    values = {str(value): value for value in (kept.initializer.constant if kept else ())}
    values |= {str(value): value for value in (function.bitcast(pointer) for function in functions)}
    array = ir.ArrayType(pointer, len(values))
    if kept is None:
        kept = ir.GlobalVariable(module, array, "llvm.compiler.used")
        kept.linkage = "appending"
        kept.section = "llvm.metadata"
    kept.value_type, kept.type = array, array.as_pointer()
    kept.initializer = ir.Constant(array, list(values.values()))


_LIBMVEC = _load_libmvec()
# x86's vector ABIs: letter, bits of a register, the processor feature that it needs.
_ISAS = (("b", 128, ""), ("d", 256, "avx2"), ("e", 512, "avx512f"))
vec_power = _vector_function("pow", 2, np.power)


def bound_spinning() -> None:
    """Load GNU OpenMP with a bounded spin count; it reads the environment once, when it is loaded."""
    if not sys.platform.startswith("linux") or os.environ.keys() & {"GOMP_SPINCOUNT", "OMP_WAIT_POLICY"}:
        return
    os.environ["GOMP_SPINCOUNT"] = "2000"
    try:
        ctypes.CDLL("libgomp.so.1")
    except OSError:
        pass  # not installed: Numba will use another layer
    finally:
        del os.environ["GOMP_SPINCOUNT"]


# Work, in additions in a vectorised loop (0.05 ns each), above which threads pay. Measured on two cores: a launch costs
# 35 us with Numba's threads, and with those of mdsl, which run the loops where mdsl is at work, 0.5 us and the moving
# of data from core to core.
PARALLEL_WORK = 500_000 if "mdsl.runtime.pool" in sys.modules else 2_000_000


def run_parallel(serial, parallel, *arguments):
    """Call the parallel kernel, or the serial one where that would not be safe or Numba does not compile the other."""
    if parallel in _STREAMING and any(getattr(a, "nbytes", 0) >= PAST_CACHES for a in arguments):
        parallel = _STREAMING[parallel]
    if parallel in _REFUSED or not _PARALLEL.acquire(False):
        return serial(*arguments)
    try:
        return parallel(*arguments)
    except Exception as error:
        if not isinstance(error, NumbaError) and getattr(parallel, "signatures", True):
            raise  # else Numba has failed to compile it, and nothing has run
        warnings.warn(f"a loop runs on one core, Numba refuses it: {error}", RuntimeWarning, stacklevel=2)
        _REFUSED.add(parallel)
    finally:
        _PARALLEL.release()
    return serial(*arguments)


# Parallel kernels that Numba has refused to compile.
_REFUSED = set()


def _parallel_lock():
    """The one lock of this process, kept in numba's namespace so that modules which share no code share it."""
    lock = threading.Lock()
    shared = numba.__dict__.setdefault("_mdsl_parallel_lock", lock)
    if shared is lock:
        bound_spinning()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=_stay_serial)
    return shared


def _stay_serial():
    """In a forked child: the lock stays taken for ever if the parent's thread pool, which is not here, was started."""
    pool = sys.modules.get("numba.np.ufunc.parallel")
    if pool is not None and getattr(pool, "_is_initialized", True):
        _PARALLEL.acquire(False)


_PARALLEL = _parallel_lock()
# Bytes of an array from which on its elements are stored past the caches. A core's second one holds less; an array of 8
# MiB is summed after it as fast as one that was stored to otherwise.
PAST_CACHES = 8 << 20


def compile_pair(function, apart=False, **options):
    """Serial and parallel dispatchers of a kernel written with prange, each compiled when it is first called.

    A kernel that asks for STREAMS has a third one, which run_parallel finds. `apart` says that no memory is stored to
    by one of its arrays and read or stored to by another one.

    Both release the GIL, are cached on disk (the function must come from a real file), and divide as NumPy does,
    without raising. `options` are those of numba.njit, for instance fastmath.
    """
    options = {"cache": True, "nogil": True, "error_model": "numpy"} | options
    # Code that calls libmvec must not be found in the cache where it is missing (a home shared between machines).
    library = "_libmvec" if function.__globals__.get("_LIBMVEC") else ""
    apart = {"pipeline_class": _Apart} if apart else {}
    serial = njit(**options, **apart)(_renamed(function, library))
    pool = sys.modules.get("mdsl.runtime.pool")  # where mdsl is at work, its threads run the loops, else Numba's

    def shared_out(suffix, **changed):
        copy = _renamed(function, library + suffix, **changed)
        if pool is not None and pool.possible():
            return pool.Shared(copy, options | apart)
        # What may be one loop is one already: Numba's own fusion does not see that two names are one array's.
        return njit(**options, parallel={"fusion": False})(copy)

    parallel = shared_out("_parallel")
    if "STREAMS" in function.__code__.co_names:
        _STREAMING[parallel] = shared_out("_streaming", STREAMS=True)
    return serial, parallel


class _Apart(Compiler):
    """Numba's compiler, which tells LLVM that the arguments' arrays do not overlap."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.state.flags.noalias = True


# Of parallel kernels: those that write large arrays past the caches.
_STREAMING = {}


def _renamed(function, suffix, **changed):
    copy = FunctionType(
        function.__code__,
        function.__globals__ | changed if changed else function.__globals__,
        function.__name__,
        function.__defaults__,
        function.__closure__,
    )
    copy.__qualname__ = function.__qualname__ + suffix
    copy.__module__ = function.__module__
    copy.__doc__ = function.__doc__
    return copy


def errors_are_silent():
    """Whether np.errstate asks for no more than warnings, so that compiled code may leave them out."""
    return _error_state() is _ERRORS_AT_IMPORT or {"ignore", "warn"}.issuperset(np.geterr().values())


def _state_of_errors():
    """A function that returns the object which holds np.errstate's settings: another one wherever they were changed."""
    try:
        from numpy._core.umath import _extobj_contextvar
    except ImportError:
        return np.geterr  # a new dictionary each time: then the settings are looked at
    return _extobj_contextvar.get


_error_state = _state_of_errors()
_ERRORS_AT_IMPORT = _error_state() if {"ignore", "warn"}.issuperset(np.geterr().values()) else None
# mdsl: end shared code


# mdsl: was: @accelerate
def _nbody_numpy(pos, vel, mass, dt, softening):
    """Kick and drift: advance positions and velocities (n, 3) in place. Returns the energy."""
    r = pos[None, :, :] - pos[:, None, :]
    inv_r3 = (np.sum(r**2, axis=2) + softening**2) ** -1.5
    acc = np.sum(r * (mass * inv_r3)[:, :, None], axis=1)
    vel += acc * dt
    pos += vel * dt
    kinetic = 0.5 * np.sum(mass * np.sum(vel**2, axis=1))
    potential = -0.5 * np.sum(mass[:, None] * mass / np.sqrt(np.sum(r**2, axis=2) + softening**2))
    return kinetic + potential


# mdsl: begin nbody (sha256 f2552bd771a82564)
def _nbody_kernel(pos, r, shared, inv_r3, acc, mass, vel, total_3_parts, total_2_parts, softening, n, m, dt):
    if not (abs(softening) < 1.3407807929929188e+154):
        raise NotImplementedError('a power overflows')
    t = vec_power(softening, 2.0)
    # nbody.py:14-15
    for i in prange(n):
        for j in range(n):
            total_4 = 0.0
            lost = 0.0
            for block in range(0, m, 256):
                end = min(block + 256, m)
                part = 0.0
                for l in range(block, end):
                    r[i, j, np.uint64(l)] = pos[j, np.uint64(l)] - pos[i, np.uint64(l)]
                    part = sum_add(part, r[i, j, np.uint64(l)] * r[i, j, np.uint64(l)])
                total_4, lost = compensated_add(total_4, lost, part)
            total_4 = compensated_total(total_4, lost)
            shared_1 = total_4 + t
            shared[i, j] = np.sqrt(shared_1)
            inv_r3[i, j] = 0.0 if shared_1 == -np.inf else 1.0 / (shared_1 * shared[i, j])
    total_2 = 0.0
    total_3 = 0.0
    # nbody.py:16-20
    for chunk in prange(16):
        start = (chunk * n) // 16
        stop = ((chunk + 1) * n) // 16
        total_3_part = 0.0
        total_2_part = 0.0
        for i in range(start, stop):
            for l in range(m):
                acc[np.uint64(i), l] = 0.0
            total_5 = 0.0
            for j in range(n):
                for l in range(m):
                    acc[np.uint64(i), l] = sum_add(
                        acc[np.uint64(i), l], r[np.uint64(i), j, l] * (mass[j] * inv_r3[np.uint64(i), j])
                    )
                total_3_part = sum_add(total_3_part, (mass[np.uint64(i)] * mass[j]) / shared[np.uint64(i), j])
            lost_1 = 0.0
            for block_1 in range(0, m, 256):
                end_1 = min(block_1 + 256, m)
                part_1 = 0.0
                for j in range(block_1, end_1):
                    vel[np.uint64(i), np.uint64(j)] += acc[np.uint64(i), np.uint64(j)] * dt
                    pos[np.uint64(i), np.uint64(j)] += vel[np.uint64(i), np.uint64(j)] * dt
                    part_1 = sum_add(part_1, vel[np.uint64(i), np.uint64(j)] * vel[np.uint64(i), np.uint64(j)])
                total_5, lost_1 = compensated_add(total_5, lost_1, part_1)
            total_5 = compensated_total(total_5, lost_1)
            total_2_part = sum_add(total_2_part, mass[np.uint64(i)] * total_5)
        total_3_parts[chunk] = total_3_part
        total_2_parts[chunk] = total_2_part
    for chunk in range(16):
        total_3 = sum_add(total_3, total_3_parts[chunk])
        total_2 = sum_add(total_2, total_2_parts[chunk])
    kinetic = 0.5 * total_2
    potential = -0.5 * total_3
    result = kinetic + potential
    return result


_nbody_serial, _nbody_parallel = compile_pair(_nbody_kernel, apart=True)


def nbody(pos, vel, mass, dt, softening):
    """Kick and drift: advance positions and velocities (n, 3) in place. Returns the energy."""
    # compiled for pos: float64[:, :] C, vel: float64[:, :] C, mass: float64[:] C, dt: float, softening: float
    if not (
        type(pos) is np.ndarray and pos.dtype == np.float64 and pos.ndim == 2 and pos.flags.behaved
        and pos.flags.c_contiguous
        and type(vel) is np.ndarray and vel.dtype == np.float64 and vel.ndim == 2 and vel.flags.behaved
        and vel.flags.c_contiguous
        and type(mass) is np.ndarray and mass.dtype == np.float64 and mass.ndim == 1 and mass.flags.aligned
        and mass.flags.c_contiguous
        and type(dt) is float
        and type(softening) is float
        and not np.may_share_memory(pos, vel)
        and not np.may_share_memory(pos, mass)
        and not np.may_share_memory(vel, mass)
        and errors_are_silent()
    ):
        return _nbody_numpy(pos, vel, mass, dt, softening)
    n, m = pos.shape
    if not (vel.shape == (n, m) and len(mass) == n):
        return _nbody_numpy(pos, vel, mass, dt, softening)
    try:
        r = np.empty((n, n, m))
        shared = np.empty((n, n))
        inv_r3 = np.empty((n, n))
        acc = np.empty((n, m))
        total_3_parts = np.empty(16)
        total_2_parts = np.empty(16)
        if n * n * m * 7 > PARALLEL_WORK:
            result = run_parallel(
                _nbody_serial, _nbody_parallel, pos, r, shared, inv_r3, acc, mass, vel, total_3_parts, total_2_parts,
                softening, n, m, dt,
            )
        else:
            result = _nbody_serial(
                pos, r, shared, inv_r3, acc, mass, vel, total_3_parts, total_2_parts, softening, n, m, dt
            )
        return np.float64(result)
    except NotImplementedError:  # a value that the compiled code cannot hold
        return _nbody_numpy(pos, vel, mass, dt, softening)
# mdsl: end nbody


def inputs(size="large"):
    """A Plummer sphere, the usual model of a globular cluster, in N-body units; the same one in each run."""
    n = 1000 if size == "large" else 60
    rng = np.random.default_rng(1911)
    direction = rng.normal(size=(2, n, 3))
    direction /= np.linalg.norm(direction, axis=2, keepdims=True)
    radius = (rng.uniform(0.01, 0.99, n) ** (-2 / 3) - 1) ** -0.5
    speed = rng.beta(1.5, 4.5, n) ** 0.5 * np.sqrt(2) * (1 + radius**2) ** -0.25
    return direction[0] * radius[:, None], direction[1] * speed[:, None], np.full(n, 1 / n), 0.01, 0.05


def main():
    print(compare(nbody, inputs()))


if __name__ == "__main__":
    main()
