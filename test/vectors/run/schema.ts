/** JSON Schema, as much of it as schema.json uses; a keyword that is not known here is an error, never ignored. */

type Node = Readonly<Record<string, unknown>>;

const silent = new Set(['$schema', 'title', 'description', '$defs']);
const typeOf = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value;
};

function isOfType(value: unknown, type: unknown): boolean {
  return type === 'integer' ? Number.isSafeInteger(value) : typeOf(value) === type;
}

type Rule = (value: unknown, wanted: never, schema: Node, root: Node) => boolean;

const rules: Readonly<Record<string, Rule>> = {
  type: (value, wanted) => isOfType(value, wanted),
  const: (value, wanted) => value === wanted,
  enum: (value, wanted: unknown[]) => wanted.includes(value),
  minimum: (value, wanted: number) => typeof value !== 'number' || value >= wanted,
  maximum: (value, wanted: number) => typeof value !== 'number' || value <= wanted,
  minLength: (value, wanted: number) => typeof value !== 'string' || value.length >= wanted,
  pattern: (value, wanted: string) => typeof value !== 'string' || new RegExp(wanted, 'u').test(value),
  maxItems: (value, wanted: number) => !Array.isArray(value) || value.length <= wanted,
  items: (value, wanted: Node, _, root) => !Array.isArray(value) || value.every((entry) => fits(entry, wanted, root)),
  required: (value, wanted: string[]) => wanted.every((key) => Object.hasOwn(value as object, key)),
  properties: (value, wanted: Record<string, Node>, _, root) =>
    Object.entries(value as object).every(
      ([key, entry]) => !Object.hasOwn(wanted, key) || fits(entry, wanted[key]!, root),
    ),
  additionalProperties: (value, _, { properties }) =>
    Object.keys(value as object).every((key) => Object.hasOwn(properties as object, key)),
  anyOf: (value, wanted: Node[], _, root) => wanted.some((schema) => fits(value, schema, root)),
  oneOf: (value, wanted: Node[], _, root) => wanted.filter((schema) => fits(value, schema, root)).length === 1,
  $ref: (value, wanted: string, _, root) => fits(value, (root.$defs as Record<string, Node>)[wanted.slice(8)]!, root),
};

/** True if the value fits the schema. */
export function fits(value: unknown, schema: Node, root: Node = schema): boolean {
  if (schema.type !== undefined && !isOfType(value, schema.type)) return false;
  return Object.entries(schema).every(([keyword, wanted]) => {
    if (silent.has(keyword)) return true;
    const rule = rules[keyword];
    if (rule === undefined) throw new Error(`the schema uses ${keyword}, which this test does not know`);
    return rule(value, wanted as never, schema, root);
  });
}

/** Every schema of an object inside `node`. */
export function objectsIn(node: unknown): Node[] {
  if (typeof node !== 'object' || node === null) return [];
  const inner = Object.values(node).flatMap(objectsIn);
  return 'type' in node && node.type === 'object' ? [node as Node, ...inner] : inner;
}
