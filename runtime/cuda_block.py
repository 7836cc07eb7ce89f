"""How do the threads of a block combine what each of them has, in an order that never changes?

A tree over shared memory: the errors of its sums grow with the logarithm of the number of threads, and two runs give
the same bits. `scratch` is a shared array of at least as many elements as the block has threads, whose number is a
power of two. Every thread has to call, and every thread gets the result.
"""

import numpy as np
from numba import cuda


@cuda.jit(device=True)
def block_number():
    """The number of this block in its grid."""
    return cuda.blockIdx.x + cuda.gridDim.x * (cuda.blockIdx.y + cuda.gridDim.y * cuda.blockIdx.z)


@cuda.jit(device=True)
def block_sum(value, scratch):
    lane = cuda.threadIdx.x + cuda.blockDim.x * cuda.threadIdx.y
    scratch[lane] = value
    cuda.syncthreads()
    width = cuda.blockDim.x * cuda.blockDim.y // 2
    while width > 0:
        if lane < width:
            scratch[lane] = scratch[lane] + scratch[lane + width]
        cuda.syncthreads()
        width //= 2
    result = scratch[0]
    cuda.syncthreads()
    return result


@cuda.jit(device=True)
def block_product(value, scratch):
    lane = cuda.threadIdx.x + cuda.blockDim.x * cuda.threadIdx.y
    scratch[lane] = value
    cuda.syncthreads()
    width = cuda.blockDim.x * cuda.blockDim.y // 2
    while width > 0:
        if lane < width:
            scratch[lane] = scratch[lane] * scratch[lane + width]
        cuda.syncthreads()
        width //= 2
    result = scratch[0]
    cuda.syncthreads()
    return result


@cuda.jit(device=True)
def block_minimum(value, scratch):
    lane = cuda.threadIdx.x + cuda.blockDim.x * cuda.threadIdx.y
    scratch[lane] = value
    cuda.syncthreads()
    width = cuda.blockDim.x * cuda.blockDim.y // 2
    while width > 0:
        if lane < width:
            scratch[lane] = np.minimum(scratch[lane], scratch[lane + width])
        cuda.syncthreads()
        width //= 2
    result = scratch[0]
    cuda.syncthreads()
    return result


@cuda.jit(device=True)
def block_maximum(value, scratch):
    lane = cuda.threadIdx.x + cuda.blockDim.x * cuda.threadIdx.y
    scratch[lane] = value
    cuda.syncthreads()
    width = cuda.blockDim.x * cuda.blockDim.y // 2
    while width > 0:
        if lane < width:
            scratch[lane] = np.maximum(scratch[lane], scratch[lane + width])
        cuda.syncthreads()
        width //= 2
    result = scratch[0]
    cuda.syncthreads()
    return result


@cuda.jit(device=True)
def block_any(value):
    return cuda.syncthreads_or(1 if value else 0) != 0


@cuda.jit(device=True)
def block_all(value):
    return cuda.syncthreads_and(1 if value else 0) != 0
