// Lighthouse over the pages of bench/pages.py: node bench/lighthouse.mjs PAGES.json RUNS
// Needs lighthouse and puppeteer-core in the folder NODE_PATH names, and Chromium (EASEL_CHROMIUM, else chromium).
// Prints the median of each figure and what lost points; fails where a gate is missed.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const here = createRequire(`${process.env.NODE_PATH ?? process.cwd()}/`);
const load = async (name) => import(pathToFileURL(here.resolve(name)));
const { default: lighthouse, desktopConfig } = await load('lighthouse');
const { launch } = await load('chrome-launcher');
const { default: puppeteer } = await load('puppeteer-core');

const { origin, session, image } = JSON.parse(readFileSync(process.argv[2]));
const runs = Number(process.argv[3] ?? 3);
const only = process.argv.slice(4);
const pages = { studio: '/', library: '/library/', image, 'sign-in': '/accounts/login/' };
const least = { mobile: 95, desktop: 98 };
const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

const chrome = await launch({
  chromePath: process.env.EASEL_CHROMIUM ?? execFileSync('which', ['chromium'], { encoding: 'utf8' }).trim(),
  chromeFlags: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
});
// A cookie of the browser's own: one sent along as a header does not reach the stream of events.
const browser = await puppeteer.connect({ browserURL: `http://127.0.0.1:${chrome.port}` });
const cookie = { name: 'sessionid', value: session, domain: new URL(origin).hostname };
let missed = 0;
try {
  for (const [name, path] of Object.entries(pages)) {
    if (only.length && !only.includes(name)) continue;
    for (const form of ['mobile', 'desktop']) await measure(name, path, form);
  }
} finally {
  await browser.disconnect();
  await chrome.kill();
}
process.exitCode = missed ? 1 : 0;

async function measure(name, path, form) {
  const results = [];
  for (let tries = 0; results.length < runs; tries += 1) {
    if (tries === 3 * runs) throw new Error(`${name}: Lighthouse breaks off again and again`);
    await (name === 'sign-in' ? browser.deleteCookie(cookie) : browser.setCookie(cookie));
    const options = {
      port: chrome.port,
      onlyCategories: ['performance', 'accessibility', 'best-practices'],
    };
    const { lhr } = await lighthouse(origin + path, options, form === 'desktop' ? desktopConfig : undefined);
    if (lhr.runtimeError || Object.values(lhr.categories).some(({ score }) => score === null)) continue; // it broke off
    if (new URL(lhr.finalDisplayedUrl).pathname !== path) throw new Error(`${name}: led to ${lhr.finalDisplayedUrl}`);
    results.push(lhr);
  }
  const score = (category) => Math.round(100 * median(results.map(({ categories }) => categories[category].score)));
  const figure = (audit) => median(results.map(({ audits }) => audits[audit].numericValue));
  const [speed, access, practice] = ['performance', 'accessibility', 'best-practices'].map(score);
  const shift = figure('cumulative-layout-shift');
  const ok = speed >= least[form] && access === 100 && practice === 100 && shift < 0.02;
  missed += !ok;
  const times = ['first-contentful-paint', 'largest-contentful-paint', 'total-blocking-time'].map((audit) => Math.round(figure(audit)));
  console.log(`${ok ? 'ok    ' : 'MISSED'} ${name} ${form}: performance ${speed}, accessibility ${access}, best practices ${practice}; FCP ${times[0]} ms, LCP ${times[1]} ms, blocking ${times[2]} ms, CLS ${shift.toFixed(3)}`);
  const lost = Object.values(results.at(-1).audits).filter((audit) => audit.score !== null && audit.score < 0.9 && audit.scoreDisplayMode !== 'informative');
  for (const audit of lost) console.log(`         ${audit.id}: ${audit.displayValue ?? ''}`);
}
