// What htmx may put into the page, and what follows from it.
import { toast } from './toast.js';

const RENEWED_MS = 3000;

export function swaps() {
  document.addEventListener('htmx:before:response', (event) => {
    const { raw } = event.detail.ctx.response;
    if (raw.redirected && new URL(raw.url).pathname.startsWith('/accounts/')) {
      event.preventDefault();
      location.reload(); // signed out meanwhile: the door
    } else if (raw.status >= 400 && raw.status !== 422) {
      event.preventDefault();
      toast(raw.status === 403 ? 'This page is out of date. Please reload it.' : 'That did not work. Nothing was lost; please try again.');
    }
  });
  // What asks on its own account says nothing where nobody can answer.
  document.addEventListener('htmx:before:request', (event) => {
    if (!navigator.onLine && event.target.matches('[data-unasked]')) event.preventDefault();
  });
  document.addEventListener('htmx:error', (event) => {
    if (event.target.matches('[data-unasked]')) return;
    toast('The server cannot be reached. What you wrote is still here.');
  });
  document.addEventListener('htmx:after:swap', (event) => {
    const { sourceElement, response } = event.detail.ctx;
    if (sourceElement.closest('.plan, .presets, .past')) {
      document.dispatchEvent(new Event('composer:planned'));
      return;
    }
    single();
    if (sourceElement.name === 'submission') setTimeout(renew, RENEWED_MS, sourceElement);
    if (sourceElement.matches('#composer, .ask button') && response) {
      document.dispatchEvent(new Event(response.status === 422 ? 'studio:refused' : 'studio:made'));
    }
    document.dispatchEvent(new Event('studio:changed'));
  });
}

// A button's key makes one press of two that follow each other; a press some time later is a wish of its own.
function renew(button) {
  button.value = `${button.value.split('.')[0]}.${Date.now()}`;
}

// The same run may arrive twice (a form sent again, another tab's news): the first one on the page stays.
function single() {
  const seen = new Set();
  for (const run of document.querySelectorAll('.run')) {
    if (seen.has(run.id)) run.remove();
    seen.add(run.id);
  }
  for (const pair of document.querySelectorAll('.pair:not(:has(.run))')) pair.remove();
}
