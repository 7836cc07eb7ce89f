"""The pipeline: what happens to a program between the source and the target, in order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..ir import array as arr
from ..ir import loops as lp
from .batch_products import batch_products
from .block_extremes import block_extremes
from .bufferise import bufferise
from .column_major import column_major
from .context import Context
from .contract import contract
from .delay_divisions import delay_divisions
from .eliminate import prune, share
from .enlarge import enlarge
from .forward import forward
from .fuse import fuse
from .hoist import hoist
from .interchange import interchange
from .localise import localise
from .lower import lower
from .masked_reductions import masked_reductions
from .overlap import overlap
from .pair_products import pair_products
from .parallelise import parallelise
from .predicate import predicate
from .privatise import privatise
from .reuse import reuse
from .share_out import share_out
from .simplify import simplify
from .sink import sink
from .small_products import small_products
from .solve import solve
from .split_reductions import block_sums, split_reductions
from .split_stacks import split_stacks
from .strip_rounds import strip_rounds
from .tile import tile

__all__ = ["ARRAY", "LOOPS", "LOWERING"]

#: On whole arrays: what is computed.
ARRAY: tuple[Callable[[arr.Program, Context], arr.Program], ...] = (
    forward,  # what is known from its index needs no array
    masked_reductions,  # what a mask picks is summed where it is
    solve,  # a system of equations needs no inverse
    simplify,  # do the algebra before the arithmetic
    share,  # compute once what several statements compute
    prune,  # leave out what nobody reads
)

#: From whole arrays to loops over their elements.
LOWERING: tuple[Callable[[Any, Context], Any], ...] = (
    bufferise,  # name the parts that need a loop of their own
    delay_divisions,  # divide a sum, not what is summed
    lower,  # one nest for each statement
)

#: On loops: how it is computed.
LOOPS: tuple[Callable[[lp.Program, Context], lp.Program], ...] = (
    localise,  # what only a round reads is its own
    batch_products,  # many products with one matrix read it once
    hoist,  # allocate once, not in each round of a loop
    small_products,  # a call of BLAS in each round costs more than a small product
    pair_products,  # both products of a large matrix read it once
    fuse,  # read each array once
    contract,  # what one iteration alone uses needs no memory
    column_major,  # what is made of arrays in Fortran's order is in Fortran's order
    overlap,  # what is read at a distance is made strip by strip
    sink,  # a recurrence runs within what is independent of it
    split_reductions,  # a sum over everything runs in chunks
    privatise,  # a scatter runs in chunks, each into a copy
    parallelise,  # use the other cores, where the iterations allow it
    strip_rounds,  # what all rounds go over stays in the first cache
    interchange,  # walk along rows
    tile,  # or by tiles, where one array's rows are another's columns
    predicate,  # no branch on a bit
    block_extremes,  # where the largest is, is asked of blocks
    share_out,  # nor does a single long loop in a loop run on one core
    block_sums,  # long sums are as accurate as NumPy's
    enlarge,  # allocate once by the largest size, not in each round by its own
    reuse,  # temporaries live in each other's memory
    split_stacks,  # a call of BLAS wakes no threads that NumPy's would not
)
