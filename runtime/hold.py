"""How does the generated code of this process get large results and temporaries without new pages?

Where mdsl is at work, it imports `held_empty` from here and calls it where it would call `np.empty`: a function in
machine code that asks NumPy's C-API for the array, a small one as NumPy's own does, in less time, since it looks at
fewer kinds of arguments; a large one while the handler of `blocks.py` is set. An array keeps the handler that it was
made under and frees and resizes its memory through it, so it owns its data and is like any other.

What it does not know (dtypes that are no types, sizes that are no ints, keywords) is left to NumPy's, and so is a large
array where somebody else has set a handler.
"""

from __future__ import annotations

import ctypes
import os
import sys
import sysconfig
import threading
from collections.abc import Callable
from pathlib import Path
from string import Template
from typing import Any

import numpy as np

from .blocks import LARGE, Blocks, most_bytes
from .machine_code import METH_FASTCALL, METH_KEYWORDS, Method, builtin, keep, machine_code, python_api

#: The name of the handler, which NumPy tells of an array, and of NumPy's own.
NAME, _DEFAULT = "mdsl", "default_allocator"

#: Types that generated code names, and their numbers in NumPy's C-API.
_TYPES = {
    np.dtype(code).type: np.dtype(code).num
    for code in ("?", "b", "B", "h", "H", "i", "I", "l", "L", "f", "d", "F", "D")
}

#: Where in the table of NumPy's C-API are what is used of it; the table only grows within a version of the ABI.
_ABI_VERSION, _ARRAY_TYPE, _NEW, _SET_HANDLER, _DEFAULT_HANDLER = 0, 2, 93, 304, 306
_ABI = 0x02000000

#: Axes of an array at most.
_AXES = 32

_IR = Template("""
@handler = global ptr null  ; none yet

declare i64 @PyTuple_Size(ptr)
declare ptr @PyTuple_GetItem(ptr, i64)
declare i64 @PyLong_AsSsize_t(ptr)
declare void @PyErr_Clear()
declare void @Py_DecRef(ptr)
declare ptr @PyObject_Vectorcall(ptr, ptr, i64, ptr)
declare { i64, i1 } @llvm.umul.with.overflow.i64(i64, i64)

define internal ptr @new(i64 %axes, ptr %sizes, i32 %type) {
  %rank = trunc i64 %axes to i32
  %array = call ptr $new(
    ptr $array_type, i32 %rank, ptr %sizes, i32 %type, ptr null, ptr null, i32 0, i32 0, ptr null)
  ret ptr %array
}

; As CPython calls functions that take their arguments in a vector.
define ptr @empty(ptr %self, ptr %arguments, i64 %count, ptr %keywords) {
entry:
  %sizes = alloca i64, i64 $axes
  %plain = icmp eq ptr %keywords, null
  br i1 %plain, label %dtype, label %usual
dtype:
  switch i64 %count, label %usual [
    i64 1, label %known
    i64 2, label %named
  ]
named:
  %second_at = getelementptr ptr, ptr %arguments, i64 1
  %second = load i64, ptr %second_at
  switch i64 %second, label %usual [
$cases
  ]
$blocks
known:
  %type = phi i32 [ $default_type, %dtype ], $types
  %each = phi i64 [ $default_bytes, %dtype ], $bytes
  %shape = load ptr, ptr %arguments
  %kind_at = getelementptr ptr, ptr %shape, i64 1
  %kind = load i64, ptr %kind_at
  %several = icmp eq i64 %kind, $tuple
  br i1 %several, label %tuple, label %sized
tuple:
  %axes_of_tuple = call i64 @PyTuple_Size(ptr %shape)
  br label %sized
sized:
  %axes = phi i64 [ 1, %known ], [ %axes_of_tuple, %tuple ]
  %few = icmp ule i64 %axes, $axes
  br i1 %few, label %head, label %usual
head:
  %k = phi i64 [ 0, %sized ], [ %k_next, %fine ]
  %total = phi i64 [ %each, %sized ], [ %total_next, %fine ]
  %more = icmp ult i64 %k, %axes
  br i1 %more, label %item, label %make
item:
  br i1 %several, label %of_tuple, label %read
of_tuple:
  %one = call ptr @PyTuple_GetItem(ptr %shape, i64 %k)
  br label %read
read:
  %object = phi ptr [ %shape, %item ], [ %one, %of_tuple ]
  %class_at = getelementptr ptr, ptr %object, i64 1
  %class = load i64, ptr %class_at
  %integer = icmp eq i64 %class, $int
  br i1 %integer, label %count_of, label %usual
count_of:
  %size = call i64 @PyLong_AsSsize_t(ptr %object)
  %bad = icmp slt i64 %size, 0
  br i1 %bad, label %unclear, label %right
right:
  %size_at = getelementptr i64, ptr %sizes, i64 %k
  store i64 %size, ptr %size_at
  %product = call { i64, i1 } @llvm.umul.with.overflow.i64(i64 %total, i64 %size)
  %total_next = extractvalue { i64, i1 } %product, 0
  %over = extractvalue { i64, i1 } %product, 1
  br i1 %over, label %usual, label %fine
fine:
  %k_next = add i64 %k, 1
  br label %head
make:
  %large = icmp uge i64 %total, $large
  br i1 %large, label %set, label %small
small:
  %usual_array = call ptr @new(i64 %axes, ptr %sizes, i32 %type)
  ret ptr %usual_array

set:
  %handler = load ptr, ptr @handler
  %ready = icmp ne ptr %handler, null
  br i1 %ready, label %ask, label %first
first:
  %first_array = call ptr @PyObject_Vectorcall(ptr $first_large, ptr %arguments, i64 %count, ptr null)
  ret ptr %first_array
ask:
  %before = call ptr $set_handler(ptr %handler)
  %failed = icmp eq ptr %before, null
  br i1 %failed, label %unclear, label %whose
whose:
  %default = load ptr, ptr $default_handler
  %free = icmp eq ptr %before, %default
  br i1 %free, label %held, label %back
held:
  %array = call ptr @new(i64 %axes, ptr %sizes, i32 %type)
  %made = icmp ne ptr %array, null
  br i1 %made, label %back, label %no_memory
no_memory:
  call void @PyErr_Clear()
  br label %back
back:
  %got = phi ptr [ null, %whose ], [ %array, %held ], [ null, %no_memory ]
  %ours = call ptr $set_handler(ptr %before)
  call void @Py_DecRef(ptr %before)
  call void @Py_DecRef(ptr %ours)
  %done = icmp ne ptr %got, null
  br i1 %done, label %out, label %usual
out:
  ret ptr %got

unclear:
  call void @PyErr_Clear()
  br label %usual
usual:
  %result = call ptr @PyObject_Vectorcall(ptr $numpy_empty, ptr %arguments, i64 %count, ptr %keywords)
  ret ptr %result
}
""")


