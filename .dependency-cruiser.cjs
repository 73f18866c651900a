/**
 * The arrows between rooms (ARCHITECTURE.md). A room may call the rooms before
 * it in this list, through their door (`index.ts`); rooms after it hear news.
 */
const rooms = [
  'access',
  'people',
  'audiences',
  'imports',
  'exports',
  'messages',
  'journeys',
  'reports',
  'connectors',
  'api',
];
const src = '^packages/server/src';

const backOnly = rooms.map((room, i) => ({
  name: `${room}-calls-only-earlier-rooms`,
  severity: 'error',
  from: { path: `${src}/${room}/` },
  to: {
    path: rooms
      .slice(i + 1)
      .map((later) => `${src}/${later}/`)
      .concat(`${src}/(tributary|main|commands|demo)`),
  },
}));

const doors = rooms.map((room) => ({
  name: `${room}-is-its-door`,
  severity: 'error',
  comment: 'From outside, a room is its index.ts and nothing else.',
  from: { path: '^packages/', pathNot: `${src}/${room}/` },
  to: { path: `${src}/${room}/`, pathNot: `${src}/${room}/index\\.ts$` },
}));

module.exports = {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '^node:' } },
    {
      name: 'platform-knows-no-room',
      severity: 'error',
      from: { path: `${src}/platform/` },
      to: { path: `${src}/(?!platform/)` },
    },
    {
      name: 'model-knows-only-zod',
      severity: 'error',
      from: { path: '^packages/model/src/', pathNot: '\\.test\\.ts$' },
      to: { pathNot: ['^packages/model/src/', '^node_modules/zod/'] },
    },
    {
      name: 'connectors-know-only-kit-and-model',
      severity: 'error',
      from: { path: '^connectors/', pathNot: '(\\.test\\.ts$|/test/)' },
      to: { path: '^packages/(?!model/)' },
    },
    {
      name: 'connectors-do-not-know-each-other',
      severity: 'error',
      from: { path: '^connectors/([^/]+)/' },
      to: { path: '^connectors/(?!kit/|$1/)' },
    },
    {
      name: 'the-sandbox-stands-alone',
      severity: 'error',
      comment: 'It imitates Kommo: sharing code with our connector would prove nothing.',
      from: { path: '^packages/kommo-sandbox/' },
      to: { path: '^(packages/(?!kommo-sandbox/)|connectors/)' },
    },
    {
      name: 'only-config-reads-the-environment-and-nothing-ships-tests',
      severity: 'error',
      from: { path: '^(packages|connectors)/', pathNot: '(\\.test\\.ts$|/test/)' },
      to: { path: '(\\.test\\.ts$|/test/)' },
    },
    ...backOnly,
    ...doors,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
