/** Lists of offsets (see `FloatTake`), made fewer. */

/** More lists than these are joined: a network's tensors have few axes. */
const MOST_LISTS = 3;

type Charge = (entries: number) => void;

/** The offsets of both lists together, the second's places varying fastest. @param charge called before they are made */
export function crossed(charge: Charge, outer: Int32Array, inner: Int32Array): Int32Array {
  const { length } = inner;
  charge(outer.length * length);
  return Int32Array.from({ length: outer.length * length }, (_, at) => {
    return outer[Math.floor(at / length)]! + inner[at % length]!;
  });
}

/** The same entries by few lists: those of one place go into a neighbour, and those that are shortest together become one. */
export function compacted(charge: Charge, lists: readonly Int32Array[]): Int32Array[] {
  const some = lists.filter(({ length }) => length !== 1);
  const start = lists.reduce((sum, list) => sum + (list.length === 1 ? list[0]! : 0), 0);
  while (some.length > MOST_LISTS) {
    const lengths = some.slice(1).map((list, at) => list.length * some[at]!.length);
    const at = lengths.indexOf(Math.min(...lengths));
    some.splice(at, 2, crossed(charge, some[at]!, some[at + 1]!));
  }
  const [first = Int32Array.of(0), ...rest] = some;
  return [first.map((offset) => offset + start), ...rest];
}
