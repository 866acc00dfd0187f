// A short word at the foot of the page, read out politely, gone after six seconds.
export function toast(text) {
  const box = document.querySelector('.toasts');
  const note = document.createElement('div');
  note.className = 'toast';
  note.textContent = text;
  box.append(note);
  setTimeout(() => note.remove(), 6000);
}
