/** Collects what nobody caught while `run` runs: rejections without a handler, and warnings of too many listeners. */
export async function withStrayErrors<T>(
  run: () => Promise<T>,
): Promise<{ readonly result: T; readonly strays: readonly string[] }> {
  const strays: string[] = [];
  const onRejection = (reason: unknown): void => {
    strays.push(`unhandled rejection: ${reason instanceof Error ? (reason.stack ?? '') : String(reason)}`);
  };
  const onWarning = (warning: Error): void => {
    strays.push(`warning: ${warning.message}`);
  };
  process.on('unhandledRejection', onRejection);
  process.on('warning', onWarning);
  try {
    const result = await run();
    // Both are told a turn later.
    await new Promise((resolve) => setImmediate(resolve));
    return { result, strays };
  } finally {
    process.off('unhandledRejection', onRejection);
    process.off('warning', onWarning);
  }
}
