"""Temporary."""
import numpy as np
from .base import Op, OpKind, OpTable, Algebra
def register(ops):
    sym = dict(add="+",subtract="-",multiply="*",divide="/",floor_divide="//",remainder="%",power="**",less="<",less_equal="<=",equal="==",not_equal="!=",greater=">",greater_equal=">=",bitwise_and="&",bitwise_or="|",bitwise_xor="^")
    for n,s in sym.items():
        ops.add(Op(n,OpKind.ELEMENTWISE,(getattr(np,n),),getattr(np,n),symbol=s,scalar={"py":{"*":"{0} "+s+" {1}"}}))
    for n in "exp log sqrt sin cos tan arctan2 arcsin arccos arctan absolute minimum maximum isnan isinf isfinite square hypot tanh sign positive rint floor ceil logical_and logical_or logical_not reciprocal".split():
        u=getattr(np,n)
        t = "np."+n+"("+", ".join("{%d}"%k for k in range(u.nin))+")"
        if n=="logical_and": t="{0} and {1}"
        if n=="logical_or": t="{0} or {1}"
        if n=="logical_not": t="not {0}"
        if n=="square": t="{0} * {0}"
        ops.add(Op(n,OpKind.ELEMENTWISE,(u,),u,scalar={"py":{"*":t}},cost=20 if n in ("exp","log","sin","cos") else 1))
    ops.add(Op("negative",OpKind.ELEMENTWISE,(np.negative,),np.negative,symbol="-",scalar={"py":{"*":"-{0}"}}))
    ops.add(Op("invert",OpKind.ELEMENTWISE,(np.invert,),np.invert,symbol="~",scalar={"py":{"*":"~{0}"}}))
    ops.add(Op("where",OpKind.ELEMENTWISE,(np.where,),scalar={"py":{"*":"{1} if {0} else {2}"}}))
    ops.add(Op("cast",OpKind.ELEMENTWISE,(),scalar={"py":{"*":"{0}"}}))
