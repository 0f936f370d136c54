"""A symbolic interpreter of the part of WebAssembly that the kernels use. Integers are bit vectors of z3.

Control flow and addresses must be known numbers. A branch or an address that depends on the content of memory raises
`SecretDependent`: a run that ends shows that there is none, for these sizes.
"""
import re
import subprocess

from z3 import (
    ULT, UGE, UGT, ULE, BitVec, BitVecVal, Concat, Extract, If, LShR, SignExt, ZeroExt, is_bv_value, is_false, is_true, simplify,
)


class SecretDependent(Exception):
    """A branch or an address depends on what is in memory."""


class _Branch(Exception):
    def __init__(self, label):
        self.label = label


class _Return(Exception):
    def __init__(self, value):
        self.value = value


def parse(text):
    """One S-expression as nested lists of words."""
    stack = [[]]
    for word in re.findall(r'"[^"]*"|\(|\)|[^\s()]+', text):
        if word == '(':
            stack.append([])
        elif word == ')':
            done = stack.pop()
            stack[-1].append(done)
        else:
            stack[-1].append(word)
    return stack[0][0]


def disassembled(path, wasm_dis):
    """The module's text."""
    return subprocess.run([wasm_dis, path], capture_output=True, text=True, check=True).stdout


class Module:
    """The functions of a module, by their names in the text and by the names under which they are exported."""

    def __init__(self, text):
        self.exports = dict(re.findall(r'\(export "(\w+)" \(func (\$\w+)\)\)', text))
        self._texts = {}
        self._parsed = {}
        for match in re.finditer(r'^ \(func (\$\w+) ', text, re.M):
            end = text.index('\n )\n', match.start()) + 3
            self._texts[match.group(1)] = text[match.start():end]

    def function(self, name):
        if name not in self._parsed:
            self._parsed[name] = parse(self._texts[name])
        return self._parsed[name]


def b32(value):
    return BitVecVal(value, 32)


def truth(condition):
    return If(condition, b32(1), b32(0))


def lanes(vector, count):
    width = 128 // count
    return [Extract(width * (i + 1) - 1, width * i, vector) for i in range(count)]


def joined(parts):
    return simplify(Concat(*reversed(parts)))


def _mask(condition, width):
    return If(condition, BitVecVal(-1, width), BitVecVal(0, width))


SHAPES = {'i8x16': 16, 'i16x8': 8, 'i32x4': 4, 'i64x2': 2}
LOADS = {
    'v128.load': lambda m, a: m.load(a, 16),
    'i32.load': lambda m, a: m.load(a, 4),
    'i64.load': lambda m, a: m.load(a, 8),
    'i32.load16_s': lambda m, a: SignExt(16, m.load(a, 2)),
    'i32.load16_u': lambda m, a: ZeroExt(16, m.load(a, 2)),
    'i32.load8_u': lambda m, a: ZeroExt(24, m.load(a, 1)),
    'i64.load32_u': lambda m, a: ZeroExt(32, m.load(a, 4)),
    'i64.load32_s': lambda m, a: SignExt(32, m.load(a, 4)),
    'v128.load32_splat': lambda m, a: joined([m.load(a, 4)] * 4),
    'v128.load16_splat': lambda m, a: joined([m.load(a, 2)] * 8),
    'v128.load16x4_s': lambda m, a: joined([SignExt(16, m.load(a + 2 * i, 2)) for i in range(4)]),
}
STORES = {'v128.store': 16, 'i32.store': 4, 'i64.store': 8, 'i32.store16': 2, 'i64.store32': 4}


class Memory:
    """Bytes at known addresses; what was never laid out is foreign: reads and writes of it are noted."""

    def __init__(self):
        self.bytes = {}
        self.foreign_reads = []
        self.foreign_writes = []

    def words(self, at, name, count, width=4):
        """Lays out `count` unknown words of `width` bytes and gives them as bit vectors."""
        made = []
        for i in range(count):
            word = BitVec(f'{name}{i}', 8 * width)
            made.append(word)
            for j in range(width):
                self.bytes[at + i * width + j] = Extract(8 * j + 7, 8 * j, word)
        return made

    def room(self, at, size):
        """Lays out `size` bytes that the function may write."""
        for i in range(size):
            self.bytes[at + i] = BitVecVal(0, 8)

    def load(self, address, size):
        parts = []
        for i in range(size):
            if address + i not in self.bytes:
                self.foreign_reads.append(address + i)
                self.bytes[address + i] = BitVec(f'foreign{address + i}', 8)
            parts.append(self.bytes[address + i])
        return simplify(Concat(*reversed(parts))) if size > 1 else parts[0]

    def store(self, address, value, size):
        for i in range(size):
            if address + i not in self.bytes:
                self.foreign_writes.append(address + i)
            self.bytes[address + i] = simplify(Extract(8 * i + 7, 8 * i, value))


