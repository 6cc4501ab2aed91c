/** WebSocket close codes that Holdfast sends, one per reason. Transports without codes end without a word. */
export const CLOSE_CODES = {
  normal: { code: 1000, meaning: 'the sender is done' },
  goingAway: { code: 1001, meaning: 'the server stops; connect again later or elsewhere' },
  protocolError: { code: 1002, meaning: 'the peer broke the protocol; fix the peer' },
  messageTooBig: { code: 1009, meaning: 'a message was larger than the limit; send less at once' },
  internal: { code: 1011, meaning: 'the sender failed; its log has the cause' },
} as const satisfies Record<string, { readonly code: number; readonly meaning: string }>;

/** The name of a close code. */
export type CloseKind = keyof typeof CLOSE_CODES;
