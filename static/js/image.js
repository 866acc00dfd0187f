// The picture's own page.
import { dress } from './picture.js';

const here = location.pathname;
dress(document.querySelector('.view'));
if (location.hash === '#collect') document.querySelector('[data-do=collect]').click();
// Reloaded where a lightbox had been: the way back leads to a page this document is not.
addEventListener('popstate', () => location.pathname !== here && location.reload());
