"""How do arrays get to the device and back, and how many threads does a kernel get?

What lies on the device already is used there, without a copy. A kernel's loops step over the whole grid, so any grid is
right; these fill a GPU and do not depend on which one it is, so that results have the same bits everywhere.
"""

import numpy as np
from numba import cuda


def on_device(*arrays):
    """Whether one of the arrays lies on the device: then the results stay there."""
    return any(hasattr(x, "__cuda_array_interface__") or getattr(x, "__cuda_ndarray__", False) for x in arrays)


def to_device(array):
    """The array on the device: itself where it lies there, else a copy, in its own order where that is C or Fortran."""
    if getattr(array, "__cuda_ndarray__", False):
        return array
    if hasattr(array, "__cuda_array_interface__"):
        return cuda.as_cuda_array(array)
    return cuda.to_device(array if array.flags.forc else np.ascontiguousarray(array))


def to_host(array, resident):
    """A result where the caller wants it: on the device when arguments were there."""
    return array if resident else array.copy_to_host()


def original_of(array, resident, *parameters):
    """A result that may be one of the parameters: then the very object that the caller passed."""
    for device, host in parameters:
        if array is device:
            return host
    return to_host(array, resident)


def view_result(view, resident):
    """A view of a result, on the device where the caller wants it there."""
    return cuda.to_device(np.ascontiguousarray(view)) if resident else view


def copy_back(device, host):
    """Give a stored parameter its new elements; the caller's device arrays have them already."""
    if isinstance(host, np.ndarray) and host.flags.writeable and host.size:
        if host.flags.forc:
            device.copy_to_host(host)
        else:
            host[...] = device.copy_to_host()


def element(array, *index):
    """One element of an array on the device, as a NumPy scalar."""
    return array[index] if index else array.copy_to_host()[()]


def power_of_two(size, least, most):
    """The smallest power of two that is at least `size`, within bounds."""
    return min(max(1 << max(int(size) - 1, 0).bit_length(), least), most)


def threads_for(*sizes):
    """(grid, block) for up to three nested loops, one thread for each iteration; the last loop is the fastest."""
    width = power_of_two(sizes[-1], 1 if len(sizes) > 1 else 32, 256)
    height = 256 // width if len(sizes) > 1 else 1
    if len(sizes) > 1:
        height = power_of_two(sizes[-2], 1, height)
    blocks = [max(-(-int(sizes[-1]) // width), 1)]
    if len(sizes) > 1:
        blocks.append(min(max(-(-int(sizes[-2]) // height), 1), 65_535))
    if len(sizes) > 2:
        blocks.append(min(max(int(sizes[-3]), 1), 65_535))
    return tuple(blocks), (width, height)


def partial_results(*sizes):
    """(grid, block) for nested loops that accumulate: at most 1024 blocks, each of which gives one partial result."""
    grid, block = threads_for(*sizes)
    limits = ((1024,), (32, 32), (16, 8, 8))[len(grid) - 1]
    return tuple(min(n, most) for n, most in zip(grid, limits, strict=True)), block


def block_for_each(rows, size):
    """(grid, block) for a loop each of whose iterations has a block that works on `size` elements."""
    return (min(max(int(rows), 1), 2**20),), (power_of_two(size, 32, 256),)
