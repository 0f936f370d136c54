// temporary
export function shim(kernels: any, memory: WebAssembly.Memory): any {
  const Q = 2147483647;
  const add = (at: number, r: number) => {
    const v = new Uint32Array(memory.buffer, at, 1);
    v[0] = (v[0]! + r) % Q;
  };
  return {
    ...kernels,
    packFolded: (f: number, n: number, o: number) => {
      kernels.copy(o, f, n * 4);
    },
    foldInputs(p: number, pitch: number, k: number, x: number, n: number, _steps: number, sums: number) {
      for (let t = 0; t < k; t++) add(sums + 4 * t, kernels.foldInput(p + t * pitch, x, n, 32000));
    },
    foldOutputs(s: number, pitch: number, k: number, y: number, n: number, bound: number, terms: number, sums: number) {
      for (let t = 0; t < k; t++) add(sums + 4 * t, kernels.foldOutput(s + t * pitch, y, n, terms));
      return kernels.isWithin(y, n, bound);
    },
    outgoing(x: number, n: number, lo: number, hi: number, m: number, pad: number, out: number) {
      if (m === 0) kernels.copy(out, x, n * 2);
      else kernels.blind(x, pad, n, m, out);
      const v = new Int16Array(memory.buffer, x, n);
      let ok = 1;
      for (let i = 0; i < n; i++) if (v[i]! < lo || v[i]! > hi) ok = 0;
      return ok;
    },
    acceptCandidates(b: number, n: number, m: number, out: number) {
      const w = m === 16777213 ? 3 : 4;
      const bytes = new Uint8Array(memory.buffer, b, n * w);
      const o = new Uint32Array(memory.buffer, out, n);
      let f = 0;
      for (let at = 0; at < n * w; at += w) {
        const low = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);
        const c = w === 3 ? low : low | ((bytes[at + 3]! & 0x7f) << 24);
        if (c < m) o[f++] = c;
      }
      return f;
    },
  };
}
