import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { Editor, type EditorProps } from "./editor";

function edit(props: Partial<EditorProps>) {
  const onSave = vi.fn();
  const onCancel = vi.fn();
  render(
    <Editor kind="text" label="Next step" value="Call" currency="USD" onSave={onSave} onCancel={onCancel} {...props} />,
  );
  return { onSave, onCancel, field: screen.getByLabelText(props.label ?? "Next step"), user: userEvent.setup() };
}

describe("a field in place", () => {
  it("saves with Enter", async () => {
    const { onSave, field, user } = edit({});
    await user.clear(field);
    await user.type(field, "Send quote{Enter}");
    expect(onSave).toHaveBeenCalledWith("Send quote", false);
  });

  it("goes on with Tab, restores with Escape, and clears to null", async () => {
    const { onSave, onCancel, field, user } = edit({});
    await user.type(field, "{Escape}");
    expect(onCancel).toHaveBeenCalled();
    await user.clear(field);
    await user.tab();
    expect(onSave).toHaveBeenLastCalledWith(null, true);
  });

  it("reads an amount in the record's own currency, and says when it can't", async () => {
    const { onSave, field, user } = edit({
      kind: "money",
      label: "Amount",
      value: { amount: "10.00", currency: "EUR" },
    });
    await user.clear(field);
    await user.type(field, "soon{Enter}");
    expect(onSave).not.toHaveBeenCalled();
    expect(screen.getByRole("alert")).toHaveTextContent("Enter an amount");
    await user.clear(field);
    await user.type(field, "75k{Enter}");
    expect(onSave).toHaveBeenCalledWith({ amount: "75000", currency: "EUR" }, false);
  });
});