class _Handler(ctypes.Structure):
    """NumPy's `PyDataMem_Handler`, version 1."""

    _fields_ = (
        ("name", ctypes.c_char * 127),
        ("version", ctypes.c_uint8),
        ("context", ctypes.c_void_p),
        ("allocator", ctypes.c_void_p * 4),
    )


class Arrays:
    """The `held_empty` of generated code, and from the first large array on the blocks that it holds.

    Raises OSError where there can be none, RuntimeError where llvmlite does not take the code.
    """

    def __init__(self) -> None:
        if sys.implementation.name != "cpython" or sysconfig.get_config_var("Py_GIL_DISABLED"):
            raise OSError("no memory is held: this is not CPython with a GIL")
        if hasattr(sys, "getobjects"):
            raise OSError("no memory is held: objects begin otherwise in this build of CPython")
        self.blocks: Blocks | None = None
        self.refused = False
        first_large = self.first_large
        engine = machine_code(_text(_numpy_table(), id(first_large)))
        self._handler = ctypes.c_void_p.from_address(engine.get_global_value_address("handler"))
        method = Method(b"empty", engine.get_function_address("empty"), METH_FASTCALL | METH_KEYWORDS, None)
        keep(first_large, method)
        self.empty = builtin(method)

    def first_large(self, *arguments: Any) -> np.ndarray:
        """What the machine code calls for a large array as long as it has no handler: many processes need none."""
        if _handler_name() != _DEFAULT:
            return np.empty(*arguments)  # somebody else's
        with _lock:
            if self.blocks is None and not self.refused:
                try:
                    self._hold(Blocks(most_bytes(), _huge_pages()))
                except (OSError, RuntimeError):
                    self.refused = True
        return np.empty(*arguments) if self.blocks is None else self.empty(*arguments)

    def _hold(self, blocks: Blocks) -> None:
        name = ctypes.c_char_p(b"mem_handler")
        handler = _Handler(NAME.encode(), 1, None, (ctypes.c_void_p * 4)(*blocks.allocator))
        new = python_api("PyCapsule_New", ctypes.py_object, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)
        capsule = new(ctypes.addressof(handler), name, None)
        keep(name, handler, capsule)
        self._handler.value = id(capsule)
        if not _works(self.empty):
            self._handler.value = None
            raise OSError("no memory is held: NumPy does not take the handler")
        blocks.release()  # of the array that was tried
        os.register_at_fork(after_in_child=blocks.release)  # the pages are the parent's, here they would be copied
        self.blocks = blocks


