/** Of the machine; bubblewrap shows nobody a device of his own. */
export const NULL_DEVICE = '/dev/null';

/** The devices that bubblewrap shows in the /dev of a sandbox. */
export const DEVICE_NODES: readonly string[] = [
  NULL_DEVICE,
  ...['zero', 'full', 'random', 'urandom', 'tty'].map((name) => `/dev/${name}`),
];
