/** @typedef {import("playwright-core").Browser} Browser */
/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("./browser.js").World} World */

/**
 * Signs in as a person does who opens the front page for the first time.
 *
 * @param {Browser} browser
 * @param {World} world
 * @returns What a browser keeps of it, for other visits.
 */
export async function signedIn(browser, world) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(world.page);
  await enter(page, world.token);
  await page.waitForURL(world.page);
  const kept = await context.storageState();
  await context.close();
  return kept;
}

/**
 * @param {Page} page That shows the sign-in form.
 * @param {string} token
 */
export async function enter(page, token) {
  await page.getByLabel("Token", { exact: true }).fill(token);
  await page.getByRole("button", { name: "Sign in" }).click();
}
