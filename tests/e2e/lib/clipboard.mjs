// The clipboard, filled by another program.
import { By, Key } from "selenium-webdriver";
import { PlainBrowser } from "./injection/plain-browser.mjs";

/** Puts a text into the clipboard, as a person does in another program. */
export async function copyElsewhere(t, text) {
  const plain = await PlainBrowser.start(t);
  await plain.show("<textarea></textarea>");
  const field = await plain.driver.findElement(By.css("textarea"));
  await plain.driver.executeScript("arguments[0].value = arguments[1]", field, text);
  await field.sendKeys(Key.chord(Key.CONTROL, "a"));
  await field.sendKeys(Key.chord(Key.CONTROL, "c"));
}
