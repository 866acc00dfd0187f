// One table of shortcuts. None fires while someone is typing; the single letters can be turned off (WCAG 2.1.4).
const OFF = 'letters-off';
const go = (selector) => () => document.querySelector(selector)?.click();

const table = {
  '/': () => document.querySelector('#prompt, .find input')?.focus(),
  '?': () => document.getElementById('keys')?.togglePopover(),
  'g s': go('[data-go=studio]'),
  'g l': go('[data-go=library]'),
  'g a': go('[data-go=activity]'),
  'g n': go('[data-go=notices]'),
  'g q': go('[data-go=queue]'),
};

export function keys() {
  const mac = /Mac|iP(hone|ad)/.test(navigator.platform);
  if (mac) for (const key of document.querySelectorAll('[data-mod]')) key.textContent = '⌘';
  const letters = document.querySelector('[data-do=letters]');
  if (letters) {
    letters.checked = !localStorage.getItem(OFF);
    letters.addEventListener('change', () => (letters.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, '1')));
  }
  let lead = '';
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || typing(event.target)) return;
    if (localStorage.getItem(OFF)) return;
    const pressed = lead ? `${lead} ${event.key}` : event.key;
    lead = '';
    if (table[pressed]) {
      event.preventDefault();
      table[pressed]();
    } else if (event.key === 'g') {
      lead = 'g';
      setTimeout(() => (lead = ''), 800);
    }
  });
}

export function typing(element) {
  return element.closest('input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]');
}

export function lettersOff() {
  return Boolean(localStorage.getItem(OFF));
}

// A click that opens a link here; with a key held or by another button it is the browser's own affair.
export const plain = (event) => !(event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