class Machine:
    """Runs functions of a module over a memory."""

    def __init__(self, module, memory):
        self.module = module
        self.memory = memory

    def run(self, export, arguments):
        """What the exported function returns."""
        return self._call(self.module.function(self.module.exports[export]), arguments)

    def _call(self, function, arguments):
        frame, body, given = {}, [], iter(arguments)
        for part in function[2:]:
            if part[0] == 'param':
                frame[part[1]] = next(given)
            elif part[0] == 'local':
                frame[part[1]] = BitVecVal(0, {'i32': 32, 'i64': 64, 'v128': 128}[part[2]])
            elif part[0] not in ('result', 'type'):
                body.append(part)
        try:
            return self._sequence(body, frame)
        except _Return as end:
            return end.value

    def _sequence(self, body, frame):
        last = None
        for part in body:
            last = self._evaluate(part, frame)
        return last

    def _known(self, value, what):
        value = simplify(value)
        if not is_bv_value(value):
            raise SecretDependent(f'{what} depends on memory: {str(value)[:120]}')
        return value.as_long()

    def _holds(self, value):
        condition = simplify(value != 0)
        if is_true(condition):
            return True
        if is_false(condition):
            return False
        raise SecretDependent(f'a branch depends on memory: {str(condition)[:120]}')

    def _evaluate(self, code, frame):
        op, rest = code[0], code[1:]
        if op == 'local.get':
            return frame[rest[0]]
        if op in ('local.set', 'local.tee'):
            frame[rest[0]] = simplify(self._evaluate(rest[1], frame))
            return frame[rest[0]]
        if op in ('i32.const', 'i64.const'):
            return BitVecVal(int(rest[0]), int(op[1:3]))
        if op == 'v128.const':
            count = SHAPES[rest[0]]
            return joined([BitVecVal(int(x, 0), 128 // count) for x in rest[1:1 + count]])
        if op in ('block', 'loop'):
            return self._block(op, rest, frame)
        if op == 'br':
            raise _Branch(rest[0])
        if op == 'br_if':
            if self._holds(self._evaluate(rest[1], frame)):
                raise _Branch(rest[0])
            return None
        if op == 'if':
            parts = [x for x in rest if isinstance(x, list) and x[0] != 'result']
            chosen = 1 if self._holds(self._evaluate(parts[0], frame)) else 2
            return self._sequence(parts[chosen][1:], frame) if chosen < len(parts) else None
        if op == 'return':
            raise _Return(self._evaluate(rest[0], frame) if rest else None)
        if op == 'drop':
            self._evaluate(rest[0], frame)
            return None
        if op == 'call':
            return self._call(self.module.function(rest[0]), [self._evaluate(x, frame) for x in rest[1:]])
        if op in LOADS or op in STORES:
            return self._access(op, rest, frame)
        if op.endswith('extract_lane'):
            return lanes(self._evaluate(rest[1], frame), SHAPES[op.split('.')[0]])[int(rest[0])]
        if op == 'i8x16.shuffle':
            bytes_ = lanes(self._evaluate(rest[16], frame), 16) + lanes(self._evaluate(rest[17], frame), 16)
            return joined([bytes_[int(i)] for i in rest[:16]])
        values = [self._evaluate(x, frame) for x in rest]
        if op == 'select':
            return If(values[2] != 0, values[0], values[1])
        kind, name = op.split('.', 1)
        if kind in ('i32', 'i64'):
            return scalar(name, values)
        if kind == 'v128':
            return whole(name, values)
        return vector(name, values, SHAPES[kind])

    def _block(self, op, rest, frame):
        label = rest[0] if rest and isinstance(rest[0], str) else None
        body = [x for x in rest if isinstance(x, list) and x[0] != 'result']
        while True:
            try:
                return self._sequence(body, frame)
            except _Branch as branch:
                if branch.label != label:
                    raise
                if op == 'block':
                    return None

    def _access(self, op, rest, frame):
        offset = sum(int(x[7:]) for x in rest if isinstance(x, str) and x.startswith('offset='))
        operands = [x for x in rest if isinstance(x, list)]
        address = self._known(self._evaluate(operands[0], frame), 'an address') + offset
        if op in LOADS:
            return LOADS[op](self.memory, address)
        self.memory.store(address, self._evaluate(operands[1], frame), STORES[op])
        return None


def scalar(name, values):
    x = values[0]
    y = values[1] if len(values) > 1 else None
    width = x.size()
    return {
        'add': lambda: x + y, 'sub': lambda: x - y, 'mul': lambda: x * y,
        'and': lambda: x & y, 'or': lambda: x | y, 'xor': lambda: x ^ y,
        'shl': lambda: x << (y & (width - 1)), 'shr_s': lambda: x >> (y & (width - 1)),
        'shr_u': lambda: LShR(x, y & (width - 1)),
        'lt_s': lambda: truth(x < y), 'le_s': lambda: truth(x <= y), 'gt_s': lambda: truth(x > y), 'ge_s': lambda: truth(x >= y),
        'lt_u': lambda: truth(ULT(x, y)), 'le_u': lambda: truth(ULE(x, y)), 'gt_u': lambda: truth(UGT(x, y)),
        'ge_u': lambda: truth(UGE(x, y)), 'eq': lambda: truth(x == y), 'ne': lambda: truth(x != y), 'eqz': lambda: truth(x == 0),
        'wrap_i64': lambda: Extract(31, 0, x), 'extend_i32_s': lambda: SignExt(32, x), 'extend_i32_u': lambda: ZeroExt(32, x),
        'extend16_s': lambda: SignExt(16, Extract(15, 0, x)), 'extend8_s': lambda: SignExt(24, Extract(7, 0, x)),
    }[name]()


def whole(name, values):
    return {
        'and': lambda: values[0] & values[1], 'or': lambda: values[0] | values[1], 'xor': lambda: values[0] ^ values[1],
        'andnot': lambda: values[0] & ~values[1], 'not': lambda: ~values[0], 'any_true': lambda: truth(values[0] != 0),
        'bitselect': lambda: (values[0] & values[2]) | (values[1] & ~values[2]),
    }[name]()


def vector(name, values, count):
    width = 128 // count
    if name == 'splat':
        return joined([Extract(width - 1, 0, values[0])] * count)
    if name in ('shl', 'shr_s', 'shr_u'):
        by = values[1] & (width - 1)
        by = ZeroExt(32, by) if width == 64 else by if width == 32 else Extract(width - 1, 0, by)
        shift = {'shl': lambda x: x << by, 'shr_s': lambda x: x >> by, 'shr_u': lambda x: LShR(x, by)}[name]
        return joined([shift(x) for x in lanes(values[0], count)])
    if name == 'neg':
        return joined([-x for x in lanes(values[0], count)])
    extend = SignExt if name.endswith('_s') else ZeroExt
    if name.startswith('extmul'):
        first = count if 'high' in name else 0
        x, y = lanes(values[0], 2 * count), lanes(values[1], 2 * count)
        return joined([extend(width // 2, x[first + i]) * extend(width // 2, y[first + i]) for i in range(count)])
    if name.startswith('extend_'):
        first = count if 'high' in name else 0
        x = lanes(values[0], 2 * count)
        return joined([extend(width // 2, x[first + i]) for i in range(count)])
    if name == 'dot_i16x8_s':
        x, y = lanes(values[0], 8), lanes(values[1], 8)
        products = [SignExt(16, a) * SignExt(16, b) for a, b in zip(x, y)]
        return joined([products[2 * i] + products[2 * i + 1] for i in range(4)])
    pairwise = {
        'add': lambda x, y: x + y, 'sub': lambda x, y: x - y, 'mul': lambda x, y: x * y,
        'min_s': lambda x, y: If(x < y, x, y), 'max_s': lambda x, y: If(x > y, x, y),
        'min_u': lambda x, y: If(ULT(x, y), x, y), 'max_u': lambda x, y: If(UGT(x, y), x, y),
        'gt_s': lambda x, y: _mask(x > y, width), 'lt_s': lambda x, y: _mask(x < y, width),
        'ge_s': lambda x, y: _mask(x >= y, width), 'le_s': lambda x, y: _mask(x <= y, width),
        'ge_u': lambda x, y: _mask(UGE(x, y), width), 'gt_u': lambda x, y: _mask(UGT(x, y), width),
        'eq': lambda x, y: _mask(x == y, width), 'ne': lambda x, y: _mask(x != y, width),
    }[name]
    return joined([pairwise(x, y) for x, y in zip(lanes(values[0], count), lanes(values[1], count))])
