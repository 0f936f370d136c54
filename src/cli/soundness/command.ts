/** `slalom soundness`: what parameters guarantee and cost, before anything runs. */
import { type Calculation, type CalculatorInput, calculateSoundness, toJson } from '../../calculator/index.js';
import { exitCodes, FailedReport, UsageError } from '../exit.js';
import { asMarkdown, asText } from '../sections.js';
import { describe } from './describe.js';
import { aQuestion, type SoundnessText } from './options.js';

/** The options by which a field of the input is known on the command line. */
const optionNames: Readonly<Record<string, string>> = {
  checkModulus: '--check-modulus',
  challengeSet: '--challenge-set',
  padModulus: '--pad-modulus',
};

function calculated(input: CalculatorInput): Calculation {
  try {
    return calculateSoundness(input);
  } catch (error) {
    const [, field, rest] = (error instanceof Error && /^(?:input\.)?(\w+)( .*)$/.exec(error.message)) || [];
    const option = optionNames[field ?? ''];
    if (option === undefined) throw error;
    throw new UsageError(`${option}${rest}.`);
  }
}

/**
 * Runs the command and returns what belongs on standard output.
 * @throws FailedReport with the report and exit code 1 when the target is missed or the integers do not fit
 */
export async function soundnessCommand(options: SoundnessText): Promise<string> {
  const { subject, sha256, networkHash, preset, input } = await aQuestion(options);
  const result = calculated(input);
  const heading = `Soundness of ${subject}, preset "${preset}"`;
  const render = options.md ? asMarkdown : asText;
  const report = options.json
    ? JSON.stringify(toJson({ subject, sha256, networkHash, preset, ...result }))
    : render(heading, describe(result));
  if (result.usable) return report;
  const reason = result.target.met ? 'the integers of these layers do not fit' : 'the target is missed';
  throw new FailedReport(`With these parameters ${reason}.`, report, exitCodes.failure);
}
