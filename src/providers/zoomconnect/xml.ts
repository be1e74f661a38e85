/** Reads ZoomConnect's XML, its default where JSON is not asked for, into what its JSON would have been. */
import { DEEPEST } from '../json';

/** XML does not tell a number from text, nor a list of one from one: these are the names in the vendor's Swagger. */
const NUMBERS = new Set(
  'creditBalance creditCost messageCreditCost messageLength numberOfMessages elements page pageSize totalElements totalPages delivered sent failed failedRefunded failedOptout total code'.split(
    ' ',
  ),
);
const FLAGS = new Set('deleted read templated showingCreditValue messageLengthWithinMaximumAllowed'.split(' '));
const LISTS = new Set(
  'webServiceMessages webServiceContacts webServiceGroups webServiceTemplates webServiceUserList sendSmsResponses sendSmsRequests users campaigns links'.split(
    ' ',
  ),
);
/** The list that each root stands for, which is not there at all when it is empty. */
const LIST_OF_ROOT: Readonly<Record<string, string>> = {
  messages: 'webServiceMessages',
  contacts: 'webServiceContacts',
  groups: 'webServiceGroups',
  templates: 'webServiceTemplates',
  users: 'webServiceUserList',
  sendSmsResponses: 'sendSmsResponses',
};

const TOKEN =
  /<!\[CDATA\[([\s\S]*?)\]\]>|<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<\/([\w.:-]+)\s*>|<([\w.:-]+)(?:\s[^<>]*?)?(\/?)>|([^<]+)/gy;

type Member = [name: string, value: unknown];

interface Open {
  name: string;
  text: string;
  members: Member[];
}

/**
 * What is in the root: an object, or the text of a root that has no elements in it. The root `error` stays, as that is
 * what tells a refusal.
 * @throws SyntaxError for what is not well-formed, or nested too deeply, and for HTML
 */
export function readXml(source: string): unknown {
  const top: Open = { name: '', text: '', members: [] };
  const open = [top];
  let read = 0;
  for (const [token, data, end, start, empty, text] of source.matchAll(TOKEN)) {
    read += token.length;
    const inner = open.at(-1);
    if (!inner || open.length > DEEPEST) break;
    if (data !== undefined) inner.text += data;
    if (text !== undefined) inner.text += decoded(text);
    if (start !== undefined) open.push({ name: local(start), text: '', members: [] });
    if (end !== undefined || empty === '/') close(open, end === undefined ? undefined : local(end));
  }
  const [root, another] = top.members;
  if (read !== source.length || open.length !== 1 || !root || another || /^html$/i.test(root[0])) {
    throw new SyntaxError('not a whole XML document');
  }
  return contentOf(root);
}

function close(open: Open[], name: string | undefined): void {
  const element = open.pop();
  const parent = open.at(-1);
  if (!element || !parent || (name !== undefined && name !== element.name)) throw new SyntaxError('not well-formed');
  parent.members.push([element.name, elementValue(element)]);
}

function contentOf([root, value]: Member): unknown {
  if (root === 'error') return { error: value };
  const list = Object.hasOwn(LIST_OF_ROOT, root) ? LIST_OF_ROOT[root] : undefined;
  const content = value === '' && list ? {} : value;
  return list && typeof content === 'object' ? { [list]: [], ...content } : content;
}

function elementValue({ name, text, members }: Open): unknown {
  if (members.length === 0) return leaf(name, text);
  const object: Record<string, unknown> = Object.create(null);
  for (const [member, value] of members) {
    const had = object[member];
    if (LISTS.has(member)) object[member] = [...(Array.isArray(had) ? had : []), value === '' ? {} : value];
    else object[member] = value;
  }
  return { ...object };
}

function leaf(name: string, text: string): unknown {
  if (NUMBERS.has(name) && text.trim() !== '' && Number.isFinite(Number(text))) return Number(text);
  if (FLAGS.has(name) && /^\s*(true|false)\s*$/.test(text)) return text.trim() === 'true';
  return text;
}

function local(name: string): string {
  return name.replace(/^.*:/, '');
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function decoded(text: string): string {
  return text.replace(/&(?:#x([\da-f]{1,6})|#(\d{1,7})|(\w{1,8}));/gi, (whole, hex, decimal, name) => {
    const code = hex ? Number.parseInt(hex, 16) : decimal ? Number(decimal) : undefined;
    if (code !== undefined) return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    return (Object.hasOwn(ENTITIES, name) ? ENTITIES[name] : undefined) ?? whole;
  });
}
