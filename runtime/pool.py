"""Who runs the chunks of a parallel loop?

Numba's layers divide a loop among threads before it starts, and each launch waits for every one of them. Where another
process, or a thread of BLAS, holds a core, that is a wait for a thread that does not run, in every launch of every
step. Here a chunk belongs to nobody until somebody claims it: the worker whose turn it is, or the caller itself, so
that a launch never takes much longer than the serial loop would. Idle workers look for work for some 40 us and then
sleep until they are woken; a child of `fork`, which has no workers, runs all chunks itself. Measured on two cores, the
second one half busy, launches of 20 000 divisions: serial 25 us, GNU OpenMP 94 in the median and 7800 at worst, this
pool 38 and 130; on an idle machine 12.9 and 13.3; a launch of nothing costs 0.5 us.

Kernels call `mdsl_parallel_for` (runtime/chunks.py makes them so): a function that runs the rounds from one number to
another, what it is handed, and how many rounds there are. It is written in LLVM's IR, since it must not touch an
interpreter. Whether a kernel's loops are shared out at all is the word `mdsl_shared`, which is set while a kernel runs
that is worth it (`Shared`); where several threads run kernels, it says no more than what is fast.

Loops are numbered. A chunk is claimed by turning its word from twice that number into one more, so that nobody can
claim one of a loop that has passed, and a core prefers the chunks that it had in the loop before, whose data it holds.
What describes a loop changes only while all its chunks are done, and only who holds a chunk reads it. A worker sleeps
on the number: the system call compares it once more, so that no loop is slept through.
"""

from __future__ import annotations

import ctypes
import os
import platform
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from functools import cached_property
from string import Template
from typing import Any

from .machine_code import machine_code

#: What differs between processors: the instruction that waits a little, its declaration, the number of `futex`.
_MACHINES = {
    "x86_64": ("@llvm.x86.sse2.pause()", "@llvm.x86.sse2.pause()", 202),
    "aarch64": ("@llvm.aarch64.hint(i32 1)", "@llvm.aarch64.hint(i32)", 98),
}

#: Looks of an idle worker before it sleeps (about 45 ns each), and of a caller before it offers its core to others.
_WORKER_LOOKS, _CALLER_LOOKS = 1000, 1000

#: Chunks that a loop may have: one for each thread.
_MOST = 256

