/** What the editor is told of the providers: their fields, what they can do and how they are called. All of it data. */
import { type DeskOperation, deskOperations } from '../delivery/desk-operations';
import { providers } from '../providers';
import { capabilitiesOf } from '../providers/capabilities';
import type { Operation, Provider, ProviderField, Settings } from '../providers/provider';
import { schemasOf } from '../providers/schema';

export async function catalog() {
  return {
    providers: await Promise.all(providers.map(entry)),
    /** What can be asked of any account, whoever the provider is. */
    operations: await Promise.all(deskOperations.map(ownOperation)),
  };
}

async function ownOperation(operation: DeskOperation) {
  const { id, title, writes, next } = operation;
  return { id, title, ...(await schemasOf(operation)), pages: next !== undefined, writes };
}

async function entry(provider: Provider) {
  const { id, label, note, baseUrl, tokenUrl, rate, fields, senderRule } = provider;
  const operations = await Promise.all(provider.operations.map(described));
  return {
    id,
    label,
    note,
    baseUrl,
    tokenUrl,
    rate,
    fields,
    senderRule,
    ...abilities(provider),
    variants: variantsOf(provider),
    operations,
  };
}

async function described(operation: Operation) {
  const { id, title, writes, source, deprecated, next } = operation;
  return { id, title, ...(await schemasOf(operation)), pages: next !== undefined, writes, source, deprecated };
}

/** What may differ between two accounts of the same vendor. */
function abilities(provider: Provider) {
  const { webhook, mail, options, choices = {} } = provider;
  return {
    capabilities: capabilitiesOf(provider),
    /** How pushes are told from forged ones; null where nothing is pushed. */
    webhook: webhook ? (webhook.verify ? 'signed' : 'secret') : null,
    /** Whether mails of the vendor can be read as inbound messages. */
    mail: mail !== undefined,
    /** The parameters that a user may set on a message. */
    options: options.names,
    /** The fields and parameters for which an account has something to choose from. */
    choices: Object.keys(choices),
  };
}

/** The settings with which an account can do other things than usual, each with what it can do then. */
function variantsOf(provider: Provider) {
  if (!provider.withSettings) return [];
  const variants: ({ settings: Settings } & ReturnType<typeof abilities>)[] = [];
  for (const settings of combinations(provider.fields)) {
    const variant = provider.withSettings(settings);
    if (variant !== provider) variants.push({ settings, ...abilities(variant) });
  }
  return variants;
}

/** Every way to fill in the settings that are a choice. */
function combinations(fields: readonly ProviderField[]): Settings[] {
  const choices = fields.filter(({ kind, type }) => kind === 'setting' && type === 'select');
  return choices.reduce<Settings[]>(
    (all, { name, options = [] }) => all.flatMap((some) => options.map((option) => ({ ...some, [name]: option }))),
    [{}],
  );
}
