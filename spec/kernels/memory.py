"""
A memory of which only stated arrays exist. A read or write of any other byte is an error, and so is a write to an array that
the kernel is only to read. What a program has not written is symbolic, bytes behind an array that it may read included.
"""
import z3

import bits


class Outside(Exception):
    """A byte was read or written that is none of the kernel's."""


class Memory:
    def __init__(self):
        self.bytes = {}
        self.writable = set()

    def array(self, name, address, terms, writable=False, slack=0):
        """Puts terms one behind the other; `slack` bytes behind them may be read and hold anything."""
        behind = [z3.BitVec(f'behind.{name}{i}', 8) for i in range(slack)]
        own = sum(term.size() // 8 for term in terms)
        for place, cell in enumerate(cell for term in [*terms, *behind] for cell in bits.cells(term)):
            if address in self.bytes:
                raise ValueError('two arrays overlap')
            self.bytes[address] = cell
            if writable and place < own:
                self.writable.add(address)
            address += 1

    def read(self, address, length):
        try:
            return tuple(self.bytes[address + i] for i in range(length))
        except KeyError as missing:
            raise Outside(f'byte {missing} is read') from None

    def write(self, address, cells):
        for i, cell in enumerate(cells):
            if address + i not in self.writable:
                raise Outside(f'byte {address + i} is written')
            self.bytes[address + i] = cell

    def term(self, address, width):
        return bits.joined(self.read(address, width // 8))
