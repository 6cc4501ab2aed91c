import { expect, test } from 'vitest';
import { cancelledRule } from './cancelled-rules.js';
import { parseHostRules } from './host-rules.js';

test.each([
  ['localhost:80', ['localhost']],
  ['localhost:80', ['127.0.0.1']],
  ['localhost:80', ['[::1]:80']],
  ['127.0.0.1:80', ['localhost']],
  ['[::1]:80', ['127.0.0.2:80']],
  ['a.example', ['a.example']],
  ['a.example', ['a.example:80', '*.example.org', 'a.example:443']],
  ['a.example.org', ['*.example.org']],
  ['*.example.org', ['**.example.org']],
  ['*.example.org', ['*']],
  ['203.0.113.7:22', ['203.0.113.7:22']],
])('nothing is left of %s beside %j', (allowed, deny) => {
  const rules = parseHostRules({ allow: ['203.0.113.9:22', allowed], deny });
  expect(cancelledRule(rules)?.allowed.pattern).toBe(allowed);
});

test.each([
  ['localhost:80', ['localhost:81']],
  ['localhost:80', ['127.0.0.1:81', 'a.localhost', '*']],
  ['a.example', ['a.example:80']],
  ['*.example.org', ['a.example.org', '*.example.org:80']],
  ['**.example.org', ['*.example.org']],
  ['*', ['*.example.org']],
  ['203.0.113.7:22', ['*']],
])('something is left of %s beside %j', (allowed, deny) => {
  expect(cancelledRule(parseHostRules({ allow: [allowed], deny }))).toBeUndefined();
});
