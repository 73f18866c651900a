export const style = `
:root{color-scheme:light dark;--bg:#f3f5f8;--surface:#fff;--line:#dfe4ea;--text:#1d2733;--soft:#5c6a7f;--accent:#3b5bdb;--accent-text:#fff;
--card-shadow:0 1px 2px rgb(16 30 54/.08);--note:#fff;--service:#eef2ff;--task:#fff8e6;--task-line:#f0c14b;--good:#2b8a3e}
@media (prefers-color-scheme:dark){:root{--bg:#12161c;--surface:#1b212a;--line:#2c3541;--text:#e6ebf2;--soft:#93a1b5;--accent:#7c96ff;--accent-text:#0e1320;
--card-shadow:0 1px 2px rgb(0 0 0/.4);--note:#1b212a;--service:#1d2545;--task:#2c2615;--task-line:#8a6d1f;--good:#69db7c}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--text);font:14px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;min-height:100vh;display:flex;flex-direction:column}
a{color:var(--accent)}h1,h2,h3,p,dl,dd,ol{margin:0;padding:0}ol{list-style:none}
button,.button{font:inherit;font-weight:600;color:var(--accent-text);background:var(--accent);border:0;border-radius:8px;padding:7px 14px;cursor:pointer;text-decoration:none;display:inline-block}
.button.plain{background:none;color:var(--soft)}
input,textarea{font:inherit;color:inherit;background:var(--bg);border:1px solid var(--line);border-radius:8px;padding:7px 10px;width:100%}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.quiet{color:var(--soft)}
.top{display:flex;align-items:center;gap:16px;padding:10px 20px;background:var(--surface);border-bottom:1px solid var(--line)}
.brand{display:flex;align-items:center;gap:10px;font-weight:650;font-size:15px;text-decoration:none;color:inherit;white-space:nowrap}
.mark{display:grid;place-items:center;width:26px;height:26px;border-radius:7px;background:var(--accent);color:var(--accent-text);font-weight:800}
.hint{color:var(--soft);font-size:12px;margin-left:auto;text-align:right}
main{flex:1;display:flex;flex-direction:column;min-width:0}
.missing{padding:60px 20px;text-align:center}
.bar{display:flex;flex-wrap:wrap;align-items:center;gap:8px 18px;padding:14px 20px 10px}
.tabs{display:flex;gap:4px}
.tabs a{padding:6px 12px;border-radius:8px;text-decoration:none;color:var(--soft);font-weight:600}
.tabs a[aria-current]{background:var(--surface);color:var(--text);box-shadow:var(--card-shadow)}
.total{color:var(--soft)}.total b{color:var(--text)}
.new{margin-left:auto;position:relative}
.new summary{list-style:none;cursor:pointer;background:var(--accent);color:var(--accent-text);font-weight:600;border-radius:8px;padding:7px 14px}
.new summary::-webkit-details-marker{display:none}
.new form{position:absolute;right:0;top:calc(100% + 8px);z-index:2;width:min(320px,calc(100vw - 32px));display:grid;gap:10px;padding:16px;background:var(--surface);border:1px solid var(--line);border-radius:12px;box-shadow:0 12px 32px rgb(0 0 0/.18)}
.new label{display:grid;gap:4px;color:var(--soft);font-size:12px}.new label input{color:var(--text);font-size:14px}
.board{flex:1;display:flex;gap:12px;padding:6px 20px 24px;overflow-x:auto;scroll-snap-type:x proximity;align-items:stretch}
.column{flex:1 1 184px;max-width:330px;min-width:168px;scroll-snap-align:start;scroll-margin-left:20px;border-radius:10px;display:flex;flex-direction:column}
.column.incoming.empty{flex:0 0 130px;min-width:0}.first{padding:0 20px 10px;color:var(--soft)}
.column.over .cards{outline:2px dashed var(--accent);outline-offset:-2px;background:color-mix(in srgb,var(--accent) 8%,transparent)}
.column h2{font-size:12px;letter-spacing:.03em;text-transform:uppercase;padding-bottom:2px;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.sum{color:var(--soft);font-size:12px;padding-bottom:8px;border-bottom:3px solid var(--stage)}
.cards{flex:1;display:flex;flex-direction:column;gap:8px;padding:10px 0;border-radius:8px;min-height:120px}
.none,.more{color:var(--soft);text-align:center;padding:18px 0;font-size:12px}
.card{display:grid;gap:3px;padding:11px 12px;background:var(--surface);border:1px solid var(--line);border-radius:10px;box-shadow:var(--card-shadow);text-decoration:none;color:inherit;cursor:grab;overflow-wrap:anywhere}
.card:hover{border-color:var(--accent)}.card.dragged{opacity:.4}
.head{display:flex;justify-content:space-between;align-items:center;gap:8px}.card .who{color:var(--soft);font-size:12px}.card .deal{font-weight:600;color:var(--accent)}.price{font-weight:650;font-variant-numeric:tabular-nums}
.card .field{font-size:12px}.card .field i{font-style:normal;color:var(--soft)}
.foot{display:flex;align-items:center;flex-wrap:wrap;gap:6px;margin-top:6px;font-size:11px}.grow{flex:1}
.todo{color:var(--good);font-weight:600}
.tag{background:color-mix(in srgb,var(--accent) 14%,transparent);color:var(--accent);border-radius:5px;padding:1px 6px;font-size:11px}.tag.gone{background:#c92a2a;color:#fff}
.avatar{display:inline-grid;place-items:center;width:22px;height:22px;border-radius:50%;background:color-mix(in srgb,var(--soft) 26%,transparent);font-size:9.5px;font-weight:700;flex:none}
.avatar.done{background:var(--good);color:var(--surface);font-size:12px}
.lead{display:grid;grid-template-columns:minmax(300px,380px) minmax(0,1fr);flex:1}
.panel{background:var(--surface);border-right:1px solid var(--line);padding:18px 20px 32px}
.back{text-decoration:none;font-size:13px}
.panel h1{font-size:20px;line-height:1.25;margin:10px 0 2px;overflow-wrap:anywhere}.panel .id{color:var(--soft);font-size:12px;margin-bottom:14px}
.stages{display:flex;flex-wrap:wrap;gap:5px;margin:0 0 18px}
.stages button{padding:4px 10px;border-radius:99px;font-size:12px;font-weight:500;background:none;color:var(--soft);box-shadow:inset 0 0 0 1px var(--line)}
.stages button:hover{box-shadow:inset 0 0 0 1.5px var(--accent);color:var(--text)}
.stages .past{background:color-mix(in srgb,var(--stage) 28%,transparent);color:var(--text);box-shadow:none}
.stages .here{background:var(--stage);color:#1d2733;font-weight:700;box-shadow:none}
dl{display:grid;grid-template-columns:minmax(90px,35%) 1fr;gap:7px 12px}dt{color:var(--soft)}dt.brought{color:var(--accent)}dd{overflow-wrap:anywhere}
.contact{margin-top:20px;padding-top:16px;border-top:1px solid var(--line)}.contact h2{font-size:15px;margin-bottom:10px;display:flex;gap:8px;align-items:center}
.feed{padding:18px 20px 48px;max-width:820px;width:100%}
.write{display:flex;gap:10px;align-items:flex-start;margin-bottom:6px}.write textarea{background:var(--surface);resize:vertical}.write button{white-space:nowrap}
.task{background:var(--task);border:1px solid var(--task-line);border-left-width:4px;border-radius:10px;padding:11px 14px;margin-bottom:12px}
.task .done{display:flex;gap:8px;margin-top:8px}.task .done input{background:var(--surface)}
.meta{font-size:12px;color:var(--soft)}.meta b{color:var(--text)}.text{white-space:pre-wrap;overflow-wrap:anywhere}
.day{font-size:12px;font-weight:600;color:var(--soft);text-align:center;margin:18px 0 10px}
.feed ol{display:grid;gap:8px}
.feed li{display:flex;gap:10px;align-items:flex-start}
.feed li>div{flex:1;min-width:0;background:var(--note);border:1px solid var(--line);border-radius:10px;padding:8px 12px}
.feed li.service>div{background:var(--service);border-color:transparent}
.feed li.service .avatar{background:var(--accent);color:var(--accent-text)}
.feed .avatar{width:28px;height:28px;margin-top:4px;font-size:11px}
.event{font-size:13px;padding-left:10px}.event .dot{width:8px;height:8px;border-radius:50%;background:var(--line);margin:6px 10px 0 0}.event p{color:var(--soft)}.event b{color:var(--text);font-weight:600}
.consent{max-width:460px;margin:12vh auto;padding:0 20px;display:grid;gap:14px}.consent h1{font-size:22px;line-height:1.3}
@media (max-width:760px){.hint{display:none}.top{padding:10px 14px}.bar{padding:12px 14px 8px}.board{padding:6px 14px 24px;gap:10px;scroll-snap-type:x mandatory}
.column{flex:0 0 82%;scroll-margin-left:14px}.column.incoming.empty{display:none}.first{padding:0 14px 8px}.total{order:3;width:100%}.lead{grid-template-columns:1fr}.panel{border-right:0;border-bottom:1px solid var(--line);padding:16px 14px 22px}.feed{padding:16px 14px 40px}
.write{flex-direction:column}.write button{align-self:flex-end}}
`;
