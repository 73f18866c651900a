import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const CITIES = ['Lisboa', 'Porto', 'São Paulo', 'Казань', '"Paris, France"'];
const PLANS = ['free', 'pro', 'team'];

/** A file of people, written as it is made; every tenth comes a second time, with another plan. */
export async function writePeopleCsv(file: string, rows: number): Promise<void> {
  await pipeline(Readable.from(lines(rows), { objectMode: false }), createWriteStream(file));
}

function* lines(rows: number): Generator<string> {
  yield 'Email,First name,Last name,City,Language,Postal code\n';
  let text = '';
  for (let i = 0; i < rows; i++) {
    const who = i % 10 === 9 ? i - 9 : i;
    text += `import${who}@example.com,First${who % 977},Last${who % 1999},${CITIES[i % 5]},${PLANS[i % 3]},${10_000 + i}\n`;
    if (text.length < 65_536) continue;
    yield text;
    text = '';
  }
  yield text;
}
