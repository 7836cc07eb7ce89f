"""Who runs the chunks of a parallel loop?

Numba's layers divide a loop among threads before it starts, and each launch waits for every one of them. Where another
process, or a thread of BLAS, holds a core, that is a wait for a thread that does not run, in every launch of every
step. Here a chunk belongs to nobody until somebody claims it: the worker whose turn it is, or the caller itself, so
that a launch never takes much longer than the serial loop would. Idle workers look for work for some 40 us and then
sleep until they are woken; a child of `fork`, which has no workers, runs all chunks itself. Measured on two cores, the
second one half busy, launches of 20 000 divisions: serial 25 us, GNU OpenMP 94 in the median and 7800 at worst, this
pool 38 and 130; on an idle machine 12.9 and 13.3; a launch of nothing costs 0.5 us.

The pool takes the place of `numba_parallel_for`, the one function of a threading layer that parallel machine code
calls (numba/np/ufunc/workqueue.h says what it is handed), and only in kernels that mdsl compiles: the symbol is set
while such a kernel is linked, and set back. It is written in LLVM's IR, since it must not touch an interpreter.

Loops are numbered. A chunk is claimed by turning its word from twice that number into one more, so that nobody can
claim one of a loop that has passed, and a core prefers the chunks that it had in the loop before, whose data it holds.
What describes a loop changes only while all its chunks are done, and only who holds a chunk reads it. A worker sleeps
on the number: the system call compares it once more, so that no loop is slept through.
"""

from __future__ import annotations

import ctypes
import platform
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
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

#: Chunks that a loop may have to be shared out; Numba makes one for each thread.
_MOST = 256

