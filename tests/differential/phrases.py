"""Which phrases does a drawn program choose from? One a line; names in braces are filled in where it is drawn.

`{one}` is an expression, `{base}` and `{name}` the name of an array, `{mask}` a mask of its shape, `{rows}` one of
ROWS, `{k}` a small integer, `{axis}` an axis, `{length}` the length of the first axis, `{more}` two more than that.
"""

#: Functions that move elements about, or look at all of them.
MOVING = """
np.roll({one}, {k})
np.roll({one}, {k}, axis={axis})
np.flip({one}, {axis})
np.flip({one})
np.rot90({one})
np.concatenate(({one}, {one}), axis={axis})
np.concatenate([{one}[:1], {one}])
np.stack(({one}, {one}))
np.vstack(({one}, {one}))
np.hstack(({one}, {one}))
np.repeat({one}, 2, axis={axis})
np.repeat({one}, 2)
np.tile({one}, 2)
np.take({one}, [0, -1], axis={axis})
np.take({one}, 0)
np.cumsum({one}, axis={axis})
np.cumprod({one}, {axis})
np.diff({one}, axis={axis})
np.diff({one}, {k})
np.sort({one}, axis={axis})
np.argsort({one}, axis={axis}, kind='stable')
np.tril({one})
np.triu({one}, {k})
np.trace({one})
np.diagonal({one})
np.diag({one})
np.nonzero({one})[0]
np.flatnonzero({one})
np.count_nonzero({one}, axis={axis})
np.ptp({one}, axis={axis})
np.pad({one}, 1)
np.pad({one}, ({k}, 1), mode='edge')
np.moveaxis({one}, 0, -1)
np.expand_dims({one}, {axis})
np.atleast_2d({one})
np.unique({one})
np.median({one}, axis={axis})
np.average({one}, axis={axis})
np.outer({one}, {one})
np.inner({one}, {one})
np.vdot({one}, {one})
np.kron({one}, {one})
np.gradient({one}, axis={axis})
np.trapezoid({one}, axis={axis})
np.einsum('i,i', {one}, {one})
np.einsum('ij->j', {one})
np.einsum('ij,ij->i', {one}, {one})
np.tensordot({one}, {one}, {axis})
np.linalg.norm({one}, axis={axis})
np.nansum({one}, axis={axis})
np.nanmax({one})
np.searchsorted(np.arange(3), {one})
np.select([{one} > 1, {one} < 0], [{one}, -{one}], {k})
np.choose(({one} > 0) * 1, [{one}, 1])
np.isclose({one}, {k})
np.array_equal({one}, {one})
np.minimum.reduce({one}, axis={axis})
np.add.accumulate({one}, axis={axis})
np.broadcast_to({one}, (2,) + {one}.shape)
np.array([{k}, 2, {k}]) + {one}[..., :1]
np.meshgrid({one}, {one})[1]
np.ravel({one}, order='F')
{one}.reshape(-1, order='F')
{one}.copy(order='F')
{one}.transpose()
{one}.mean({axis}, keepdims=True)
{one}.swapaxes(0, {axis})
{one}.astype(np.float32).sum({axis})
{one}.dot({one})
{one}.item(0)
{one}.cumsum({axis})
""".strip().splitlines()

#: Ways to index with integer arrays and masks, and slices among them.
FANCY = """
[{rows}]
[..., {rows}]
[{rows}, 0]
[0, {rows}]
[:, {rows}]
[{rows}, {rows}]
[{rows}, 1:]
[::-1, {rows}]
[{rows}, None]
[np.array([[0], [-1]]), {rows}]
[np.ix_([0, -1], [0])]
[{mask}]
[{mask}, 0]
[{mask}[..., 0]]
[{mask}][:2]
[..., {mask}[0]]
[~{mask}].sum()
[{rows}].sum(axis=0)
[np.argsort({name}, axis=None) % 2]
[np.argmax({name}, axis=0) * 0]
[np.nonzero({name})]
[n]
[[n, 0]]
""".strip().splitlines()

#: Integer indices.
ROWS = """
np.array([0, 0])
[0, -1]
np.array([-1, 0, 0])
np.array([[0, 0], [-1, 0]])
np.array([], dtype=np.int64)
np.arange(2)
np.array([0, 0], dtype=np.uint8)
np.array([1, 0], dtype=np.int32)
[0]
(0, -1)
np.arange({name}.shape[0])[::-1]
""".strip().splitlines()

#: Loops over the rows of an array.
OVER_ROWS = """
for row in {base}:
for j, row in enumerate({base}):
for row, j in zip({base}, range(3)):
for j in reversed(range(len({base}))):
for row in reversed({base}):
""".strip().splitlines()

#: Statements that are likely to raise.
FAULTS = """
z = {base}[{length}]
z = {base} + np.zeros({more})
{base}[{more}] = 1
{base}[0, 0, 0, 0] = 1
{base}[:] = np.zeros({more})
z = {base}.reshape(7, 11)
{base} += 0.5j
z = np.zeros(-1)
z = np.sum({base}, axis=3)
z = {base} @ np.ones(({more}, 2))
z = undefined + 1
assert {base}.size > 50
z = np.max({base}[:0])
if {base} > 0: z = 1
z = {base}[0.5]
z = {base}[[0, {more}]]
z = {base}[np.array([{more}])] + 1
{base}[[-{more}, 0]] = 1
z = {base}[np.ones({more}, dtype=bool)]
{base}[np.ones({more}, dtype=bool)] = 0
z = np.concatenate(({base}, np.ones((1, 1, 1, 1))))
for i in range({more}): {base}[i] = 1
z = np.take({base}, {more} * 100)
z = np.add({base}, 1, out=np.zeros({more}))
z = 1 // (len({base}) - {length})
p, q = {base}
raise ValueError('too small')
z = int({base})
z = np.ones(2) ** 'a'
""".strip().splitlines()
