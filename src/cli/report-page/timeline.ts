/** Where the time of a run went: in all, and layer by layer. */
import { bytes, milliseconds } from '../table.js';
import { bar, key, type Piece, sideBySide } from './bars.js';
import { html, type Markup } from './html.js';
import type { RunFile, RunLayer } from './run-codec.js';

const meanings = [
  ['trusted', 'trusted: blinding, checking, finishing'],
  ['inside', 'trusted: layers computed inside'],
  ['device', 'waiting for the device'],
  ['other', 'trusted: everything that is not linear, and the rest'],
] as const;

/** One bar for the whole run; in a stream, where batches overlap, for the work rather than the time. */
export function wholeTime({ onlineMs, protocolMs, insideMs, deviceMs, images, batches }: RunFile): Markup {
  const rest = Math.max(0, onlineMs - protocolMs - insideMs - deviceMs);
  const pieces = sideBySide([
    ['trusted', protocolMs],
    ['inside', insideMs],
    ['device', deviceMs],
    ['other', rest],
  ]);
  const full = protocolMs + insideMs + deviceMs + rest;
  const label = `${milliseconds(protocolMs)} protocol, ${milliseconds(insideMs)} computed inside, ${milliseconds(deviceMs)} device, ${milliseconds(rest)} other`;
  const overlap =
    batches > 1
      ? `${images} images in ${batches} batches, some of them in flight together: the parts may add up to more than the ${milliseconds(onlineMs)} that passed.`
      : null;
  return html`${bar(pieces, full, label, 'whole')}${key(meanings)}${overlap === null ? null : html`<p class="soft">${overlap}</p>`}`;
}

/** The longest name that is shown whole; of longer ones the end says more. */
const LONGEST_NAME = 26;

/** Names without what all of them begin with, up to a slash; exporters join names of fused operations with semicolons. */
function shortNames(layers: readonly RunLayer[]): string[] {
  const names = layers.map(({ name }) => name.split(';')[0]!.split('/'));
  const shortest = Math.min(...names.map((parts) => parts.length)) - 1;
  let common = 0;
  while (common < shortest && names.every((parts) => parts[common] === names[0]![common])) common++;
  return names.map((parts) => {
    const rest = [...parts.slice(common).join('/')];
    return rest.length > LONGEST_NAME ? `…${rest.slice(1 - LONGEST_NAME).join('')}` : rest.join('');
  });
}

function doneBy({ by, verified }: RunLayer): string {
  if (by === 'inside') return 'inside';
  return verified ? 'verified' : 'unchecked';
}

/** One line per layer. With times of its own a layer stands where it ran; otherwise its bar shows its share of the work. */
export function timeline({ layers, onlineMs }: RunFile): Markup {
  const placed = layers.every(({ startMs, endMs }) => startMs !== null && endMs !== null);
  const work = ({ protocolMs, insideMs, deviceMs }: RunLayer): number => protocolMs + insideMs + deviceMs;
  const full = placed ? onlineMs : Math.max(...layers.map(work));
  const names = shortNames(layers);
  const line = (layer: RunLayer, index: number): Markup => {
    const pieces: Piece[] = sideBySide(
      [
        ['trusted', layer.protocolMs],
        ['inside', layer.insideMs],
        ['device', layer.deviceMs],
      ],
      placed ? layer.startMs! : 0,
    );
    const moved = layer.bytesToDevice + layer.bytesFromDevice;
    const by = doneBy(layer);
    const label = `layer ${index}, ${by}: ${milliseconds(layer.protocolMs)} protocol, ${milliseconds(layer.insideMs)} inside, ${milliseconds(layer.deviceMs)} device, ${bytes(layer.bytesToDevice)} there, ${bytes(layer.bytesFromDevice)} back`;
    return html`<li><span class="soft">${index}</span><span class="name" title="${layer.name}">${names[index]!}</span>${bar(pieces, full, label)}<span class="by ${by === 'unchecked' ? 'bad' : ''}">${by}</span><span class="number">${milliseconds(work(layer))}</span><span class="number">${layer.by === 'device' ? bytes(moved) : ''}</span></li>\n`;
  };
  const head = html`<li class="head"><span></span><span class="name">layer</span><span class="chart">${placed ? `0 to ${milliseconds(onlineMs)}` : 'share of the work, all images'}</span><span class="by">result</span><span class="number">time</span><span class="number">moved</span></li>`;
  return html`<ol class="layers">${head}${layers.map(line)}</ol>`;
}
