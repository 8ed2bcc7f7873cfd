import { expect, test } from "vitest";
import { filled } from "./fill";

const KNOWN = [{ name: "contact.first_name", label: "First name", example: "Nadia" }];

test("a template is shown with examples", () => {
  expect(filled("Dear {{ contact.first_name }}, hello.", KNOWN)).toEqual([
    { text: "Dear ", placeholder: null },
    { text: "Nadia", placeholder: "contact.first_name" },
    { text: ", hello.", placeholder: null },
  ]);
});

test("what is no placeholder stays", () => {
  expect(filled("{{contact.nickname}} { } {{", KNOWN)).toEqual([
    { text: "{{contact.nickname}} { } {{", placeholder: null },
  ]);
  expect(filled("", KNOWN)).toEqual([]);
});
