/** No single wait of a suite may take longer; what hangs fails by name and not by the clock of the runner. */
const DEADLINE_MS = 20_000;

/** How often a fact is looked at that nobody announces, such as the process table. */
const LOOK_EVERY_MS = 5;

/** Settles as `promise` does, or rejects with `what` was waited for. */
export async function within<T>(what: string, promise: Promise<T>, limitMs = DEADLINE_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`waited ${limitMs} ms in vain: ${what}`));
    }, limitMs);
  });
  return await Promise.race([promise, deadline]).finally(() => {
    clearTimeout(timer);
  });
}

/** Looks until `read` answers something other than undefined. */
export async function eventually<T>(
  what: string,
  read: () => T | undefined | Promise<T | undefined>,
  limitMs = DEADLINE_MS,
): Promise<T> {
  const giveUpAt = performance.now() + limitMs;
  for (;;) {
    const value = await read();
    if (value !== undefined) return value;
    if (performance.now() > giveUpAt) throw new Error(`waited ${limitMs} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** Looks until `read` answers what stays the same for a while: how one sees that something has come to rest. */
export async function settled<T>(what: string, read: () => T | Promise<T>, quietMs = 150): Promise<T> {
  let last = await read();
  let since = performance.now();
  return await eventually(what, async () => {
    const value = await read();
    if (value !== last) {
      last = value;
      since = performance.now();
    }
    return performance.now() - since >= quietMs ? value : undefined;
  });
}
