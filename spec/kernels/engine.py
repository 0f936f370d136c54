"""Compares the interpreter with the engine that runs the kernels: the same calls, the same bytes and results."""
import json
import os
import subprocess

from examples import KERNELS, examples
from run import GAP, Run

START = 2**16
EACH = 40


def both(program, wasm):
    """(runs that agree, descriptions of those that do not)."""
    calls, expected = [], []
    for kernel in KERNELS:
        for example in examples(kernel, EACH):
            call, after = interpreted(program, example)
            calls.append(call)
            expected.append(after)
    engine = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'engine.mjs')
    done = subprocess.run(['node', engine, wasm], input=json.dumps(calls), capture_output=True, text=True)
    if done.returncode != 0:
        return 0, [done.stderr.strip()]
    answers = json.loads(done.stdout)
    wrong = [f"{c['kernel']}({c['args']})" for c, a, e in zip(calls, answers, expected) if a != e]
    return len(answers) - len(wrong), wrong


def interpreted(program, example):
    run = Run(program, example.kernel, example.arrays, example.arguments, START)
    end = max(run.memory.bytes) + 1 + GAP if run.memory.bytes else START + GAP
    filled = lambda memory: bytes(memory.get(at, 0) for at in range(START, end)).hex()
    call = {'kernel': example.kernel, 'args': run.arguments, 'start': START, 'hex': filled(values(run.before))}
    result = None if run.result is None else run.result.as_long()
    return call, {'result': result, 'hex': filled(values(run.memory.bytes))}


def values(cells):
    return {at: term.as_long() >> 8 * place & 255 for at, (term, place) in cells.items()}
