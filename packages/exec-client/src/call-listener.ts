/** Calls a listener. What it throws is its owner's affair: it is thrown where it stops nothing of ours. */
export function callListener<T>(listener: (told: T) => void, told: T): void {
  try {
    listener(told);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
