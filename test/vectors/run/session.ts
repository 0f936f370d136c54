/** Verdicts and whole sessions through protocol's own Session: scripted bytes in, messages and verdicts out. */
import { IntegrityError, Session, SessionError, type TrustedArithmetic } from '../../../src/protocol/index.js';
import type { LinearMap } from '../../../src/reference/index.js';
import { mapOf } from '../generate/maps.js';
import { operationsAfter } from '../generate/networks.js';
import { toHex } from '../generate/numbers.js';
import type { AnswerVector } from '../shapes/protocol.js';
import { operateWith } from './arithmetic.js';
import { differing, type Falsehoods } from './judge.js';
import { ScriptedDevice, scripted } from './scripted.js';

interface Script {
  readonly maps: LinearMap[];
  readonly p: number | null;
  readonly soundnessBits: number;
  readonly randomBytes: string;
  readonly answers: readonly AnswerVector[];
}

async function opened(arithmetic: TrustedArithmetic, script: Script, inferences: number) {
  const device = new ScriptedDevice(script.answers);
  const randomness = scripted(script.randomBytes);
  const parameters = { privacy: script.p !== null, integrity: true, soundnessBits: script.soundnessBits };
  const session = await Session.open({ device, arithmetic, maps: script.maps, parameters, randomness });
  await session.prepare(inferences);
  return { device, session, randomness };
}

/** y of a layer; null when the session refused the answer, and then everything after it too. */
async function outcome(
  session: Session,
  work: () => Promise<{ readonly value: Int32Array }>,
): Promise<number[] | null> {
  try {
    return [...(await work()).value];
  } catch (error) {
    if (!(error instanceof IntegrityError)) throw error;
    if (session.state !== 'poisoned') throw new Error('a reject did not poison the session');
    await session.begin().then(
      () => Promise.reject(new Error('a poisoned session began an inference')),
      (late: unknown) => {
        if (!(late instanceof SessionError)) throw late;
      },
    );
    return null;
  }
}

function littleEndian(values: readonly number[], width: number): string {
  return toHex(
    values.flatMap((value) => Array.from({ length: width }, (_, at) => Math.floor(value / 256 ** at) % 256)),
  );
}

/** The falsehoods a session over `arithmetic` sees. */
export function withSession(arithmetic: TrustedArithmetic): {
  readonly verdict: Falsehoods<'verdict'>;
  readonly session: Falsehoods<'session'>;
} {
  return {
    async verdict({ p, map, bound, x, pad, challenges, message }, { answer, y }) {
      const secrets = challenges.map(({ s }) => littleEndian(s, 4)).join('');
      const rho = pad === null ? '' : littleEndian(pad.rho, p === 2 ** 31 - 1 ? 4 : 3);
      const script = { maps: [mapOf(map)], p, soundnessBits: 40, randomBytes: secrets + rho, answers: [answer] };
      const { device, session } = await opened(arithmetic, script, 1);
      const inference = await session.begin();
      const released = await outcome(session, () => inference.linear(0, Int16Array.from(x)));
      inference.end();
      session.close();
      if (device.messages.length !== 1) throw new Error('the device was not asked once');
      return [
        ...differing({ p: [p, session.modulus], message: [message, device.messages[0]] }),
        ...(bound < 2 ** 30 ? [] : ['bound']),
        ...(released === null ? ['verdict'] : differing({ y: [y, released] })),
      ];
    },
    async session({ p, soundnessBits, layers, randomBytes, pads }, { inferences }) {
      const answers = inferences.flatMap((steps) => steps.map(({ answer }) => answer));
      const script = { maps: layers.map(({ map }) => mapOf(map)), p, soundnessBits, randomBytes, answers };
      const { device, session, randomness } = await opened(arithmetic, script, pads.length);
      const found = differing({ p: [p, session.modulus], randomBytes: [0, randomness.left] });
      for (const steps of inferences) {
        const inference = await session.begin();
        for (const [index, { x, message, y, accepted, output }] of steps.entries()) {
          const released = await outcome(session, () => inference.linear(index, Int16Array.from(x)));
          found.push(...differing({ message: [message, device.messages.at(-1)] }));
          found.push(...differing({ accepted: [accepted, released !== null] }));
          if (released === null) {
            inference.end();
            return [...found, 'verdict'];
          }
          const passedOn = operationsAfter(layers[index]!).reduce(
            (values, operation) => operateWith(arithmetic, operation, [values]),
            released,
          );
          found.push(...differing({ y: [y, released], output: [output, passedOn] }));
        }
        inference.end();
      }
      session.close();
      return found;
    },
  };
}
