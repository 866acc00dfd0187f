// Every page's script; the pages with more to do name modules of their own. All of it only improves pages that
// already work as forms and links.
import { copies } from './copy.js';
import { hands } from './hands.js';
import { keys } from './keys.js';
import { notices } from './notices.js';
import { swaps } from './swaps.js';
import { theme } from './theme.js';
import { toasts } from './toast.js';
import { uncover } from './uncover.js';

theme();
keys();
swaps();
hands();
copies();
notices();
toasts();
uncover();
