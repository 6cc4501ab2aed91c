import { asProcessId, MAX_KEPT_POLICY_DECISIONS } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { PolicyAnswers } from './policy-answers.js';

test('so many decisions are kept, those that are not made yet always', async () => {
  const seen: string[] = [];
  const answers = new PolicyAnswers(() => ({
    authorize: ({ host }) => {
      seen.push(host);
      return host === 'slow' ? new Promise(() => undefined) : Promise.resolve({ type: 'allow' });
    },
    onDecision: () => undefined,
  }));
  const ask = async (question: number, host: string): Promise<void> => {
    const request = { protocol: 'http', host, port: 80 } as const;
    await answers.answer({ processId: asProcessId('p'), request, question });
  };
  void ask(1, 'slow');
  for (let question = 2; question <= MAX_KEPT_POLICY_DECISIONS + 1; question += 1) await ask(question, 'x');
  await ask(3, 'x');
  await ask(2, 'again');
  void ask(1, 'slow');
  expect(seen.filter((host) => host !== 'x')).toEqual(['slow', 'again']);
  expect(seen).toHaveLength(MAX_KEPT_POLICY_DECISIONS + 2);
});
