"""Where does the memory of a large array wait for the next one?

The system maps and zeroes new pages for an array of 32 MiB in each call, which takes longer than to fill it. Here the
block of an array that is gone is held, within a limit, for the next array of its size. The system is told that it may
take the pages while they wait (MADV_FREE): where it needs them it does, else they are there.

These are the functions of a memory handler in NumPy's sense (NEP 49). They are written in LLVM's IR, since arrays also
die where no Python runs any more; for the same reason the machine code stays until the process ends.

Before the data of each array stands a word: the length of its mapping where it has one of its own, else, always less,
the bytes that libc was asked for. Held blocks stand in a table behind a lock that nobody waits for long: who does not
get it, such as a child whose parent was at the table when it forked, does without.
"""

from __future__ import annotations

import ctypes
import os
import sys
from mmap import PAGESIZE
from string import Template

from .machine_code import machine_code

#: Bytes from which on an array has a mapping of its own, as NumPy asks for huge pages from here on. Smaller arrays gain
#: nothing, since libc holds their memory.
LARGE = 4 << 20

#: Blocks that may be held at once.
_MOST = 32

#: Bytes that are held unless MDSL_HOLD_MEMORY says otherwise: an eighth of the machine's memory, at most these.
_MOST_BYTES = 4 << 30

#: Bytes of a huge page.
_HUGE = 2 << 20

#: Advice to the system: nothing, that huge pages are wanted, that it may take the pages until they are written to.
_NORMAL, _HUGE_PAGES, _FREE = 0, 14, 8

#: Bytes before the data: its word, and the rest of a line of the cache.
_BEFORE = 64

#: Looks at the lock, each after offering the core to others: the table is anybody's for less than 1 us.
_LOOKS = 100

