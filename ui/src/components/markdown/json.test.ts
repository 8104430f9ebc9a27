// JSON answers as a person reads them.
import { expect, it } from "vitest";
import { readable } from "./json";

it("shows columns and rows as a table, with all that is in them", () => {
  const rows = [
    { Name: "Ana | Bo", Age: 7 },
    { Name: null, Town: "Rio\n2" },
  ];
  expect(readable(JSON.stringify({ columns: ["Name", "Age"], rows }))).toBe(
    "| Name | Age | Town |\n| --- | --- | --- |\n| Ana \\| Bo | 7 |  |\n|  |  | Rio 2 |",
  );
});

it.each(['{"a":1}', "[1,2]", '{"columns":[],"rows":[]}', '{"columns":["a"],"rows":[1]}'])(
  "shows other JSON as code: %s",
  (text) => {
    expect(readable(text)).toMatch(/^```json\n[\s\S]+\n```$/);
  },
);

it.each(["Plain.", "{not json}", "[link](https://example.org) and more", '{"a":1} and more', ""])(
  "leaves other text as it is: %s",
  (text) => {
    expect(readable(text)).toBe(text);
  },
);
