import { html, page } from '../../platform/page.ts';

/** Asks before it unsubscribes: scanners follow every link, but press no button. */
export function unsubscribePage(sender: string): string {
  return page({
    title: 'Unsubscribe',
    width: 'narrow',
    body: html`<div class="sheet">
<p>Do you want to get no more e-mails from <b>${sender}</b>?</p>
<form method="post"><input type="hidden" name="from" value="page"><button>Unsubscribe me</button></form>
</div>
<p class="soft">Here by mistake? Just close this page: nothing has changed.</p>`,
  });
}

export function unsubscribedPage(sender: string): string {
  return page({
    title: 'You are unsubscribed',
    width: 'narrow',
    body: html`<div class="sheet"><p>You will get no more e-mails from <b>${sender}</b>. One that is already on its way may still arrive.</p></div>`,
  });
}

/** Kept, but not durable yet: said as it is. */
export function notYetPage(): string {
  return page({
    title: 'Not saved yet',
    width: 'narrow',
    body: html`<div class="sheet"><p>We have your wish, but could not save it for good just now, and go on trying. To be on the safe side, please try again in a minute.</p>
<form method="post"><input type="hidden" name="from" value="page"><button>Try again</button></form></div>`,
  });
}

/** What was asked of topics is not kept: it has to be asked again. */
export function notSavedPage(form: URLSearchParams): string {
  const fields = [...form].map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`);
  return page({
    title: 'Not saved',
    width: 'narrow',
    body: html`<div class="sheet"><p>Your choice could not be saved just now. Please try again in a minute.</p>
<form method="post">${fields}<button>Try again</button></form></div>`,
  });
}

export function unknownLinkPage(): string {
  return page({
    title: 'This link does not work',
    width: 'narrow',
    body: html`<div class="sheet"><p>It is not one of ours, or it was cut short on its way. If it came in an e-mail, try to open it from there once more, or copy the whole link.</p></div>`,
  });
}

/** Something is away on our side: nothing was found out, and nothing has changed. */
export function notNowPage(): string {
  return page({
    title: 'Not just now',
    width: 'narrow',
    body: html`<div class="sheet"><p>We could not look up this link at the moment. Nothing has changed. Please try it again in a minute.</p></div>`,
  });
}