def _numpy_table() -> Any:
    """The table of NumPy's C-API. Raises OSError where this is not the one of NumPy 2."""
    from numpy._core import _multiarray_umath  # type: ignore[attr-defined]

    pointer = python_api("PyCapsule_GetPointer", ctypes.c_void_p, ctypes.py_object, ctypes.c_char_p)
    table = ctypes.cast(pointer(_multiarray_umath._ARRAY_API, None), ctypes.POINTER(ctypes.c_size_t))
    if ctypes.PYFUNCTYPE(ctypes.c_uint)(table[_ABI_VERSION])() != _ABI or table[_ARRAY_TYPE] != id(np.ndarray):
        raise OSError("no memory is held: this is not the C-API of NumPy 2")
    return table


def _text(table: Any, first_large: int) -> str:
    """The code of `empty`, in which the addresses of this process stand as numbers."""

    def address(number: int) -> str:
        return f"inttoptr (i64 {number} to ptr)"

    sizes = {number: np.dtype(kind).itemsize for kind, number in _TYPES.items()}
    default = np.dtype(np.float64)
    return _IR.substitute(
        axes=_AXES,
        large=LARGE,
        tuple=id(tuple),
        int=id(int),
        cases="\n".join(f"    i64 {id(kind)}, label %type_{number}" for kind, number in _TYPES.items()),
        blocks="\n".join(f"type_{number}:\n  br label %known" for number in sizes),
        types=", ".join(f"[ {number}, %type_{number} ]" for number in sizes),
        bytes=", ".join(f"[ {size}, %type_{number} ]" for number, size in sizes.items()),
        default_type=default.num,
        default_bytes=default.itemsize,
        array_type=address(id(np.ndarray)),
        new=address(table[_NEW]),
        set_handler=address(table[_SET_HANDLER]),
        default_handler=address(table[_DEFAULT_HANDLER]),
        first_large=address(first_large),
        numpy_empty=address(id(np.empty)),
    )


def _huge_pages() -> bool:
    """Whether NumPy asks for huge pages and the system gives them."""
    asks = getattr(np._core.multiarray, "_get_madvise_hugepage", None)
    try:
        setting = Path("/sys/kernel/mm/transparent_hugepage/enabled").read_text(encoding="ascii")
    except OSError:
        return False
    return "[never]" not in setting and (asks is None or bool(asks()))


def _works(empty: Callable[..., np.ndarray]) -> bool:
    """Whether a large array has the handler, a small one and what comes after have not."""
    large, small = empty((LARGE // 16, 2)), empty(3, np.int8)
    names = _handler_name(large), _handler_name(small), _handler_name()
    return names == (NAME, _DEFAULT, _DEFAULT) and large.shape == (LARGE // 16, 2)


def _handler_name(*array: np.ndarray) -> str | None:
    """Of the handler that an array was made under, or that is set."""
    return np._core.multiarray.get_handler_name(*array)


_lock = threading.RLock()  # an array may be made while another one is collected
_arrays: Arrays | None = None
_refused = False


def __getattr__(name: str) -> Any:
    """`held_empty`, made when it is first imported; NumPy's own where no memory can be held."""
    if name != "held_empty":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    arrays = _the_arrays()
    return np.empty if arrays is None else arrays.empty


def release_memory() -> int:
    """Give back to the system what is held for the next large arrays. How many bytes that were."""
    return 0 if _arrays is None or _arrays.blocks is None else int(_arrays.blocks.release())


def _the_arrays() -> Arrays | None:
    global _arrays, _refused
    with _lock:
        if _arrays is None and not _refused:
            try:
                if most_bytes() < LARGE:
                    raise OSError("no memory is held: none is to be")
                _arrays = Arrays()
            except (OSError, RuntimeError, ImportError, AttributeError):
                _refused = True
        return _arrays
