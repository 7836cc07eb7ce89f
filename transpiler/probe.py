"""Is a call like one that came before? Answered by machine code, in less time than Python takes to read one attribute.

What a specialisation depends on (the class of an argument; an array's dtype, layout, rank and which of its sizes are 1)
stands in the arguments' own memory. A probe is a built-in function that compares it with a table, and the extents of
arrays that must not overlap with each other: 40 ns for two arrays, where the same tests take 250 in Python.

The places of these fields are those of CPython's objects and of NumPy's `PyArrayObject_fields`, which the ABI keeps.
They are compared with what Python says before the first use; where one is elsewhere, there are no probes.
"""

from __future__ import annotations

import ctypes
import functools
import struct
import sys
from collections.abc import Callable, Iterable, Sequence
from string import Template
from typing import Any

import numpy as np

from ..runtime.machine_code import METH_FASTCALL, Method, builtin, machine_code

#: What of ndarray.flags.num a specialisation depends on: C and Fortran order, alignment, whether it may be stored to.
FLAGS = 0x1 | 0x2 | 0x100 | 0x400

# Bytes from the start of an object: its class; an array's elements, rank, sizes, strides, dtype, flags; a tuple's first
# item; the text of bytes.
_CLASS, _DATA, _RANK, _SIZES, _STRIDES, _DTYPE, _FLAGS_AT, _ITEM, _TEXT = 8, 16, 24, 32, 40, 56, 64, 24, 32
_LENGTH = 16  # of an int: in how many digits of 30 bits it is kept, with its sign; shifted since Python 3.12
_TYPE, _SAME, _ARRAY, _INTEGER = range(4)  # what is compared of an argument
_RECORD = struct.Struct("=6q")  # of an argument: what, the class or object or dtype, flags, rank, sizes of 1, unused
_PAIR = struct.Struct("=4q")  # of arrays that must not overlap: both positions, both item sizes
_HEAD = struct.Struct("=2q")  # arguments, pairs
_MOST_AXES = 32

#: From what an int keeps to its number of digits, as machine code.
_DIGITS = (
    "%digits = lshr i64 %length_kept, 3"
    if sys.version_info >= (3, 12)
    else "%digits = call i64 @llvm.abs.i64(i64 %length_kept, i1 false)"
)

