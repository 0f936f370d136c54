"""
Runs exported functions on symbolic memory. What decides where a program goes or which bytes it touches must be a constant: a
branch, a selection or an address that depends on a symbolic value is an error, not a case distinction. So one run covers all
values of the symbolic data, and shows that the path and the addresses are the same for all of them.
"""
import bits
import instructions
from instructions import SHAPES, Unknown
from recorder import Recorder


class Secret(Exception):
    """A branch, a selection or an address depends on a symbolic value."""


class _Branch(Exception):
    def __init__(self, label):
        self.label = label


class _Return(Exception):
    def __init__(self, value):
        self.value = value


# Bytes that are read, and what becomes of them.
LOADS = {
    'v128.load': (16, tuple),
    'v128.load32_splat': (4, lambda c: c * 4),
    'v128.load16_splat': (2, lambda c: c * 8),
    'v128.load16x4_s': (8, lambda c: bits.vector(bits.sign_extend(bits.joined(c[i : i + 2]), 32) for i in range(0, 8, 2))),
    'i32.load': (4, bits.joined),
    'i64.load': (8, bits.joined),
}
for _type, _width in (('i32', 32), ('i64', 64)):
    for _bits in (8, 16, 32):
        if _bits < _width:
            LOADS[f'{_type}.load{_bits}_s'] = (_bits // 8, lambda c, w=_width: bits.sign_extend(bits.joined(c), w))
            LOADS[f'{_type}.load{_bits}_u'] = (_bits // 8, lambda c, w=_width: bits.zero_extend(bits.joined(c), w))

STORES = {'v128.store': 16, 'i32.store': 4, 'i64.store': 8, 'i32.store8': 1, 'i32.store16': 2, 'i64.store32': 4, 'i64.store16': 2}

WIDTHS = {'i32': 32, 'i64': 64, 'v128': 128}


class Machine:
    def __init__(self, program, memory):
        self.program = program
        self.memory = memory
        self.recorder = Recorder()

    def run(self, exported, arguments):
        """Calls an exported function; its result, or None."""
        words = [bits.constant(a, 32) if isinstance(a, int) else a for a in arguments]
        return self._call(self.program.exports[exported], words)

    def _call(self, name, arguments):
        variables, body = {}, []
        given = iter(arguments)
        for part in self.program.function(name)[2:]:
            if part[0] == 'param':
                variables[part[1]] = next(given)
            elif part[0] == 'local':
                zero = bits.constant(0, min(WIDTHS[part[2]], 64))
                variables[part[1]] = bits.vector([zero, zero]) if part[2] == 'v128' else zero
            elif part[0] not in ('result', 'type'):
                body.append(part)
        try:
            return self._sequence(body, variables)
        except _Return as done:
            return done.value

    def _sequence(self, expressions, variables):
        last = None
        for expression in expressions:
            last = self._value(expression, variables)
        return last

    def _value(self, expression, variables):
        name, rest = expression[0], expression[1:]
        control = getattr(self, '_do_' + name.replace('.', '_'), None)
        if control is not None:
            return control(rest, variables)
        if name in LOADS:
            length, convert = LOADS[name]
            address, _ = self._address(rest, variables)
            return convert(self.memory.read(address, length))
        if name in STORES:
            address, value = self._address(rest, variables)
            self.memory.write(address, (value if isinstance(value, tuple) else bits.cells(value))[: STORES[name]])
            return None
        if name == 'v128.const':
            width = SHAPES[rest[0]]
            return bits.vector(bits.constant(int(word, 0), width) for word in rest[1:])
        if name.endswith('.const'):
            return bits.constant(int(rest[0], 0), WIDTHS[name.split('.')[0]])
        if '.extract_lane' in name:
            width = SHAPES[name.split('.')[0]]
            lane = bits.lanes(self._value(rest[-1], variables), width)[int(rest[0])]
            if width < 32:
                lane = (bits.sign_extend if name.endswith('_s') else bits.zero_extend)(lane, 32)
            return lane
        if name == 'i8x16.shuffle':
            both = self._value(rest[16], variables) + self._value(rest[17], variables)
            return tuple(both[int(place)] for place in rest[:16])
        return instructions.apply(name, [self._value(operand, variables) for operand in rest], self.recorder)

    def _address(self, rest, variables):
        offset, operands = 0, []
        for part in rest:
            if isinstance(part, list):
                operands.append(self._value(part, variables))
            elif part.startswith('offset='):
                offset = int(part[7:])
            elif not part.startswith('align='):
                raise Unknown(f'memory argument {part}')
        if not bits.is_constant(operands[0]):
            raise Secret('an address depends on a value')
        return operands[0].as_long() + offset, operands[1] if len(operands) > 1 else None

    def _decided(self, condition, what):
        if not bits.is_constant(condition):
            raise Secret(f'{what} depends on a value')
        return condition.as_long() != 0

    def _do_local_get(self, rest, variables):
        return variables[rest[0]]

    def _do_local_set(self, rest, variables):
        variables[rest[0]] = self._value(rest[1], variables)

    def _do_local_tee(self, rest, variables):
        variables[rest[0]] = self._value(rest[1], variables)
        return variables[rest[0]]

    def _do_block(self, rest, variables, again=False):
        label = rest[0] if isinstance(rest[0], str) else None
        body = [part for part in rest if isinstance(part, list) and part[0] != 'result']
        while True:
            try:
                return self._sequence(body, variables)
            except _Branch as branch:
                if branch.label != label:
                    raise
                if not again:
                    return None

    def _do_loop(self, rest, variables):
        return self._do_block(rest, variables, again=True)

    def _do_br(self, rest, _variables):
        if len(rest) > 1:
            raise Unknown('a branch that carries a value')
        raise _Branch(rest[0])

    def _do_br_if(self, rest, variables):
        if len(rest) > 2:
            raise Unknown('a branch that carries a value')
        if self._decided(self._value(rest[1], variables), 'a branch'):
            raise _Branch(rest[0])

    def _do_if(self, rest, variables):
        parts = [part for part in rest if isinstance(part, list) and part[0] != 'result']
        taken = self._decided(self._value(parts[0], variables), 'a branch')
        arm = parts[1] if taken else parts[2] if len(parts) > 2 else ['else']
        return self._sequence(arm[1:], variables)

    def _do_select(self, rest, variables):
        then, other, condition = [self._value(part, variables) for part in rest]
        return then if self._decided(condition, 'a selection') else other

    def _do_return(self, rest, variables):
        raise _Return(self._value(rest[0], variables) if rest else None)

    def _do_call(self, rest, variables):
        return self._call(rest[0], [self._value(part, variables) for part in rest[1:]])

    def _do_drop(self, rest, variables):
        self._value(rest[0], variables)

    def _do_nop(self, _rest, _variables):
        return None
