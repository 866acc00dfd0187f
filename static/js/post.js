// What is said where it came to nothing.
export const FAILED = 'That did not work. Nothing has changed; please try again.';

const SMALL = 30_000; // characters; browsers see 64 KiB through when the page that sent them is left

// One way to send what a button would send: with the page's own token, in the name of script.
// Answers the response, or null where it came to nothing.
export async function post(address, body = {}) {
  const data = new FormData(document.getElementById('hands'));
  for (const [name, value] of body instanceof FormData ? body : Object.entries(body)) data.set(name, value);
  const keepalive = [...data.values()].join().length < SMALL;
  try {
    const response = await fetch(address, { method: 'POST', body: data, headers: { 'HX-Request': 'true' }, keepalive });
    if (response.redirected && new URL(response.url).pathname.startsWith('/accounts/')) location.reload(); // signed out meanwhile
    return response.ok && !response.redirected ? response : null;
  } catch {
    return null; // offline
  }
}
