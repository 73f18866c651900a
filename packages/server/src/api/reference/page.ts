/** All there is before the library has drawn the rest. Everything it names is ours. */
export const referencePage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Tributary API</title>
<link rel="icon" href="data:,">
<style>
:root { --scalar-custom-header-height: 40px; }
body { margin: 0; }
.up {
  position: sticky; top: 0; z-index: 20; box-sizing: border-box; height: 40px; padding: 0 24px; display: flex; align-items: center;
  font: 14px/1.5 system-ui, sans-serif;
  background: var(--scalar-background-1, Canvas); border-bottom: 1px solid var(--scalar-border-color, transparent);
}
.up a { color: var(--scalar-color-2, GrayText); text-decoration: none; }
.up a:hover, .up a:focus-visible { color: var(--scalar-color-accent, LinkText); }
</style>
</head>
<body>
<nav class="up" aria-label="Way back"><a href="/">← Tributary</a></nav>
<div id="reference"></div>
<noscript>This page needs JavaScript. The same for programs: <a href="/openapi.json">/openapi.json</a></noscript>
<script src="/docs/reference.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

/** The colours of the other pages (platform/page.ts). What leads away from here is not shown. */
const css = `
a[href*="scalar.com"] { display: none; }
.light-mode { --scalar-color-accent: #1a62d6; --scalar-background-accent: #1a62d61f; }
.dark-mode { --scalar-color-accent: #6ea8fe; --scalar-background-accent: #6ea8fe1f; }
`;

/** What the library is told. Whatever of it would ask somebody else is off. */
const configuration = {
  url: '/openapi.json',
  telemetry: false,
  withDefaultFonts: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  showDeveloperTools: 'never',
  hideClientButton: true,
  hideModels: true,
  orderSchemaPropertiesBy: 'preserve',
  defaultOpenFirstTag: true,
  documentDownloadType: 'json',
  defaultHttpClient: { targetKey: 'shell', clientKey: 'curl' },
  authentication: { preferredSecurityScheme: 'key' },
  metaData: { title: 'Tributary API' },
  customCss: css,
};

export const start = `Scalar.createApiReference('#reference', ${JSON.stringify(configuration)});\n`;
