import { MAX_CAPABILITY_YAML_LENGTH } from '@holdfast/exec-protocol';
import { describe, expect, test } from 'vitest';
import { parseSkillSettings } from './skill-settings.js';

const lines = (...all: string[]): string => `${all.join('\n')}\n`;

test('tools and policy are told, each text on one line', () => {
  const text = lines(
    'interface:',
    '  display_name: X',
    'dependencies:',
    '  tools:',
    '    - type: " mcp "',
    '      value: a   b',
    '      description: D',
    '      transport: stdio',
    '      command: run',
    '      url: https://a.example',
    '      oauth: { callback_port: 77 }',
    '    - type: env_var',
    '      value: 5',
    'policy:',
    '  allow_implicit_invocation: false',
    '  products: [codex, CHATGPT]',
  );
  const none = { description: null, transport: null, command: null, url: null, oauthCallbackPort: null };
  expect(parseSkillSettings(text)).toEqual({
    dependencies: {
      tools: [
        {
          type: 'mcp',
          value: 'a b',
          description: 'D',
          transport: 'stdio',
          command: 'run',
          url: 'https://a.example',
          oauthCallbackPort: 77,
        },
        { ...none, type: 'env_var', value: '5' },
      ],
    },
    policy: { allowImplicitInvocation: false, products: ['codex', 'chatgpt'] },
  });
});

describe('a tool', () => {
  const toolsOf = (...tool: string[]): unknown =>
    parseSkillSettings(lines('dependencies:', '  tools:', '    -', ...tool.map((line) => `      ${line}`)))
      ?.dependencies?.tools;

  test.each([
    ['without a type', 'value: v'],
    ['without a value', 'type: t'],
    ['with a type that is too long', `type: ${'t'.repeat(65)}`, 'value: v'],
    ['with a value that is too long', 'type: t', `value: ${'v'.repeat(1025)}`],
  ])('%s is left out', (_what, ...tool) => {
    expect(toolsOf(...tool)).toBeUndefined();
  });

  test('is told without what is too long or empty', () => {
    expect(toolsOf('type: t', 'value: v', `description: ${'d'.repeat(1025)}`, 'url: ""')).toEqual([
      {
        type: 't',
        value: 'v',
        description: null,
        transport: null,
        command: null,
        url: null,
        oauthCallbackPort: null,
      },
    ]);
  });
});

test.each([
  ['an empty policy', 'policy: {}', { allowImplicitInvocation: null, products: [] }],
  ['a policy that is null', 'policy: null', null],
  [
    'members that nobody knows',
    'policy:\n  other: 1\nelse: [2]',
    { allowImplicitInvocation: null, products: [] },
  ],
])('%s', (_what, text, policy) => {
  expect(parseSkillSettings(text)).toEqual({ dependencies: null, policy });
});

test.each([
  ['no YAML', 'policy: ['],
  ['a list', '- a'],
  ['two documents', 'policy: {}\n---\npolicy: {}'],
  ['a policy that is text', 'policy: 5'],
  ['yes in quotes', 'policy:\n  allow_implicit_invocation: "true"'],
  ['a product that nobody knows', 'policy:\n  products: [codex, sora]'],
  ['tools that are text', 'dependencies:\n  tools: 5\npolicy: {}'],
  ['tools that are null', 'dependencies:\n  tools: null\npolicy: {}'],
  ['a list for a title', 'interface:\n  display_name: [1]\npolicy: {}'],
  [
    'no port',
    'dependencies:\n  tools:\n    - { type: t, value: v, oauth: { callback_port: 65536 } }\npolicy: {}',
  ],
  ['a key twice', 'policy: {}\npolicy: {}'],
  ['more than is read', `policy: {}\n${'# '.repeat(MAX_CAPABILITY_YAML_LENGTH / 2)}`],
])('it is no settings: %s', (_what, text) => {
  expect(parseSkillSettings(text)).toBeUndefined();
});
