/** Makes tests: numbers them within a file, and sees that a defect's claim really is another than the true one. */

type Test<T> = T &
  (
    | { id: number; comment: string; flags: string[]; result: 'valid' }
    | { id: number; comment: string; flags: string[]; result: 'reject'; bugType: string }
  );

/** The numbering of one file. */
export class Tests {
  #count = 0;

  valid<T extends object>(comment: string, fields: T, flags: string[] = []): Test<T> {
    return { id: ++this.#count, comment, result: 'valid', flags, ...fields };
  }

  reject<T extends object>(bugType: string, comment: string, fields: T, flags: string[] = []): Test<T> {
    return { id: ++this.#count, comment, result: 'reject', flags, bugType, ...fields };
  }

  /** The true fields with some of them falsified; `flags` name those. */
  falsified<T extends object>(bugType: string, comment: string, truth: T, lie: Partial<T>): Test<T> {
    const changed = Object.keys(lie).filter(
      (key) => JSON.stringify(lie[key as keyof T]) !== JSON.stringify(truth[key as keyof T]),
    );
    if (changed.length === 0) throw new Error(`${bugType} (${comment}) changes nothing`);
    return this.reject(bugType, comment, { ...truth, ...lie }, changed);
  }
}
