/** Does `work` for all items, so many at once. The first failure lets no further one begin, and is thrown when the rest is over. */
export async function forEachAtOnce<T>(
  items: Iterable<T>,
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items[Symbol.iterator]();
  let failure: { readonly reason: unknown } | undefined;
  const worker = async (): Promise<void> => {
    for (let next = queue.next(); next.done !== true && failure === undefined; next = queue.next()) {
      try {
        await work(next.value);
      } catch (reason) {
        failure ??= { reason };
      }
    }
  };
  await Promise.all(Array.from({ length: limit }, worker));
  // The workers have set it; what is assigned in a closure is not seen here.
  const failed = failure as { readonly reason: unknown } | undefined;
  if (failed !== undefined) throw failed.reason;
}
