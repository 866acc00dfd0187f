// The stock admin's tables of inline rows name their columns, but not the fields in them: a screen reader hears only "edit text".
addEventListener('load', () => {
  for (const table of document.querySelectorAll('.tabular table')) name(table);
  // The two words about a list that can be filtered hang on an element without a role, which may not be named.
  for (const hint of document.querySelectorAll('.help-tooltip[aria-label]')) hint.setAttribute('role', 'img');
});
document.addEventListener('formset:added', (event) => {
  const table = event.target.closest('.tabular table');
  if (table) name(table);
});

function name(table) {
  const heads = [...table.tHead.rows[0].cells];
  if (!heads[0].textContent.trim()) heads[0].append(hidden('Row'));
  for (const field of table.querySelectorAll('td :is(input:not([type=hidden]), select, textarea)')) {
    if (field.labels.length || field.ariaLabel) continue;
    field.ariaLabel = heads[field.closest('td').cellIndex]?.textContent.trim();
  }
}

function hidden(word) {
  const span = document.createElement('span');
  span.className = 'visually-hidden';
  span.textContent = word;
  return span;
}
