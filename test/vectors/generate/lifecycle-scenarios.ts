/** What happens in the lives of sessions: who does what, and what the device does. */
import type { LayerStep } from '../shapes/lifecycle.js';
import type { AnswerVector } from '../shapes/protocol.js';
import type { Action, Behaviour, Device, LifecycleGroup } from './lifecycle-model.js';

/** A session's story. */
export interface Scenario {
  readonly name: string;
  readonly actions: readonly Action[];
}

const INPUTS = 2;
const OUTPUTS = 3;

const begin = (images: number): Action => ({ kind: 'begin', images });
const end = (inference: number): Action => ({ kind: 'end', inference });
const close: Action = { kind: 'close' };
const wait = (ms: number): Action => ({ kind: 'wait', ms });

const after =
  (afterMs: number | null): Device =>
  (_, answer) => ({ answer, afterMs });
const honest = after(0);
const silent: Device = () => ({ answer: null, afterMs: null });
const fails =
  (afterMs: number): Device =>
  () => ({ answer: null, afterMs });
/** Lies in one call. */
const lying =
  (at: number, lie: (values: number[]) => AnswerVector['values'], type?: AnswerVector['type']): Device =>
  (call, truth): Behaviour => {
    if (call !== at) return { answer: truth, afterMs: 0 };
    return { answer: { type: type ?? truth.type, values: lie(truth.values as number[]) }, afterMs: 0 };
  };

/** Inputs that follow from the images' numbers, over the whole range. */
const inputs = (images: number, from = 0): number[] =>
  Array.from({ length: images * INPUTS }, (_, at) => ((at * 7 + from * 5 + 3) % 19) - 9);

interface How {
  readonly images?: number;
  readonly x?: number[];
  readonly device?: Device;
  readonly interruption?: LayerStep['interruption'];
}

function layer(
  inference: number,
  index: number,
  { images = 1, device = honest, interruption = null, x }: How = {},
): Action {
  return { kind: 'layer', inference, layer: index, x: x ?? inputs(images, inference + index), device, interruption };
}

/** One more or one less, whichever is canonical and in range. */
const off = (value: number): number => (value > 0 ? value - 1 : value + 1);

const lackingPads: Scenario = {
  name: 'a batch that lacks pads spends none and costs nothing of the lifetime',
  actions: [begin(5), begin(4), layer(0, 0, { images: 4 }), end(0), begin(3), begin(4)],
};

/** Lifetime of seven images, four sets of pads, two images a call. */
export function batches({ p }: LifecycleGroup): Scenario[] {
  const late: Device = (call, answer) => ({ answer, afterMs: 30 - 10 * call });
  const lies: [string, Device][] = [
    ['one entry of the last image is wrong', lying(1, (values) => values.with(-1, off(values.at(-1)!)))],
    ['one entry of the second image is wrong', lying(0, (values) => values.with(OUTPUTS, off(values[OUTPUTS]!)))],
    ['two images change places', lying(0, (values) => [...values.slice(OUTPUTS), ...values.slice(0, OUTPUTS)])],
    ['the last call answers with nothing', lying(1, () => [])],
    ['an image is missing in the first call', lying(0, (values) => values.slice(OUTPUTS))],
    ['the last call brings an image more', lying(1, (values) => [...values, ...values])],
    ['the last call brings floats', lying(1, (values) => values, 'Float32Array')],
  ];
  if (p !== null) lies.push(['a residue has p added', lying(1, (values) => values.with(0, values[0]! + p))]);
  return [
    {
      name: 'a batch of three, and one of one, until the lifetime is over',
      actions: [
        ...[begin(3), layer(0, 0, { images: 3 }), layer(0, 1, { images: 3 }), end(0)],
        ...[begin(1), layer(1, 1), end(1), begin(4), begin(8)],
      ],
    },
    {
      name: 'a batch longer than the lifetime spends nothing',
      actions: [begin(8), begin(2), layer(0, 1, { images: 2 }), end(0), begin(6), begin(2), layer(1, 0, { images: 2 })],
    },
    ...(p === null ? [] : [lackingPads]),
    {
      name: 'parts of a batch come in another order than they were asked for',
      actions: [begin(4), layer(0, 0, { images: 4, device: late }), layer(0, 1, { images: 4 })],
    },
    {
      name: 'two inferences at a time, each layer once, and nothing after the end',
      actions: [
        ...[begin(2), begin(1), layer(1, 1), layer(0, 1, { images: 2 }), layer(0, 1, { images: 2 })],
        ...[layer(1, 0), layer(1, 0), end(1), layer(1, 1), layer(0, 0, { images: 2 }), end(0)],
      ],
    },
    {
      name: 'an input out of range is not sent, and its layer cannot be tried again',
      actions: [
        ...[begin(2), layer(0, 0, { x: [0, 1, 2, 10] }), layer(0, 0, { images: 2 }), layer(0, 1, { images: 2 })],
      ],
    },
    { name: 'closing ends what is open', actions: [begin(2), begin(1), close, layer(0, 0, { images: 2 }), begin(1)] },
    ...lies.map(([name, device]) => ({
      name: `a batch is refused as a whole: ${name}`,
      actions: [
        ...[begin(1), begin(3), layer(1, 0, { images: 3 }), layer(1, 1, { images: 3, device })],
        ...[layer(0, 0), layer(1, 0, { images: 3 }), begin(1), close],
      ],
    })),
  ];
}

