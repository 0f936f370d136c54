/** The activation in a layer's configuration: its name, or an object that names a class of activations. */
import { type Codec, chosen, nonEmptyString } from '../../../boundary/codecs.js';
import { type Fields, type JsonMap, jsonMap } from '../json.js';

const nameOrObject = chosen<string | JsonMap>(
  'a name',
  (value) => (typeof value === 'string' ? nonEmptyString : jsonMap) as Codec<string | JsonMap>,
);

export function activationName(config: Fields): string {
  const value = config.or('activation', nameOrObject, 'linear');
  return typeof value === 'string' ? value : config.inner('activation').get('class_name', nonEmptyString);
}
