"""Shows the claims about the kernels of one module, puts the mutants, compares with the engine. Arguments: wasm-dis, the module."""
import concurrent.futures
import hashlib
import sys
from collections import Counter

import congruence
import solver
from claims import CLAIMS, KINDS
from engine import both, interpreted
from examples import examples
from instructions import Unknown
from machine import Secret
from memory import Outside
from mutants import MUTANTS, mutated
from solver import OPEN, REFUTED, SHOWN
from text import Program, disassemble

# Terms are as deep as the kernels are long.
sys.setrecursionlimit(100000)

PROGRAM = None


def cases(claim):
    """All cases of a claim: (findings of each kind and outcome, what was not shown)."""
    counted, wrong = Counter(), []
    for size in CLAIMS[claim].sizes:
        for finding in CLAIMS[claim].function(PROGRAM, *size):
            counted[finding.kind, finding.outcome] += 1
            if finding.outcome != SHOWN:
                wrong.append(f'{CLAIMS[claim].kernel}{size}: {finding.kind} is {finding.outcome} {finding.detail}'.rstrip())
    return counted, wrong


def caught(index):
    """None if the mutant is noticed by the kind of claim that must notice it, otherwise what is wrong."""
    mutant = MUTANTS[index]
    try:
        changed = mutated(PROGRAM, mutant)
    except LookupError as missing:
        return str(missing)
    outcomes = {f.outcome for f in mutant.function(changed, *mutant.size) if f.kind == mutant.kind}
    # A sum that is not shown is not yet a wrong one: numbers must show that.
    noticed = REFUTED in outcomes or (mutant.kind == 'sums' and OPEN in outcomes and differs(changed, mutant.kernel))
    return None if noticed else f'{mutant.kernel}, {mutant.says}: {mutant.kind} is {sorted(outcomes) or "not asked"}'


def differs(changed, kernel):
    for example in examples(kernel, 100):
        try:
            if interpreted(PROGRAM, example)[1] != interpreted(changed, example)[1]:
                return True
        except (Outside, Secret, Unknown):
            return True
    return False


def main(wasm_dis, wasm):
    global PROGRAM
    with open(wasm, 'rb') as file:
        print(f'sha256 {hashlib.sha256(file.read()).hexdigest()} {wasm}')
    PROGRAM = Program.of_text(disassemble(wasm_dis, wasm))
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        mutants = [pool.submit(caught, index) for index in range(len(MUTANTS))]
        claims = [pool.submit(cases, index) for index in range(len(CLAIMS))]
        shown, problems = report([claim.result() for claim in claims])
        survivors = [s for s in (m.result() for m in mutants) if s]
    lemmas = [*solver.lemmas(), *congruence.lemmas()]
    problems += ['a lemma that the claims rest on does not hold'] * sum(outcome != SHOWN for outcome in lemmas)
    agree, disagree = both(PROGRAM, wasm)
    problems += [f'not caught: {s}' for s in survivors] + [f'this engine differs from the interpreter: {d}' for d in disagree]
    for problem in problems:
        print(f'FAILED: {problem}')
    by_kind = Counter(m.kind for m in MUTANTS)
    print(f'mutants caught: {len(MUTANTS) - len(survivors)} of {len(MUTANTS)} ({", ".join(f"{k} {n}" for k, n in by_kind.items())})')
    sizes = sum(len(claim.sizes) for claim in CLAIMS)
    print(
        f'count\t{shown + len(lemmas)} goals at {sizes} sizes, {len(MUTANTS) - len(survivors)} mutants caught, {agree} runs as in the engine'
        + (f', {len(problems)} failed' if problems else '')
    )
    return 1 if problems else 0


def report(results):
    """Prints a row for each kernel and kind; the number of goals that are shown, and what is not."""
    rows, problems = {}, []
    for claim, (counted, wrong) in zip(CLAIMS, results):
        rows.setdefault(claim.kernel, Counter()).update(counted)
        problems += wrong
    shown = 0
    for kernel, counted in rows.items():
        for kind, says in KINDS.items():
            good = counted[kind, SHOWN]
            asked = sum(n for (k, _), n in counted.items() if k == kind)
            shown += good
            if asked:
                print(f'{kernel:12} {kind:9} {good:4} of {asked:4}  {says}')
    problems += [f'{kernel}: no goal was asked' for kernel, counted in rows.items() if not counted]
    return shown, problems


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
