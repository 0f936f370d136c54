/** What the compiled kernels export; see assembly/*.ts for what each does. Pointers are byte addresses, flags 0 or 1. */
export interface Kernels {
  allocate(bytes: number): number;
  free(pointer: number): void;
  clear(pointer: number, bytes: number): void;
  copy(destination: number, source: number, bytes: number): void;

  blind(x: number, pad: number, count: number, modulus: number, out: number): void;
  unblind(z: number, u: number, count: number, modulus: number, bound: number, out: number): number;
  isCanonical(z: number, count: number, modulus: number): number;
  isWithin(y: number, count: number, bound: number): number;
  foldOutput(s: number, y: number, count: number, terms: number): number;
  foldInput(folded: number, x: number, count: number, terms: number): number;

  packFolded(folded: number, count: number, out: number): void;
  foldInputs(packed: number, pitch: number, k: number, x: number, count: number, steps: number, sums: number): void;
  foldOutputs(
    s: number,
    pitch: number,
    k: number,
    y: number,
    count: number,
    bound: number,
    terms: number,
    sums: number,
  ): number;
  outgoing(
    x: number,
    count: number,
    minimum: number,
    maximum: number,
    modulus: number,
    pad: number,
    out: number,
  ): number;
  acceptCandidates(bytes: number, count: number, modulus: number, out: number): number;

  requantize(
    y: number,
    bias: number,
    multipliers: number,
    count: number,
    period: number,
    shift: number,
    form: number,
    minimum: number,
    maximum: number,
    out: number,
  ): void;
  addBias(y: number, bias: number, count: number, period: number, out: number): void;
  add(
    a: number,
    b: number,
    count: number,
    first: number,
    second: number,
    shift: number,
    form: number,
    minimum: number,
    maximum: number,
    out: number,
  ): void;
  scaledProducts(
    a: number,
    b: number,
    count: number,
    multiplier: number,
    shift: number,
    fits32: number,
    minimum: number,
    maximum: number,
    out: number,
  ): void;
  lookUpSmall(
    x: number,
    count: number,
    minimum: number,
    planes: number,
    parts: number,
    narrow: number,
    out: number,
  ): void;
  lookUp(x: number, count: number, minimum: number, table: number, out: number): void;
  rescale(
    x: number,
    count: number,
    multiplier: number,
    shift: number,
    form: number,
    minimum: number,
    maximum: number,
    out: number,
  ): void;
  pool(
    x: number,
    height: number,
    width: number,
    channels: number,
    windowHeight: number,
    windowWidth: number,
    strideY: number,
    strideX: number,
    top: number,
    left: number,
    outputHeight: number,
    outputWidth: number,
    average: number,
    terms: number,
    minimum: number,
    maximum: number,
    out: number,
  ): void;

  splitLimbs(
    x: number,
    count: number,
    modulus: number,
    limbs: number,
    bits: number,
    planes: number,
    pitch: number,
  ): void;
  pack(
    source: number,
    first: number,
    rows: number,
    terms: number,
    pairs: number,
    transposed: number,
    packed: number,
  ): void;
  packTaps(source: number, first: number, rows: number, terms: number, pitch: number, packed: number): void;
  gather(
    geometry: number,
    planes: number,
    planePitch: number,
    limbs: number,
    group: number,
    first: number,
    pixels: number,
    rows: number,
    rowPitch: number,
  ): void;
  scatter(
    geometry: number,
    rows: number,
    rowPitch: number,
    group: number,
    first: number,
    pixels: number,
    out: number,
  ): void;
  multiplyScratchBytes(): number;
  multiply(
    rows: number,
    pixelPitch: number,
    limbPitch: number,
    pixels: number,
    limbs: number,
    bits: number,
    packed: number,
    pairs: number,
    pairsPerSpill: number,
    columns: number,
    modulus: number,
    out: number,
    outPitch: number,
    scratch: number,
  ): void;
  depthwise(
    geometry: number,
    x: number,
    weights: number,
    tapPitch: number,
    modulus: number,
    list: number,
    out: number,
  ): void;
  depthwiseTransposed(
    geometry: number,
    s: number,
    weights: number,
    tapPitch: number,
    modulus: number,
    list: number,
    out: number,
  ): void;
}