_IR = Template("""
declare void @Py_IncRef(ptr)
declare i64 @llvm.abs.i64(i64, i1)

; The first byte of an array, and the first behind it; a null pointer where it has no elements.
define internal {i64, i64} @extent(ptr %array, i64 %item) {
entry:
  %data_at = getelementptr i8, ptr %array, i64 $data
  %data = load i64, ptr %data_at
  %rank_at = getelementptr i8, ptr %array, i64 $rank
  %rank_32 = load i32, ptr %rank_at
  %rank = zext i32 %rank_32 to i64
  %sizes_at = getelementptr i8, ptr %array, i64 $sizes
  %sizes = load ptr, ptr %sizes_at
  %strides_at = getelementptr i8, ptr %array, i64 $strides
  %strides = load ptr, ptr %strides_at
  %end = add i64 %data, %item
  br label %head
head:
  %k = phi i64 [ 0, %entry ], [ %k_next, %axis ]
  %low = phi i64 [ %data, %entry ], [ %low_next, %axis ]
  %high = phi i64 [ %end, %entry ], [ %high_next, %axis ]
  %more = icmp ult i64 %k, %rank
  br i1 %more, label %look, label %out
look:
  %size_at = getelementptr i64, ptr %sizes, i64 %k
  %size = load i64, ptr %size_at
  %none = icmp eq i64 %size, 0
  br i1 %none, label %nothing, label %axis
axis:
  %stride_at = getelementptr i64, ptr %strides, i64 %k
  %stride = load i64, ptr %stride_at
  %steps = sub i64 %size, 1
  %way = mul i64 %stride, %steps
  %back = icmp slt i64 %way, 0
  %down = select i1 %back, i64 %way, i64 0
  %up = select i1 %back, i64 0, i64 %way
  %low_next = add i64 %low, %down
  %high_next = add i64 %high, %up
  %k_next = add i64 %k, 1
  br label %head
nothing:
  ret {i64, i64} zeroinitializer
out:
  %first = insertvalue {i64, i64} undef, i64 %low, 0
  %both = insertvalue {i64, i64} %first, i64 %high, 1
  ret {i64, i64} %both
}

; Which sizes of an array are 1: a bit for each axis.
define internal i64 @ones(ptr %array, i64 %rank) {
entry:
  %sizes_at = getelementptr i8, ptr %array, i64 $sizes
  %sizes = load ptr, ptr %sizes_at
  br label %head
head:
  %k = phi i64 [ 0, %entry ], [ %k_next, %axis ]
  %bits = phi i64 [ 0, %entry ], [ %bits_next, %axis ]
  %more = icmp ult i64 %k, %rank
  br i1 %more, label %axis, label %out
axis:
  %size_at = getelementptr i64, ptr %sizes, i64 %k
  %size = load i64, ptr %size_at
  %one = icmp eq i64 %size, 1
  %bit = zext i1 %one to i64
  %placed = shl i64 %bit, %k
  %bits_next = or i64 %bits, %placed
  %k_next = add i64 %k, 1
  br label %head
out:
  ret i64 %bits
}

; METH_FASTCALL; `self` is a tuple whose first item is the table. True: alike; False: not; None: alike, but two overlap.
define ptr @probe(ptr %self, ptr %arguments, i64 %count) {
entry:
  %held_at = getelementptr i8, ptr %self, i64 $item
  %held = load ptr, ptr %held_at
  %table = getelementptr i8, ptr %held, i64 $text
  %wanted = load i64, ptr %table
  %pairs_at = getelementptr i64, ptr %table, i64 1
  %pairs = load i64, ptr %pairs_at
  %records = getelementptr i64, ptr %table, i64 2
  %fits = icmp eq i64 %count, %wanted
  br i1 %fits, label %head, label %no

head:
  %k = phi i64 [ 0, %entry ], [ %k_next, %next ]
  %more = icmp ult i64 %k, %count
  br i1 %more, label %argument, label %distinct
argument:
  %argument_at = getelementptr ptr, ptr %arguments, i64 %k
  %object = load ptr, ptr %argument_at
  %offset = mul i64 %k, 6
  %record = getelementptr i64, ptr %records, i64 %offset
  %what = load i64, ptr %record
  %key_at = getelementptr i64, ptr %record, i64 1
  %key = load ptr, ptr %key_at
  %class_at = getelementptr i8, ptr %object, i64 $class
  %class = load ptr, ptr %class_at
  switch i64 %what, label %next [ i64 $type, label %by_class i64 $same, label %by_identity i64 $array, label %by_array
    i64 $integer, label %by_length ]
by_length:
  %is_integer = icmp eq ptr %class, inttoptr (i64 $int to ptr)
  br i1 %is_integer, label %by_digits, label %no
by_digits:
  %length_at = getelementptr i8, ptr %object, i64 $length
  %length_kept = load i64, ptr %length_at
  $digits
  %is_short = icmp ule i64 %digits, 1
  br i1 %is_short, label %next, label %no
by_class:
  %of_class = icmp eq ptr %class, %key
  br i1 %of_class, label %next, label %no
by_identity:
  %same = icmp eq ptr %object, %key
  br i1 %same, label %next, label %no
by_array:
  %is_array = icmp eq ptr %class, inttoptr (i64 $ndarray to ptr)
  br i1 %is_array, label %by_dtype, label %no
by_dtype:
  %dtype_at = getelementptr i8, ptr %object, i64 $dtype
  %dtype = load ptr, ptr %dtype_at
  %of_dtype = icmp eq ptr %dtype, %key
  br i1 %of_dtype, label %by_layout, label %no
by_layout:
  %flags_at = getelementptr i8, ptr %object, i64 $flags_at
  %flags = load i32, ptr %flags_at
  %layout_32 = and i32 %flags, $flags
  %layout = zext i32 %layout_32 to i64
  %rank_at = getelementptr i8, ptr %object, i64 $rank
  %rank_32 = load i32, ptr %rank_at
  %rank = zext i32 %rank_32 to i64
  %layout_key_at = getelementptr i64, ptr %record, i64 2
  %layout_key = load i64, ptr %layout_key_at
  %rank_key_at = getelementptr i64, ptr %record, i64 3
  %rank_key = load i64, ptr %rank_key_at
  %of_layout = icmp eq i64 %layout, %layout_key
  %of_rank = icmp eq i64 %rank, %rank_key
  %of_both = and i1 %of_layout, %of_rank
  br i1 %of_both, label %by_sizes, label %no
by_sizes:
  %ones_key_at = getelementptr i64, ptr %record, i64 4
  %ones_key = load i64, ptr %ones_key_at
  %ones = call i64 @ones(ptr %object, i64 %rank)
  %of_sizes = icmp eq i64 %ones, %ones_key
  br i1 %of_sizes, label %next, label %no
next:
  %k_next = add i64 %k, 1
  br label %head

distinct:
  %behind = mul i64 %count, 6
  %pair_table = getelementptr i64, ptr %records, i64 %behind
  br label %pair_head
pair_head:
  %p = phi i64 [ 0, %distinct ], [ %p_next, %pair_next ]
  %more_pairs = icmp ult i64 %p, %pairs
  br i1 %more_pairs, label %pair, label %yes
pair:
  %pair_offset = mul i64 %p, 4
  %i_at = getelementptr i64, ptr %pair_table, i64 %pair_offset
  %i = load i64, ptr %i_at
  %j_at = getelementptr i64, ptr %i_at, i64 1
  %j = load i64, ptr %j_at
  %item_i_at = getelementptr i64, ptr %i_at, i64 2
  %item_i = load i64, ptr %item_i_at
  %item_j_at = getelementptr i64, ptr %i_at, i64 3
  %item_j = load i64, ptr %item_j_at
  %array_i_at = getelementptr ptr, ptr %arguments, i64 %i
  %array_i = load ptr, ptr %array_i_at
  %array_j_at = getelementptr ptr, ptr %arguments, i64 %j
  %array_j = load ptr, ptr %array_j_at
  %extent_i = call {i64, i64} @extent(ptr %array_i, i64 %item_i)
  %extent_j = call {i64, i64} @extent(ptr %array_j, i64 %item_j)
  %low_i = extractvalue {i64, i64} %extent_i, 0
  %high_i = extractvalue {i64, i64} %extent_i, 1
  %low_j = extractvalue {i64, i64} %extent_j, 0
  %high_j = extractvalue {i64, i64} %extent_j, 1
  %i_begins = icmp ult i64 %low_i, %high_j
  %j_begins = icmp ult i64 %low_j, %high_i
  %overlap = and i1 %i_begins, %j_begins
  br i1 %overlap, label %shared, label %pair_next
pair_next:
  %p_next = add i64 %p, 1
  br label %pair_head

yes:
  br label %answer
no:
  br label %answer
shared:
  br label %answer
answer:
  %said = phi i64 [ $true, %yes ], [ $false, %no ], [ $none, %shared ]
  %object_said = inttoptr i64 %said to ptr
  call void @Py_IncRef(ptr %object_said)
  ret ptr %object_said
}
""")


