/**
 * Has SIGUSR1 open no inspector, as it otherwise does in Node: whoever reaches the loopback, such as a command with the network
 * of the machine, could run code in this program by it. To be called first of all.
 */
export function ignoreInspectorSignal(): void {
  process.on('SIGUSR1', ignore);
}

/**
 * Closes an inspector that nobody has asked for with an option of Node: one that a signal has opened before it was ignored. To be
 * called before anything runs that could reach it.
 */
export function closeInspector(): void {
  if (!process.features.inspector || ASKED_FOR.test(optionsOfNode())) return;
  const inspector = process.getBuiltinModule('node:inspector');
  if (inspector.url() !== undefined) inspector.close();
}

const ASKED_FOR = /(?:^|\s)--inspect(?:-brk|-wait)?(?:[=\s]|$)/;

function optionsOfNode(): string {
  return [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].join(' ');
}

function ignore(): void {
  // Whatever runs a command passes it on.
}