_IR = Template("""
@shared = global i64 0, align 128
@job = internal global [4 x i64] zeroinitializer, align 128
@claims = internal global [$most x [16 x i64]] zeroinitializer, align 128
@pending = internal global i64 0, align 128
@generation = internal global i64 0, align 128
@sleepers = internal global i64 0, align 128
@taken = internal global i32 0, align 128

declare i64 @syscall(i64, ptr, i64, i64, ptr, ptr, i64)
declare i32 @sched_yield()
declare void $pause_declared

; One chunk of a loop: the rounds from number * rounds / n to (number + 1) * rounds / n.
define internal void @chunk(ptr %code, ptr %data, i64 %rounds, i64 %n, i64 %at) {
  %each = udiv i64 %rounds, %n
  %rest = urem i64 %rounds, %n
  %before = mul i64 %at, %each
  %more_before = call i64 @llvm.umin.i64(i64 %at, i64 %rest)
  %first = add i64 %before, %more_before
  %longer = icmp ult i64 %at, %rest
  %one = zext i1 %longer to i64
  %length = add i64 %each, %one
  %last = add i64 %first, %length
  call void %code(ptr %data, i64 %first, i64 %last)
  ret void
}

declare i64 @llvm.umin.i64(i64, i64)

; Claim and run what is left of this generation's chunks, the own one first.
define internal void @work(i64 %generation, i64 %own) {
entry:
  %n_at = getelementptr i64, ptr @job, i64 3
  %n = load atomic i64, ptr %n_at monotonic, align 8
  %free = mul i64 %generation, 2
  %held = add i64 %free, 1
  br label %head
head:
  %i = phi i64 [ 0, %entry ], [ %i_next, %next ]
  %left = icmp ult i64 %i, %n
  br i1 %left, label %try, label %out
try:
  %sum = add i64 %i, %own
  %at = urem i64 %sum, %n
  %claim = getelementptr [16 x i64], ptr @claims, i64 %at
  %seen = load atomic i64, ptr %claim monotonic, align 8
  %open = icmp eq i64 %seen, %free
  br i1 %open, label %grab, label %next
grab:
  %pair = cmpxchg ptr %claim, i64 %free, i64 %held acq_rel monotonic
  %mine = extractvalue { i64, i1 } %pair, 1
  br i1 %mine, label %run, label %next
run:
  %code = load ptr, ptr @job
  %data_at = getelementptr i64, ptr @job, i64 1
  %data = load ptr, ptr %data_at
  %rounds_at = getelementptr i64, ptr @job, i64 2
  %rounds = load i64, ptr %rounds_at
  call void @chunk(ptr %code, ptr %data, i64 %rounds, i64 %n, i64 %at)
  %before = atomicrmw sub ptr @pending, i64 1 acq_rel
  br label %next
next:
  %i_next = add i64 %i, 1
  br label %head
out:
  ret void
}

define ptr @worker(ptr %argument) {
entry:
  %own = ptrtoint ptr %argument to i64
  br label %look
look:
  %last = phi i64 [ 0, %entry ], [ %now, %found ], [ %last, %woken ], [ %last, %idle ]
  %looks = phi i64 [ 0, %entry ], [ 0, %found ], [ 0, %woken ], [ %once_more, %idle ]
  %now = load atomic i64, ptr @generation seq_cst, align 8
  %new = icmp ne i64 %now, %last
  br i1 %new, label %found, label %none
found:
  call void @work(i64 %now, i64 %own)
  br label %look
none:
  %patient = icmp ult i64 %looks, $worker_looks
  br i1 %patient, label %idle, label %announce
idle:
  call void $pause
  %once_more = add i64 %looks, 1
  br label %look
announce:
  %s0 = atomicrmw add ptr @sleepers, i64 1 seq_cst
  %wide = and i64 %last, 4294967295
  %s1 = call i64 @syscall(i64 $futex, ptr @generation, i64 128, i64 %wide, ptr null, ptr null, i64 0)
  br label %woken
woken:
  %s2 = atomicrmw sub ptr @sleepers, i64 1 seq_cst
  br label %look
}

define void @parallel_for(ptr %code, ptr %data, i64 %rounds) {
entry:
  %n = call i64 @llvm.umin.i64(i64 %rounds, i64 $threads)
  %several = icmp ugt i64 %n, 1
  br i1 %several, label %take, label %alone
take:
  %pair = cmpxchg ptr @taken, i32 0, i32 1 acq_rel monotonic
  %free = extractvalue { i32, i1 } %pair, 1
  br i1 %free, label %publish, label %alone
alone:
  call void %code(ptr %data, i64 0, i64 %rounds)
  br label %end
publish:
  store ptr %code, ptr @job
  %data_at = getelementptr i64, ptr @job, i64 1
  store ptr %data, ptr %data_at
  %rounds_at = getelementptr i64, ptr @job, i64 2
  store i64 %rounds, ptr %rounds_at
  %n_at = getelementptr i64, ptr @job, i64 3
  store atomic i64 %n, ptr %n_at monotonic, align 8
  store atomic i64 %n, ptr @pending monotonic, align 8
  %old = load atomic i64, ptr @generation monotonic, align 8
  %now = add i64 %old, 1
  %open = mul i64 %now, 2
  br label %opening
opening:
  %c = phi i64 [ 0, %publish ], [ %c_next, %opening ]
  %claim = getelementptr [16 x i64], ptr @claims, i64 %c
  store atomic i64 %open, ptr %claim release, align 8
  %c_next = add i64 %c, 1
  %further = icmp ult i64 %c_next, %n
  br i1 %further, label %opening, label %announce
announce:
  store atomic i64 %now, ptr @generation seq_cst, align 8
  %asleep = load atomic i64, ptr @sleepers seq_cst, align 8
  %wake = icmp sgt i64 %asleep, 0
  br i1 %wake, label %ring, label %help
ring:
  %others = sub i64 %n, 1
  %s = call i64 @syscall(i64 $futex, ptr @generation, i64 129, i64 %others, ptr null, ptr null, i64 0)
  br label %help
help:
  call void @work(i64 %now, i64 0)
  br label %wait
wait:
  %looks = phi i64 [ 0, %help ], [ %once_more, %soon ], [ %once_more, %politely ]
  %undone = load atomic i64, ptr @pending acquire, align 8
  %done = icmp eq i64 %undone, 0
  br i1 %done, label %leave, label %longer
longer:
  %once_more = add i64 %looks, 1
  %patient = icmp ult i64 %looks, $caller_looks
  br i1 %patient, label %soon, label %politely
soon:
  call void $pause
  br label %wait
politely:
  %y = call i32 @sched_yield()
  br label %wait
leave:
  store atomic i32 0, ptr @taken release, align 4
  br label %end
end:
  ret void
}
""")