def make_probe(args: Sequence[Any], how: Sequence[str], apart: Iterable[tuple[int, int]]) -> Callable[..., Any] | None:
    """A function of as many arguments that says True where they are like `args`, False where not.

    `how` says what is compared of each: "array" (dtype, layout, rank, sizes of 1), "integer" (an int of one
    digit, which is a narrow one), "class" or "identity". None is the answer where they are alike but two arrays of the
    pairs `apart` overlap, as np.may_share_memory sees it.
    There is no probe (None) where this process keeps its objects in another way, or for more than 32 axes.
    """
    definition = _definition()
    if definition is None:
        return None
    held: list[Any] = []
    records = b""
    for x, what in zip(args, how, strict=True):
        match what:
            case "array":
                if x.ndim > _MOST_AXES:
                    return None
                ones = sum(1 << axis for axis, size in enumerate(x.shape) if size == 1)
                held.append(x.dtype)
                records += _RECORD.pack(_ARRAY, id(x.dtype), x.flags.num & FLAGS, x.ndim, ones, 0)
            case "class":
                held.append(type(x))
                records += _RECORD.pack(_TYPE, id(type(x)), 0, 0, 0, 0)
            case "integer":
                records += _RECORD.pack(_INTEGER, 0, 0, 0, 0, 0)
            case "identity":
                held.append(x)
                records += _RECORD.pack(_SAME, id(x), 0, 0, 0, 0)
            case _:
                raise ValueError(what)
    pairs = [_PAIR.pack(i, j, args[i].itemsize, args[j].itemsize) for i, j in apart]
    table = _HEAD.pack(len(args), len(pairs)) + records + b"".join(pairs)
    return builtin(definition, (table, *held))  # holds what the table has the addresses of


