/** Starts helper.ts when the sources are run by tsx, whose hooks a worker thread of Node 20 does not inherit. */
import { register } from 'tsx/esm/api';

register();
await import('./helper.ts');
