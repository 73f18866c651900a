import assert from 'node:assert/strict';
import type { Wire } from './support.ts';

type Asked = Parameters<Wire['call']>;

/** Calls that have to be answered with 200, as their text; and those that are refused, as their status and words. */
export const asking = (wire: () => Wire) => ({
  async ok(...asked: Asked): Promise<string> {
    const { status, text } = await wire().call(...asked);
    assert.equal(status, 200, text);
    return text;
  },
  async refused(...asked: Asked): Promise<string> {
    const { status, text } = await wire().call(...asked);
    return `${status} ${JSON.parse(text).error}`;
  },
});
