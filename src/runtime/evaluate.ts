/** Reads TypedInput properties of a node for one message. */
import type { Node, NodeAPI } from 'node-red';
import { SmsError } from '../sms/errors';
import type { Message } from './nodes';

type Reader = (message: Message) => unknown | Promise<unknown>;
type Values<Name extends string> = Record<Name, unknown>;
type Evaluate<Name extends string> = (message: Message) => Values<Name> | Promise<Values<Name>>;

/**
 * Prepares the named properties (`to` is typed by `toType`) once, and returns what reads all of them for a message.
 * A property that the node does not have is read from the message property that `standard` names; an empty one is
 * undefined. What it takes no time to read is there at once. @throws SmsError SMS_INVALID_OPTION naming the property
 */
export function evaluator<Name extends string>(
  RED: NodeAPI,
  node: Node,
  config: object,
  names: readonly Name[],
  standard: { [N in Name]?: string } = {},
): Evaluate<Name> {
  const readers = names.map((name) => {
    const { value, type } = typed(config, name, standard[name]);
    return [name, readerOf(RED, node, name, value, type)] as const;
  });
  const readFrom = (message: Message, first: number, values: Values<Name>): Values<Name> | Promise<Values<Name>> => {
    for (let i = first; i < readers.length; i += 1) {
      const [name, read] = readers[i] as (typeof readers)[number];
      const value = read(message);
      if (value instanceof Promise) {
        return value.then((found) => readFrom(message, i + 1, Object.assign(values, { [name]: found })));
      }
      values[name] = value;
    }
    return values;
  };
  return (message) => readFrom(message, 0, {} as Values<Name>);
}

/** The message property that a property is read from; null when it comes from elsewhere. */
export function pathOf(config: object, name: string, standard?: string): string | null {
  const { value, type } = typed(config, name, standard);
  return type === 'msg' && typeof value === 'string' && value !== '' ? value : null;
}

function typed(config: object, name: string, standard?: string): { value: unknown; type: unknown } {
  const fields = config as Record<string, unknown>;
  if (fields[name] === undefined && standard !== undefined) return { value: standard, type: 'msg' };
  return { value: fields[name], type: fields[`${name}Type`] };
}

/** A path that is the name of a property. */
const PROPERTY = /^[A-Za-z_$][\w$]*$/;

function readerOf(RED: NodeAPI, node: Node, name: string, value: unknown, type: unknown): Reader {
  const text = value === undefined || value === null ? '' : String(value);
  if (text === '') return () => undefined;
  if (type === 'msg' && PROPERTY.test(text)) return (message) => message[text];
  if (type === 'msg') return (message) => readable(name, () => RED.util.getMessageProperty(message, text));
  if (type === 'jsonata') return jsonata(RED, node, name, text);
  const kind = typeof type === 'string' && type !== '' ? type : 'str';
  if (kind === 'str') return () => text;
  if (kind === 'json') return () => readable(name, () => JSON.parse(text));
  return (message) =>
    readable(name, () => viaCallback((done) => RED.util.evaluateNodeProperty(text, kind, node, message, done)));
}

function jsonata(RED: NodeAPI, node: Node, name: string, text: string): Reader {
  let expression: ReturnType<NodeAPI['util']['prepareJSONataExpression']> | undefined;
  return (message) =>
    readable(name, () => {
      const prepared = expression ?? RED.util.prepareJSONataExpression(text, node);
      expression = prepared;
      return viaCallback((done) => RED.util.evaluateJSONataExpression(prepared, message, done));
    });
}

function viaCallback(start: (done: (error: Error | null, value: unknown) => void) => unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    start((error, value) => (error ? reject(error) : resolve(value)));
  });
}

function readable(name: string, read: () => unknown): unknown {
  try {
    const value = read();
    return value instanceof Promise ? value.catch((error) => unreadable(name, error)) : value;
  } catch (error) {
    return unreadable(name, error);
  }
}

function unreadable(name: string, error: unknown): never {
  const why = (error as { message?: string } | undefined)?.message ?? String(error);
  throw new SmsError('SMS_INVALID_OPTION', `The node's property '${name}' could not be read: ${why}`);
}
