// Light or dark: a cookie, so that the server draws the next page right from the first frame.
const root = document.documentElement;

export function theme() {
  for (const button of document.querySelectorAll('[data-do=theme]')) {
    button.hidden = false;
    button.addEventListener('click', () => {
      const chosen = root.dataset.theme || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
      root.dataset.theme = chosen === 'dark' ? 'light' : 'dark';
      document.cookie = `theme=${root.dataset.theme};path=/;max-age=31536000;samesite=lax`;
    });
  }
}
