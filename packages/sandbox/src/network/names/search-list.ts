/** As many as libc took for decades; every one of them may cost a question. */
const MAX_SEARCH_DOMAINS = 6;

const MAX_NDOTS = 15;

/**
 * The names that a name may stand for, in the order in which they are asked for, as `resolv.conf` orders it with `search`,
 * `domain` and `ndots`.
 * @param configuration The text of that file.
 */
export function namesToTry(name: string, configuration: string): readonly string[] {
  const lines = configuration.split('\n').map((line) => line.trim().split(/\s+/));
  const search = lines.findLast(([word]) => word === 'search' || word === 'domain')?.slice(1) ?? [];
  const longer = search.slice(0, MAX_SEARCH_DOMAINS).flatMap((written) => {
    const domain = written.replace(/^\.+|\.+$/g, '');
    return domain === '' ? [] : [`${name}.${domain}`];
  });
  return name.split('.').length > ndotsOf(lines) ? [name, ...longer] : [...longer, name];
}

/** How many dots make a name one that is complete. */
function ndotsOf(lines: readonly (readonly string[])[]): number {
  const options = lines.filter(([word]) => word === 'options').flat();
  const written = options.findLast((option) => /^ndots:\d+$/.test(option));
  return written === undefined ? 1 : Math.min(Number(written.slice('ndots:'.length)), MAX_NDOTS);
}
