// A question that must be answered before something is done (galleries/_reveal.html). Loaded by toast.js when there is
// one, which also says what came of it: two modules that import each other would have no hashed names.
import { FAILED, post } from './post.js';

export function ask(form, said) {
  const sheet = document.createElement('dialog'), back = document.activeElement;
  sheet.className = 'sheet hang-d';
  sheet.setAttribute('aria-label', form.querySelector('h2').textContent);
  sheet.append(form);
  sheet.addEventListener('close', () => {
    sheet.remove();
    back?.focus();
  });
  sheet.addEventListener('click', (event) => {
    if (event.target !== sheet && !event.target.closest('[data-do=cancel]')) return;
    event.preventDefault();
    sheet.close();
  });
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const answer = await post(form.action, new FormData(form, event.submitter));
    if (answer) sheet.close();
    said(answer ? await answer.text() : null, FAILED);
  });
  (document.querySelector('dialog.lightbox[open]') ?? document.body).append(sheet);
  sheet.showModal();
}
