import type { SkillSummary } from '@holdfast/exec-protocol';
import * as z from 'zod';
import { readYamlAs, yamlText } from './yaml-text.js';

/** What `agents/openai.yaml` says beside a skill, as far as it is told. */
export type SkillSettings = Required<Pick<SkillSummary, 'dependencies' | 'policy'>>;

const MAX_TYPE_LENGTH = 64;
const MAX_VALUE_LENGTH = 1024;

const type = yamlText.nullish();
const port = yamlText.transform(Number).pipe(z.int().min(0).max(0xffff));
const product = z.enum(['codex', 'chatgpt', 'atlas', 'CODEX', 'CHATGPT', 'ATLAS']);

const settings = z.object({
  interface: z
    .object({
      display_name: type,
      short_description: type,
      icon_small: type,
      icon_large: type,
      brand_color: type,
      default_prompt: type,
    })
    .nullish(),
  dependencies: z
    .object({
      tools: z
        .array(
          z.object({
            type,
            value: type,
            description: type,
            transport: type,
            command: type,
            url: type,
            oauth: z.object({ callback_port: port.nullish(), callbackPort: port.nullish() }).nullish(),
          }),
        )
        .optional(),
    })
    .nullish(),
  policy: z
    .object({ allow_implicit_invocation: z.boolean().nullish(), products: z.array(product).optional() })
    .nullish(),
});

/** What a skill is without settings. */
export const NO_SETTINGS: SkillSettings = { dependencies: null, policy: null };

/** Reads the settings of a skill; undefined where one thing is wrong in them: then all of them say nothing, as in the Codex CLI. */
export function parseSkillSettings(text: string): SkillSettings | undefined {
  const data = readYamlAs(settings, text);
  if (data === undefined) return undefined;
  const { dependencies, policy } = data;
  const tools = (dependencies?.tools ?? []).flatMap(toolOf);
  return {
    dependencies: tools.length === 0 ? null : { tools },
    policy:
      policy == null
        ? null
        : {
            allowImplicitInvocation: policy.allow_implicit_invocation ?? null,
            products: (policy.products ?? []).map((name) => name.toLowerCase()),
          },
  };
}

type Settings = z.output<typeof settings>;
type RawTool = NonNullable<NonNullable<Settings['dependencies']>['tools']>[number];

function toolOf({ type, value, description, transport, command, url, oauth }: RawTool) {
  const [known, wanted] = [within(type, MAX_TYPE_LENGTH), within(value, MAX_VALUE_LENGTH)];
  if (known === null || wanted === null) return [];
  return [
    {
      type: known,
      value: wanted,
      description: within(description, MAX_VALUE_LENGTH),
      transport: within(transport, MAX_TYPE_LENGTH),
      command: within(command, MAX_VALUE_LENGTH),
      url: within(url, MAX_VALUE_LENGTH),
      oauthCallbackPort: oauth?.callback_port ?? oauth?.callbackPort ?? null,
    },
  ];
}

function within(text: string | null | undefined, maxLength: number): string | null {
  return text == null || text === '' || Array.from(text).length > maxLength ? null : text;
}
