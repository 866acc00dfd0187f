// A page opened above the one that leads to it, and changed by its own forms. Loaded when it is first wanted.
import { FAILED, post } from './post.js';
import { toast } from './toast.js';

export async function open(link) {
  const sheet = document.createElement('dialog');
  let changed = false;
  sheet.className = 'sheet people-d';
  try {
    const response = await fetch(link.href, { headers: { 'HX-Request': 'true' } });
    if (!response.ok || response.redirected) return location.assign(link.href);
    fill(sheet, await response.text());
  } catch {
    return toast(FAILED);
  }
  sheet.addEventListener('close', () => {
    if (changed) return location.reload();
    sheet.remove();
    link.focus();
  });
  sheet.addEventListener('click', (event) => event.target === sheet && sheet.close()); // beside it
  sheet.addEventListener('submit', async (event) => {
    const form = event.target;
    if (form.method === 'dialog' || 'leaves' in form.dataset) return;
    event.preventDefault();
    const answer = await post(form.action, new FormData(form));
    if (!answer) return toast(FAILED);
    changed = true;
    fill(sheet, await answer.text());
    sheet.querySelector('select')?.focus();
  });
  document.body.append(sheet);
  sheet.showModal();
}

function fill(sheet, html) {
  sheet.innerHTML = html;
  sheet.setAttribute('aria-label', sheet.querySelector('h2').textContent);
}