/** 50 ms a call, 120 ms a run, four layers. */
export function timing(_: LifecycleGroup): Scenario[] {
  const interrupted = (by: 'abort' | 'end' | 'close', device = silent): How => ({
    device,
    interruption: { by, afterMs: 20 },
  });
  return [
    {
      name: 'a silent device: the call is given up, the session goes on',
      actions: [begin(1), layer(0, 0, { device: silent }), layer(0, 1), end(0), begin(1), layer(1, 0), end(1)],
    },
    {
      name: 'a device that fails: the session goes on with other pads',
      actions: [begin(1), layer(0, 0, { device: fails(0) }), layer(0, 0), end(0), begin(1), layer(1, 0)],
    },
    {
      name: 'a device that fails late',
      actions: [begin(1), layer(0, 2, { device: fails(40) }), layer(0, 3), end(0), begin(1), layer(1, 2)],
    },
    {
      name: 'an answer just in time, and one that is too late and heard by nobody',
      actions: [
        ...[begin(1), layer(0, 0, { device: after(49) }), layer(0, 1, { device: after(51) }), wait(10), layer(0, 2)],
        ...[end(0), begin(1), layer(1, 1)],
      ],
    },
    {
      name: 'a device that always answers just in time uses up the time of the run',
      actions: [
        ...[begin(1), layer(0, 0, { device: after(45) }), layer(0, 1, { device: after(44) })],
        ...[layer(0, 2, { device: silent }), layer(0, 3), end(0), begin(1), layer(1, 0, { device: after(45) })],
      ],
    },
    {
      name: 'each run has its own time',
      actions: [
        ...[begin(1), begin(1), layer(0, 0, { device: after(45) }), layer(1, 0, { device: after(45) })],
        ...[layer(0, 1, { device: after(45) }), layer(1, 1, { device: after(45) })],
        ...[layer(0, 2, { device: after(29) }), layer(1, 2, { device: after(31) })],
      ],
    },
    {
      name: 'a caller gives up: at once, for good, and for this inference only',
      actions: [
        ...[begin(1), begin(1), layer(0, 0, interrupted('abort')), layer(0, 1), layer(1, 0), end(0), end(1)],
        ...[begin(1), layer(2, 0)],
      ],
    },
    {
      name: 'what comes after the caller gave up is heard by nobody',
      actions: [begin(1), layer(0, 0, interrupted('abort', after(30))), wait(20), begin(1), layer(1, 0)],
    },
    {
      name: 'a right answer comes before the caller gives up',
      actions: [begin(1), layer(0, 0, interrupted('abort', after(10))), layer(0, 1)],
    },
    {
      name: 'an inference is ended while the device is silent',
      actions: [begin(1), layer(0, 0, interrupted('end')), layer(0, 1), begin(1), layer(1, 0)],
    },
    {
      name: 'the session is closed while the device is silent',
      actions: [begin(1), begin(1), layer(0, 0, interrupted('close')), layer(0, 1), layer(1, 0), begin(1)],
    },
  ];
}

/** Nobody checks: what can be read is read, and cut to the bound. */
export function unchecked({ p, layers }: LifecycleGroup): Scenario[] {
  const bound = layers[0]!.bound;
  const far = p === null ? [2 ** 31 - 1, -(2 ** 31), -bound - 1] : [(p - 1) / 2, (p + 1) / 2, p - 1];
  const refused: [string, Device][] = [
    ['it is too short', lying(0, (values) => values.slice(1))],
    ['it is too long', lying(0, (values) => [...values, 0])],
    ['it is of another type', lying(0, (values) => values, 'Float64Array')],
    ['nothing comes', lying(0, () => [])],
  ];
  if (p !== null) {
    refused.push(['an entry is p', lying(0, (values) => values.with(1, p))]);
    refused.push(['an entry is 2^32 - 1', lying(0, (values) => values.with(2, 2 ** 32 - 1))]);
  }
  return [
    { name: 'an honest device', actions: [begin(1), layer(0, 0), layer(0, 1), end(0)] },
    {
      name: 'a lie goes through',
      actions: [begin(1), layer(0, 0, { device: lying(0, (v) => v.with(0, off(v[0]!))) })],
    },
    {
      name: 'entries far away are cut to the bound, on either side',
      actions: [
        begin(2),
        layer(0, 0, { images: 2, device: lying(0, () => [...far, ...far]) }),
        layer(0, 1, { images: 2 }),
      ],
    },
    ...refused.map(([what, device]) => ({
      name: `an answer that cannot be read is refused: ${what}`,
      actions: [begin(1), begin(1), layer(0, 0, { device }), layer(0, 1), layer(1, 1), begin(1)],
    })),
  ];
}

/** The second set of five is foreign. */
export function foreignPads(_: LifecycleGroup): Scenario[] {
  return [
    {
      name: 'one image at a time',
      actions: [
        ...[begin(1), layer(0, 0), layer(0, 1), end(0), begin(1), begin(1), layer(1, 0), layer(1, 1), end(1)],
        ...[begin(2), layer(2, 1, { images: 2 })],
      ],
    },
    {
      name: 'a batch with one foreign set',
      actions: [begin(2), begin(3), layer(0, 0, { images: 3 }), layer(0, 1, { images: 3 })],
    },
  ];
}
