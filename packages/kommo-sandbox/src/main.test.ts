import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { test } from 'node:test';

const main = path.join(import.meta.dirname, 'main.ts');

test('run by itself it says where it is, answers there, and goes when asked to', async () => {
  const child = spawn(process.execPath, [main, '--port', '0', '--sample', '--token', 'abc'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8');
  for await (const part of child.stdout) {
    said += part;
    if (said.includes('Ctrl-C')) break;
  }
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0];
  const answer = await fetch(`${url}/api/v4/leads?query=anna`, { headers: { authorization: 'Bearer abc' } });
  assert.equal(answer.status, 200);
  assert.match(await answer.text(), /Brightwater/);
  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  assert.equal(code, 0);
});
