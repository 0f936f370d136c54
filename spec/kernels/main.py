"""Runs every claim over the kernels as they are built, and then over mutants of them, of which each must fail a claim.

usage: main.py KERNELS.wasm WASM-DIS
"""
import hashlib
import sys
import time
from concurrent.futures import ProcessPoolExecutor

import claims
from mutants import MUTANTS, mutated
from wasm import Module, SecretDependent, disassembled

# Sizes that reach every path: vectors of four or eight and what remains of them, once and twice round the loops.
GOALS = [
    *[('fold_outputs', (count, k)) for k in (1, 2) for count in (1, 4, 9)],
    *[('is_within', (count,)) for count in (1, 4, 9)],
    *[('is_canonical', (count, p)) for p in (claims.P24, claims.M31) for count in (1, 4, 9)],
    *[('unblind', (count, p)) for p in (claims.P24, claims.M31) for count in (1, 4, 6)],
    *[('outgoing', (count, p)) for p in (claims.P24, claims.M31, 0) for count in (1, 8, 17)],
]


def attempt(job):
    """The claims of one goal that hold and those that do not; for a mutant it is enough to know that one does not."""
    text, goal, arguments, first_only = job
    held, failed = [], []
    try:
        for claim, holds in getattr(claims, goal)(Module(text), *arguments):
            (held if holds else failed).append(claim)
            if failed and first_only:
                break
    except SecretDependent as reason:
        failed.append(f'{goal}{arguments}: {reason}')
    else:
        if not failed:
            held.append(f'{goal}{arguments}: no branch and no address depends on an entry')
    return held, failed


def main(kernels, wasm_dis):
    text = disassembled(kernels, wasm_dis)
    with open(kernels, 'rb') as file:
        print(f'kernels.wasm with SHA-256 {hashlib.sha256(file.read()).hexdigest()}')
    passed = failed = 0
    with ProcessPoolExecutor(2) as pool:
        started = time.time()
        for held, wrong in pool.map(attempt, [(text, goal, arguments, False) for goal, arguments in GOALS]):
            passed += len(held)
            failed += len(wrong)
            for claim in wrong:
                print(f'FAILED: {claim}')
        print(f'{passed} claims hold, {time.time() - started:.0f} s')
        jobs = [(mutated(text, mutant), mutant.goal, mutant.arguments, True) for mutant in MUTANTS]
        for mutant, (_, wrong) in zip(MUTANTS, pool.map(attempt, jobs)):
            if wrong:
                passed += 1
            else:
                failed += 1
                print(f'FAILED: nobody noticed the mutant: {mutant.what}')
    print(f'{len(MUTANTS)} mutants')
    print(f'{passed} passed, {failed} failed')
    return 0 if failed == 0 else 1


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
