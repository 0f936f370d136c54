/** Every row of the table, in its order. */
import type { PublishedModel } from './model.js';
import { emotion, nsfwInception, nsfwMobilenet, nsfwMobilenetMid } from './models/classifiers.js';
import { ssdMobilenet, tinyDetector } from './models/face-detectors.js';
import { ageGender, expression, recognition } from './models/face-readers.js';
import { centernet } from './models/objects.js';
import { movenet, posenet } from './models/poses.js';
import { direction, textDetector } from './models/text.js';
import { esrgan } from './models/upscaler.js';

/** Whatever a row's answers are, they are only handed back to it. */
const row = <A>(model: PublishedModel<A>): PublishedModel => model as unknown as PublishedModel;

export const models: readonly PublishedModel[] = [
  row(nsfwMobilenet),
  row(nsfwMobilenetMid),
  row(nsfwInception),
  row(ssdMobilenet),
  row(tinyDetector),
  row(expression),
  row(ageGender),
  row(recognition),
  row(centernet),
  row(posenet),
  row(movenet),
  row(emotion),
  row(esrgan),
  row(direction),
  row(textDetector),
];
