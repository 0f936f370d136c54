"""The text of a WebAssembly module, as wasm-dis prints it: exported names, and functions as trees (nested lists of words)."""
import re
import subprocess

TOKEN = re.compile(r'"[^"]*"|[()]|[^\s()]+')


def disassemble(wasm_dis, wasm):
    done = subprocess.run([wasm_dis, wasm], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f'wasm-dis refused {wasm}: {done.stderr.strip()}')
    return done.stdout


def parse(text):
    stack = [[]]
    for token in TOKEN.findall(text):
        if token == '(':
            stack.append([])
        elif token == ')':
            done = stack.pop()
            stack[-1].append(done)
        else:
            stack[-1].append(token)
    return stack[0][0]


class Program:
    """Functions by name, parsed when they are first asked for; `exports` maps exported names to them."""

    def __init__(self, exports, functions):
        self.exports = exports
        self.functions = functions

    @staticmethod
    def of_text(text):
        exports = dict(re.findall(r'\(export "(\w+)" \(func (\$\w+)\)\)', text))
        functions = {}
        for found in re.finditer(r'^ \(func (\$\w+)\s', text, re.M):
            functions[found.group(1)] = text[found.start() : text.index('\n )\n', found.start()) + 3]
        return Program(exports, functions)

    def function(self, name):
        found = self.functions[name]
        if isinstance(found, str):
            found = self.functions[name] = parse(found)
        return found

    def reached_from(self, exported):
        """Names of the functions that an exported one may call, itself first."""
        names = [self.exports[exported]]
        for name in names:
            for node in nodes(self.function(name)):
                if node[0] == 'call' and node[1] not in names:
                    names.append(node[1])
        return names


def nodes(tree):
    """Every list in a tree, outer ones first, in the order of the text."""
    yield tree
    for part in tree:
        if isinstance(part, list):
            yield from nodes(part)
