/** How files begin that are no text, and what to do with them. */
const beginnings: readonly { bytes: string; told: string }[] = [
  { bytes: 'PK\x03\x04', told: 'an Excel workbook, or another packed file (ZIP): save it as CSV, or unpack it' },
  { bytes: 'PK\x05\x06', told: 'an empty packed file (ZIP)' },
  { bytes: '\xd0\xcf\x11\xe0', told: 'an Excel workbook of the old kind: save it as CSV' },
  { bytes: '\x1f\x8b', told: 'compressed (gzip): unpack it' },
  { bytes: '\x28\xb5\x2f\xfd', told: 'compressed (zstd): unpack it' },
  { bytes: '\xfd7zX', told: 'compressed (xz): unpack it' },
  { bytes: '7z\xbc\xaf', told: 'compressed (7z): unpack it' },
  { bytes: '%PDF', told: 'a PDF: what is needed is CSV' },
];

/** As many bytes as `binaryBy` looks at. */
export const BEGINNING = 4;

/** What a file is that begins so, where it is none of text. */
export function binaryBy(first: Buffer): string | undefined {
  const begins = first.toString('latin1');
  return beginnings.find(({ bytes }) => begins.startsWith(bytes))?.told;
}

/** Where zeros would be, if it were no text: a stray one far behind is only left out. */
const LOOK = 512;

/** Whether what was read as text begins with zero bytes in it. */
export const hasZeros = (head: Buffer): boolean => head.subarray(0, LOOK).includes(0);
