/** As much XML as ZoomConnect's own clients write and read: elements and text; attributes and namespaces are passed over. */

export interface XmlElement {
  /** Without its prefix. */
  name: string;
  value: unknown;
}

const TOKEN =
  /<!\[CDATA\[(?<data>[\s\S]*?)\]\]>|<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<\/(?<end>[\w.:-]+)\s*>|<(?<start>[\w.:-]+)(?<attributes>(?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(?<empty>\/?)>|(?<text>[^<]+)/gy;

interface Open {
  name: string;
  nil: boolean;
  text: string;
  members: [string, unknown][];
}

/**
 * Reads a document: an element with children is an object, one without is its text; what repeats is an array;
 * `xsi:nil` is null.
 * @throws SyntaxError for what is not well-formed; a DOCTYPE counts as such
 */
export function parseXml(source: string): XmlElement {
  const stack: Open[] = [{ name: '', nil: false, text: '', members: [] }];
  let position = 0;
  for (const { 0: token, groups = {} } of source.matchAll(TOKEN)) {
    position += token.length;
    const { data, text, start, end, attributes = '', empty } = groups;
    const top = stack.at(-1);
    if (!top) throw new SyntaxError('An element ends that was not begun');
    if (data !== undefined) top.text += data;
    else if (text !== undefined) top.text += decode(text);
    else if (start !== undefined) {
      stack.push({ name: start, nil: /\bnil\s*=\s*["'](?:true|1)["']/.test(attributes), text: '', members: [] });
    }
    if (end !== undefined || empty === '/') close(stack, end);
  }
  const [root] = stack;
  if (position !== source.length || stack.length !== 1 || !root) throw new SyntaxError('The XML ends too early');
  const [only, second] = root.members;
  if (!only || second || root.text.trim() !== '') throw new SyntaxError('XML has exactly one root');
  return { name: only[0], value: only[1] };
}

function close(stack: Open[], end: string | undefined): void {
  const element = stack.pop();
  const parent = stack.at(-1);
  if (!element || !parent || (end !== undefined && end !== element.name)) {
    throw new SyntaxError(`</${end}> stands where another element ends`);
  }
  parent.members.push([element.name.replace(/^.*:/, ''), contentOf(element)]);
}

function contentOf({ nil, text, members }: Open): unknown {
  if (nil) return null;
  if (members.length === 0) return text;
  const grouped = new Map<string, unknown[]>();
  for (const [name, value] of members) {
    const values = grouped.get(name);
    if (values) values.push(value);
    else grouped.set(name, [value]);
  }
  return Object.fromEntries([...grouped].map(([name, values]) => [name, values.length === 1 ? values[0] : values]));
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** @throws SyntaxError for an entity that XML does not have by itself */
function decode(text: string): string {
  return text.replace(/&(?:#x([\da-f]{1,6})|#(\d{1,7})|(\w{1,8}));|&/gi, (whole, hex, decimal, name) => {
    const code = hex ? Number.parseInt(hex, 16) : decimal ? Number(decimal) : undefined;
    if (code !== undefined && code <= 0x10ffff) return String.fromCodePoint(code);
    const character = name && Object.hasOwn(ENTITIES, name) ? ENTITIES[name] : undefined;
    if (character === undefined) throw new SyntaxError(`${whole} is no entity of XML`);
    return character;
  });
}

/** A document with one root: members are elements, an array repeats its element, null is left out. */
export function writeXml(name: string, value: unknown): string {
  return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>${element(name, value ?? '')}`;
}

function element(name: string, value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map((item) => element(name, listed(item))).join('');
  const inside =
    typeof value === 'object'
      ? Object.entries(value)
          .map(([member, content]) => element(member, content))
          .join('')
      : encode(String(value));
  return `<${name}>${inside}</${name}>`;
}

/** A list in a list needs a name for its items. */
function listed(item: unknown): unknown {
  return Array.isArray(item) ? { item } : item;
}

const MARKS: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '\r': '&#13;' };
/** What XML 1.0 has no way to write. */
const UNWRITABLE = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

function encode(text: string): string {
  return text.replace(UNWRITABLE, '\u{FFFD}').replace(/[<>&\r]/g, (mark) => MARKS[mark] ?? mark);
}
