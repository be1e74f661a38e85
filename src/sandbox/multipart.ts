/** The fields of a `multipart/form-data` body (RFC 7578), read with patience: a part that makes no sense is left out. */

/** @returns name and value of each part, in order; a file's content is its value */
export function multipartFields(body: string, contentType: string): [name: string, value: string][] {
  const boundary = parameter(contentType, 'boundary');
  if (!boundary) return [];
  const fields: [string, string][] = [];
  for (const part of `\r\n${body}`.split(`\r\n--${boundary}`).slice(1)) {
    if (part.startsWith('--')) break;
    const blank = part.indexOf('\r\n\r\n');
    const name = blank < 0 ? undefined : nameOf(part.slice(0, blank));
    if (name !== undefined) fields.push([name, part.slice(blank + 4)]);
  }
  return fields;
}

function nameOf(headers: string): string | undefined {
  const disposition = /^content-disposition:(.*)$/im.exec(headers)?.[1];
  return disposition === undefined ? undefined : parameter(disposition, 'name');
}

/** A parameter of a header, quoted or not: `form-data; name="a b"`. */
export function parameter(header: string, name: string): string | undefined {
  const [, quoted, plain] =
    new RegExp(`;\\s*${name}\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|([^;\\s]+))`, 'i').exec(header) ?? [];
  return quoted?.replace(/\\(.)/g, '$1') ?? plain;
}
