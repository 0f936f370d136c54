/** What a person should know about a choice of parameters. */
import type { Calculation } from './calculation.js';

/** One plain sentence each, the most important first. */
export function notesOf(result: Omit<Calculation, 'notes'>): string[] {
  const { parameters, certificate, target, challengeCost } = result;
  const notes: string[] = [];
  if (parameters.repetitions === 0 && parameters.layerCount > 0)
    notes.push('Nothing is checked: a device that lies is believed.');
  if (certificate.check === 'fails') {
    notes.push(
      `Layer ${certificate.layer} can reach ${certificate.bound}, and twice that is not below q = ${parameters.checkModulus}: a wrong answer may pass every fold, and no number of repetitions helps.`,
    );
  }
  if (certificate.pads === 'fails') {
    notes.push(
      `Layer ${certificate.layer} can reach ${certificate.bound}, and twice that is not below ${parameters.padModulus === null ? 'any pad modulus' : `p = ${parameters.padModulus}`}: answers could not be unblinded, and honest ones would be refused.`,
    );
  }
  if (!target.met && result.smallestRepetitions === null && certificate.check !== 'fails') {
    notes.push('Not even 16 repetitions meet the target.');
  }
  if (parameters.structure === 'rank-one') {
    notes.push(
      'Rank-one challenges s = a (x) b need fewer random numbers, and each misses a wrong answer with probability up to 1 - (1 - 1/|S|)^2, nearly twice as often as a full one: about one bit less per repetition.',
    );
  }
  if (parameters.challengeSet < parameters.checkModulus) {
    notes.push(
      `Challenges come from ${parameters.challengeSet} of ${parameters.checkModulus} residues: one misses a wrong answer with probability up to 1/|S|, not 1/q.`,
    );
  }
  if (challengeCost.bitsLost > 0) {
    notes.push(
      `Full challenges over all residues would give ${challengeCost.bitsLost} bits more per check with the same ${parameters.repetitions} repetitions.`,
    );
  }
  if (parameters.onReject === 'continue') {
    notes.push(
      'Rejects do not end the session. The device may lie in every check instead of once, each reject tells it one more vector that the secret challenges do not miss, and once a lie passed it can be told again for as long as the challenges live. The bound per session holds for all its checks together, also those of inferences that were refused; per inference it is stated for the last one. This library does not work so: its sessions end at the first reject.',
    );
  } else if (parameters.repetitions > 0 && parameters.layerCount > 0) {
    notes.push(
      'The first reject ends the session, so a device has one lie: the chance that a session ever releases a wrong result is the error of one check, whatever the number of layers and inferences. New challenges from time to time are hygiene, not arithmetic.',
    );
  }
  return notes;
}
