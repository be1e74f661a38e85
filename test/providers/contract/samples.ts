/** Parameters that an operation accepts, made of its schema. */
import type { Operation } from '../../../dist/src/providers/provider.js';
import { schemasOf } from '../../../dist/src/providers/schema.js';
import { phone } from '../support.ts';

/** Parameters that the schema accepts, made of the schema. */
export async function sample(operation: Operation): Promise<Record<string, unknown>> {
  const { params } = await schemasOf(operation);
  const required = new Set(params.required ?? []);
  const given = Object.entries(params.properties).filter(([name]) => required.has(name));
  return Object.fromEntries(given.map(([name, schema]) => [name, example(schema as JsonSchema)]));
}

interface JsonSchema {
  type?: string;
  const?: unknown;
  anyOf?: JsonSchema[];
  enum?: unknown[];
  format?: string;
  pattern?: string;
  minimum?: number;
  items?: JsonSchema;
}

function example(schema: JsonSchema): unknown {
  if ('const' in schema) return schema.const;
  if (schema.anyOf?.[0]) return example(schema.anyOf[0]);
  if (schema.enum) return schema.enum[0];
  const byType: Record<string, () => unknown> = {
    boolean: () => true,
    integer: () => schema.minimum ?? 1,
    number: () => schema.minimum ?? 1,
    array: () => [example(schema.items ?? {})],
    object: () => ({}),
  };
  return (byType[schema.type ?? ''] ?? (() => text(schema)))();
}

function text({ format, pattern }: JsonSchema): string {
  if (format === 'date-time') return '2026-01-02T03:04:05.000Z';
  const candidates = ['x', phone('0000'), 'https://example.org/', '8888'];
  return candidates.find((one) => !pattern || new RegExp(pattern, 'u').test(one)) ?? 'x';
}
