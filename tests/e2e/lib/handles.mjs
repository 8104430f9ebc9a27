// Which window is which: their handles have no order, and the quick prompt's is there from the start,
// hidden.

/** The address of every window by its handle. The driver is where it was afterwards. */
async function addresses(driver) {
  const here = await driver.getWindowHandle();
  const found = new Map();
  for (const handle of await driver.getAllWindowHandles()) {
    try {
      await driver.switchTo().window(handle);
      found.set(handle, await driver.getCurrentUrl());
    } catch {
      // It closed while it was looked at.
    }
  }
  await driver.switchTo().window(here);
  return found;
}

/** The window that shows that page, if there is one. */
export async function handleOf(driver, page) {
  const all = await addresses(driver);
  return [...all].find(([, address]) => new URL(address).pathname === page)?.[0];
}

/** The handles of all windows but the quick prompt's. */
export async function handlesBesideQuick(driver) {
  const all = await addresses(driver);
  const others = [...all].filter(([, address]) => !address.includes("/quick-prompt.html"));
  return others.map(([handle]) => handle);
}
