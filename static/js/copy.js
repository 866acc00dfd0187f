// The button beside a link that is shown this once. Without script it can be marked and copied by hand.
import { toast } from './toast.js';

export function copies() {
  for (const button of document.querySelectorAll('[data-do=copy]')) button.hidden = false;
  document.addEventListener('click', async ({ target }) => {
    const button = target.closest?.('[data-do=copy]');
    if (!button) return;
    const field = button.parentElement.querySelector('input');
    field.select();
    // Browsers have a clipboard for pages that came by https only.
    const copied = navigator.clipboard
      ? await navigator.clipboard.writeText(field.value).then(() => true, () => false)
      : document.execCommand('copy');
    toast(copied ? 'Copied.' : 'It is marked: copy it yourself.');
  });
}
