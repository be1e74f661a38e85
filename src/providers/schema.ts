/** Checks values against an operation's schemas; typebox is loaded when the first one is needed. */
import { SmsError } from '../sms/errors';
import { isDate } from '../sms/excerpt';
import type { Operation, Params, TObject, TSchema } from './provider';

/** What a schema belongs to: an operation, of a vendor or our own. */
export type Described = Pick<Operation, 'id' | 'params' | 'result'>;

interface Tools {
  type: typeof import('typebox', { with: { 'resolution-mode': 'import' }}).Type;
  value: typeof import('typebox/value', { with: { 'resolution-mode': 'import' }}).Value;
}

let tools: Promise<Tools> | undefined;
const built = new WeakMap<Described, { params: TObject; result: TSchema }>();

/** The JSON Schemas of an operation's parameters and result. */
export async function schemasOf(operation: Described): Promise<{ params: TObject; result: TSchema }> {
  const { type } = await load();
  let schemas = built.get(operation);
  if (!schemas) {
    schemas = { params: operation.params(type), result: operation.result(type) };
    built.set(operation, schemas);
  }
  return schemas;
}

/**
 * The parameters as the vendor wants them: text that means a number or a boolean becomes one, a Date ISO 8601.
 * @throws SmsError SMS_INVALID_OPTION naming everything that is wrong
 */
export async function checkParams(operation: Described, params: Params): Promise<Params> {
  const { params: schema } = await schemasOf(operation);
  return check(operation.id, schema, params);
}

/**
 * The vendor's own parameters that a user set on a message.
 * @throws SmsError SMS_INVALID_OPTION
 */
export async function checkOptions(operation: Operation, names: readonly string[], options: unknown): Promise<Params> {
  if (options === undefined || options === null || options === '') return {};
  if (typeof options !== 'object' || Array.isArray(options)) {
    throw new SmsError('SMS_INVALID_OPTION', `The options must be an object such as {"${names[0]}": …}.`);
  }
  if (Object.keys(options).length === 0) return {};
  const { type } = await load();
  const { params } = await schemasOf(operation);
  const settable = Object.entries(params.properties).filter(([name]) => names.includes(name));
  const schema = type.Object(Object.fromEntries(settable), { additionalProperties: false });
  return check(operation.id, schema, options as Params);
}

/** @throws SmsError SMS_BAD_RESPONSE when the vendor's answer is not what it documents */
export async function checkResult(operation: Described, result: unknown): Promise<void> {
  const { value } = await load();
  const schemas = await schemasOf(operation);
  if (value.Check(schemas.result, result)) return;
  const wrong = problems(schemas.result, value.Errors(schemas.result, result)).join('; ');
  throw new SmsError(
    'SMS_BAD_RESPONSE',
    `${operation.id} was answered in a form that the vendor does not document: ${wrong}.`,
    // It may be somebody else's answer, such as that of a proxy.
    { outcome: 'unknown', retryable: true },
  );
}

async function check(id: string, schema: TObject, given: Params): Promise<Params> {
  const { value } = await load();
  const asked = withoutNothing(schema, copied(id, given));
  const params = value.Convert(schema, value.Clone(asked)) as Params;
  const cut = cutNumber(schema, asked, params);
  if (cut !== null) throw new SmsError('SMS_INVALID_OPTION', `${id}: '${cut}' must be a whole number.`);
  if (value.Check(schema, params)) return params;
  const known = Object.keys(schema.properties).join(', ') || 'none';
  const wrong = problems(schema, value.Errors(schema, params)).join('; ');
  throw new SmsError('SMS_INVALID_OPTION', `${id}: ${wrong}. Its parameters are: ${known}.`);
}

/** What is not there is not the word for it: text that is null or undefined was not given. */
function withoutNothing(schema: TObject, given: unknown): unknown {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return given;
  const types = schema.properties as Record<string, { type?: unknown }>;
  const isNothing = (name: string, value: unknown) =>
    value === undefined || (value === null && types[name]?.type === 'string');
  return Object.fromEntries(Object.entries(given).filter(([name, value]) => !isNothing(name, value)));
}

/** What a flow gave may be anything, and is not changed. @throws SmsError SMS_INVALID_OPTION */
function copied(id: string, given: unknown): unknown {
  try {
    return copy(given);
  } catch (cause) {
    throw new SmsError('SMS_INVALID_OPTION', `${id}: the parameters cannot be read (${(cause as Error)?.name}).`);
  }
}

function copy(value: unknown): unknown {
  if (isDate(value)) return value.toISOString();
  if (Array.isArray(value)) return value.map(copy);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, copy(member)]));
}

interface Problem {
  keyword: string;
  instancePath: string;
  message: string;
}

function problems(schema: TSchema, errors: readonly Problem[]): string[] {
  const choices = new Set(errors.filter((e) => e.keyword === 'anyOf').map((e) => e.instancePath));
  // A forbidden property is reported twice, the second report names all of them; a choice is reported for each of its words.
  const told = errors.filter(
    (e) => e.message !== 'schema is false' && (e.keyword === 'anyOf' || !choices.has(e.instancePath)),
  );
  return told.slice(0, 8).map(({ keyword, instancePath, message, ...rest }) => {
    const extra = (rest as { params?: { additionalProperties?: string[] } }).params?.additionalProperties;
    if (extra) return `${extra.map((name) => `'${name.slice(0, 40)}'`).join(', ')} is not known here`;
    const words = keyword === 'anyOf' ? wordsOf(schema, instancePath.slice(1)) : [];
    const wrong = words.length > 0 ? `must be one of ${words.join(', ')}` : message;
    return `${instancePath ? `'${instancePath.slice(1, 60)}' ` : ''}${wrong}`;
  });
}

/** The words that a parameter may be; none when it is something else. */
function wordsOf(schema: TSchema, name: string): unknown[] {
  const { properties = {} } = schema as { properties?: Record<string, { anyOf?: { const?: unknown }[] }> };
  const choices = properties[name]?.anyOf ?? [];
  return choices.map((choice) => choice.const).filter((word) => word !== undefined);
}

function load(): Promise<Tools> {
  tools ??= Promise.all([import('typebox'), import('typebox/value')]).then(([{ Type }, { Value }]) => ({
    type: Type,
    value: Value,
  }));
  return tools;
}

/** The name of a whole number that was made of something else by cutting; null when there is none. */
function cutNumber(schema: unknown, asked: unknown, made: unknown, name = ''): string | null {
  const { type, properties, items } = (schema ?? {}) as {
    type?: string;
    properties?: Record<string, unknown>;
    items?: unknown;
  };
  if (type === 'integer') return typeof made === 'number' && digitsOf(asked) !== String(made) ? name : null;
  if (typeof asked !== 'object' || asked === null || typeof made !== 'object' || made === null) return null;
  const parts = Array.isArray(asked)
    ? asked.map((_part, i) => [String(i), items] as const)
    : Object.entries(properties ?? {});
  for (const [key, part] of parts) {
    const found = cutNumber(part, (asked as Params)[key], (made as Params)[key], Array.isArray(asked) ? name : key);
    if (found !== null) return found;
  }
  return null;
}

/** A month is often written as 01. */
function digitsOf(value: unknown): string {
  return String(value)
    .trim()
    .replace(/^0+(?=\d)/, '');
}