@functools.cache
def _definition() -> Method | None:
    """The probe's machine code as CPython wants to see it; None where objects are laid out otherwise."""
    if not _laid_out_as_expected():
        return None
    text = _IR.substitute(
        data=_DATA,
        rank=_RANK,
        sizes=_SIZES,
        strides=_STRIDES,
        dtype=_DTYPE,
        flags_at=_FLAGS_AT,
        flags=FLAGS,
        item=_ITEM,
        text=_TEXT,
        type=_TYPE,
        same=_SAME,
        array=_ARRAY,
        integer=_INTEGER,
        int=id(int),
        length=_LENGTH,
        digits=_DIGITS,
        ndarray=id(np.ndarray),
        true=id(True),
        false=id(False),
        none=id(None),
        **{"class": _CLASS},
    )
    try:
        engine = machine_code(text)
    except RuntimeError:
        return None
    return Method(b"probe", engine.get_function_address("probe"), METH_FASTCALL, None)


def _laid_out_as_expected() -> bool:
    """Whether CPython's and NumPy's objects have their fields where the machine code reads them."""
    if sys.implementation.name != "cpython" or struct.calcsize("P") != 8 or sys.byteorder != "little":
        return False
    if object.__basicsize__ != 16 or bytes.__basicsize__ != _TEXT + 1 or tuple.__basicsize__ != _ITEM:
        return False

    def word(x: Any, offset: int) -> int:
        return ctypes.c_int64.from_address(id(x) + offset).value

    def half(x: Any, offset: int) -> int:
        return ctypes.c_int32.from_address(id(x) + offset).value

    for number in (0, 1, -1, 1 << 29, -(1 << 31), 1 << 59, -(1 << 61), 1 << 64, -(1 << 64)):
        kept = word(number, _LENGTH)
        digits = kept >> 3 if sys.version_info >= (3, 12) else abs(kept)
        if digits != -(-abs(number).bit_length() // sys.int_info.bits_per_digit):
            return False
    for array in (np.zeros((3, 4), np.float32).T, np.ones((2, 1, 5))[:, :, ::-2], np.arange(3)):
        if np.ndarray.__basicsize__ < _FLAGS_AT + 4 or word(array, _CLASS) != id(np.ndarray):
            return False
        if word(array, _DATA) != array.__array_interface__["data"][0] or word(array, _DTYPE) != id(array.dtype):
            return False
        if half(array, _RANK) != array.ndim or half(array, _FLAGS_AT) != array.flags.num:
            return False
        for at, values in ((_SIZES, array.shape), (_STRIDES, array.strides)):
            if tuple((ctypes.c_int64 * array.ndim).from_address(word(array, at))) != values:
                return False
    return True