class Pool:
    """The workers of this process, and the machine code that shares loops out among them and the caller.

    Raises OSError where there are no POSIX threads and futexes, RuntimeError where llvmlite does not take the code.
    """

    def __init__(self, threads: int) -> None:
        if not possible():
            raise OSError(f"no pool for {sys.platform} on {platform.machine()}")
        pause, declared, futex = _MACHINES[platform.machine()]
        self.workers = min(threads, _MOST) - 1
        text = _IR.substitute(
            pause=pause,
            pause_declared=declared,
            futex=futex,
            most=_MOST,
            threads=self.workers + 1,
            worker_looks=_WORKER_LOOKS,
            caller_looks=_CALLER_LOOKS,
        )
        engine = machine_code(text)
        self.parallel_for = engine.get_function_address("parallel_for")
        self._worker = engine.get_function_address("worker")
        #: Whether kernels share out their loops: the word that their machine code reads.
        self.shared = ctypes.c_int64.from_address(engine.get_global_value_address("shared"))
        self._started = False

    def start(self) -> None:
        """Start the workers, unless they are there: POSIX threads of their own, which Python would wait for."""
        with _lock:
            if self._started:
                return
            create = ctypes.CDLL(None, use_errno=True).pthread_create
            thread = ctypes.c_size_t()
            before = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())  # those are for Python's threads
            try:
                for own in range(1, self.workers + 1):
                    worker = ctypes.c_void_p(self._worker)
                    if error := create(ctypes.byref(thread), None, worker, ctypes.c_void_p(own)):
                        raise OSError(error, "pthread_create")
            finally:
                signal.pthread_sigmask(signal.SIG_SETMASK, before)
                self._started = True  # where there are no more threads, the caller runs the chunks


class Shared:
    """A kernel whose loops are shared out among the threads of the pool; what `compile_pair` gives.

    It is made when it is first compiled or called. `options` are those of numba.njit.
    """

    def __init__(self, function: Callable[..., Any], options: Mapping[str, Any]) -> None:
        self._function, self._options = function, options
        self._word: ctypes.c_int64 | None = None
        self._machine_code: Callable[..., Any] | None = None
        self.call = self._first_call

    def __call__(self, *args: Any) -> Any:
        word = self._word
        if word is None:
            return self.call(*args)
        word.value = 1
        try:
            return self.call(*args)
        finally:
            word.value = 0

    def alone(self, *args: Any) -> Any:
        """Call the kernel on this thread."""
        return (self._machine_code or self.dispatcher)(*args)

    def _first_call(self, *args: Any) -> Any:
        self.call = self._machine_code or self.dispatcher
        pool = the_pool()
        if pool is not None:
            pool.start()
            self._word = pool.shared
        return self(*args)

    @cached_property
    def dispatcher(self) -> Any:
        """Numba's, of the kernel whose loops call the pool; of the kernel as it stands where there can be no pool."""
        from numba import njit

        from .chunks import with_chunks
        from .reload import reloading

        made = with_chunks(self._function) if the_pool() is not None else None
        if made is None:
            return njit(**self._options, parallel={"fusion": False})(self._function)
        return reloading(njit(**self._options)(made))

    def compile(self, types: tuple[Any, ...], certain: bool) -> None:
        """Make the machine code for arguments of these types, the only ones where they are certain.

        Raises what Numba raises.
        """
        self.dispatcher.compile(types)
        if certain:
            self._machine_code = self.dispatcher.overloads[types].entry_point

    @property
    def signatures(self) -> Any:
        return self.dispatcher.signatures


_lock = threading.Lock()
_pool: Pool | None = None
_refused = False


def the_pool() -> Pool | None:
    """The pool of this process; None where there can be none."""
    global _pool, _refused
    with _lock:
        if _pool is None and not _refused:
            try:
                _pool = Pool(threads())
                _announce(_pool)
            except (OSError, RuntimeError):
                _refused = True
        return _pool


def _announce(pool: Pool) -> None:
    """Tell the linker of machine code what kernels call."""
    import llvmlite.binding as llvm

    llvm.add_symbol("mdsl_parallel_for", pool.parallel_for)
    llvm.add_symbol("mdsl_shared", ctypes.addressof(pool.shared))


def threads() -> int:
    """As many as this process may run on, or as MDSL_NUM_THREADS or NUMBA_NUM_THREADS say."""
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    for name in ("MDSL_NUM_THREADS", "NUMBA_NUM_THREADS"):
        value = os.environ.get(name, "")
        if value.isdigit() and int(value):
            return min(int(value), available) if name.startswith("MDSL") else int(value)
    return available


def possible() -> bool:
    """Whether the pool is for this machine, and the user chose no layer of Numba's (NUMBA_THREADING_LAYER)."""
    from numba import config

    return sys.platform.startswith("linux") and platform.machine() in _MACHINES and config.THREADING_LAYER == "default"