_IR = Template("""
@job = internal global [8 x i64] zeroinitializer, align 128
@claims = internal global [$most x [16 x i64]] zeroinitializer, align 128
@pending = internal global i64 0, align 128
@generation = internal global i64 0, align 128
@sleepers = internal global i64 0, align 128
@taken = internal global i32 0, align 128

declare i64 @syscall(i64, ptr, i64, i64, ptr, ptr, i64)
declare i32 @sched_yield()
declare void $pause_declared

; One chunk of a loop, as Numba's layers call it: the pointers of this chunk, one item.
define internal void @chunk(ptr %code, ptr %args, ptr %dims, ptr %steps, ptr %data, i64 %rank, i64 %count, i64 %at) {
entry:
  %lengths = add i64 %rank, 1
  %own_dims = alloca i64, i64 %lengths
  %own_args = alloca ptr, i64 %count
  %bytes = mul i64 %lengths, 8
  call void @llvm.memcpy.p0.p0.i64(ptr %own_dims, ptr %dims, i64 %bytes, i1 false)
  store i64 1, ptr %own_dims
  br label %head
head:
  %j = phi i64 [ 0, %entry ], [ %next, %body ]
  %more = icmp ult i64 %j, %count
  br i1 %more, label %body, label %run
body:
  %arg_at = getelementptr ptr, ptr %args, i64 %j
  %base = load ptr, ptr %arg_at
  %step_at = getelementptr i64, ptr %steps, i64 %j
  %step = load i64, ptr %step_at
  %offset = mul i64 %step, %at
  %moved = getelementptr i8, ptr %base, i64 %offset
  %own_at = getelementptr ptr, ptr %own_args, i64 %j
  store ptr %moved, ptr %own_at
  %next = add i64 %j, 1
  br label %head
run:
  call void %code(ptr %own_args, ptr %own_dims, ptr %steps, ptr %data)
  ret void
}

declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)

; Claim and run what is left of this generation's chunks, the own one first.
define internal void @work(i64 %generation, i64 %own) {
entry:
  %n_at = getelementptr i64, ptr @job, i64 7
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
  %args_at = getelementptr i64, ptr @job, i64 1
  %args = load ptr, ptr %args_at
  %dims_at = getelementptr i64, ptr @job, i64 2
  %dims = load ptr, ptr %dims_at
  %steps_at = getelementptr i64, ptr @job, i64 3
  %steps = load ptr, ptr %steps_at
  %data_at = getelementptr i64, ptr @job, i64 4
  %data = load ptr, ptr %data_at
  %rank_at = getelementptr i64, ptr @job, i64 5
  %rank = load i64, ptr %rank_at
  %count_at = getelementptr i64, ptr @job, i64 6
  %count = load i64, ptr %count_at
  call void @chunk(ptr %code, ptr %args, ptr %dims, ptr %steps, ptr %data, i64 %rank, i64 %count, i64 %at)
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

define void @parallel_for(ptr %code, ptr %args, ptr %dims, ptr %steps, ptr %data, i64 %rank, i64 %count, i64 %threads) {
entry:
  %n = load i64, ptr %dims
  %several = icmp sgt i64 %n, 1
  %few = icmp sle i64 %n, $most
  %shared = and i1 %several, %few
  br i1 %shared, label %take, label %alone
take:
  %pair = cmpxchg ptr @taken, i32 0, i32 1 acq_rel monotonic
  %free = extractvalue { i32, i1 } %pair, 1
  br i1 %free, label %publish, label %alone

alone:
  br label %serial
serial:
  %i = phi i64 [ 0, %alone ], [ %i_next, %one ]
  %left = icmp slt i64 %i, %n
  br i1 %left, label %one, label %end
one:
  call void @chunk(ptr %code, ptr %args, ptr %dims, ptr %steps, ptr %data, i64 %rank, i64 %count, i64 %i)
  %i_next = add i64 %i, 1
  br label %serial

publish:
  store ptr %code, ptr @job
  %args_at = getelementptr i64, ptr @job, i64 1
  store ptr %args, ptr %args_at
  %dims_at = getelementptr i64, ptr @job, i64 2
  store ptr %dims, ptr %dims_at
  %steps_at = getelementptr i64, ptr @job, i64 3
  store ptr %steps, ptr %steps_at
  %data_at = getelementptr i64, ptr @job, i64 4
  store ptr %data, ptr %data_at
  %rank_at = getelementptr i64, ptr @job, i64 5
  store i64 %rank, ptr %rank_at
  %count_at = getelementptr i64, ptr @job, i64 6
  store i64 %count, ptr %count_at
  %n_at = getelementptr i64, ptr @job, i64 7
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
  %further = icmp slt i64 %c_next, %n
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
    """The workers of this process, and the machine code that shares loops out among them.

    Raises OSError where there are no POSIX threads and futexes, RuntimeError where llvmlite does not take the code.
    """

    def __init__(self, workers: int) -> None:
        if not sys.platform.startswith("linux") or platform.machine() not in _MACHINES:
            raise OSError(f"no pool for {sys.platform} on {platform.machine()}")
        pause, declared, futex = _MACHINES[platform.machine()]
        text = _IR.substitute(
            pause=pause,
            pause_declared=declared,
            futex=futex,
            most=_MOST,
            worker_looks=_WORKER_LOOKS,
            caller_looks=_CALLER_LOOKS,
        )
        engine = machine_code(text)
        #: The address of a function with the signature of `numba_parallel_for`.
        self.parallel_for = engine.get_function_address("parallel_for")
        self._start(engine.get_function_address("worker"), workers)

    @staticmethod
    def _start(entry: int, workers: int) -> None:
        """POSIX threads of their own: Python's would show in `threading` and be waited for."""
        create = ctypes.CDLL(None, use_errno=True).pthread_create
        thread = ctypes.c_size_t()
        before = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())  # signals are for Python's threads
        try:
            for own in range(1, workers + 1):
                if error := create(ctypes.byref(thread), None, ctypes.c_void_p(entry), ctypes.c_void_p(own)):
                    raise OSError(error, "pthread_create")
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


_lock = threading.Lock()
_pool: Pool | None = None
_refused = False


def lend(dispatcher: Any) -> None:
    """Have the machine code of this parallel dispatcher of Numba's, yet to be compiled or loaded, use the pool.

    Where there can be no pool, or the user chose a layer (NUMBA_THREADING_LAYER), it keeps Numba's.
    """
    compile_or_load = dispatcher.compile

    def compile(signature: Any) -> Any:
        with _linked():
            return compile_or_load(signature)

    dispatcher.compile = compile


@contextmanager
def _linked() -> Iterator[None]:
    """While `numba_parallel_for` is the pool's. Holds Numba's compiler lock, so that nobody else links meanwhile."""
    import llvmlite.binding as llvm
    from numba.core.compiler_lock import global_compiler_lock
    from numba.np.ufunc import parallel

    with global_compiler_lock:
        parallel._launch_threads()
        pool = _the_pool()
        if pool is None:
            yield
            return
        usual = llvm.address_of_symbol("numba_parallel_for")
        llvm.add_symbol("numba_parallel_for", pool.parallel_for)
        try:
            yield
        finally:
            llvm.add_symbol("numba_parallel_for", usual)


def _the_pool() -> Pool | None:
    global _pool, _refused
    from numba import config

    with _lock:
        if _pool is None and not _refused:
            try:
                if config.THREADING_LAYER != "default":
                    raise OSError("the user chose a layer of Numba's")
                _pool = Pool(config.NUMBA_NUM_THREADS - 1)
            except (OSError, RuntimeError):
                _refused = True
        return _pool
