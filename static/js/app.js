// Every page's script. All of it only improves pages that already work as forms and links.
import { away } from './away.js';
import { composer } from './composer.js';
import { hands } from './hands.js';
import { keys } from './keys.js';
import { lightbox } from './lightbox.js';
import { live } from './live.js';
import { past } from './past.js';
import { queue } from './queue.js';
import { swaps } from './swaps.js';
import { theme } from './theme.js';
import { clock, menu, uncover } from './tiles.js';
import { toasts } from './toast.js';

theme();
keys();
composer();
past();
swaps();
hands();
toasts();
clock();
menu();
uncover();
queue();
live();
away();
lightbox();
