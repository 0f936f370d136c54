"""
Names for the two operations that a solver is better not shown: the extremes of many values, and products of two symbolic
values. Each gets a variable; what it stands for is kept beside it.
"""
from collections import namedtuple

import z3

from bits import folded, is_constant

Extreme = namedtuple('Extreme', 'kind variable left right')
Product = namedtuple('Product', 'variable left right')

EXTREMES = {
    'min_s': lambda x, y: z3.If(x < y, x, y),
    'max_s': lambda x, y: z3.If(x > y, x, y),
    'max_u': lambda x, y: z3.If(z3.UGT(x, y), x, y),
}


class Recorder:
    def __init__(self):
        self.extremes = []
        self.products = []

    def extreme(self, kind, left, right):
        meant = EXTREMES[kind](left, right)
        if is_constant(left) and is_constant(right):
            return folded(meant)
        variable = z3.BitVec(f'extreme{len(self.extremes)}', left.size())
        self.extremes.append(Extreme(kind, variable, left, right))
        return variable

    def product(self, left, right):
        for x in (left, right):
            if is_constant(x) and x.as_long() == 0:
                return x
        if is_constant(left) or is_constant(right):
            return folded(left * right, left, right)
        variable = z3.BitVec(f'product{len(self.products)}', left.size())
        self.products.append(Product(variable, left, right))
        return variable

    def definitions(self):
        """What every variable stands for, as equations."""
        return [e.variable == EXTREMES[e.kind](e.left, e.right) for e in self.extremes] + [
            p.variable == p.left * p.right for p in self.products
        ]
