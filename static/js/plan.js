// What a press would make: the server says it while somebody writes, and the money it says is the money agreed to.
const form = () => document.getElementById('composer');
const plan = () => document.getElementById('plan');

// The same as jobs/expansion.py.
const ALTERNATION = /\{[^{|}]*\|[^{}]*\}/;
export const literal = (text) => (ALTERNATION.test(text) ? text.replace(/(?<!\\)(\\*)([{|}])/g, '$1$1\\$2') : text);

// Asks anew, a moment after the last change.
export function ask() {
  plan()?.dispatchEvent(new Event('composer:changed'));
}

// "about $0.48, about 36 s" of several sets, or nothing where they cannot be made; undefined where that is not known.
export function estimateOfSeveral() {
  const sum = plan()?.querySelector('.plan-sum');
  return sum?.querySelector('.bad') ? '' : sum?.dataset.plan;
}

// Until the answer comes nothing is known, and nothing may be agreed to.
export function several() {
  const { lines, model, prompt } = form().elements;
  const compared = others().some((one) => one.checked && one.value !== model.value);
  return compared || ALTERNATION.test(prompt.value) || (lines.checked && prompt.value.trim().includes('\n'));
}

// The models to compare with, the picked one among them.
export const others = () => [...form().querySelectorAll('[name=also]')];

export function agree(sum) {
  form().elements.agreed.value = sum;
}

// The lines switch only where there are lines, and no model is compared with itself.
export function offer() {
  const { lines, model, prompt } = form().elements;
  const chip = form().querySelector('[data-lines]');
  chip.hidden = !lines.checked && !prompt.value.trim().includes('\n');
  chip.dataset.offered = '';
  let count = 0;
  for (const input of others()) {
    input.closest('label').hidden = input.value === model.value;
    count += input.checked && input.value !== model.value;
  }
  form().querySelector('[data-more]').textContent = count ? `+ ${count}` : '';
}
