/** What an account has to choose from, read from the vendor as its provider declares it. */
import { SmsError } from '../sms/errors';
import type { Choice, ChoiceSource, Params, Provider } from './provider';
import { textOf } from './text-of';

/** Who has more will rather type than scroll. */
const MOST = 500;
const MOST_PAGES = 5;

/** What runs the calls: a session, or an account. */
export interface Pager {
  pages(operation: string, params: Params): AsyncGenerator<unknown> | Promise<AsyncGenerator<unknown>>;
}

/**
 * What fits the field or the parameter `name`, each value once, in the vendor's order.
 * @throws SmsError SMS_UNSUPPORTED where there is nothing to choose from
 */
export async function choicesFor(provider: Provider, line: Pager, name: string): Promise<Choice[]> {
  const source = Object.hasOwn(provider.choices ?? {}, name) ? provider.choices?.[name] : undefined;
  if (!source) throw new SmsError('SMS_UNSUPPORTED', `${provider.label} lists nothing to choose from for ${name}.`);
  const found = new Map<string, Choice>();
  let pages = 0;
  for await (const page of await line.pages(source.operation, source.params ?? {})) {
    for (const choice of choicesIn(page, source)) if (!found.has(choice.value)) found.set(choice.value, choice);
    pages += 1;
    if (pages === MOST_PAGES || found.size >= MOST) break;
  }
  return [...found.values()].slice(0, MOST);
}

function choicesIn(page: unknown, { list, value, label = [] }: ChoiceSource): Choice[] {
  const entries = list === undefined ? page : memberOf(page, list);
  const all = typeof entries === 'object' && entries !== null ? Object.values(entries) : [];
  return all.flatMap((entry): Choice[] => {
    const filledIn = textOf(value === undefined ? entry : memberOf(entry, value)).trim();
    const words = label.map((name) => textOf(memberOf(entry, name)).trim()).filter(Boolean);
    if (filledIn === '') return [];
    return [{ value: filledIn, ...(words.length > 0 ? { label: words.join(' · ') } : {}) }];
  });
}

function memberOf(thing: unknown, name: string): unknown {
  return typeof thing === 'object' && thing !== null ? (thing as Record<string, unknown>)[name] : undefined;
}
