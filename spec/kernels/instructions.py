"""
Instructions without control flow and memory, after the core specification of WebAssembly 2.0. Each takes the terms of its
operands. There is no division and no remainder: their time may depend on their operands, so a kernel that uses one is refused.
"""
import z3

import bits
from bits import bit, constant, extract, folded, lanes, mask, sign_extend, vector, zero_extend

COMPARE = {
    'eq': lambda x, y: x == y,
    'ne': lambda x, y: x != y,
    'lt_s': lambda x, y: x < y,
    'le_s': lambda x, y: x <= y,
    'gt_s': lambda x, y: x > y,
    'ge_s': lambda x, y: x >= y,
    'lt_u': z3.ULT,
    'le_u': z3.ULE,
    'gt_u': z3.UGT,
    'ge_u': z3.UGE,
}

SHIFT = {'shl': lambda x, k: x << k, 'shr_s': lambda x, k: x >> k, 'shr_u': z3.LShR}

ARITHMETIC = {'add': lambda x, y: x + y, 'sub': lambda x, y: x - y, 'or': lambda x, y: x | y, 'xor': lambda x, y: x ^ y}

SHAPES = {'i8x16': 8, 'i16x8': 16, 'i32x4': 32, 'i64x2': 64}


class Unknown(Exception):
    """An instruction that has no meaning here."""


def scalar(kind, name, operands, recorder):
    width = int(kind[1:])
    x, y = operands[0], operands[-1]
    if name == 'mul':
        return recorder.product(x, y)
    if name == 'and':
        return bits.conjunction(x, y)
    if name in ARITHMETIC:
        return folded(ARITHMETIC[name](x, y), x, y)
    if name in SHIFT:
        return folded(SHIFT[name](x, folded(y & (width - 1), y)), x, y)
    if name in COMPARE:
        return bit(COMPARE[name](x, y), x, y)
    if name == 'eqz':
        return bit(x == 0, x)
    if name == 'wrap_i64':
        return extract(x, 0, 32)
    if name in ('extend_i32_s', 'extend_i32_u'):
        return sign_extend(x, 64) if name.endswith('s') else zero_extend(x, 64)
    if name in ('extend8_s', 'extend16_s', 'extend32_s'):
        return sign_extend(extract(x, 0, int(name[6:-2])), width)
    raise Unknown(f'{kind}.{name}')


def whole(name, operands):
    """Instructions on all 128 bits."""
    parts = list(bits.pieces(*operands))
    if name == 'any_true':
        return bit(z3.Or(*(x != 0 for (x,) in parts)), *(x for (x,) in parts))
    if name == 'and':
        return vector(bits.conjunction(x, y) for x, y in parts)
    if name in ('or', 'xor'):
        return vector(folded(ARITHMETIC[name](x, y), x, y) for x, y in parts)
    if name == 'not':
        return vector(folded(~x, x) for (x,) in parts)
    if name == 'andnot':
        return vector(bits.conjunction(x, folded(~y, y)) for x, y in parts)
    raise Unknown(f'v128.{name}')


def packed(shape, name, operands, recorder):
    """Instructions on lanes."""
    width = SHAPES[shape]
    if name == 'splat':
        return vector([extract(operands[0], 0, width)] * (128 // width))
    half = slice(128 // width, None) if '_high_' in name else slice(0, 128 // width)
    extend = sign_extend if name.endswith('_s') else zero_extend
    if name.startswith('extend_'):
        return vector(extend(x, width) for x in lanes(operands[0], width // 2)[half])
    if name.startswith('extmul_'):
        narrow = [[extend(x, width) for x in lanes(operand, width // 2)[half]] for operand in operands]
        return vector(recorder.product(x, y) for x, y in zip(*narrow))
    if name == 'dot_i16x8_s':
        wide = [[sign_extend(x, 32) for x in lanes(operand, 16)] for operand in operands]
        products = [recorder.product(x, y) for x, y in zip(*wide)]
        return vector(folded(a + b, a, b) for a, b in zip(products[::2], products[1::2]))
    if name.startswith('narrow_') and name.endswith('_s'):
        return vector(_narrowed(x, width) for operand in operands for x in lanes(operand, 2 * width))
    if name in SHIFT:
        by = folded(operands[1] & (width - 1), operands[1])
        by = zero_extend(by, width) if width > 32 else extract(by, 0, width)
        return vector(folded(SHIFT[name](x, by), x, by) for x in lanes(operands[0], width))
    if name == 'neg':
        return vector(folded(-x, x) for x in lanes(operands[0], width))
    pairs = list(zip(*(lanes(operand, width) for operand in operands)))
    if name in ('min_s', 'max_s', 'max_u'):
        return vector(recorder.extreme(name, x, y) for x, y in pairs)
    if name == 'min_u':
        return vector(bits.choose(z3.ULT(x, y), x, y, x, y) for x, y in pairs)
    if name in ('add', 'sub'):
        return vector(folded(ARITHMETIC[name](x, y), x, y) for x, y in pairs)
    if name == 'mul':
        return vector(recorder.product(x, y) for x, y in pairs)
    if name in COMPARE:
        return vector(mask(COMPARE[name](x, y), width, x, y) for x, y in pairs)
    raise Unknown(f'{shape}.{name}')


def _narrowed(term, width):
    """With signed saturation."""
    most, least = constant(2 ** (width - 1) - 1, term.size()), constant(-(2 ** (width - 1)), term.size())
    low = extract(term, 0, width)
    inner = bits.choose(term < least, extract(least, 0, width), low, term)
    return bits.choose(term > most, extract(most, 0, width), inner, term)


def apply(name, operands, recorder):
    kind, operation = name.split('.', 1)
    if kind in ('i32', 'i64'):
        return scalar(kind, operation, operands, recorder)
    if kind == 'v128':
        return whole(operation, operands)
    if kind in SHAPES:
        return packed(kind, operation, operands, recorder)
    raise Unknown(name)
