/** What samples presuppose and do not say: the surroundings in which the documentation's code is run. */
import type { Sample } from './extract.js';

/** Names that samples use without declaring them, and what they are. Only those that a sample uses are put before it. */
export const surroundings: Readonly<Record<string, string>> = {
  network: "const network = zooNetwork('mobilenet-v1', { size: 32, classes: 10 });",
  arithmetic: 'const arithmetic = await wasmArithmetic();',
  device: 'const device = await wasmDevice();',
  session: "const session = await NetworkSession.open({ network, device, arithmetic, plan: 'all' });",
  map: 'const map = linearOperations(network)[0]!.map;',
  x: 'const x = new Int16Array(inputLength(map));',
  inputs: 'const inputs = Array.from({ length: 3 }, () => new Int16Array(inputLength(map)));',
  use: 'const use = (_: unknown): void => {};',
  image: "const image = await readImage('photo.jpg');",
  tensor: "const tensor = importTflite(await readFile('model.tflite'), 'model').tensors[0]!;",
  labels: "const labels = (await readFile('labels.txt', 'utf8')).trim().split('\\n');",
  typicalInputs:
    'const typicalInputs = [0, 1].map((n) => Float32Array.from({ length: 1188 }, (_, i) => ((i * 7 + n) % 256) / 255));',
  myDevice: 'const myDevice = (): Promise<Device> => wasmDevice();',
  test: 'const test = async (_: string, run: () => Promise<unknown>): Promise<void> => void (await run());',
};

/** How a sample that needs more than its surroundings is run. */
export interface Setup {
  /** Which samples: those of this file with this text in them. */
  readonly file: string;
  readonly text: string;
  /** Put after it, to see that it did what it says. */
  readonly after?: string;
  /** Put in place of parts of it, where a test cannot wait or must not meet others. */
  readonly replace?: readonly (readonly [part: string, by: string])[];
  /** Why it is not run here; printed. */
  readonly notRun?: string;
}

const BROWSER = 'for browsers only: test/fast/web.test.ts and test/docs/demo.test.ts run its kind';

export const setups: readonly Setup[] = [
  { file: 'src/fast/web.ts', text: 'wasmArithmetic({ kernels', notRun: BROWSER },
  { file: 'src/fast/web.ts', text: 'serveDevice(', notRun: BROWSER },
  { file: 'src/fast/web.ts', text: 'workerDevice(', notRun: BROWSER },
  { file: 'src/pictures/decode.ts', text: 'context.getImageData', notRun: BROWSER },
  {
    file: 'src/zoo/from-float.ts',
    text: 'mobilenet.onnx',
    notRun: 'it needs a trained MobileNet: test/zoo/from-float.test.ts fills every network of the zoo',
  },
  {
    file: 'README.md',
    text: 'await session.run(x)',
    after: "if (outputs[0]!.values.length !== 10) throw new Error('the network has ten classes');",
  },
  {
    file: 'docs/usage.md',
    text: 'for await (const outputs of session.stream',
    after: "if (session.costs.verifiedLayers === 0) throw new Error('nothing was verified');",
  },
  {
    file: 'docs/devices.md',
    text: 'interface Device {',
    after: `import type * as real from 'slalom';
export const ours = (theirs: real.Device): Device => theirs;
export const theirs = (mine: Device): real.Device => mine;`,
  },
  {
    file: 'docs/operating.md',
    text: 'adds 1 to one number',
    after: "if (verdict !== 'refused' || session.state !== 'poisoned') throw new Error('the lie was not refused');",
  },
  { file: 'docs/remote-device.md', text: 'server.listen(7070)', replace: [['7070', 'Number(process.env.PORT)']] },
  {
    file: 'docs/remote-device.md',
    text: 'remoteDevice(7070)',
    replace: [['7070', 'Number(process.env.PORT)']],
    after: "if (report.passed < 500) throw new Error('too little was compared');",
  },
];

/** The setup of a sample, if it has one. */
export function setupOf(sample: Sample): Setup | undefined {
  return setups.find(({ file, text }) => file === sample.file && sample.code.includes(text));
}
