/** What an HTML mail shows, as plain text; one pass over it, whatever is in it. */
import { decoded } from './entities';

/** Elements of which nothing is shown. */
const HIDDEN = ['script', 'style', 'title'];
/** Elements behind which another line begins. */
const BLOCKS = ['p', 'div', 'table', 'tr', 'td', 'th', 'li', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6'];

/** The text with a line for each block; what is open and never closed counts as it does in a browser. */
export function textOfHtml(html: string): string {
  const lowered = html.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  const shown: string[] = [];
  for (let at = 0; at < html.length; ) {
    const open = html.indexOf('<', at);
    shown.push(words(html.slice(at, open < 0 ? undefined : open)));
    if (open < 0) break;
    const tag = tagAt(lowered, open);
    shown.push(tag.shown);
    at = tag.end;
  }
  const lines = shown.join('').split('\n');
  return lines
    .map((line) => line.trimEnd())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n');
}

/** A line break of the source is a blank. */
function words(source: string): string {
  return decoded(source.replace(/[ \t\r\n\f]+/g, (blanks) => (/[\r\n]/.test(blanks) ? ' ' : blanks)));
}

/** What stands for the tag that begins here, and where it ends. */
function tagAt(html: string, open: number): { shown: string; end: number } {
  if (html.startsWith('<!--', open)) return { shown: '', end: behind(html, '-->', open) };
  const [, slash, name = ''] = /^<([/!?]?)([a-z][a-z\d]*)/.exec(html.slice(open, open + 20)) ?? [];
  if (slash === undefined) return { shown: '<', end: open + 1 };
  const end = behind(html, '>', open);
  const closes = slash === '/';
  if (!closes && HIDDEN.includes(name)) return { shown: '', end: behind(html, '>', html.indexOf(`</${name}`, end)) };
  return { shown: name === 'br' || (closes && BLOCKS.includes(name)) ? '\n' : '', end };
}

/** The place behind the next such mark; the end, where there is none. */
function behind(html: string, mark: string, from: number): number {
  const found = from < 0 ? -1 : html.indexOf(mark, from);
  return found < 0 ? html.length : found + mark.length;
}
