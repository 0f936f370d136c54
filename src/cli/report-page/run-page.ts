/** The report of a run. */
import { bytes, milliseconds } from '../table.js';
import { html, type Markup } from './html.js';
import { definitions, page, section, table } from './page.js';
import type { RunFile } from './run-codec.js';
import { soundnessPart } from './soundness-part.js';
import { requireConsistent, statedSoundness } from './stated-soundness.js';
import { timeline, wholeTime } from './timeline.js';

const count = (value: number): string => value.toLocaleString('en');
const plural = (value: number, word: string): string => `${count(value)} ${word}${value === 1 ? '' : 's'}`;

function verdict(run: RunFile): Markup {
  const { integrity, outsourcedLayers, linearLayers, insideLayers, verifiedLayers, batches, privacy } = run;
  const checked = verifiedLayers / batches;
  const [mark, sentence] =
    outsourcedLayers === 0
      ? ['good', `All ${plural(linearLayers, 'linear layer')} computed inside, where nothing has to be verified.`]
      : integrity
        ? [
            'good',
            `${count(checked)} of ${plural(linearLayers, 'linear layer')} verified, ${count(insideLayers)} computed inside.`,
          ]
        : ['bad', `Integrity was off: ${plural(outsourcedLayers, 'layer')} came from a device that was believed.`];
  const seen =
    outsourcedLayers === 0
      ? 'No device received anything.'
      : privacy
        ? `The device received only uniformly random numbers modulo ${run.modulus}.`
        : 'Privacy was off: the device saw every input of every layer it computed.';
  return html`<p class="verdict ${mark}">${sentence}</p><p>${seen}</p>${
    run.refused === true
      ? html`<p>Then the device lied in one number, and the run was refused (IntegrityError).</p>`
      : null
  }`;
}

function parameters(run: RunFile): Markup {
  const { network, device, plan, threads, modulus, repetitions, maximumInferences, slalom } = run;
  return definitions([
    ['network', network.name],
    ['network hash', network.networkHash === undefined ? 'not recorded' : html`<code>${network.networkHash}</code>`],
    [
      'SHA-256 of its file',
      network.sha256 === null ? 'it does not come from one file' : html`<code>${network.sha256}</code>`,
    ],
    ['device', run.outsourcedLayers === 0 ? 'none' : device],
    ['integrity, privacy', `${run.integrity ? 'on' : 'off'}, ${run.privacy ? 'on' : 'off'}`],
    ['repetitions k', `${repetitions} secret challenges per layer, modulo q = 2^31 - 1`],
    ['pad modulus p', { P24: '2^24 - 3', M31: '2^31 - 1', integers: 'none: integers travel as they are' }[modulus]],
    ['inferences per session', `at most ${count(maximumInferences)}`],
    ['plan, threads', `${plan}, ${threads}`],
    ['version', `slalom ${slalom}`],
  ]);
}

function results(run: RunFile): Markup | null {
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  if (run.faces !== undefined) {
    const rows = run.faces.map(({ box, score }, index) => [
      `face ${index + 1}`,
      percent(score),
      ...[box.left, box.top, box.right - box.left, box.bottom - box.top].map((value) => String(Math.round(value))),
    ]);
    return section('Result', table(['face', 'confidence', 'left', 'top', 'width', 'height'], rows));
  }
  if (run.results !== undefined) {
    const rows = run.results.map(({ image, top: [best] }) =>
      best === undefined ? [image, '', '', ''] : [image, best.label, String(best.index), percent(best.probability)],
    );
    return section('Results', table(['image', 'label', 'index', 'probability'], rows));
  }
  if (run.top === undefined) return null;
  const rows = run.top.map(({ label, index, probability }) => [label, String(index), percent(probability)]);
  return section('Result', table(['label', 'index', 'probability'], rows));
}

function costs(run: RunFile): Markup {
  const { offlineMs, onlineMs, trustedMs, deviceMs, bytesToDevice, bytesFromDevice, images } = run;
  const macs = run.layers.filter(({ by }) => by === 'device').reduce((sum, layer) => sum + layer.macs, 0);
  const rows = [
    [
      'offline, trusted',
      milliseconds(offlineMs),
      'secret challenges folded, one-time pads made: before the input is known',
    ],
    ['online, trusted', milliseconds(trustedMs), 'blinding, checking and everything that is not linear'],
    ['online, device', milliseconds(deviceMs), `${count(macs)} multiply-accumulates per image`],
    ['online, total', milliseconds(onlineMs), images === 1 ? '' : `${(onlineMs / images).toFixed(2)} ms per image`],
    [
      'moved',
      bytes(bytesToDevice + bytesFromDevice),
      `${bytes(bytesToDevice)} to the device, ${bytes(bytesFromDevice)} back`,
    ],
  ];
  return table(['phase', 'how much', 'what'], rows);
}

/**
 * The page.
 * @throws UsageError when the file contradicts itself
 */
export function runPage(run: RunFile): string {
  requireConsistent(run);
  const soundness = statedSoundness(run);
  const subtitle = `${plural(run.images, 'image')}, ${plural(run.linearLayers, 'linear layer')}`;
  return page(`Slalom run of ${run.network.name}`, subtitle, [
    section('What was verified', verdict(run)),
    ...[results(run) ?? html``],
    section('Parameters', parameters(run)),
    section('Soundness', soundnessPart(soundness, run.maximumInferences)),
    section('Costs', html`${costs(run)}<h3>Where the time went</h3>${wholeTime(run)}`),
    section('Layers', timeline(run)),
  ]);
}
