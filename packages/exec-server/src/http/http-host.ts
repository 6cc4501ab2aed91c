/** Characters of a host in a URL: what DNS takes, and the dot at its end. An escape such as `%41` counts as one. */
export const MAX_HOST_CHARACTERS = 254;

/** What a parser of URLs leaves out before it reads: at the beginning, and anywhere. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
const LEFT_OUT = /^[\0- ]+|[\t\n\r]+/g;

// These schemes may do without the slashes, and of others a host is not read as a name. A relative reference begins with two.
const HOST = /^(?:(?:https?|wss?|ftp|file):[/\\]*|[/\\]{2,})([^/\\?#]*)/i;

/**
 * Whether a text names a host that is longer than any there is; a relative reference may name none. The parser of Node takes
 * the square of the length of a host, so this is to be asked first.
 */
export function hasLongHost(url: string): boolean {
  const authority = HOST.exec(withoutEnd(url).replace(LEFT_OUT, ''))?.[1] ?? '';
  const host = authority.slice(authority.lastIndexOf('@') + 1).replace(/:\d*$/, '');
  return host.replace(/%[\da-f]{2}/gi, 'x').length > MAX_HOST_CHARACTERS;
}

/** Without blanks and control characters at the end, which a parser leaves out as well. */
function withoutEnd(url: string): string {
  let end = url.length;
  while (end > 0 && url.charCodeAt(end - 1) <= BLANK) end -= 1;
  return url.slice(0, end);
}

const BLANK = 0x20;
