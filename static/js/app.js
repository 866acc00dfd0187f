// Every page's script. All of it only improves pages that already work as forms and links.
import { composer } from './composer.js';
import { keys } from './keys.js';
import { live } from './live.js';
import { swaps } from './swaps.js';
import { theme } from './theme.js';
import { clock } from './tiles.js';

theme();
keys();
composer();
swaps();
clock();
live();