_IR = Template("""
%slot = type { ptr, i64, i64 }  ; where a held block is, its length (0: none), when it came
@lock = internal global i32 0, align 128
@slots = internal global [$slots x %slot] zeroinitializer, align 128
@total = internal global i64 0
@clock = internal global i64 0

declare ptr @malloc(i64)
declare ptr @calloc(i64, i64)
declare ptr @realloc(ptr, i64)
declare void @free(ptr)
declare ptr @mmap(ptr, i64, i32, i32, i32, i64)
declare ptr @mremap(ptr, i64, i64, i32, ...)
declare i32 @munmap(ptr, i64)
declare i32 @madvise(ptr, i64, i32)
declare i32 @sched_yield()
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
declare i64 @llvm.umin.i64(i64, i64)
declare { i64, i1 } @llvm.umul.with.overflow.i64(i64, i64)

; Whether the table is ours now.
define internal i1 @acquire() {
entry:
  br label %try
try:
  %k = phi i32 [ 0, %entry ], [ %more, %wait ]
  %pair = cmpxchg ptr @lock, i32 0, i32 1 acquire monotonic
  %had = extractvalue { i32, i1 } %pair, 1
  br i1 %had, label %out, label %again
again:
  %more = add i32 %k, 1
  %patient = icmp ult i32 %more, $looks
  br i1 %patient, label %wait, label %out
wait:
  %y = call i32 @sched_yield()
  br label %try
out:
  ret i1 %had
}

; The block of a slot, which is free then. The table is ours.
define internal { ptr, i64 } @remove(i64 %k) {
  %base_at = getelementptr [$slots x %slot], ptr @slots, i64 0, i64 %k
  %length_at = getelementptr %slot, ptr %base_at, i64 0, i32 1
  %base = load ptr, ptr %base_at
  %length = load i64, ptr %length_at
  store i64 0, ptr %length_at
  %before = load i64, ptr @total
  %now = sub i64 %before, %length
  store i64 %now, ptr @total
  %some = insertvalue { ptr, i64 } zeroinitializer, ptr %base, 0
  %block = insertvalue { ptr, i64 } %some, i64 %length, 1
  ret { ptr, i64 } %block
}

; The held block that fits best, at most an eighth too long, of equal ones the one that came last; or none.
define internal { ptr, i64 } @take(i64 %need) {
entry:
  %eighth = lshr i64 %need, 3
  %most = add i64 %need, %eighth
  %ours = call i1 @acquire()
  br i1 %ours, label %head, label %without
without:
  ret { ptr, i64 } zeroinitializer
head:
  %k = phi i64 [ 0, %entry ], [ %k_next, %look ]
  %best = phi i64 [ -1, %entry ], [ %best_next, %look ]
  %least = phi i64 [ -1, %entry ], [ %least_next, %look ]
  %latest = phi i64 [ 0, %entry ], [ %latest_next, %look ]
  %left = icmp ult i64 %k, $slots
  br i1 %left, label %look, label %done
look:
  %length_at = getelementptr [$slots x %slot], ptr @slots, i64 0, i64 %k, i32 1
  %when_at = getelementptr [$slots x %slot], ptr @slots, i64 0, i64 %k, i32 2
  %length = load i64, ptr %length_at
  %when = load i64, ptr %when_at
  %enough = icmp uge i64 %length, %need
  %near = icmp ule i64 %length, %most
  %fits = and i1 %enough, %near
  %shorter = icmp ult i64 %length, %least
  %same = icmp eq i64 %length, %least
  %later = icmp ugt i64 %when, %latest
  %warmer = and i1 %same, %later
  %wanted = or i1 %shorter, %warmer
  %better = and i1 %fits, %wanted
  %best_next = select i1 %better, i64 %k, i64 %best
  %least_next = select i1 %better, i64 %length, i64 %least
  %latest_next = select i1 %better, i64 %when, i64 %latest
  %k_next = add i64 %k, 1
  br label %head
done:
  %found = icmp ne i64 %best, -1
  br i1 %found, label %hit, label %miss
hit:
  %taken = call { ptr, i64 } @remove(i64 %best)
  br label %miss
miss:
  %block = phi { ptr, i64 } [ zeroinitializer, %done ], [ %taken, %hit ]
  store atomic i32 0, ptr @lock release, align 4
  ret { ptr, i64 } %block
}

; Hold a block, instead of those that have been held longest where that would be too much.
define internal void @give(ptr %base, i64 %length) {
entry:
  %gone = alloca [$slots x { ptr, i64 }]
  %fits = icmp ule i64 %length, $limit
  br i1 %fits, label %try, label %drop
drop:
  %d = call i32 @munmap(ptr %base, i64 %length)
  ret void
try:
  %a = call i32 @madvise(ptr %base, i64 %length, i32 $waiting)
  %ours = call i1 @acquire()
  br i1 %ours, label %again, label %drop
again:
  %n = phi i64 [ 0, %try ], [ %n_next, %evict ]
  br label %head
head:
  %k = phi i64 [ 0, %again ], [ %k_next, %look ]
  %free = phi i64 [ -1, %again ], [ %free_next, %look ]
  %oldest = phi i64 [ -1, %again ], [ %oldest_next, %look ]
  %least = phi i64 [ -1, %again ], [ %least_next, %look ]
  %left = icmp ult i64 %k, $slots
  br i1 %left, label %look, label %done
look:
  %length_at = getelementptr [$slots x %slot], ptr @slots, i64 0, i64 %k, i32 1
  %when_at = getelementptr [$slots x %slot], ptr @slots, i64 0, i64 %k, i32 2
  %other = load i64, ptr %length_at
  %when = load i64, ptr %when_at
  %empty = icmp eq i64 %other, 0
  %free_next = select i1 %empty, i64 %k, i64 %free
  %age = select i1 %empty, i64 -1, i64 %when
  %older = icmp ult i64 %age, %least
  %oldest_next = select i1 %older, i64 %k, i64 %oldest
  %least_next = select i1 %older, i64 %age, i64 %least
  %k_next = add i64 %k, 1
  br label %head
done:
  %before = load i64, ptr @total
  %sum = add i64 %before, %length
  %within = icmp ule i64 %sum, $limit
  %open = icmp ne i64 %free, -1
  %room = and i1 %within, %open
  br i1 %room, label %keep, label %evict
evict:
  %block = call { ptr, i64 } @remove(i64 %oldest)
  %gone_at = getelementptr { ptr, i64 }, ptr %gone, i64 %n
  store { ptr, i64 } %block, ptr %gone_at
  %n_next = add i64 %n, 1
  br label %again
keep:
  %its_base = getelementptr [$slots x %slot], ptr @slots, i64 0, i64 %free
  %its_length = getelementptr %slot, ptr %its_base, i64 0, i32 1
  %its_when = getelementptr %slot, ptr %its_base, i64 0, i32 2
  %last = load i64, ptr @clock
  %now = add i64 %last, 1
  store ptr %base, ptr %its_base
  store i64 %length, ptr %its_length
  store i64 %now, ptr %its_when
  store i64 %now, ptr @clock
  store i64 %sum, ptr @total
  store atomic i32 0, ptr @lock release, align 4
  call void @unmap(ptr %gone, i64 %n)
  ret void
}

define internal void @unmap(ptr %blocks, i64 %n) {
entry:
  br label %head
head:
  %k = phi i64 [ 0, %entry ], [ %k_next, %one ]
  %left = icmp ult i64 %k, %n
  br i1 %left, label %one, label %out
one:
  %at = getelementptr { ptr, i64 }, ptr %blocks, i64 %k
  %block = load { ptr, i64 }, ptr %at
  %base = extractvalue { ptr, i64 } %block, 0
  %length = extractvalue { ptr, i64 } %block, 1
  %u = call i32 @munmap(ptr %base, i64 %length)
  %k_next = add i64 %k, 1
  br label %head
out:
  ret void
}

; Give back all that is held; how many bytes that were.
define i64 @release() {
entry:
  %gone = alloca [$slots x { ptr, i64 }]
  %ours = call i1 @acquire()
  br i1 %ours, label %start, label %without
without:
  ret i64 0
start:
  %total = load i64, ptr @total
  br label %head
head:
  %k = phi i64 [ 0, %start ], [ %k_next, %one ]
  %left = icmp ult i64 %k, $slots
  br i1 %left, label %one, label %out
one:
  %block = call { ptr, i64 } @remove(i64 %k)
  %at = getelementptr { ptr, i64 }, ptr %gone, i64 %k
  store { ptr, i64 } %block, ptr %at
  %k_next = add i64 %k, 1
  br label %head
out:
  store atomic i32 0, ptr @lock release, align 4
  call void @unmap(ptr %gone, i64 $slots)  ; of slots without a block it maps nothing
  ret i64 %total
}

define i64 @held() {
  %total = load i64, ptr @total
  ret i64 %total
}

; A new mapping, which begins with a huge page where it may have some; null where there is no memory.
define internal ptr @new(i64 %length) {
entry:
  %all = add i64 %length, $spare
  %first = call ptr @mmap(ptr null, i64 %all, i32 3, i32 34, i32 -1, i64 0)
  %number = ptrtoint ptr %first to i64
  %failed = icmp eq i64 %number, -1
  br i1 %failed, label %none, label %some
none:
  ret ptr null
some:
  %beyond = add i64 %number, $spare
  %at = and i64 %beyond, $border_mask
  %base = inttoptr i64 %at to ptr
  %end = getelementptr i8, ptr %base, i64 %length
  %before = sub i64 %at, %number
  %after = sub i64 $spare, %before
  %u = call i32 @munmap(ptr %first, i64 %before)
  %v = call i32 @munmap(ptr %end, i64 %after)
  %w = call i32 @madvise(ptr %base, i64 %length, i32 $in_use)
  ret ptr %base
}

; The data of an array of `size` bytes in a new mapping, $before bytes after its base.
define internal ptr @map(i64 %size) {
entry:
  %length = call i64 @length_for(i64 %size)
  %first = call ptr @new(i64 %length)
  %none = icmp eq ptr %first, null
  br i1 %none, label %again, label %out
again:
  %r = call i64 @release()
  %second = call ptr @new(i64 %length)
  br label %out
out:
  %base = phi ptr [ %first, %entry ], [ %second, %again ]
  %data = call ptr @with_word(ptr %base, i64 $before, i64 %length)
  ret ptr %data
}

define internal i64 @length_for(i64 %size) {
  %more = add i64 %size, $page_more
  %length = and i64 %more, $page_mask
  ret i64 %length
}

; What begins `shift` bytes after a base, with a word before it; null for null.
define internal ptr @with_word(ptr %base, i64 %shift, i64 %word) {
entry:
  %none = icmp eq ptr %base, null
  br i1 %none, label %out, label %some
some:
  %data = getelementptr i8, ptr %base, i64 %shift
  %word_at = getelementptr i64, ptr %data, i64 -1
  store i64 %word, ptr %word_at
  ret ptr %data
out:
  ret ptr null
}

define ptr @hold_malloc(ptr %context, i64 %size) {
entry:
  %large = icmp uge i64 %size, $large
  br i1 %large, label %reuse, label %small
small:
  %more = add i64 %size, 16
  %base = call ptr @malloc(i64 %more)
  %data = call ptr @with_word(ptr %base, i64 16, i64 %size)
  ret ptr %data
reuse:
  %need = call i64 @length_for(i64 %size)
  %block = call { ptr, i64 } @take(i64 %need)
  %held = extractvalue { ptr, i64 } %block, 0
  %length = extractvalue { ptr, i64 } %block, 1
  %again = call ptr @with_word(ptr %held, i64 $before, i64 %length)
  %none = icmp eq ptr %again, null
  br i1 %none, label %fresh, label %out
fresh:
  %new = call ptr @map(i64 %size)
  br label %out
out:
  %got = phi ptr [ %again, %reuse ], [ %new, %fresh ]
  ret ptr %got
}

define ptr @hold_calloc(ptr %context, i64 %count, i64 %each) {
entry:
  %product = call { i64, i1 } @llvm.umul.with.overflow.i64(i64 %count, i64 %each)
  %size = extractvalue { i64, i1 } %product, 0
  %over = extractvalue { i64, i1 } %product, 1
  br i1 %over, label %none, label %some
none:
  ret ptr null
some:
  %large = icmp uge i64 %size, $large
  br i1 %large, label %fresh, label %small
fresh:
  %new = call ptr @map(i64 %size)
  ret ptr %new
small:
  %more = add i64 %size, 16
  %base = call ptr @calloc(i64 %more, i64 1)
  %data = call ptr @with_word(ptr %base, i64 16, i64 %size)
  ret ptr %data
}

define ptr @hold_realloc(ptr %context, ptr %data, i64 %size) {
entry:
  %nothing = icmp eq ptr %data, null
  br i1 %nothing, label %first, label %known
first:
  %made = call ptr @hold_malloc(ptr null, i64 %size)
  ret ptr %made
known:
  %word_at = getelementptr i64, ptr %data, i64 -1
  %word = load i64, ptr %word_at
  %was_large = icmp uge i64 %word, $large
  %is_large = icmp uge i64 %size, $large
  %alike = icmp eq i1 %was_large, %is_large
  br i1 %alike, label %same, label %other
same:
  br i1 %is_large, label %mapped, label %small
small:
  %base = getelementptr i8, ptr %data, i64 -16
  %more = add i64 %size, 16
  %grown = call ptr @realloc(ptr %base, i64 %more)
  %small_data = call ptr @with_word(ptr %grown, i64 16, i64 %size)
  ret ptr %small_data
mapped:
  %mapping = getelementptr i8, ptr %data, i64 -$before
  %need = call i64 @length_for(i64 %size)
  %moved = call ptr (ptr, i64, i64, i32, ...) @mremap(ptr %mapping, i64 %word, i64 %need, i32 1)
  %number = ptrtoint ptr %moved to i64
  %failed = icmp eq i64 %number, -1
  %there = select i1 %failed, ptr null, ptr %moved
  %mapped_data = call ptr @with_word(ptr %there, i64 $before, i64 %need)
  ret ptr %mapped_data
other:
  %next = call ptr @hold_malloc(ptr null, i64 %size)
  %missing = icmp eq ptr %next, null
  br i1 %missing, label %out, label %copy
copy:
  ; one of the two is smaller than a mapping, and its size is the word or asked for
  %bytes = call i64 @llvm.umin.i64(i64 %word, i64 %size)
  call void @llvm.memcpy.p0.p0.i64(ptr %next, ptr %data, i64 %bytes, i1 false)
  call void @hold_free(ptr null, ptr %data, i64 0)
  br label %out
out:
  ret ptr %next
}

define void @hold_free(ptr %context, ptr %data, i64 %size) {
entry:
  %nothing = icmp eq ptr %data, null
  br i1 %nothing, label %out, label %known
known:
  %word_at = getelementptr i64, ptr %data, i64 -1
  %word = load i64, ptr %word_at
  %large = icmp uge i64 %word, $large
  br i1 %large, label %mapped, label %small
small:
  %base = getelementptr i8, ptr %data, i64 -16
  call void @free(ptr %base)
  br label %out
mapped:
  %mapping = getelementptr i8, ptr %data, i64 -$before
  call void @give(ptr %mapping, i64 %word)
  br label %out
out:
  ret void
}
""")


