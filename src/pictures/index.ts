/** Pictures: reading, writing, resizing, drawing, and turning them into what a network takes. */
export * from './browser.js';
export { readImage } from './read.js';
