import type { MessageContent } from '@tributary/model';
import { messageOf } from '../../platform/errors.ts';
import { compile, type Kind } from './liquid.ts';
import { bodyKind } from './webhook.ts';

/** What is wrong with a text that is Liquid; undefined where it can be read. */
export function problemWithText(text: string, part: string, kind: Kind = 'text'): string | undefined {
  try {
    compile(text, kind, part);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** What is wrong with the texts of a message, each with its path. Those of e-mails are in templates, which are checked when they are saved. */
export function problemsWithTexts(content: MessageContent): { at: string; problem: string }[] {
  return textsOf(content).flatMap(({ at, part = at, text, kind }) => {
    const problem = text === undefined ? undefined : problemWithText(text, part, kind);
    return problem === undefined ? [] : [{ at, problem }];
  });
}

/** Each with what it is called where it goes wrong as it is sent. */
function textsOf(content: MessageContent): { at: string; part?: string; text: string | undefined; kind?: Kind }[] {
  switch (content.channel) {
    case 'email':
      return [];
    case 'webhook':
      return [
        { at: 'url', text: content.url, kind: 'url' },
        ...Object.entries(content.headers ?? {}).map(([name, text]) => {
          return { at: `headers.${name}`, part: `header ${name}`, text };
        }),
        { at: 'body', text: content.body, kind: bodyKind(content) },
      ];
    case 'notice':
      return [
        { at: 'subject', text: content.subject },
        { at: 'text', text: content.text },
      ];
    case 'push':
    case 'inapp':
      return [
        { at: 'title', text: content.title },
        { at: 'text', text: content.text },
      ];
    default:
      return [{ at: 'text', text: content.text }];
  }
}