def most_bytes() -> int:
    """How much may be held: MDSL_HOLD_MEMORY in MiB, else a part of the machine's memory."""
    asked = os.environ.get("MDSL_HOLD_MEMORY", "")
    if asked.isdigit():
        return int(asked) << 20
    try:
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError):
        return 0
    return min(memory // 8, _MOST_BYTES)


class Blocks:
    """The machine code that holds up to `limit` bytes. Raises OSError or RuntimeError where there can be none."""

    def __init__(self, limit: int, huge_pages: bool) -> None:
        if not sys.platform.startswith("linux"):
            raise OSError(f"no memory is held on {sys.platform}")
        border = _HUGE if huge_pages else PAGESIZE
        text = _IR.substitute(
            slots=_MOST,
            looks=_LOOKS,
            limit=limit,
            large=LARGE,
            before=_BEFORE,
            page_more=_BEFORE + PAGESIZE - 1,
            page_mask=-PAGESIZE,
            spare=border - PAGESIZE,
            border_mask=-border,
            in_use=_HUGE_PAGES if huge_pages else _NORMAL,
            waiting=_FREE if huge_pages else _NORMAL,  # of small pages it costs as much as new ones
        )
        engine = machine_code(text)
        #: The addresses of malloc, calloc, realloc and free, as `PyDataMemAllocator` wants them.
        self.allocator = tuple(
            engine.get_function_address(f"hold_{name}") for name in ("malloc", "calloc", "realloc", "free")
        )
        count = ctypes.CFUNCTYPE(ctypes.c_size_t)
        #: Give back all that is held; how many bytes that were.
        self.release = count(engine.get_function_address("release"))
        #: How many bytes are held.
        self.held = count(engine.get_function_address("held"))
