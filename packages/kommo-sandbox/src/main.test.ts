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

test('what was asked wrongly is said in a line, and ends with 2', async () => {
  for (const [args, said] of [
    [['--bogus'], /^Unknown option '--bogus': see --help\n$/],
    [['--token'], /^Option '--token <value>' argument missing: see --help\n$/],
    [['--port', 'abc'], /^--port "abc": expected a number\n$/],
    [['--retry-scale', 'slow'], /^--retry-scale "slow": expected a number\n$/],
    [['--requests-per-second', ''], /^--requests-per-second "": expected a number\n$/],
  ] as const) {
    const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    let told = '';
    child.stderr.setEncoding('utf8');
    for await (const part of child.stderr) told += part;
    assert.match(told, said);
    assert.equal(child.exitCode ?? (await once(child, 'exit'))[0], 2);
  }
});
