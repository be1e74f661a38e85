/** The texts in a mail: its body and its attachments, whatever their coding (RFC 2045 to 2047). */
import { parameter } from './multipart';

export interface MimeSettings {
  /** Lines that `format=flowed` (RFC 3676) has broken are joined. */
  flowed: boolean;
}

interface Part {
  headers: Map<string, string>;
  /** A character per byte. */
  body: string;
}

const MAX_DEPTH = 10;

/** @returns every part that may be text, decoded, in order; HTML and what is no text are left out */
export function textParts(content: Uint8Array, settings: MimeSettings): string[] {
  return texts(parse(Buffer.from(content).toString('latin1')), settings, 0);
}

/** By the charset named, else UTF-8, else Windows' Western one. */
export function decodeText(content: Uint8Array, charset = 'utf-8'): string {
  for (const [label, fatal] of [
    [charset, true],
    ['windows-1252', false],
  ] as const) {
    try {
      return new TextDecoder(label, { fatal }).decode(content);
    } catch {
      // An unknown charset, or bytes that are not of it.
    }
  }
  return '';
}

function texts(part: Part, settings: MimeSettings, depth: number): string[] {
  const type = part.headers.get('content-type') ?? 'text/plain';
  const boundary = parameter(type, 'boundary');
  if (/^multipart\//i.test(type) && boundary !== undefined) {
    return depth < MAX_DEPTH
      ? pieces(part.body, boundary).flatMap((piece) => texts(parse(piece), settings, depth + 1))
      : [];
  }
  if (!/^(text\/(?!html)|application\/octet-stream)/i.test(type)) return [];
  const text = decodeText(decoded(part), parameter(type, 'charset'));
  return [
    settings.flowed && /format\s*=\s*"?flowed/i.test(type) ? joined(text, /delsp\s*=\s*"?yes/i.test(type)) : text,
  ];
}

function parse(text: string): Part {
  const [head = '', ...rest] = /^\r?\n/.test(text) ? ['', text.replace(/^\r?\n/, '')] : splitOnce(text);
  const headers = new Map<string, string>();
  for (const line of head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return { headers, body: rest.join('') };
}

function splitOnce(text: string): [string, string] {
  const blank = /\r?\n\r?\n/.exec(text);
  return blank ? [text.slice(0, blank.index), text.slice(blank.index + blank[0].length)] : [text, ''];
}

/** What stands between the boundaries. */
function pieces(body: string, boundary: string): string[] {
  const found: string[] = [];
  for (const piece of `\r\n${body}`.split(new RegExp(`\\r?\\n--${escaped(boundary)}`)).slice(1)) {
    if (piece.startsWith('--')) break;
    found.push(piece.replace(/^[ \t]*\r?\n/, ''));
  }
  return found;
}

const escaped = (text: string): string => text.replace(/[^\w]/g, '\\$&');

function decoded({ headers, body }: Part): Buffer {
  const coding = (headers.get('content-transfer-encoding') ?? '').toLowerCase();
  if (coding === 'base64') return Buffer.from(body, 'base64');
  if (coding !== 'quoted-printable') return Buffer.from(body, 'latin1');
  const plain = body
    .replace(/[ \t]+(?=\r?\n|$)/g, '')
    .replace(/=\r?\n/g, '')
    .replace(/=([\dA-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(plain, 'latin1');
}

function joined(text: string, deleteSpace: boolean): string {
  const lines = text.split(/\r?\n/).map((line) => line.replace(/^ /, ''));
  let result = '';
  lines.forEach((line, index) => {
    const isSoft = line.endsWith(' ') && line !== '-- ' && index < lines.length - 1;
    result += isSoft ? (deleteSpace ? line.slice(0, -1) : line) : `${line}\n`;
  });
  return result;
}
