/** Renews the page when the account has changed, and lets cards be dragged. Everything works without it, by forms. */
export const script = `
let version = document.body.dataset.version;
let dragged = null;
const busy = () => document.hidden || dragged || document.querySelector('details[open]')
  || document.activeElement?.matches('input,textarea,select');
async function renew() {
  const answer = await fetch(location.href);
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const board = document.querySelector('.board');
  const left = board ? board.scrollLeft : 0;
  document.querySelector('main').replaceWith(fresh.querySelector('main'));
  const next = document.querySelector('.board');
  if (next) next.scrollLeft = left;
  version = fresh.body.dataset.version;
}
setInterval(async () => {
  if (busy()) return;
  const now = await fetch('/version').then((answer) => answer.text()).catch(() => version);
  if (now !== version && !busy()) renew().catch(() => undefined);
}, 1000);
document.addEventListener('dragstart', (event) => {
  dragged = event.target.closest('[data-lead]');
  if (dragged) dragged.classList.add('dragged');
});
document.addEventListener('dragend', () => {
  dragged?.classList.remove('dragged');
  dragged = null;
  document.querySelectorAll('.over').forEach((column) => column.classList.remove('over'));
});
document.addEventListener('dragover', (event) => {
  const column = event.target.closest('[data-status]');
  if (!dragged || !column) return;
  event.preventDefault();
  document.querySelectorAll('.over').forEach((other) => other !== column && other.classList.remove('over'));
  column.classList.add('over');
});
document.addEventListener('drop', async (event) => {
  const column = event.target.closest('[data-status]');
  if (!dragged || !column) return;
  event.preventDefault();
  const { lead } = dragged.dataset;
  const { status, pipeline } = column.dataset;
  column.querySelector('.cards').prepend(dragged);
  await fetch('/leads/' + lead + '/move', { method: 'POST', body: new URLSearchParams({ status, pipeline }), redirect: 'manual' });
  dragged = null;
  renew().catch(() => undefined);
});
`;
