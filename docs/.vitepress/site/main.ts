/** `npm run docs:pages`: everything that has to lie in `docs` before VitePress starts. */
import { prepare } from './prepare.js';

prepare();
