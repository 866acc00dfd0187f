// What a press would make: the server says it while somebody writes, and the money it says is the money agreed to.
const form = () => document.getElementById('composer');
const plan = () => document.getElementById('plan');

// The same as jobs/expansion.py.
const ALTERNATION = /\{[^{}]*\|[^{}]*\}/;
export const literal = (text) => (ALTERNATION.test(text) ? text.replace(/(\\*)([{|}])/g, '$1$1\\$2') : text);

// Asks anew, a moment after the last change.
export function ask() {
  plan()?.dispatchEvent(new Event('composer:changed'));
}

// "about $0.48, about 36 s" of several sets; nothing where there is only one.
export function estimateOfSeveral() {
  return plan()?.querySelector('[data-plan]')?.dataset.plan;
}

// Until the answer comes nothing is known, and nothing may be agreed to.
export function several() {
  const { lines, also, model, prompt } = form().elements;
  const others = also ? [...(also.length ? also : [also])].filter((one) => one.checked && one.value !== model.value) : [];
  return others.length > 0 || ALTERNATION.test(prompt.value) || (lines?.checked && prompt.value.trim().includes('\n'));
}

export function agree(sum) {
  form().elements.agreed.value = sum;
}

// The lines switch only where there are lines, and no model is compared with itself.
export function offer() {
  const { lines, also, model, prompt } = form().elements;
  const box = form().querySelector('[data-lines]');
  if (box) box.hidden = !lines.checked && !prompt.value.trim().includes('\n');
  let count = 0;
  for (const input of also ? [...(also.length ? also : [also])] : []) {
    input.closest('label').hidden = input.value === model.value;
    count += input.checked && input.value !== model.value;
  }
  const more = form().querySelector('[data-more]');
  if (more) more.textContent = count ? `+ ${count}` : '';
}
