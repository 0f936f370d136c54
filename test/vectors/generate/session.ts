/** The file on whole sessions: from the random bytes to the outputs, honest and not. */
import { inputLength, M31, outputChannels } from '../../../src/reference/index.js';
import type { AnswerVector, SessionFile, SessionStep } from '../shapes/protocol.js';
import { type Cheat, plainCheats, privateCheats } from './answers.js';
import { mapOf } from './maps.js';
import { afterwards, convolutional, type LayerVector, perceptron } from './networks.js';
import { Numbers, Recorder, toHex } from './numbers.js';
import { drawChallenge, drawPad, honestAnswer, messageOf, modulusFor, verdictOf } from './protocol.js';
import { Tests } from './tests.js';

type Group = SessionFile['groups'][number];
type Secrets = Pick<Group, 'p' | 'layers' | 'challenges' | 'pads'>;
/** What the device answers in place of the truth, if it lies here. */
type Device = (inference: number, layer: number, truth: AnswerVector) => AnswerVector;

const REPETITIONS = 2;
const INFERENCES = 2;
const always = ['bad_replayed_answer', 'bad_other_layer'];

/** Runs inferences until the first reject, which is the last step. */
export function run(secrets: Secrets, inputs: number[][], device: Device): SessionStep[][] {
  const { p, layers, challenges, pads } = secrets;
  const inferences: SessionStep[][] = [];
  for (const [inference, input] of inputs.entries()) {
    const steps: SessionStep[] = [];
    inferences.push(steps);
    let x = input;
    for (const [index, layer] of layers.entries()) {
      const map = mapOf(layer.map);
      const pad = p === null ? null : pads[inference]![index]!;
      const message = messageOf(x, pad, p);
      const answer = device(inference, index, honestAnswer(map, message, p));
      const { y, accepted } = verdictOf(map, x, pad, challenges[index]!, answer, p);
      const output = accepted && y !== null ? afterwards(layer, y) : null;
      steps.push({ x, message, answer, y, accepted, output });
      if (output === null) return inferences;
      x = output;
    }
  }
  return inferences;
}

/** Lies in one place. */
const lyingAt =
  (inference: number, layer: number, lie: AnswerVector): Device =>
  (i, l, truth) =>
    i === inference && l === layer ? lie : truth;

function cheatsAt(group: Group, honest: SessionStep[][], inference: number, layer: number): Cheat[] {
  const { answer, message } = honest[inference]![layer]!;
  const map = mapOf(group.layers[layer]!.map);
  const other = honestAnswer({ ...map, weights: map.weights.map((weight) => weight ^ 1) }, message, group.p);
  const [truth, others, channels] = [answer.values as number[], other.values as number[], outputChannels(map)];
  const cheats =
    group.p === null ? plainCheats(truth, channels, others) : privateCheats(truth, channels, others, group.p);
  const replayed: Cheat = ['bad_replayed_answer', 'the answer of the inference before', honest[0]![layer]!.answer];
  const all = inference > 0 ? [...cheats, replayed] : cheats;
  return all.filter(([, , lie]) => JSON.stringify(lie) !== JSON.stringify(answer));
}

/** Messages that a verifier must never send: the pads are reused, zero, or another layer's. */
function forbiddenMessages(tests: Tests, group: Group, inputs: number[][]): Group['tests'] {
  const honest: Device = (_, __, truth) => truth;
  const wrong = (bugType: string, comment: string, pads: Group['pads']) =>
    tests.reject(bugType, comment, { inferences: run({ ...group, pads }, inputs, honest) }, ['message']);
  const zero = group.pads.map((set) => set.map(({ rho, u }) => ({ rho: rho.map(() => 0), u: u.map(() => 0) })));
  return [
    wrong('bad_reused_pad', 'the second inference uses the pads of the first', [group.pads[0]!, group.pads[0]!]),
    wrong('bad_zero_pad', 'pads of zeros', zero),
    wrong('bad_pad_order', 'the second inference comes first', [...group.pads].reverse()),
  ];
}

function groupOf(tests: Tests, name: string, layers: LayerVector[], secret: boolean, cheatEvery: number): Group {
  const numbers = new Numbers(`session ${name} ${secret}`);
  const maps = layers.map(({ map }) => mapOf(map));
  const p = secret ? modulusFor(maps) : null;
  const bytes = new Recorder(numbers.bytes());
  const challenges = maps.map((map) => Array.from({ length: REPETITIONS }, () => drawChallenge(map, bytes)));
  const pads = p === null ? [] : Array.from({ length: INFERENCES }, () => maps.map((map) => drawPad(map, bytes, p)));
  const comment = `${name}, ${p === null ? 'in the clear' : `blinded modulo ${p}`}`;
  const group: Group = {
    p,
    soundnessBits: 40,
    layers,
    randomBytes: toHex(bytes.taken),
    challenges,
    pads,
    comment,
    tests: [],
  };
  const { minimum, maximum } = maps[0]!.inputRange;
  const inputs = Array.from({ length: INFERENCES }, () => numbers.list(inputLength(maps[0]!), minimum, maximum));
  const honest = run(group, inputs, (_, __, truth) => truth);
  group.tests.push(tests.valid('an honest device', { inferences: honest }));
  let at = 0;
  for (const [inference, layer] of honest.flatMap((steps, i) => steps.map((_, l) => [i, l] as const))) {
    for (const [bugType, what, lie] of cheatsAt(group, honest, inference, layer)) {
      // Every cheat at some place, and every place with some cheats, some of them wherever they can be.
      if (at++ % cheatEvery !== 0 && !always.includes(bugType)) continue;
      const inferences = run(group, inputs, lyingAt(inference, layer, lie));
      if (inferences.at(-1)!.at(-1)!.accepted) throw new Error(`${bugType} (${what}) is accepted`);
      const where = `inference ${inference}, layer ${layer}: ${what}`;
      group.tests.push(tests.reject(bugType, where, { inferences }, ['verdict']));
    }
  }
  if (secret) group.tests.push(...forbiddenMessages(tests, group, inputs));
  return group;
}

export function sessionFile(): SessionFile {
  const tests = new Tests();
  const numbers = new Numbers('sessions');
  const wide = perceptron(numbers, 30000);
  const small = perceptron(numbers, 127);
  return {
    $schema: './schema.json',
    algorithm: 'session',
    notes: [
      'randomBytes are drawn in this order: for every layer its challenges, then for every inference and layer rho.',
      `The check modulus is ${M31}; p is the smallest pad modulus that fits every layer, or null: the device sees x.`,
      'Inferences run one after the other, and end with the first reject; the session is then of no more use.',
      'A reject flagged message claims messages that the verifier must not send; the others must end in a reject.',
    ],
    groups: [
      groupOf(tests, 'convolutional network', convolutional(numbers), true, 17),
      groupOf(tests, 'two dense layers', small, true, 7),
      groupOf(tests, 'two dense layers with large bounds', wide, true, 7),
      groupOf(tests, 'two dense layers', small, false, 7),
    ],
  };
}
