/** The trusted threads: that the helpers are there and work, what they can reach, and that a closed team refuses. */
import * as assert from 'uvu/assert';
import { clearFields } from '../../src/fast/trusted/jobs/clear.js';
import { loadKernels } from '../../src/fast/trusted/kernels/load.js';
import { KernelMemory } from '../../src/fast/trusted/memory.js';
import { openTeam } from '../../src/fast/trusted/team/open-team.js';
import { soloTeam } from '../../src/fast/trusted/team/team.js';
import { suite } from '../suite.js';

const test = suite('fast team');

const TILE = 4096;
const CHUNKS = 512;

test('helpers take chunks, and every chunk is done once', async () => {
  const instance = await loadKernels();
  const memory = new KernelMemory(instance, await openTeam(instance, 3));
  const bytes = TILE * CHUNKS - 100;
  const pointer = memory.take(TILE * CHUNKS);
  const view = new Uint8Array(memory.buffer, pointer, TILE * CHUNKS);
  // Helpers are woken by every job; on a busy machine it may take some until one comes in time.
  for (let job = 0; job < 2000 && memory.team.helped === 0; job++) {
    view.fill(7);
    memory.team.run('clear', clearFields.pack({ pointer, bytes, tile: TILE }), CHUNKS);
    assert.ok(view.subarray(0, bytes).every((value) => value === 0));
    assert.ok(view.subarray(bytes).every((value) => value === 7));
  }
  assert.ok(memory.team.helped > 0, 'no helper ever did anything');
  memory.close();
});

test('memory that is not shared is out of reach for helpers, and for them alone', async () => {
  const instance = await loadKernels();
  const [solo, team] = [soloTeam(instance), await openTeam(instance, 2)];
  const [own, shared] = [new ArrayBuffer(8), new SharedArrayBuffer(8)];
  assert.is(team.share(own), null);
  assert.type(solo.share(own), 'number');
  assert.is(solo.share(own), solo.share(own));
  assert.is(team.share(shared), team.share(shared));
  assert.is.not(team.share(shared), team.share(new SharedArrayBuffer(8)));
  team.close();
});

test('a closed team and a job with too many arguments are refused', async () => {
  const instance = await loadKernels();
  const team = await openTeam(instance, 2);
  assert.throws(() => team.run('clear', Array(100).fill(0), 1), RangeError);
  assert.ok(team.usable);
  team.close();
  assert.not.ok(team.usable);
  assert.throws(() => team.run('clear', clearFields.pack({ pointer: 0, bytes: 0, tile: 1 }), 1), /closed/);
});
