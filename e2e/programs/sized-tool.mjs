// An MCP server on stdio with one tool, whose answer is as long as its caller wants.
import { createInterface } from 'node:readline';

const TOOL = {
  name: 'letters',
  description: 'Gives so many letters.',
  inputSchema: { type: 'object', properties: { count: { type: 'integer' } }, required: ['count'] },
};

function resultOf({ method, params }) {
  if (method === 'initialize') {
    const { protocolVersion } = params;
    return { protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'sized', version: '1' } };
  }
  if (method === 'tools/list') return { tools: [TOOL] };
  if (method === 'tools/call') {
    return { content: [{ type: 'text', text: 'x'.repeat(params.arguments.count) }] };
  }
  return {};
}

for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line);
  if (message.id === undefined) continue;
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id: message.id, result: resultOf(message) })}\n`);
}
