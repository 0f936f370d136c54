"""One kernel on one set of arrays, at several places of the memory."""
from collections import namedtuple

import z3

import bits
from instructions import Unknown
from machine import Machine, Secret
from memory import Memory, Outside
from solver import REFUTED, SHOWN

Array = namedtuple('Array', 'name terms writable slack', defaults=(False, 0))
Finding = namedtuple('Finding', 'kind outcome detail')

# Between arrays lie bytes that nobody may touch.
GAP = 64


def words(name, count, width=32):
    return [z3.BitVec(f'{name}{i}', width) for i in range(count)]


def space(array):
    return sum(term.size() for term in array.terms) // 8 + array.slack + GAP


def pitch_of(arrays):
    """From the first of several equal arrays to the next, as they are placed."""
    return space(arrays[0])


class Run:
    """`result`, and `after(name)`: the terms of an array after the call. A string among the arguments is an array's address."""

    def __init__(self, program, kernel, arrays, arguments, start):
        memory, at = Memory(), {}
        for array in arrays:
            memory.array(array.name, start, array.terms, array.writable, array.slack)
            at[array.name] = start
            start += space(array)
        self._arrays = {array.name: (at[array.name], array) for array in arrays}
        self.memory = memory
        self.before = dict(memory.bytes)
        machine = Machine(program, memory)
        self.recorder = machine.recorder
        self.arguments = [at[a] if isinstance(a, str) else a for a in arguments]
        self.result = machine.run(kernel, self.arguments)

    def after(self, name):
        at, array = self._arrays[name]
        terms = []
        for before in array.terms:
            terms.append(self.memory.term(at, before.size()))
            at += before.size() // 8
        return terms

    def everything(self):
        """All that the call gives, to be compared between places."""
        written = [term for name, (_, array) in self._arrays.items() if array.writable for term in self.after(name)]
        return written if self.result is None else [self.result, *written]


def places(arrays):
    """Low in the memory, across the middle where addresses become negative as int32, and at the very end."""
    size = sum(space(array) for array in arrays)
    return [4096, 2**31 - size // 2 & ~15, (2**32 - size) & ~15]


def run_everywhere(program, kernel, arrays, arguments):
    """The run at the first place (None if there is none), and what was found out by running at all of them."""
    try:
        runs = [Run(program, kernel, arrays, arguments, start) for start in places(arrays)]
    except Outside as wrong:
        return None, [Finding('memory', REFUTED, str(wrong))]
    except Secret as wrong:
        return None, [Finding('constant', REFUTED, str(wrong))]
    except Unknown as wrong:
        return None, [Finding('constant', REFUTED, f'{wrong} is not an instruction that a kernel may use')]
    first = runs[0].everything()
    same = all(len(first) == len(r.everything()) and all(x.eq(y) for x, y in zip(first, r.everything())) for r in runs[1:])
    found = [Finding('memory', SHOWN, ''), Finding('constant', SHOWN, '')]
    found.append(Finding('places', SHOWN if same else REFUTED, '' if same else 'the result depends on the place'))
    return runs[0], found
