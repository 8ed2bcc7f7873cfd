import { fireEvent, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it, vi } from "vitest";
import { Fact } from "./fact";
import { HereContext } from "./live/here";
import { marks } from "./live/marks";

vi.mock("./presence", () => ({ useEditing: () => undefined, others: { use: () => [] } }));

const here = { id: "o1", gone: null, closed: undefined };
const anna = { who: { id: "u2", name: "Anna Berg" }, own: false, fresh: true };

/** A page with one field; `save` stands for what the page would save over at that moment. */
function page(value: string, save: (v: unknown) => void, locked?: string) {
  return (
    <HereContext value={here}>
      <Fact
        kind="text"
        field="next_step"
        label="Next step"
        currency="USD"
        value={value}
        shown={value}
        locked={locked}
        onSave={save}
      />
    </HereContext>
  );
}

async function opened() {
  const [old, now] = [vi.fn(), vi.fn()];
  const user = userEvent.setup();
  const { rerender } = render(page("Call", old));
  await user.click(screen.getByRole("button", { name: /Edit Next step/ }));
  const field = screen.getByRole<HTMLInputElement>("textbox", { name: "Next step" });
  return { old, now, user, field, theirs: (value: string, locked?: string) => rerender(page(value, now, locked)) };
}

beforeEach(() => marks.set({ o1: { next_step: anna } }));

it("keeps my text, caret, selection and what is being composed while somebody else saves the field", async () => {
  const { old, now, user, field, theirs } = await opened();
  await user.clear(field);
  await user.type(field, "Send the quote");
  field.setSelectionRange(5, 8);
  fireEvent.compositionStart(field);
  theirs("Meet on Monday");
  expect(screen.getByRole("textbox", { name: "Next step" })).toBe(field);
  expect(document.activeElement).toBe(field);
  expect([field.value, field.selectionStart, field.selectionEnd]).toEqual(["Send the quote", 5, 8]);
  expect(screen.getByRole("status")).toHaveTextContent("Anna changed this to Meet on Monday");
  // Enter chooses among what an input method offers: it is not for the form.
  fireEvent.keyDown(field, { key: "Enter", isComposing: true });
  expect(old).not.toHaveBeenCalled();
  expect(now).not.toHaveBeenCalled();
});

it("keeps mine knowingly: it is saved over theirs, and the caret stays", async () => {
  const { old, now, user, field, theirs } = await opened();
  await user.clear(field);
  await user.type(field, "Send the quote");
  field.setSelectionRange(4, 4);
  theirs("Meet on Monday");
  await user.click(screen.getByRole("button", { name: "Keep mine" }));
  expect(screen.queryByRole("status")).toBeNull();
  expect([document.activeElement, field.selectionStart]).toEqual([field, 4]);
  await user.keyboard("{Enter}");
  expect(now).toHaveBeenCalledExactlyOnceWith("Send the quote");
  expect(old).not.toHaveBeenCalled();
});

it("asks the server where I have not said that I know", async () => {
  const { old, now, user, field, theirs } = await opened();
  await user.type(field, "!");
  theirs("Meet on Monday");
  await user.type(field, "{Enter}");
  expect(old).toHaveBeenCalledOnce();
  expect(now).not.toHaveBeenCalled();
});

it("takes theirs, by the button or by Escape, and saves nothing", async () => {
  for (const key of ["button", "escape"]) {
    const { old, now, user, field, theirs } = await opened();
    await user.type(field, " back");
    theirs("Meet on Monday");
    if (key === "escape") await user.keyboard("{Escape}");
    else {
      // From the field the choice is one Tab away.
      await user.tab();
      expect(screen.getByRole("button", { name: "Take theirs" })).toHaveFocus();
      await user.keyboard("{Enter}");
    }
    expect(screen.getByRole("button", { name: /Edit Next step/ })).toHaveTextContent("Meet on Monday");
    expect([old.mock.calls, now.mock.calls]).toEqual([[], []]);
    document.body.replaceChildren();
  }
});

it("saves over what is there now when others have changed something else", async () => {
  const { old, now, user, field, theirs } = await opened();
  await user.clear(field);
  await user.type(field, "Send");
  theirs("Call");
  expect(screen.queryByRole("status")).toBeNull();
  await user.type(field, "{Enter}");
  expect(now).toHaveBeenCalledExactlyOnceWith("Send");
  expect(old).not.toHaveBeenCalled();
});

it("keeps what is typed when the right to save it goes", async () => {
  const { old, now, user, field, theirs } = await opened();
  await user.clear(field);
  await user.type(field, "A long thought");
  theirs("Call", "Anna can change this");
  expect(field).toHaveValue("A long thought");
  expect(field).toHaveAttribute("readonly");
  expect(screen.getByRole("status")).toHaveTextContent("can no longer be changed");
  await user.type(field, "{Enter}");
  await user.click(document.body);
  expect(field).toBeInTheDocument();
  expect([old.mock.calls, now.mock.calls]).toEqual([[], []]);
});
